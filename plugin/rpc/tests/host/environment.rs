//! What a plugin gets of its host's environment. `tests/host.rs` itself is started again with secrets in it.

use std::process::Command;

use crate::script::Script;

/// A variable that tells the started test that it was started.
const INNER: &str = "HOST_TEST_INNER";

/// Starts a script that writes its environment into its error, in a process that has secrets.
#[tokio::test]
async fn inner() {
    let Ok(kind) = std::env::var(INNER) else { return };
    let script = Script::new("env >&2; exit 1");
    let launch = script.launch().env("ASKED", "for");
    let launch = if kind == "all" { launch.inherit_environment() } else { launch };
    let error = launch.on_log(|line| println!("env {}", line.message)).start().await.expect_err("it ends");
    assert!(error.evidence().status.is_some());
}

/// The names of the variables that the plugin had.
fn names(kind: &str) -> Vec<String> {
    let mut again = Command::new(std::env::current_exe().expect("this program"));
    again.args(["--exact", "environment::inner", "--nocapture"]).env_clear();
    again.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", "/h").env(INNER, kind);
    again
        .env("AWS_SECRET_ACCESS_KEY", "hunter2")
        .env("PLUGIN_CLIENT_CERT", "x")
        .env("PLUGIN_UNIX_SOCKET_DIR", "/x");
    let output = again.output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
    let shells = ["PWD", "SHLVL", "_", "OLDPWD"];
    let name = |line: &str| line.strip_prefix("env ")?.split_once('=').map(|(name, _)| name.to_owned());
    let mut names: Vec<String> = text.lines().filter_map(name).collect();
    names.retain(|name| !shells.contains(&name.as_str()));
    names.sort();
    names
}

#[test]
fn secrets_stay_here_unless_asked_for() {
    let said = ["PLUGIN_MAX_PORT", "PLUGIN_MIN_PORT", "PLUGIN_PROTOCOL_VERSIONS", "SCRIPT_PLUGIN"];
    let mut expected = ["ASKED", "HOME", "PATH"].into_iter().chain(said).collect::<Vec<_>>();
    assert_eq!(names("least"), expected);
    // All of it but what was said to this process as a plugin.
    expected.extend(["AWS_SECRET_ACCESS_KEY", INNER]);
    expected.sort_unstable();
    assert_eq!(names("all"), expected);
}
