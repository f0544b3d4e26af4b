//! What plugins write, in whatever amount: they never wait for the host, and the host does not drown.

use std::sync::mpsc::{self, Receiver};

use tf_plugin::host::{Launch, Level, LogLine, Plugin};

use crate::script::{Script, serve};

/// Starts a script that says that it serves, and then goes on.
async fn start(script: &Script, more: impl FnOnce(Launch) -> Launch) -> Plugin {
    let socket = script.beside("socket");
    serve(&socket);
    more(script.launch().env("SOCKET", &socket)).start().await.expect("it starts")
}

/// Waits for what a callback sends, without keeping the runtime from reading.
async fn next<T: Send + 'static>(received: Receiver<T>) -> (T, Receiver<T>) {
    let wait = move || (received.recv().expect("it goes on"), received);
    tokio::task::spawn_blocking(wait).await.expect("it ran")
}

#[tokio::test]
async fn a_flood_that_nobody_reads_stops_nothing() {
    // 64 MiB on each stream: a pipe holds 64 KiB.
    let flood = "head -c 67108864 /dev/zero; head -c 67108864 /dev/zero >&2";
    let script = Script::new(&format!(
        "echo \"1|1|unix|$SOCKET|grpc|\"; {flood}; echo done > \"$0.done\"; exec sleep 60"
    ));
    let plugin = start(&script, |launch| launch.on_log(|_| {})).await;
    while !script.beside("plugin.sh.done").exists() {
        plugin.ping().await.expect("it is well");
    }
}

#[tokio::test]
async fn long_lines_of_the_log_come_in_pieces() {
    let long = "head -c 150000 /dev/zero | tr '\\0' x >&2; echo ' end' >&2; echo '[WARN] after' >&2";
    let script = Script::new(&format!("echo \"1|1|unix|$SOCKET|grpc|\"; {long}; exec sleep 60"));
    let (send, mut received) = mpsc::channel::<LogLine>();
    let plugin = start(&script, |launch| launch.on_log(move |line| drop(send.send(line)))).await;
    let mut sizes = Vec::new();
    loop {
        let (line, rest) = next(received).await;
        received = rest;
        if line.level == Level::Warn {
            assert_eq!(line.message, "[WARN] after");
            break;
        }
        sizes.push(line.message.len());
    }
    assert_eq!(sizes, [65536, 65536, 150_000 - 2 * 65536 + 4]);
    drop(plugin);
}

#[tokio::test]
async fn lines_of_any_kind_are_harmless() {
    let lines = r#"printf '%s\n' '{"@message":5}' '{"@level":[]}' '{"@message":"a","@level":"ERROR","k":null}' '{' 'panic: oh' 'last' >&2"#;
    let script = Script::new(&format!("echo \"1|1|unix|$SOCKET|grpc|\"; {lines}; exec sleep 60"));
    let (send, mut received) = mpsc::channel::<LogLine>();
    let plugin = start(&script, |launch| launch.on_log(move |line| drop(send.send(line)))).await;
    let mut found = Vec::new();
    for _ in 0..6 {
        let (line, rest) = next(received).await;
        received = rest;
        found.push((line.level, line.message));
    }
    let expected = [
        (Level::Debug, "5"),
        (Level::Debug, ""),
        (Level::Error, "a"),
        (Level::Debug, "{"),
        (Level::Error, "panic: oh"),
        (Level::Error, "last"),
    ];
    assert_eq!(found, expected.map(|(level, message)| (level, message.to_owned())));
    assert_eq!(plugin.last_log_lines().last().map(String::as_str), Some("last"));
}

#[tokio::test]
async fn output_after_the_handshake_is_handed_on() {
    // In one write with the line, and after it.
    let script =
        Script::new("printf '1|1|unix|%s|grpc|\\nat once' \"$SOCKET\"; printf ' and later'; exec sleep 60");
    let (send, mut received) = mpsc::channel::<Vec<u8>>();
    let plugin =
        start(&script, |launch| launch.on_output(move |bytes| drop(send.send(bytes.to_vec())))).await;
    let mut found = Vec::new();
    while found.len() < "at once and later".len() {
        let (bytes, rest) = next(received).await;
        received = rest;
        found.extend(bytes);
    }
    assert_eq!(found, b"at once and later");
    drop(plugin);
}
