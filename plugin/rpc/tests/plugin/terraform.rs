//! The example under the real Terraform: what users meet.

use super::bare::{executable, in_time, is_empty};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;

/// Terraform, if it is here. Where everything must be tested, it has to be.
fn terraform() -> Option<&'static Path> {
    static PATH: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PATH.get_or_init(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).map(|directory| directory.join("terraform")).find(|file| file.is_file())
    });
    if found.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "terraform is not here");
        println!("skipped: terraform is not here");
    }
    found.as_deref()
}

/// A module with one resource of the example, and Terraform set up to find the example.
struct Module {
    directory: TempDir,
    terraform: &'static Path,
}

/// What a run of Terraform said.
struct Said {
    code: Option<i32>,
    text: String,
}

impl Module {
    fn new() -> Option<Module> {
        let terraform = terraform()?;
        let directory = tempfile::tempdir().expect("a directory");
        let module = Module { directory, terraform };
        let mirror = module.path("mirror");
        std::fs::create_dir(&mirror).expect("a directory");
        std::os::unix::fs::symlink(executable(), mirror.join("terraform-provider-bare")).expect("a link");
        let settings = format!(
            "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{\n    \"foundry/bare\" = {mirror:?}\n  }}\n  direct {{}}\n}}\n"
        );
        std::fs::write(module.path("settings"), settings).expect("written");
        module.configure(1);
        Some(module)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The resource, with `size`.
    fn configure(&self, size: u32) {
        let text = format!(
            "terraform {{\n  required_providers {{\n    bare = {{\n      source = \"foundry/bare\"\n    }}\n  }}\n}}\n\
             resource \"bare_thing\" \"a\" {{\n  name = \"a\"\n  size = {size}\n}}\n"
        );
        std::fs::write(self.path("main.tf"), text).expect("written");
    }

    fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(self.terraform);
        command
            .args(arguments)
            .arg("-no-color")
            .current_dir(self.directory.path())
            .env_clear()
            .kill_on_drop(true);
        command.env("TF_CLI_CONFIG_FILE", self.path("settings")).env("TMPDIR", self.temporary());
        command.env("HOME", self.directory.path()).envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A directory for the plugin's sockets alone, short enough for them.
    fn temporary(&self) -> PathBuf {
        let path = self.path("t");
        std::fs::create_dir_all(&path).expect("a directory");
        path
    }

    async fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let output = in_time(self.command(arguments, variables).output()).await.expect("terraform runs");
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Said { code: output.status.code(), text: text.concat() }
    }

    /// The same, which must succeed.
    async fn succeeds(&self, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let said = self.run(arguments, variables).await;
        assert_eq!(said.code, Some(0), "{arguments:?} {variables:?}: {}", said.text);
        said.text
    }

    /// The life of a resource.
    async fn lives(&self, variables: &[(&str, &str)]) {
        let apply = self.succeeds(&["apply", "-auto-approve"], variables).await;
        assert!(apply.contains("Resources: 1 added, 0 changed, 0 destroyed"), "{apply}");
        let plan = self.succeeds(&["plan", "-detailed-exitcode"], variables).await;
        assert!(plan.contains("No changes"), "{plan}");
        let destroy = self.succeeds(&["destroy", "-auto-approve"], variables).await;
        assert!(destroy.contains("Resources: 1 destroyed"), "{destroy}");
    }
}

/// Goes through a test with a module of its own, in which no plugin may leave a socket behind. Terraform kills a plugin that does not
/// end within 2 s, and on a busy machine that may be any: then there is another attempt, up to three in all.
async fn with_module(test: impl AsyncFn(&Module)) {
    for _ in 0..3 {
        let Some(module) = Module::new() else { return };
        test(&module).await;
        if is_empty(&module.temporary()) {
            return;
        }
    }
    panic!("a socket was left behind");
}

#[tokio::test]
async fn a_resource_lives_over_every_way_to_speak() {
    for variables in [
        &[][..],
        &[("BARE_THREADS", "1")],
        &[("TF_DISABLE_PLUGIN_TLS", "1")],
        &[("BARE_TCP", "1")],
        &[("BARE_TCP", "1"), ("TF_DISABLE_PLUGIN_TLS", "1")],
        &[("BARE_VERSIONS", "5")],
        &[("BARE_VERSIONS", "6")],
        &[("BARE_PRINT", "1")],
    ] {
        with_module(async |module: &Module| module.lives(variables).await).await;
    }
}

#[tokio::test]
async fn a_debugged_provider_serves_one_command_after_another() {
    with_module(async |module: &Module| {
        let mut command = Command::new(executable());
        command.env_clear().env("BARE_DEBUG", "1").env("TMPDIR", module.directory.path());
        let mut provider = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("it starts");
        let mut lines = BufReader::new(provider.stdout.take().expect("a pipe")).lines();
        let line = in_time(lines.next_line()).await.expect("text").expect("a line");
        let setting = line.strip_prefix("TF_REATTACH_PROVIDERS='").and_then(|rest| rest.strip_suffix('\''));
        module.lives(&[("TF_REATTACH_PROVIDERS", setting.expect("a setting"))]).await;
        assert!(provider.try_wait().expect("a child").is_none(), "it ended");
    })
    .await;
}

#[tokio::test]
async fn a_schema_may_have_63_mb_and_not_65() {
    with_module(async |module: &Module| {
        module.succeeds(&["plan"], &[("BARE_SCHEMA_BYTES", "63000000")]).await;
        let refused = module.run(&["plan"], &[("BARE_SCHEMA_BYTES", "68157440")]).await;
        assert_eq!(refused.code, Some(1));
        assert!(refused.text.contains("ResourceExhausted"), "{}", refused.text);
    })
    .await;
}

#[tokio::test]
async fn a_panic_is_shown_as_an_error_of_its_resource() {
    with_module(async |module: &Module| {
        for versions in ["5", "6"] {
            let said = module.run(&["plan"], &[("BARE_PANIC", "plan"), ("BARE_VERSIONS", versions)]).await;
            assert_eq!(said.code, Some(1));
            for words in
                ["Error: The provider ended in a panic", "with bare_thing.a", "panic: asked to, in plan at"]
            {
                assert!(said.text.contains(words), "no {words:?} in {}", said.text);
            }
            // Whether the stack trace is shown too depends on how far Terraform has read standard error when it ends.
            // "Plugin did not respond" is what it says of a provider that is gone.
            assert!(!said.text.contains("Plugin did not respond"), "{}", said.text);
        }
    })
    .await;
}

#[tokio::test]
async fn log_lines_keep_their_level() {
    with_module(async |module: &Module| {
        let log = module.path("log");
        let variables = [("TF_LOG", "INFO"), ("TF_LOG_PATH", log.to_str().expect("text"))];
        module.succeeds(&["plan"], &variables).await;
        let log = std::fs::read_to_string(&log).expect("a log");
        let called = |line: &&str| line.contains("rpc=plan") && line.contains("called");
        let line = log.lines().find(called).unwrap_or_else(|| panic!("no line of the provider: {log}"));
        assert!(line.contains(" [INFO]  ") && line.contains("provider.terraform-provider-bare"), "{line}");
    })
    .await;
}

#[tokio::test]
async fn an_interrupt_stops_what_runs_and_keeps_the_state() {
    with_module(async |module: &Module| {
        let waiting = module.path("waiting");
        let listener = tokio::net::UnixListener::bind(&waiting).expect("a socket");
        let variables = [("BARE_WAIT", "apply"), ("BARE_WAITING", waiting.to_str().expect("text"))];
        let mut command = module.command(&["apply", "-auto-approve"], &variables);
        // A group of its own: what Ctrl-C on a terminal reaches.
        let mut child = command.process_group(0).spawn().expect("terraform runs");
        in_time(listener.accept()).await.expect("apply waits");
        interrupt(&child);
        let (mut out, mut stdout) = (String::new(), child.stdout.take().expect("a pipe"));
        in_time(stdout.read_to_string(&mut out)).await.expect("text");
        in_time(child.wait()).await.expect("a status");
        assert!(out.contains("Interrupt received") && out.contains("Creation complete"), "{out}");
        let state = module.succeeds(&["state", "list"], &[]).await;
        assert!(state.contains("bare_thing.a"), "{state}");
    })
    .await;
}

#[tokio::test]
async fn two_interrupts_end_everything() {
    with_module(async |module: &Module| {
        let waiting = module.path("waiting");
        let listener = tokio::net::UnixListener::bind(&waiting).expect("a socket");
        let variables = [
            ("BARE_WAIT", "apply"),
            ("BARE_STUBBORN", "1"),
            ("BARE_WAITING", waiting.to_str().expect("text")),
        ];
        let mut command = module.command(&["apply", "-auto-approve"], &variables);
        let mut child = command.process_group(0).spawn().expect("terraform runs");
        let _plugin = in_time(listener.accept()).await.expect("apply waits");
        interrupt(&child);
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        while let Some(line) = in_time(lines.next_line()).await.expect("text") {
            if line.contains("Interrupt received") {
                interrupt(&child);
            }
        }
        let mut said = String::new();
        // Its end is also the plugin's: both have the pipe.
        in_time(child.stderr.take().expect("a pipe").read_to_string(&mut said)).await.expect("text");
        assert!(said.contains("Two interrupts received"), "{said}");
        assert_eq!(in_time(child.wait()).await.expect("a status").code(), Some(1));
    })
    .await;
}

fn interrupt(child: &tokio::process::Child) {
    let pid = i32::try_from(child.id().expect("it runs")).expect("a process number");
    let group = rustix::process::Pid::from_raw(pid).expect("a process number");
    rustix::process::kill_process_group(group, rustix::process::Signal::INT).expect("it runs");
}
