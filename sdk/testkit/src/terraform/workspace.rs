//! A directory in which Terraform runs with an environment of its own.
//!
//! ```text
//! DIRECTORY/
//!   config/        the configuration, the state, saved plans
//!   runs/          what each command printed, and what the provider logged: 03-plan.stdout, 03-plan.stderr, 03-plan.log
//!   data/          TF_DATA_DIR
//!   home/  tmp/    HOME and TMPDIR of terraform and provider
//!   providers/     the mirror, or the directory that dev_overrides names
//!   cli.tfrc       TF_CLI_CONFIG_FILE
//! ```

mod commands;

use std::cell::Cell;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use foundation::process;
use tempfile::TempDir;

use super::{CommandError, ProviderSource, Run, Terraform, run, source};

pub use commands::PlanOptions;

/// What is kept of one output of Terraform.
const OUTPUT_MAX_BYTES: usize = 256 << 20;

/// Variables that go through from the test's environment, if they are set.
const INHERITED: [&str; 8] =
    ["PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "LLVM_PROFILE_FILE", "RUST_BACKTRACE", "ASAN_OPTIONS"];

/// A directory with a configuration and a state. Removed when dropped, unless kept with [`Workspace::keep`].
#[derive(Debug)]
pub struct Workspace {
    terraform: Terraform,
    source: ProviderSource,
    directory: TempDir,
    environment: Vec<(OsString, OsString)>,
    time_limit: Duration,
    run_count: Cell<u32>,
}

/// A workspace that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// A file or directory.
    #[error("cannot make {}", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The provider's binary is not there.
    #[error("the provider's binary {} is not there", .0.display())]
    NoBinary(PathBuf),
}

impl Workspace {
    /// A new, empty one in the temporary directory.
    pub fn new(terraform: &Terraform, source: ProviderSource) -> Result<Self, WorkspaceError> {
        let temporary = std::env::temp_dir();
        let directory = tempfile::Builder::new()
            .prefix("tf-testkit-")
            .tempdir()
            .map_err(|source| WorkspaceError::File { path: temporary, source })?;
        let workspace = Self {
            terraform: terraform.clone(),
            source,
            directory,
            environment: Vec::new(),
            time_limit: Duration::from_secs(300),
            run_count: Cell::new(0),
        };
        for name in ["config", "runs", "home", "tmp", "data", "providers"] {
            let path = workspace.path().join(name);
            fs::create_dir(&path).map_err(|source| WorkspaceError::File { path, source })?;
        }
        workspace.install()?;
        Ok(workspace)
    }

    /// Sets a variable of Terraform's and the provider's environment.
    pub fn set_env(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        let name = name.into();
        self.environment.retain(|(other, _)| *other != name);
        self.environment.push((name, value.into()));
    }

    /// Removes a variable set with [`Workspace::set_env`].
    pub fn remove_env(&mut self, name: &str) {
        self.environment.retain(|(other, _)| other != name);
    }

    /// The time that each command has; 5 minutes if not said.
    pub fn set_time_limit(&mut self, limit: Duration) {
        self.time_limit = limit;
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The directory of the configuration.
    pub fn config_path(&self) -> PathBuf {
        self.path().join("config")
    }

    /// The Terraform that runs in it.
    pub fn terraform(&self) -> &Terraform {
        &self.terraform
    }

    /// Writes a file of the configuration, and the directories above it: `write("main.tf", …)`.
    pub fn write(&self, name: &str, text: &str) -> Result<(), CommandError> {
        let path = self.config_path().join(name);
        let directory = path.parent().unwrap_or(&path);
        fs::create_dir_all(directory)
            .and_then(|()| fs::write(&path, text))
            .map_err(|source| CommandError::File { path, source })
    }

    /// Makes this text the configuration. Where it does not say which providers it requires, the one under test is required for it.
    pub fn configure(&self, text: &str) -> Result<(), CommandError> {
        self.write("main.tf", text)?;
        let required = match self.source.address() {
            Some(address) if !text.contains("required_providers") => required(address),
            _ => String::new(),
        };
        self.write("required_providers.tf", &required)
    }

    /// Leaves the directory where it is, and says where.
    pub fn keep(self) -> PathBuf {
        self.directory.keep()
    }

    /// Writes the CLI configuration, and puts the binary where that says.
    fn install(&self) -> Result<(), WorkspaceError> {
        let providers = self.path().join("providers");
        let text = match &self.source {
            ProviderSource::DevOverride { address, binary } => {
                link(binary, &providers.join(executable(address.provider_type(), None)))?;
                format!(
                    "provider_installation {{\n  dev_overrides {{\n    {} = {}\n  }}\n  direct {{}}\n}}\n",
                    quoted(&address.to_string()),
                    quoted(&providers.to_string_lossy())
                )
            }
            ProviderSource::Mirror { address, version, binary } => {
                let place = providers.join(format!("{address}/{version}/{}", source::platform()));
                fs::create_dir_all(&place)
                    .map_err(|source| WorkspaceError::File { path: place.clone(), source })?;
                link(binary, &place.join(executable(address.provider_type(), Some(version))))?;
                format!(
                    "provider_installation {{\n  filesystem_mirror {{\n    path = {}\n  }}\n}}\n",
                    quoted(&providers.to_string_lossy())
                )
            }
            ProviderSource::Builtin | ProviderSource::Reattach { .. } => String::new(),
        };
        let path = self.path().join("cli.tfrc");
        let text = format!("disable_checkpoint = true\n{text}");
        fs::write(&path, text).map_err(|source| WorkspaceError::File { path, source })
    }

    /// Runs Terraform in the configuration's directory. Any exit code is a result.
    pub fn run(&self, arguments: &[&str]) -> Result<Run, CommandError> {
        let number = self.run_count.get() + 1;
        self.run_count.set(number);
        let stem = self.path().join("runs").join(format!("{number:02}-{}", arguments.first().unwrap_or(&"")));
        let mut command = self.command(&stem.with_extension("log"));
        command.args(arguments);
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let output = process::Run::new(command).timeout(self.time_limit).output_max(OUTPUT_MAX_BYTES).run();
        let output = output.map_err(|source| CommandError::Run { arguments: arguments.clone(), source })?;
        for (extension, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            let path = stem.with_extension(extension);
            fs::write(&path, bytes).map_err(|source| CommandError::File { path, source })?;
        }
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let diagnostics = run::diagnostics(&stdout, &stderr);
        Ok(Run { arguments, code: output.status.code(), diagnostics, stdout, stderr })
    }

    fn command(&self, log: &Path) -> Command {
        let mut command = Command::new(self.terraform.path());
        command.env_clear().current_dir(self.config_path());
        for name in INHERITED {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("HOME", self.path().join("home"))
            .env("TMPDIR", self.path().join("tmp"))
            .env("TF_CLI_CONFIG_FILE", self.path().join("cli.tfrc"))
            .env("TF_DATA_DIR", self.path().join("data"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_LOG_PROVIDER", "TRACE")
            .env("TF_LOG_PATH", log);
        if let ProviderSource::Reattach { reattach, .. } = &self.source {
            command.env("TF_REATTACH_PROVIDERS", reattach);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

fn required(address: &super::ProviderAddress) -> String {
    let name = address.provider_type();
    let source = quoted(&address.to_string());
    format!(
        "terraform {{\n  required_providers {{\n    {name} = {{\n      source = {source}\n    }}\n  }}\n}}\n"
    )
}

fn executable(provider_type: &str, version: Option<&str>) -> String {
    let version = version.map(|version| format!("_v{version}")).unwrap_or_default();
    format!("terraform-provider-{provider_type}{version}{}", std::env::consts::EXE_SUFFIX)
}

/// A link where there are links, else a copy.
fn link(binary: &Path, place: &Path) -> Result<(), WorkspaceError> {
    let binary = std::path::absolute(binary).unwrap_or_else(|_| binary.into());
    if !binary.is_file() {
        return Err(WorkspaceError::NoBinary(binary));
    }
    #[cfg(unix)]
    let made = std::os::unix::fs::symlink(&binary, place);
    #[cfg(not(unix))]
    let made = fs::copy(&binary, place).map(drop);
    made.map_err(|source| WorkspaceError::File { path: place.into(), source })
}

/// A string as HCL writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '$' | '%' => out.extend([letter, letter]),
            _ => out.push(letter),
        }
    }
    out.push('"');
    // Only before a brace does the sign stand for itself when doubled.
    out.replace("$${", "\u{0}{")
        .replace("%%{", "\u{1}{")
        .replace("$$", "$")
        .replace("%%", "%")
        .replace('\u{0}', "$$")
        .replace('\u{1}', "%%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_hcl() {
        for (text, hcl) in
            [("/a/b", r#""/a/b""#), ("a\"b\\c", r#""a\"b\\c""#), ("${x}%{y} $z 5%", r#""$${x}%%{y} $z 5%""#)]
        {
            assert_eq!(quoted(text), hcl);
        }
    }

    #[test]
    fn a_missing_binary_is_said() {
        let source = ProviderSource::dev_override("local/test/acc", "/nowhere/binary").unwrap();
        let terraform = Terraform::find();
        if let Ok(terraform) = terraform {
            let error = Workspace::new(&terraform, source).unwrap_err();
            assert_eq!(error.to_string(), "the provider's binary /nowhere/binary is not there");
        }
    }
}
