//! Ctrl-C: the provider is told, says so, and nothing is lost.

use std::fs;
use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::thread;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::world::{World, has};

const CONFIG: &str = "resource \"acc_item\" \"a\" {\n  name = \"first\"\n}\n\
                      resource \"acc_slow\" \"s\" {\n  seconds = 600\n  depends_on = [acc_item.a]\n}\n";

/// `terraform apply` in a process group of its own.
fn apply(world: &World) -> Child {
    let directory = world.workspace.path();
    let mut command = Command::new(world.workspace.terraform().path());
    command
        .args(["apply", "-json", "-input=false", "-auto-approve"])
        .current_dir(world.workspace.config_path())
        .env_clear()
        .env("HOME", directory.join("home"))
        .env("TMPDIR", directory.join("tmp"))
        .env("TF_CLI_CONFIG_FILE", directory.join("cli.tfrc"))
        .env("TF_DATA_DIR", directory.join("data"))
        .env("CHECKPOINT_DISABLE", "1")
        .env("ACC_ROOT", world.remote.path())
        .env("TF_LOG_PROVIDER", "DEBUG")
        .env("TF_LOG_PATH", directory.join("terraform.log"))
        .process_group(0)
        .stdout(Stdio::piped());
    command.spawn().unwrap()
}

/// Interrupts it when the provider has begun to create the slow resource, and returns all it printed.
fn interrupted(world: &World, interrupt: fn(Pid)) -> String {
    let mut child = apply(world);
    let log = world.workspace.path().join("terraform.log");
    while !fs::read_to_string(&log).is_ok_and(|text| text.contains("creating acc_slow")) {
        assert!(child.try_wait().unwrap().is_none(), "terraform ended before the provider began");
        thread::yield_now();
    }
    interrupt(Pid::from_child(&child));
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(!child.wait().unwrap().success());
    text
}

fn check(interrupt: fn(Pid)) {
    let Some(world) = World::new() else { return };
    world.configure(CONFIG);
    let text = interrupted(&world, interrupt);
    assert_eq!(world.remote.events(), ["interrupted"], "{text}");
    assert!(text.contains("\"@level\":\"error\""), "{text}");
    has(&world.state(), "acc_item.a", "id", "item-first");
    assert!(world.state().resource("acc_slow.s").is_none());
    assert!(world.remote.has("item-first"));
}

#[test]
fn terraform_is_interrupted() {
    check(|terraform| kill_process(terraform, Signal::INT).unwrap());
}

#[test]
fn terraform_and_the_provider_are_interrupted() {
    // As a terminal does.
    check(|terraform| kill_process_group(terraform, Signal::INT).unwrap());
}
