//! Which plugins are believed: those with the certificate of their line and its key, and programs with the right checksum.

use std::sync::Arc;

use rustls::ServerConfig;
use tf_plugin::host::{Checksum, Launch, LaunchErrorKind};
use tf_plugin::stream::{Plain, Stream};
use tf_plugin::{Address, Handshake, Identity, Pin, Reattach, tls};
use tokio::net::UnixListener;

use crate::script::{COOKIE, Script, serve};

fn identity() -> Identity {
    Identity::generate().expect("an identity")
}

/// Takes TLS handshakes on a socket, as whoever the configuration says.
fn listen(path: &std::path::Path, config: Arc<ServerConfig>) {
    let listener = UnixListener::bind(path).expect("a socket");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = Stream::accept(Plain::Unix(stream), Some(Arc::clone(&config))).await;
        }
    });
}

#[tokio::test]
async fn another_certificate_than_the_line_has() {
    let script = Script::new(r#"echo "$LINE"; exec sleep 60"#);
    let (shown, told) = (identity(), identity());
    let pin = Pin::from_der(told.certificate().clone()).expect("a certificate");
    let socket = script.beside("socket");
    listen(&socket, tls::server_config(&shown, &pin));
    let mut handshake = Handshake::new(1, Address::Unix(socket));
    handshake.certificate = Some(told.certificate().clone());
    let launch = Launch::new("/bin/sh", COOKIE).arg(script.path()).env("LINE", handshake.line());
    let error = launch.start().await.expect_err("it is a stranger");
    let LaunchErrorKind::Connect { source, .. } = error.kind() else { panic!("{error:?}") };
    assert_eq!(source.kind(), std::io::ErrorKind::InvalidData);
    assert!(source.to_string().contains("UnknownIssuer"), "{source}");
}

#[tokio::test]
async fn no_certificate_though_tls_was_asked_for() {
    let script = Script::new(r#"echo "1|1|unix|$SOCKET|grpc|"; exec sleep 60"#);
    let socket = script.beside("socket");
    serve(&socket);
    let launch = Launch::new("/bin/sh", COOKIE).arg(script.path()).env("SOCKET", &socket);
    let error = launch.start().await.expect_err("it would be plain text");
    assert!(matches!(error.kind(), LaunchErrorKind::NoCertificate), "{error:?}");
}

#[tokio::test]
async fn a_certificate_though_no_tls_was_asked_for() {
    let script = Script::new(r#"echo "$LINE"; exec sleep 60"#);
    let mut handshake = Handshake::new(1, Address::Unix(script.beside("socket")));
    handshake.certificate = Some(identity().certificate().clone());
    let error = script.launch().env("LINE", handshake.line()).start().await.expect_err("it is confused");
    assert!(matches!(error.kind(), LaunchErrorKind::UnaskedCertificate), "{error:?}");
}

#[tokio::test]
async fn only_the_expected_program_is_started() {
    let script = Script::new(r#"touch "$0.ran"; echo "1|1|unix|$SOCKET|grpc|"; exec sleep 60"#);
    let socket = script.beside("socket");
    serve(&socket);
    let shell = std::path::Path::new("/bin/sh");
    let right = Checksum::of(shell).expect("it can be read");
    let wrong = Checksum::of(&script.path()).expect("it can be read");
    let error = script.launch().checksum(wrong).start().await.expect_err("another program");
    let kind = error.kind();
    assert!(
        matches!(kind, LaunchErrorKind::Checksum { expected, found } if *expected == wrong && *found == right),
        "{kind:?}"
    );
    assert!(!script.beside("plugin.sh.ran").exists(), "it was not started");
    let plugin = script.launch().env("SOCKET", &socket).checksum(right).start().await.expect("it is the one");
    plugin.ping().await.expect("it is well");
    let missing =
        Launch::new("/nowhere/at/all", COOKIE).checksum(right).start().await.expect_err("nothing there");
    assert!(matches!(missing.kind(), LaunchErrorKind::Unreadable(_)));
}

#[tokio::test]
async fn a_plugin_that_somebody_else_started_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("socket");
    serve(&socket);
    // The number is this very process's: whoever killed it would end the test.
    let text = Reattach { version: 6, pid: std::process::id(), address: Address::Unix(socket) }.json("a/b/c");
    let all = Reattach::parse_all(&text).expect("it is right");
    for _ in 0..2 {
        let plugin = tf_plugin::host::Plugin::attach(&all["a/b/c"]).await.expect("it listens");
        assert_eq!((plugin.version(), plugin.process_id()), (6, None));
        plugin.ping().await.expect("it is well");
        assert_eq!(plugin.shutdown().await, tf_plugin::host::Ended::Detached);
    }
    let nobody = Reattach { version: 6, pid: 1, address: Address::Unix(folder.path().join("nobody")) };
    assert!(tf_plugin::host::Plugin::attach(&nobody).await.is_err());
}
