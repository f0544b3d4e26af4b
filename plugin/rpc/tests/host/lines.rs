//! First lines that are no handshake, and plugins without any.

use std::time::{Duration, Instant};

use tf_plugin::HandshakeError;
use tf_plugin::host::{Launch, LaunchErrorKind};

use crate::script::{COOKIE, Script};

/// A script fails with an error of these words, and its cause with those.
async fn check(script: &str, expected: &str, cause: &str) {
    let error = Script::new(script).refused().await;
    let found = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert_eq!((error.to_string().as_str(), found.as_str()), (expected, cause), "{script}");
}

#[tokio::test]
async fn lines_that_are_no_handshake() {
    const NONE: &str = "the plugin's first line is no handshake";
    let padded = format!("echo '1|1|unix|/x|grpc|{}=='", "QUFB".repeat(50));
    for (script, cause) in [
        ("echo hello world; exec sleep 60", "the line has 1 fields, not at least 4"),
        ("echo; exec sleep 60", "the line has 1 fields, not at least 4"),
        ("echo warming up; echo '1|1|unix|/x|grpc|'; exec sleep 60", "the line has 1 fields, not at least 4"),
        ("echo '1|1|unix'", "the line has 3 fields, not at least 4"),
        ("echo '2|1|unix|/x|grpc|'", "core version \"2\" is not \"1\""),
        ("echo '1|one|unix|/x|grpc|'", "version \"one\" is no number"),
        ("echo '1|1|pipe|/x|grpc|'", "it does not say where the plugin listens"),
        ("echo '1|1|unix||grpc|'", "it does not say where the plugin listens"),
        ("echo '1|1|unix|/x|http|'", "protocol \"http\" is neither \"grpc\" nor \"netrpc\""),
        (&padded, "the certificate is not unpadded base64"),
        ("printf '\\377\\376|1|unix|/x|grpc|\\n'", "core version \"\u{fffd}\u{fffd}\" is not \"1\""),
    ] {
        check(script, NONE, cause).await;
    }
}

#[tokio::test]
async fn handshakes_that_are_not_for_us() {
    check("echo '1|7|unix|/x|grpc|'", "the plugin speaks version 7, this host [1]", "").await;
    check("echo '1|1|unix|/x|netrpc|'", "the plugin speaks net/rpc, not grpc", "").await;
    check("echo '1|1|unix|/x'", "the plugin speaks net/rpc, not grpc", "").await;
}

#[tokio::test]
async fn five_and_seven_fields_are_enough() {
    for end in ["grpc", "grpc|", "grpc||false", "grpc||true"] {
        let script = Script::new(r#"echo "1|1|unix|$SOCKET|$END"; exec sleep 60"#);
        let socket = script.beside("socket");
        crate::script::serve(&socket);
        let plugin = script.launch().env("SOCKET", &socket).env("END", end).start().await.expect(end);
        plugin.ping().await.expect(end);
        // A script does not hear Shutdown.
        drop(plugin);
    }
}

#[tokio::test]
async fn no_line_at_all() {
    let error = Script::new("echo 'no such library: libfoo' >&2; exit 3").refused().await;
    assert!(matches!(error.kind(), LaunchErrorKind::NoLine));
    assert_eq!(error.evidence().status.and_then(|status| status.code()), Some(3));
    assert_eq!(error.evidence().stderr, ["no such library: libfoo"]);
    let told = format!("{error} {error:?} {}", error.evidence());
    assert!(!told.contains(COOKIE.value.as_ref()), "nobody prints a cookie: {told}");
    let error = Script::new("printf '1|1|unix|/x|grpc|'; exit 0").refused().await;
    assert!(matches!(error.kind(), LaunchErrorKind::NoLine), "a line that does not end is none");
    assert_eq!(error.evidence().line.as_deref(), Some("1|1|unix|/x|grpc|"));
}

#[tokio::test]
async fn a_line_that_does_not_come_in_time() {
    for (script, line) in [("exec sleep 60", None), ("printf '1|1|unix'; exec sleep 60", Some("1|1|unix"))] {
        let script = Script::new(script);
        let began = Instant::now();
        let launch = script.launch().start_limit(Duration::from_millis(300));
        let error = launch.start().await.expect_err("it is too late");
        assert!(matches!(error.kind(), LaunchErrorKind::TimedOut { .. }), "{error}");
        assert_eq!(error.to_string(), "the plugin wrote no handshake line within 0.3 s");
        assert!(began.elapsed() < Duration::from_secs(20), "it was killed, not waited for");
        assert!(error.evidence().line.as_deref().is_none_or(|found| Some(found) == line));
    }
}

#[tokio::test]
async fn a_line_that_does_not_end() {
    let error = Script::new("exec yes no | tr -d '\\n'").refused().await;
    assert!(matches!(error.kind(), LaunchErrorKind::LineTooLong), "{error}");
    assert!(error.evidence().line.as_ref().is_some_and(|line| line.len() < 17 * 1024));
    let long = format!("echo '{}'", "x".repeat(20_000));
    let error = Script::new(&long).refused().await;
    let kind = error.kind();
    assert!(
        matches!(kind, LaunchErrorKind::LineTooLong | LaunchErrorKind::Handshake(HandshakeError::TooLong)),
        "{kind:?}"
    );
}

#[tokio::test]
async fn nobody_listens_there() {
    let error = Script::new("echo '1|1|unix|/nowhere/at/all|grpc|'; exec sleep 60").refused().await;
    let kind = error.kind();
    assert!(
        matches!(kind, LaunchErrorKind::Connect { source, .. } if source.kind() == std::io::ErrorKind::NotFound),
        "{kind:?}"
    );
    assert_eq!(error.to_string(), "the plugin cannot be connected to at unix:/nowhere/at/all");
}

#[tokio::test]
async fn programs_that_cannot_be_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("text");
    std::fs::write(&text, "hello").expect("written");
    for (program, described) in [
        (folder.path().join("missing"), None),
        (folder.path().to_owned(), Some("directory")),
        (text, Some("file")),
    ] {
        let error = Launch::new(&program, COOKIE).start().await.expect_err("no program");
        assert!(matches!(error.kind(), LaunchErrorKind::Spawn(_)), "{error:?}");
        let file = error.evidence().file.as_deref();
        assert_eq!(file.and_then(|file| file.split(',').next()), described);
        let printed = error.evidence().to_string();
        assert!(printed.contains(&program.display().to_string()), "{printed}");
    }
}

/// Whatever goes wrong, no process is left, and none is a zombie.
#[tokio::test]
async fn nothing_is_left_running() {
    for script in ["echo hello", "echo '1|1|unix|/nowhere|grpc|'", "exec 1>&-"] {
        let script = Script::new(&format!("echo $$ > \"$0.pid\"; {script}; exec sleep 60"));
        script.refused().await;
        let id = std::fs::read_to_string(script.beside("plugin.sh.pid")).expect("it ran");
        assert!(!std::path::Path::new("/proc").join(id.trim()).exists(), "{}", id.trim());
    }
}
