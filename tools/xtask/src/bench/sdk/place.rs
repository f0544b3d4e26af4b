//! Where the SDK is measured: the provider's release binary, and projects with a configuration, a state and a CLI configuration each.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::bench::BenchError;
use crate::bench::contest::{command, shell};
use crate::bench::error::at;
use crate::bench::workplace::{finish, terraform};
use crate::tree::Root;

/// The provider's binary, and room for projects.
pub(super) struct Place {
    pub(super) provider: PathBuf,
    pub(super) terraform: PathBuf,
    directory: TempDir,
    is_quick: bool,
}

impl Place {
    /// Builds the provider, and looks for Terraform.
    pub(super) fn prepare(root: &Root, is_quick: bool) -> Result<Self, BenchError> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--release", "--package=provider-acc", "--bins", "--target-dir"]).arg(&target);
        finish(build.current_dir(root.path()))?;
        let provider = target.join("release/terraform-provider-acc");
        let provider = provider.canonicalize().map_err(at(&provider))?;
        let directory = tempfile::tempdir().map_err(at(&std::env::temp_dir()))?;
        Ok(Self { provider, terraform: terraform()?, directory, is_quick })
    }

    /// So many rounds, or a tenth of them.
    pub(super) fn rounds(&self, rounds: usize) -> usize {
        if self.is_quick { (rounds / 10).max(1) } else { rounds }
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// A configuration and its state.
pub(super) struct Project {
    terraform: PathBuf,
    provider: PathBuf,
    folder: PathBuf,
}

impl Project {
    /// A whole life of a crowd.
    pub(super) const LIFE: [&[&str]; 3] = [
        &["apply", "-input=false", "-auto-approve", "-parallelism=50"],
        &["plan", "-input=false", "-parallelism=50"],
        &["destroy", "-input=false", "-auto-approve", "-parallelism=50"],
    ];

    /// Items of the acceptance provider.
    pub(super) fn items(place: &Place, name: &str, count: usize) -> Result<Self, BenchError> {
        let text = format!(
            "terraform {{\n  required_providers {{\n    acc = {{\n      source = \"local/test/acc\"\n    }}\n  }}\n}}\n\
             resource \"acc_item\" \"a\" {{\n  count = {count}\n  name = \"n${{count.index}}\"\n  color = \"red\"\n}}\n"
        );
        Self::new(place, name, &text)
    }

    /// Objects of the resource that is built into Terraform.
    pub(super) fn terraform_data(place: &Place, name: &str, count: usize) -> Result<Self, BenchError> {
        let text = format!(
            "resource \"terraform_data\" \"a\" {{\n  count = {count}\n  input = \"n${{count.index}}\"\n}}\n"
        );
        let project = Self::new(place, name, &text)?;
        finish(&mut project.terraform(&["init", "-input=false"]))?;
        Ok(project)
    }

    fn new(place: &Place, name: &str, text: &str) -> Result<Self, BenchError> {
        let folder = place.path().join(name);
        for inner in ["plugins", "counted", "cpu"] {
            let inner = folder.join(inner);
            fs::create_dir_all(&inner).map_err(at(&inner))?;
        }
        let (terraform, provider) = (place.terraform.clone(), place.provider.clone());
        let project = Self { terraform, provider, folder };
        project.write("main.tf", text)?;
        project.write("plugins.tfrc", &overrides(&project.folder.join("plugins")))?;
        project.write("counted.tfrc", &overrides(&project.folder.join("counted")))?;
        let link = project.folder.join("plugins/terraform-provider-acc");
        std::os::unix::fs::symlink(&project.provider, &link).map_err(at(&link))?;
        project.write_wrapper()?;
        Ok(project)
    }

    /// A shell that starts the provider and then says what CPU time it took.
    fn write_wrapper(&self) -> Result<(), BenchError> {
        use std::os::unix::fs::PermissionsExt as _;
        let text = format!(
            "#!/bin/sh\n{} \"$@\"\ntimes > {}/$$\n",
            quoted(&self.provider),
            quoted(&self.folder.join("cpu"))
        );
        self.write("counted/terraform-provider-acc", &text)?;
        let path = self.folder.join("counted/terraform-provider-acc");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(at(&path))
    }

    fn write(&self, name: &str, text: &str) -> Result<(), BenchError> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(at(&path))
    }

    /// Terraform in this project, silent.
    pub(super) fn terraform(&self, arguments: &[&str]) -> Command {
        self.terraform_with("plugins.tfrc", arguments)
    }

    fn terraform_with(&self, plugins: &str, arguments: &[&str]) -> Command {
        let mut command = command(&self.terraform, &[]);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("HOME", &self.folder)
            .env("TF_CLI_CONFIG_FILE", self.folder.join(plugins))
            .env("ACC_ROOT", self.folder.join("objects"))
            .env("CHECKPOINT_DISABLE", "1")
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        command
    }

    /// The commands of a life, one after the other.
    pub(super) fn life(&self) -> Command {
        let line = |arguments: &[&str]| format!("{} {}", quoted(&self.terraform), arguments.join(" "));
        let lines: Vec<String> = Self::LIFE.into_iter().map(line).collect();
        let one = self.terraform(&[]);
        let mut life = shell(&lines.join(" && "));
        life.current_dir(&self.folder)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        life.envs(one.get_envs().filter_map(|(name, value)| Some((name, value?))));
        life
    }

    /// Runs one command with the provider counted: the CPU seconds of each of its starts.
    pub(super) fn launches(&self, arguments: &[&str]) -> Result<Vec<f64>, BenchError> {
        let cpu = self.folder.join("cpu");
        fs::remove_dir_all(&cpu).and_then(|()| fs::create_dir(&cpu)).map_err(at(&cpu))?;
        finish(&mut self.terraform_with("counted.tfrc", arguments))?;
        let mut launches = Vec::new();
        for entry in fs::read_dir(&cpu).map_err(at(&cpu))?.flatten() {
            let path = entry.path();
            launches.push(children_seconds(&fs::read_to_string(&path).map_err(at(&path))?));
        }
        Ok(launches)
    }
}

/// What the shell's `times` says of its children, on its second line: `0m0.010s 0m0.002s`.
fn children_seconds(times: &str) -> f64 {
    let seconds = |text: &str| {
        let (minutes, seconds) = text.strip_suffix('s')?.split_once('m')?;
        Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
    };
    times.lines().nth(1).unwrap_or_default().split_whitespace().filter_map(seconds).sum()
}

fn overrides(folder: &Path) -> String {
    let folder = folder.display().to_string();
    format!(
        "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{\n    \"local/test/acc\" = {folder:?}\n  }}\n  direct {{}}\n}}\n"
    )
}

/// A path as the shell takes it.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_shell_says_of_its_children() {
        for (times, expected) in [
            ("0m0.001s 0m0.002s\n0m0.010s 0m0.005s\n", 0.015),
            ("0m0.001s 0m0.002s\n2m0.500s 1m0.000s\n", 180.5),
            ("0m0.001s 0m0.002s\n", 0.0),
            ("", 0.0),
        ] {
            assert!((children_seconds(times) - expected).abs() < 1e-9, "{times:?}");
        }
    }

    #[test]
    fn paths_for_the_shell() {
        assert_eq!(quoted(Path::new("/a b/it's")), r"'/a b/it'\''s'");
    }
}
