//! Cookies, versions, and what may be written where.

use super::bare::{Start, cookie_value, is_empty};
use tf_plugin::Identity;
use tf_plugin_proto::plugin::grpc_stdio_client::GrpcStdioClient;

#[tokio::test]
async fn without_the_right_cookie_it_says_what_it_is_and_ends() {
    let key = "TF_PLUGIN_MAGIC_COOKIE";
    let almost = &cookie_value()[1..];
    for start in [
        Start::plain().without(key),
        Start::plain().env(key, ""),
        Start::plain().env(key, "wrong-cookie-here"),
        Start::plain().env(key, almost),
    ] {
        let output = start.output().await;
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty(), "{output:?}");
        assert_eq!(stderr.lines().count(), 3, "{stderr}");
        assert!(stderr.contains(key) && stderr.contains("plugin"), "{stderr}");
        for value in [almost, "wrong-cookie-here"] {
            assert!(!stderr.contains(value), "{stderr}");
        }
    }
}

#[tokio::test]
async fn a_client_certificate_that_is_none_is_never_answered_in_plain_text() {
    let two = Identity::generate().expect("an identity").pem().repeat(2);
    for wrong in ["x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", two.as_str()] {
        let output = Start::plain().env("PLUGIN_CLIENT_CERT", wrong).output().await;
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{wrong}");
        assert!(output.stdout.is_empty(), "{output:?}");
        assert!(stderr.lines().count() == 1 && stderr.starts_with("PLUGIN_CLIENT_CERT"), "{stderr}");
    }
}

#[tokio::test]
async fn the_highest_common_version_is_served_and_else_the_lowest() {
    for (offered, versions, expected) in [
        ("", "5,6", 5),
        ("x", "5,6", 5),
        ("9", "5,6", 5),
        ("5", "5,6", 5),
        ("6,5", "5,6", 6),
        ("5,6", "5,6", 6),
        ("5,6", "5", 5),
        ("5", "6", 6),
        (",x,6,", "5,6", 6),
    ] {
        let start = Start::plain().env("PLUGIN_PROTOCOL_VERSIONS", offered).env("BARE_VERSIONS", versions);
        let bare = start.serve().await;
        assert_eq!(bare.handshake.version, expected, "{offered:?} against {versions}");
        bare.shutdown().await;
    }
    let bare = Start::plain().without("PLUGIN_PROTOCOL_VERSIONS").serve().await;
    assert_eq!(bare.handshake.version, 5);
}

#[tokio::test]
async fn the_line_has_a_certificate_only_for_tls_and_a_seventh_field_only_if_asked() {
    let fields = |line: &str| line.trim_end_matches('\n').split('|').map(str::to_owned).collect::<Vec<_>>();
    let plain = Start::plain().serve().await;
    assert_eq!(fields(&plain.line)[4..], ["grpc", ""]);
    assert!(Start::tls().serve().await.handshake.certificate.is_some());
    for value in ["true", "0", "anything"] {
        let muxed = Start::plain().env("PLUGIN_MULTIPLEX_GRPC", value).serve().await;
        assert_eq!(fields(&muxed.line)[4..], ["grpc", "", "false"]);
    }
    let unset = Start::plain().env("PLUGIN_MULTIPLEX_GRPC", "").env("PLUGIN_CLIENT_CERT", "").serve().await;
    assert_eq!(fields(&unset.line)[4..], ["grpc", ""]);
}

#[tokio::test]
async fn prints_reach_the_host_through_its_service_and_never_the_handshake() {
    let bare = Start::tls().env("BARE_PRINT", "1").serve().await;
    let mut provider = bare.provider().await;
    provider
        .get_provider_schema(tf_plugin_proto::tfplugin6::get_provider_schema::Request {})
        .await
        .expect("an answer");
    let mut stdio =
        GrpcStdioClient::new(bare.channel().await).stream_stdio(()).await.expect("a stream").into_inner();
    let mut printed = String::new();
    while printed.lines().count() < 2 {
        let data = super::bare::in_time(stdio.message()).await.expect("no status").expect("more");
        assert_eq!(data.channel, tf_plugin_proto::plugin::stdio_data::Channel::Stdout as i32);
        printed.push_str(std::str::from_utf8(&data.data).expect("text"));
    }
    assert_eq!(printed, "printed before the handshake\nprinted in schema\n");
    let (status, after, _) = bare.shutdown().await;
    assert!(status.success() && after.is_empty(), "{after:?}");
}

#[tokio::test]
async fn a_flood_of_prints_that_nobody_reads_blocks_nothing() {
    let bare = Start::plain().env("BARE_PRINT", "1").env("BARE_FLOOD_BYTES", "8000000").serve().await;
    let mut provider = bare.provider().await;
    provider
        .get_provider_schema(tf_plugin_proto::tfplugin6::get_provider_schema::Request {})
        .await
        .expect("an answer");
    bare.shutdown().await;
}

#[tokio::test]
async fn debugging_asks_for_no_cookie_and_prints_where_it_is() {
    let start = Start::tls().without("TF_PLUGIN_MAGIC_COOKIE").env("BARE_DEBUG", "1");
    let Start { mut command, temporary, .. } = start;
    let mut child = command.spawn().expect("it starts");
    let mut lines =
        tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(child.stdout.take().expect("a pipe")));
    let line = super::bare::in_time(lines.next_line()).await.expect("text").expect("a line");
    let json = line
        .strip_prefix("TF_REATTACH_PROVIDERS='")
        .and_then(|rest| rest.strip_suffix('\''))
        .expect("a setting");
    let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let provider = &json["foundry/bare"];
    assert_eq!(provider["Test"], true);
    assert_eq!(provider["Pid"], child.id().expect("it runs"));
    assert_eq!(provider["ProtocolVersion"], 6);
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id().expect("it runs")).expect("a number"));
    rustix::process::kill_process(pid.expect("a number"), rustix::process::Signal::INT).expect("it runs");
    assert!(super::bare::in_time(child.wait()).await.expect("a status").success());
    assert!(is_empty(temporary.path()));
}
