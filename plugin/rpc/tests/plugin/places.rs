//! Where it listens, and with which modes.

use super::bare::Start;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use tf_plugin::Address;
use tf_plugin_proto::tfplugin6::validate_resource_config;
use tokio::process::Command;

fn path(address: &Address) -> PathBuf {
    match address {
        Address::Unix(path) => path.clone(),
        Address::Tcp(address) => panic!("TCP at {address}"),
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it exists").mode() & 0o777
}

#[tokio::test]
async fn any_umask_leaves_the_socket_private() {
    for umask in ["0", "022", "0777"] {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("umask {umask}; exec \"$0\"")).arg(super::bare::executable());
        let bare = Start::of(shell).serve().await;
        let path = path(&bare.handshake.address);
        assert_eq!(mode(&path), 0o600, "umask {umask}");
        assert_eq!(mode(path.parent().expect("a parent")), 0o700, "umask {umask}");
        bare.shutdown().await;
    }
}

#[tokio::test]
async fn a_long_directory_is_replaced() {
    let start = Start::plain();
    let long = start.temporary.path().join("x".repeat(120));
    fs::create_dir(&long).expect("a directory");
    let bare = start.env("TMPDIR", &long).serve().await;
    let socket = path(&bare.handshake.address);
    assert!(socket.starts_with("/tmp") && !socket.starts_with(&long), "{socket:?}");
    bare.provider()
        .await
        .validate_resource_config(validate_resource_config::Request::default())
        .await
        .expect("an answer");
    fs::remove_dir(&long).expect("empty");
    bare.shutdown().await;
    assert!(!socket.parent().expect("a parent").exists());
}

#[tokio::test]
async fn the_hosts_directory_and_group_are_kept_to() {
    let directory = tempfile::tempdir().expect("a directory");
    let own = fs::metadata(directory.path()).expect("it exists").gid();
    let bare = Start::plain()
        .env("PLUGIN_UNIX_SOCKET_DIR", directory.path())
        .env("PLUGIN_UNIX_SOCKET_GROUP", own.to_string())
        .serve()
        .await;
    let socket = path(&bare.handshake.address);
    assert!(socket.starts_with(directory.path()));
    assert_eq!((mode(&socket), fs::metadata(&socket).expect("it exists").gid()), (0o660, own));
    bare.shutdown().await;

    for (name, value) in [
        ("PLUGIN_UNIX_SOCKET_DIR", "/no/such/directory"),
        ("PLUGIN_UNIX_SOCKET_GROUP", "no-such-group-anywhere"),
    ] {
        let output = Start::plain().env(name, value).output().await;
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(output.stdout.is_empty());
        assert!(String::from_utf8_lossy(&output.stderr).contains(value), "{output:?}");
    }
}

#[tokio::test]
async fn tcp_keeps_to_the_hosts_ports() {
    let bare = Start::tls().env("BARE_TCP", "1").serve().await;
    let Address::Tcp(address) = bare.handshake.address else { panic!("{:?}", bare.line) };
    assert!(address.ip().is_loopback() && (10_000..=25_000).contains(&address.port()), "{address}");
    bare.provider()
        .await
        .validate_resource_config(validate_resource_config::Request::default())
        .await
        .expect("an answer");
    bare.shutdown().await;

    let any = Start::plain()
        .without("PLUGIN_MIN_PORT")
        .without("PLUGIN_MAX_PORT")
        .env("BARE_TCP", "1")
        .serve()
        .await;
    assert!(matches!(any.handshake.address, Address::Tcp(address) if address.port() != 0));
    any.shutdown().await;

    for (min, max) in [("2", "1"), ("x", "5"), ("1", "70000")] {
        let start =
            Start::plain().env("BARE_TCP", "1").env("PLUGIN_MIN_PORT", min).env("PLUGIN_MAX_PORT", max);
        let output = start.output().await;
        assert_eq!(output.status.code(), Some(1), "{min} to {max}");
        assert!(output.stdout.is_empty(), "{output:?}");
    }
}
