//! `-debug`: a provider that Terraform finds running.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tf_testkit::terraform::{ProviderSource, Terraform, Workspace};

use crate::remote::{ADDRESS, BINARY, Remote};

/// A running provider, and what it printed for Terraform's environment. Killed when dropped.
struct Debugged {
    child: Child,
    reattach: String,
}

impl Debugged {
    fn start(remote: &Remote) -> Self {
        let mut command = Command::new(BINARY);
        command.arg("-debug").env("ACC_ROOT", remote.path()).stdout(Stdio::piped()).stdin(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        let reattach = loop {
            text.clear();
            assert_ne!(output.read_line(&mut text).unwrap(), 0, "it printed no line for the environment");
            if let Some((_, rest)) = text.split_once("TF_REATTACH_PROVIDERS='") {
                break rest.trim_end().strip_suffix('\'').unwrap().to_owned();
            }
        };
        // What it prints later must not block it.
        std::thread::spawn(move || output.read_to_string(&mut String::new()));
        Self { child, reattach }
    }

    /// Sends a signal, and waits for the end.
    fn end(mut self, signal: Signal) -> (ExitStatus, Duration) {
        let begin = Instant::now();
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        (self.child.wait().unwrap(), begin.elapsed())
    }
}

impl Drop for Debugged {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn terraform_finds_it_and_leaves_it_running() {
    let Some(terraform) = Terraform::or_skip() else { return };
    for signal in [Signal::INT, Signal::TERM] {
        let remote = Remote::new();
        let provider = Debugged::start(&remote);
        let json: serde_json::Value = serde_json::from_str(&provider.reattach).unwrap();
        let entry = &json[ADDRESS];
        assert_eq!(entry["Protocol"], "grpc");
        assert_eq!(entry["ProtocolVersion"], 6);
        assert_eq!(entry["Pid"], provider.child.id());
        assert_eq!(entry["Test"], true);
        assert!(entry["Addr"]["Network"].is_string() && entry["Addr"]["String"].is_string(), "{json}");
        let source = ProviderSource::reattach(ADDRESS, &provider.reattach).unwrap();
        let workspace = Workspace::new(&terraform, source).unwrap();
        workspace.configure("resource \"acc_item\" \"a\" {\n  name = \"debugged\"\n}\n").unwrap();
        workspace.init().unwrap().map(|run| run.succeeded().unwrap());
        // More than one command, and each of them starts and stops providers more than once.
        workspace.plan(&Default::default()).unwrap().succeeded().unwrap();
        workspace.apply().unwrap().succeeded().unwrap();
        assert!(remote.has("item-debugged"));
        workspace.plan(&Default::default()).unwrap().succeeded().unwrap();
        assert!(workspace.show_plan().unwrap().is_empty());
        workspace.destroy().unwrap().succeeded().unwrap();
        let (status, took) = provider.end(signal);
        assert!(status.success(), "{status}");
        assert!(took < Duration::from_secs(30), "{took:?}");
    }
}

#[test]
fn started_by_hand_it_says_what_it_is() {
    let output = Command::new(BINARY).stdin(Stdio::null()).output().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("plugin"), "{text}");
}
