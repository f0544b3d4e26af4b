//! How it ends: by its host's wish, with its host, by signals. Nothing is ever left behind.

use super::bare::{Start, in_time, is_empty};
use rustix::process::{Pid, Signal, kill_process};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tf_plugin_proto::tfplugin6::{apply_resource_change, stop_provider, validate_resource_config};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;

/// What an end may take: a host kills after 2 s.
const END: Duration = Duration::from_millis(1500);

#[tokio::test]
async fn shutdown_ends_it_in_time_whoever_is_connected() {
    let starts: [fn() -> Start; 3] = [Start::plain, Start::tls, || Start::tls().env("BARE_THREADS", "1")];
    for start in starts {
        // The best of three: a busy machine may hold up any of them, but a plugin that is too slow is so each time.
        let mut best = Duration::MAX;
        for _ in 0..3 {
            best = best.min(shut_down(start()).await);
            if best < END {
                break;
            }
        }
        assert!(best < END, "{best:?}");
    }
}

/// How long it takes to connect once more, ask for the end and see it, while somebody else is connected.
async fn shut_down(start: Start) -> Duration {
    let bare = start.serve().await;
    let _other = bare.channel().await;
    let began = Instant::now();
    let (status, after, _) = bare.shutdown().await;
    assert!(status.success() && after.is_empty(), "{status} {after:?}");
    began.elapsed()
}

#[tokio::test]
async fn shutdown_does_not_wait_for_a_call_that_does_not_end() {
    let waiting = tempfile::tempdir().expect("a directory");
    let path = waiting.path().join("waiting");
    let listener = tokio::net::UnixListener::bind(&path).expect("a socket");
    let bare = Start::tls().env("BARE_WAIT", "apply").env("BARE_WAITING", &path).serve().await;
    let mut provider = bare.provider().await;
    let running = tokio::spawn(async move {
        provider.apply_resource_change(apply_resource_change::Request::default()).await
    });
    in_time(listener.accept()).await.expect("the call waits");
    assert!(bare.shutdown().await.0.success());
    assert!(in_time(running).await.expect("no panic").is_err());
}

#[tokio::test]
async fn it_ends_with_its_host_however_that_goes() {
    // bash is the host: it holds the only reading end of the plugin's standard output, and is killed.
    let mut host = Command::new("bash");
    host.args(["-c", r#"coproc { exec "$0"; }; read -r line <&"${COPROC[0]}"; echo "$line"; wait"#]);
    host.arg(super::bare::executable());
    let Start { mut command, temporary, .. } = Start::of(host);
    let mut child = command.spawn().expect("bash runs");
    let mut stderr = child.stderr.take().expect("a pipe");
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    in_time(stdout.read_line(&mut line)).await.expect("a line");
    assert!(line.starts_with("1|6|unix|") && !is_empty(temporary.path()), "{line:?}");
    child.start_kill().expect("it runs");
    // The plugin has the other copy of standard error: its end is the plugin's.
    let mut logged = String::new();
    in_time(stderr.read_to_string(&mut logged)).await.expect("text");
    assert!(is_empty(temporary.path()), "left behind: {logged}");
}

#[tokio::test]
async fn nobody_who_reads_the_line_is_no_host() {
    let Start { mut command, temporary, .. } = Start::plain();
    let (read, write) = std::io::pipe().expect("a pipe");
    drop(read);
    let mut child = command.stdout(Stdio::from(write)).spawn().expect("it starts");
    let status = in_time(child.wait()).await.expect("a status");
    assert_eq!(status.code(), Some(1));
    assert!(is_empty(temporary.path()));
}

#[tokio::test]
async fn interrupts_are_the_hosts_business() {
    let bare = Start::tls().serve().await;
    let mut provider = bare.provider().await;
    for _ in 0..2 {
        bare.signal(Signal::INT);
        provider
            .validate_resource_config(validate_resource_config::Request::default())
            .await
            .expect("an answer");
    }
    provider.stop_provider(stop_provider::Request {}).await.expect("an answer");
    assert!(bare.shutdown().await.0.success());
}

#[tokio::test]
async fn sigterm_ends_it_tidily() {
    let bare = Start::tls().serve().await;
    let _provider = bare.provider().await;
    bare.signal(Signal::TERM);
    let (status, _, _) = bare.end().await;
    assert_eq!(status.signal(), Some(Signal::TERM.as_raw()));
}

#[tokio::test]
async fn sigterm_ends_a_debugged_one_too() {
    let Start { mut command, temporary, .. } = Start::plain().env("BARE_DEBUG", "1");
    let mut child = command.spawn().expect("it starts");
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    in_time(stdout.read_line(&mut line)).await.expect("a line");
    let pid =
        Pid::from_raw(i32::try_from(child.id().expect("it runs")).expect("a number")).expect("a number");
    kill_process(pid, Signal::TERM).expect("it runs");
    assert!(in_time(child.wait()).await.expect("a status").success());
    assert!(is_empty(temporary.path()));
}
