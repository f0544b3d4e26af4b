//! Go's host with our plugin.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tf_plugin::stream::{Plain, Stream};
use tf_plugin::{Address, Handshake, Identity, Pin, tls};
use tokio::net::UnixListener;

use crate::programs;

/// What Go's host prints of these commands to a plugin.
fn host(peer: &Path, options: &[&str], plugin: &Path, commands: &[&str], temporary: &Path) -> Vec<String> {
    let mut host = Command::new(peer);
    host.args(options).arg(plugin).arg("--").args(commands).env("TMPDIR", temporary);
    let output = host.output().expect("the peer was built");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// After so many milliseconds Go kills a plugin that does not end.
const KILL_MS: u32 = 2000;

/// The service, the broker both ways, health, and an end in time that leaves nothing behind.
fn everything(options: &[&str]) {
    let Some(peer) = programs::go_peer() else { return };
    let (mut took, mut left) = life(peer, options);
    // On a busy machine Go may kill any plugin. There are three attempts, and the last one counts.
    for _ in 0..2 {
        if took >= KILL_MS {
            (took, left) = life(peer, options);
        }
    }
    assert!(took < KILL_MS, "it was killed after {took} ms");
    assert!(left.is_empty(), "{left:?}");
}

/// All of it once; how many milliseconds the end took, and the directories that were left behind.
fn life(peer: &Path, options: &[&str]) -> (u32, Vec<PathBuf>) {
    let temporary = tempfile::tempdir().expect("a folder");
    let commands = [
        "ping",
        "put=fruit/a=apple",
        "get=fruit/a",
        "merge=fruit/a=pear",
        "open=fruit/=a",
        "open=fruit/=a",
        "ping",
        "end",
    ];
    let mut said = host(peer, options, programs::kv_plugin(), &commands, temporary.path());
    let end = said.pop().unwrap_or_default();
    assert_eq!(
        said,
        [
            "version 2",
            "ping ok",
            "put apple",
            "get apple",
            "merge apple+pear",
            "open apple+pear",
            "open apple+pear",
            "ping ok"
        ]
    );
    let took: u32 = end.strip_prefix("end ").and_then(|time| time.parse().ok()).expect(&end);
    let ours = fs::read_dir(temporary.path()).expect("it is there").flatten().map(|entry| entry.path());
    (took, ours.filter(|path| path.is_dir()).collect())
}

#[test]
fn everything_with_auto_mtls() {
    everything(&[]);
}

#[test]
fn everything_without_tls() {
    everything(&["-plaintext"]);
}

#[test]
fn an_error_keeps_its_code_and_its_words() {
    let Some(peer) = programs::go_peer() else { return };
    let temporary = tempfile::tempdir().expect("a folder");
    let said = host(peer, &[], programs::kv_plugin(), &["get=x"], temporary.path());
    let expected = "error: get: rpc error: code = NotFound desc = no value has the key x";
    assert_eq!(said.last().map(String::as_str), Some(expected));
}

/// A plugin that shows another certificate than its line has: Go's host must not talk to it.
#[tokio::test]
async fn a_foreign_certificate_is_refused() {
    let Some(peer) = programs::go_peer() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (shown, told) =
        (Identity::generate().expect("an identity"), Identity::generate().expect("an identity"));
    let pin = Pin::from_der(shown.certificate().clone()).expect("a certificate");
    let config = tls::server_config(&shown, &pin);
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).expect("a socket");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // It fails: that is what is tested.
            let _ = Stream::accept(Plain::Unix(stream), Some(config.clone())).await;
        }
    });
    let mut handshake = Handshake::new(2, Address::Unix(path));
    handshake.certificate = Some(told.certificate().clone());
    let plugin = folder.path().join("plugin.sh");
    let script = format!("#!/bin/sh\necho '{}'\nexec sleep 60\n", handshake.line());
    fs::write(&plugin, script).expect("written");
    fs::set_permissions(&plugin, fs::Permissions::from_mode(0o700)).expect("it is ours");
    let temporary = folder.path().to_owned();
    let said = tokio::task::spawn_blocking(move || host(peer, &[], &plugin, &["ping"], &temporary));
    let said = said.await.expect("it ran").join("\n");
    assert!(said.contains("error: ping") && said.contains("x509"), "{said}");
}
