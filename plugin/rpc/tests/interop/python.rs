//! pyvider-rpcplugin 0.5.5, from the Python index into a virtual environment, in both roles: what works, and what it cannot do.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tf_plugin::host::{Ended, Launch};

use crate::{programs, service, store};

const PACKAGE: &str = "pyvider-rpcplugin==0.5.5";
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python");

/// A Python that has the package; none if that can't be had here.
fn python() -> Option<&'static Path> {
    static INSTALLED: OnceLock<Option<PathBuf>> = OnceLock::new();
    INSTALLED.get_or_init(install).as_deref()
}

fn install() -> Option<PathBuf> {
    // Half of it may be there already while another process is at it: it is looked for only after that.
    let _alone = programs::alone("pyvider");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pyvider");
    let python = folder.join("bin/python");
    let run = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    let has_it = |python: &Path| run(Command::new(python).args(["-c", "import pyvider.rpcplugin"]));
    let make = || run(Command::new("python3.11").args(["-m", "venv"]).arg(&folder));
    let fetch = || run(Command::new(&python).args(["-m", "pip", "install", "--quiet", PACKAGE]));
    if has_it(&python) || (make() && fetch()) {
        return Some(python);
    }
    programs::skip(PACKAGE);
    None
}

/// The cookie by the names that the package reads, and whether it uses TLS.
fn variables(auto_mtls: &'static str) -> [(&'static str, String); 3] {
    [
        ("PLUGIN_MAGIC_COOKIE_KEY", service::COOKIE.key.into_owned()),
        ("PLUGIN_MAGIC_COOKIE_VALUE", service::COOKIE.value.into_owned()),
        ("PLUGIN_AUTO_MTLS", auto_mtls.to_owned()),
    ]
}

fn launch(python: &Path, auto_mtls: &'static str) -> Launch {
    let launch = Launch::new(python, service::COOKIE).arg(Path::new(SCRIPTS).join("plugin.py"));
    variables(auto_mtls).into_iter().fold(launch, |launch, (name, value)| launch.env(name, value))
}

/// What its host prints of our plugin.
fn host(python: &Path, auto_mtls: &'static str) -> Vec<String> {
    let mut host = Command::new(python);
    host.arg(Path::new(SCRIPTS).join("host.py")).arg(programs::kv_plugin()).envs(variables(auto_mtls));
    let output = host.output().expect("it was installed");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn its_plugin_without_tls() {
    let Some(python) = python() else { return };
    let ended = programs::patiently(async || {
        let plugin = launch(python, "false").plaintext().start().await.expect("it starts");
        plugin.ping().await.expect("it is well");
        assert_eq!(store::get(plugin.channel(), "echo").await.expect("answered"), "echo");
        plugin.shutdown().await
    })
    .await;
    // It forwards nothing, and answers Shutdown.
    assert!(matches!(ended, Ended::Exited(Some(_))), "{ended:?}");
}

#[tokio::test]
async fn its_plugin_with_auto_mtls() {
    let Some(python) = python() else { return };
    let ended = programs::patiently(async || {
        let plugin = launch(python, "true").start().await.expect("its certificate is the one of its line");
        plugin.ping().await.expect("it is well");
        assert_eq!(store::get(plugin.channel(), "echo").await.expect("answered"), "echo");
        plugin.shutdown().await
    })
    .await;
    assert!(matches!(ended, Ended::Exited(Some(_))), "{ended:?}");
}

#[test]
fn its_host_with_auto_mtls() {
    let Some(python) = python() else { return };
    assert_eq!(host(python, "true"), ["started", "health 0801", "get 0a0176", "ended"]);
}

/// gRPC's C core calls a server on a unix socket by the socket's path, percent-encoded, where HTTP/2 has an authority; the
/// HTTP/2 of tonic answers PROTOCOL_ERROR. In TLS it calls it localhost, so only a host without TLS is kept out.
#[test]
fn its_host_without_tls_names_no_authority() {
    let Some(python) = python() else { return };
    let said = host(python, "false").join("\n");
    assert!(
        said.starts_with("started\nerror AioRpcError") && said.contains("RST_STREAM with error code 1"),
        "{said}"
    );
}
