//! A provider in Python, from PyPI to the real Terraform: `pyvider` and its components with an interpreter of their own, as one file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use end_to_end::{World, built, text};

use super::guide::ROOT;
use super::support::{lacks_pypi, lacks_python, listing, run};
use super::terraform::lacks_terraform;

const NAME: &str = "terraform-provider-pyvider_v0.8.1";
/// Where the provider takes the key of its private state from.
const SECRET: &str = "PYVIDER_PRIVATE_STATE_SHARED_SECRET";

const CONFIGURATION: &str = r#"
terraform {
  required_providers {
    pyvider = {
      source  = "registry.example.com/local/pyvider"
      version = "0.8.1"
    }
  }
}

variable "content" {
  type = string
}

resource "pyvider_file_content" "note" {
  filename = "${path.module}/note.txt"
  content  = var.content
}

resource "pyvider_timed_token" "token" {
  name = "a token"
}

data "pyvider_file_info" "note" {
  path       = pyvider_file_content.note.filename
  depends_on = [pyvider_file_content.note]
}

output "size" {
  value = data.pyvider_file_info.note.size
}

output "spoken" {
  value = provider::pyvider::join(" ", [provider::pyvider::upper("written"), "by", "Python"])
}
"#;

/// A world with the package, installed for Terraform, and a configuration in `work`.
struct Bench {
    world: World,
}

/// What Terraform's user has in the environment.
struct User {
    content: &'static str,
    secret: Option<&'static str>,
}

impl Bench {
    /// Builds and installs the package. `psp build` gives it its name only if it answers as a provider does.
    fn new() -> Self {
        let bench = Self { world: World::new() };
        // The user's own pip settings and PATH count when building. Called by a relative path, as users do.
        let mut build = Command::new(built("psp"));
        build.args(["build", "--quiet", "test-fixtures/pyvider/manifest.toml", "-o"]).current_dir(ROOT);
        build.arg(bench.package()).env("PSP_BUILD_CACHE_DIR", bench.world.path("build cache"));
        let output = run(build.env("XDG_CONFIG_HOME", bench.world.path("config")));
        assert!(output.status.success(), "{}", text(&output.stderr));
        let package = bench.package();
        let said = bench.psp(&["verify".as_ref(), &package]);
        assert!(said.contains("whole and valid") && said.contains("pyvider 0.8.1"), "{said}");
        let said = bench.psp(&["install".as_ref(), &package, "--terraform".as_ref(), &bench.plugins()]);
        assert!(
            said.contains(": installed\n") && said.contains("registry.example.com/local/pyvider"),
            "{said}"
        );
        bench.world.write("work/main.tf", CONFIGURATION);
        let settings = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
            bench.plugins().display()
        );
        bench.world.write("terraformrc", settings);
        bench
    }

    fn package(&self) -> PathBuf {
        self.world.path(NAME)
    }

    fn plugins(&self) -> PathBuf {
        self.world.path("plug ins")
    }

    fn note(&self) -> Option<String> {
        fs::read_to_string(self.world.path("work/note.txt")).ok()
    }

    #[track_caller]
    fn psp(&self, arguments: &[&Path]) -> String {
        let output = run(self.world.psp().args(arguments));
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    /// Terraform on a machine where another Python would go astray.
    fn terraform(&self, user: &User, arguments: &[&str]) -> Output {
        let mut command = self.world.command("terraform");
        command.args(arguments).arg("-no-color").current_dir(self.world.path("work"));
        command.env("TF_CLI_CONFIG_FILE", self.world.path("terraformrc")).env("CHECKPOINT_DISABLE", "1");
        command.env("TF_VAR_content", user.content).envs(user.secret.map(|secret| (SECRET, secret)));
        command.env("PYTHONHOME", "/nonexistent").env("PYTHONPATH", "/nonexistent");
        run(&mut command)
    }

    #[track_caller]
    fn done(&self, user: &User, arguments: &[&str]) -> String {
        let output = self.terraform(user, arguments);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }
}

#[test]
fn a_provider_in_python_lives_in_one_file() {
    if lacks_terraform() || lacks_python() || lacks_pypi("pyvider==0.8.1") {
        return;
    }
    let bench = Bench::new();
    let mut user = User { content: "first", secret: None };
    bench.done(&user, &["init"]);
    bench.done(&user, &["validate"]);
    // Private state is encrypted by a key of the user's: without one there is no token, and the user is told.
    let output = bench.terraform(&user, &["plan"]);
    let said = text(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("Set {SECRET} environment variable")), "{said}");
    assert!(said.contains("with pyvider_timed_token.token,"), "{said}");
    user.secret = Some("a secret of the test's");
    assert!(bench.done(&user, &["plan"]).contains("2 to add, 0 to change, 0 to destroy"));
    let said = bench.done(&user, &["apply", "-auto-approve"]);
    assert!(said.contains("2 added, 0 changed, 0 destroyed"), "{said}");
    assert!(said.contains("size = 5\n") && said.contains("spoken = \"WRITTEN by Python\"\n"), "{said}");
    assert_eq!(bench.note().as_deref(), Some("first"));
    is_sealed(&bench);
    assert!(bench.done(&user, &["plan", "-detailed-exitcode"]).contains("No changes."));
    user.content = "second";
    let said = bench.done(&user, &["apply", "-auto-approve"]);
    assert!(said.contains("0 added, 1 changed, 0 destroyed") && said.contains("size = 6\n"), "{said}");
    assert_eq!(bench.note().as_deref(), Some("second"));
    assert!(bench.done(&user, &["destroy", "-auto-approve"]).contains("2 destroyed"));
    assert_eq!(bench.note(), None);
    // Nothing was written beside the provider: Terraform still knows the directory by its checksum.
    bench.done(&user, &["init", "-lockfile=readonly"]);
    let beside = listing(&bench.plugins()).into_iter().filter(|path| !path.is_dir()).count();
    assert_eq!(beside, 1);
}

/// The token is in the state, sensitive; in its private part there is nothing to read.
#[track_caller]
fn is_sealed(bench: &Bench) {
    let state = fs::read_to_string(bench.world.path("work/terraform.tfstate")).unwrap();
    let after = |key: &str| {
        let (_, rest) =
            state.split_once(&format!("\"{key}\": \"")).unwrap_or_else(|| panic!("{key}: {state}"));
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    let private = STANDARD.decode(after("private")).unwrap();
    assert!(private.len() > 60 && !text(&private).contains("token"), "{}", text(&private));
    assert!(state.contains("\"token\": \"token-"), "{state}");
}
