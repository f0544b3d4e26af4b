//! Packaged providers that do wrong, and users who interrupt: with the real Terraform, and with nothing lost.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use end_to_end::{built, lacking};
use rustix::process::{Pid, Signal, kill_process_group};

use super::provider::Packaged;

fn faulty(mode: &str) -> String {
    format!("resource \"acc_faulty\" \"f\" {{\n  mode = \"{mode}\"\n}}\n")
}

const ITEM: &str = "resource \"acc_item\" \"a\" {\n  name = \"one\"\n}\n";

fn acceptance_provider() -> Option<Packaged> {
    let mut provider = Packaged::of_binary("acc")?;
    let root = provider.workspace.path().join("remote");
    provider.workspace.set_env("ACC_ROOT", root);
    provider.configure(ITEM);
    provider.init();
    Some(provider)
}

#[test]
fn a_panic_is_an_error_of_its_resource_alone() {
    let Some(provider) = acceptance_provider() else { return };
    let failed = provider.fails(&(faulty("panic") + ITEM));
    assert!(failed.errors().any(|error| error.detail.contains("panic")), "{failed}");
    let state = provider.workspace.show_state().unwrap();
    assert!(state.resource("acc_item.a").is_some() && state.resource("acc_faulty.f").is_none());
    provider.apply(ITEM);
}

#[test]
fn what_is_half_created_is_tainted_and_replaced() {
    let Some(provider) = acceptance_provider() else { return };
    let failed = provider.fails(&faulty("tainted"));
    assert!(failed.errors().any(|error| error.summary == "Half created"), "{failed}");
    let state = provider.workspace.show_state().unwrap();
    assert!(state.resource("acc_faulty.f").unwrap().tainted);
    provider.apply(&faulty("good"));
}

/// `terraform apply` in a process group of its own, as in a terminal, with these variables in its environment.
fn apply(provider: &Packaged, variables: &[(&str, &Path)]) -> Child {
    let directory = provider.workspace.path();
    let mut command = Command::new(provider.workspace.terraform().path());
    command
        .args(["apply", "-input=false", "-auto-approve", "-no-color"])
        .current_dir(provider.workspace.config_path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", directory.join("home"))
        .env("TMPDIR", directory.join("tmp"))
        .env("TF_CLI_CONFIG_FILE", directory.join("cli.tfrc"))
        .env("TF_DATA_DIR", directory.join("data"))
        .env("CHECKPOINT_DISABLE", "1")
        .envs(variables.iter().copied())
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn interrupt(child: &Child) {
    kill_process_group(Pid::from_child(child), Signal::INT).unwrap();
}

/// Interrupts when this line has come, `times` times, each after the next such line; gives all that was printed.
fn interrupted(child: &mut Child, words: &[&str]) -> String {
    let (mut said, mut words) = (String::new(), words.iter().peekable());
    let stdout = BufReader::new(child.stdout.take().unwrap());
    for line in stdout.lines() {
        let line = line.unwrap();
        if words.peek().is_some_and(|word| line.contains(**word)) {
            words.next();
            interrupt(child);
        }
        said = said + &line + "\n";
    }
    // Its end is also the provider's: both have the pipe.
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(words.peek().is_none(), "{said}");
    said
}

#[test]
fn an_interrupt_stops_what_runs_and_loses_nothing() {
    let Some(provider) = acceptance_provider() else { return };
    let slow = "resource \"acc_slow\" \"s\" {\n  seconds    = 600\n  depends_on = [acc_item.a]\n}\n";
    provider.configure(&(ITEM.to_owned() + slow));
    let root = provider.workspace.path().join("remote");
    let log = provider.workspace.path().join("log");
    let level = Path::new("DEBUG");
    let mut child =
        apply(&provider, &[("ACC_ROOT", &root), ("TF_LOG_PROVIDER", level), ("TF_LOG_PATH", &log)]);
    // Terraform says that it creates before the provider is asked to.
    while !fs::read_to_string(&log).is_ok_and(|text| text.contains("creating acc_slow")) {
        assert!(child.try_wait().unwrap().is_none(), "terraform ended before the provider began");
        std::thread::yield_now();
    }
    interrupt(&child);
    let said = interrupted(&mut child, &[]);
    assert!(!child.wait().unwrap().success(), "{said}");
    assert_eq!(fs::read_to_string(root.join("log.txt")).unwrap(), "interrupted\n", "{said}");
    let state = provider.workspace.show_state().unwrap();
    assert!(state.resource("acc_item.a").is_some() && state.resource("acc_slow.s").is_none());
}

#[test]
fn two_interrupts_end_a_provider_that_does_not_stop() {
    let program = built("psp").with_file_name("examples/bare_provider");
    if lacking("the example `bare_provider`", program.exists()) {
        return;
    }
    let Some(provider) = Packaged::new("bare", &program) else { return };
    provider.configure("resource \"bare_thing\" \"a\" {\n  name = \"a\"\n  size = 1\n}\n");
    provider.init();
    let [waits, stubborn] = ["apply", "1"].map(Path::new);
    let waiting = provider.workspace.path().join("waiting");
    let listener = std::os::unix::net::UnixListener::bind(&waiting).unwrap();
    listener.set_nonblocking(true).unwrap();
    let variables = [("BARE_WAIT", waits), ("BARE_STUBBORN", stubborn), ("BARE_WAITING", waiting.as_path())];
    let mut child = apply(&provider, &variables);
    // Terraform says that it creates before the provider is asked to.
    let _provider = loop {
        match listener.accept() {
            Ok(accepted) => break accepted,
            Err(_) => {
                assert!(child.try_wait().unwrap().is_none(), "terraform ended before the provider began")
            }
        }
        std::thread::yield_now();
    };
    interrupt(&child);
    let said = interrupted(&mut child, &["Interrupt received"]);
    assert!(said.contains("Two interrupts received"), "{said}");
    assert_eq!(child.wait().unwrap().code(), Some(1), "{said}");
    // Nothing is left but the cache, and the next apply goes through.
    let temporary = provider.workspace.path().join("tmp");
    assert_eq!(fs::read_dir(temporary).unwrap().count(), 0, "a socket was left behind");
    provider.workspace.plan(&tf_testkit::terraform::PlanOptions::default()).unwrap().succeeded().unwrap();
    provider.workspace.apply().unwrap().succeeded().unwrap();
}
