//! `psp init`: a manifest to begin with, or a Terraform provider.

mod provider;

use std::fs;
use std::path::{Path, PathBuf};

use psp_builder::codes::{self, Code};
use psp_builder::diagnostic::Diagnostic;
use psp_builder::escaped;
use psp_builder::output::{self, OutputError};
use psp_format::limits;

use self::provider::ProviderProject;
use super::exit::Exit;
use super::failure::{Failure, Form, finish, say};

const FILE_NAME: &str = "manifest.toml";
const FILE_MODE: u32 = 0o644;

/// Write a manifest to begin with, or a Terraform provider in Rust
#[derive(Debug, clap::Args)]
pub(crate) struct Init {
    /// The directory of the project; made if it is not there [default: `.`, or `terraform-provider-NAME`]
    directory: Option<PathBuf>,
    /// Write a Terraform provider of this name: sources, tests, a manifest
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// A checkout of Foundry to take the SDK from [default: the published one]
    #[arg(long, value_name = "DIR", requires = "provider")]
    sdk: Option<PathBuf>,
}

/// Why there is no new manifest.
#[derive(Debug, thiserror::Error)]
enum InitError {
    #[error("{} exists already", escaped::path(path))]
    Exists { path: PathBuf },
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl Diagnostic for InitError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Exists { .. } => &codes::INIT_EXISTS,
            Self::Output(error) => error.code(),
        }
    }
}

/// What a directory holds, as far as it can be told from its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Project {
    Python,
    Rust,
    Go,
    Other,
}

impl Init {
    pub(crate) fn run(self) -> Exit {
        finish(Form::Text, self.init())
    }

    fn init(&self) -> Result<Exit, Failure> {
        if let Some(name) = &self.provider {
            return self.provider(name);
        }
        let directory = self.directory.as_deref().unwrap_or(Path::new("."));
        let path = directory.join(FILE_NAME);
        let project = Project::of(directory);
        let name = package_name(directory);
        write(directory, &path, &manifest(project, &name))?;
        let shown = escaped::path(&path);
        let step = project.first_step();
        say(&format!(
            "wrote {shown}\n\nNext:\n  1. {step}\n  2. psp build {}\n  3. ./{name}.psp\n",
            quoted(&shown)
        ))?;
        Ok(Exit::Done)
    }

    fn provider(&self, name: &str) -> Result<Exit, Failure> {
        let project = ProviderProject::new(name, self.sdk.as_deref())?;
        let directory = self.directory.clone().unwrap_or_else(|| project.directory());
        project.write(&directory)?;
        let shown = escaped::path(&directory);
        let place = quoted(&shown);
        say(&format!(
            "wrote {shown}\n\nNext:\n  1. cd {place}\n  2. cargo test\n  3. cargo build --release && psp build manifest.toml\n  4. README.md, for `terraform apply`\n"
        ))?;
        Ok(Exit::Done)
    }
}

/// As a shell takes it.
fn quoted(path: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "/._-+,:@%".contains(character);
    if path.chars().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

fn write(directory: &Path, path: &Path, text: &str) -> Result<(), InitError> {
    if path.symlink_metadata().is_ok() {
        return Err(InitError::Exists { path: path.to_owned() });
    }
    let failed = |source| OutputError::Write { path: path.to_owned(), source };
    fs::create_dir_all(directory).map_err(failed)?;
    match output::write_new(path, text.as_bytes(), FILE_MODE) {
        Err(OutputError::Exists { path }) => Err(InitError::Exists { path }),
        done => Ok(done?),
    }
}

impl Project {
    fn of(directory: &Path) -> Self {
        let has = |name: &str| directory.join(name).is_file();
        if has("pyproject.toml") {
            Self::Python
        } else if has("Cargo.toml") {
            Self::Rust
        } else if has("go.mod") {
            Self::Go
        } else {
            Self::Other
        }
    }

    fn first_step(self) -> &'static str {
        match self {
            Self::Python => "set `entry` in the manifest to the function that starts your application",
            Self::Rust => "cargo build --release",
            Self::Go => "go build, and set `source` in the manifest to the program",
            Self::Other => "set `source` and `command` in the manifest to what you want to ship",
        }
    }
}

/// The directory's name as a package's: what does not fit becomes `-`.
fn package_name(directory: &Path) -> String {
    let full = fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
    let text = full.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let fit = |character: char| match character {
        'a'..='z' | '0'..='9' | '.' | '_' | '-' => character,
        _ => '-',
    };
    let name: String = text.chars().map(fit).take(limits::NAME_BYTES).collect();
    let name = name.trim_start_matches(['.', '_', '-']);
    if name.is_empty() { "app".to_owned() } else { name.to_owned() }
}

fn manifest(project: Project, name: &str) -> String {
    let package = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n# description = \"…\"\n# license = \"MIT\"\n# homepage = \"https://example.org\"\n"
    );
    let body = match project {
        Project::Python => python(name),
        Project::Rust => native(name, &format!("target/release/{name}")),
        Project::Go | Project::Other => native(name, &format!("dist/{name}")),
    };
    format!(
        "# What `psp build` packs, and how it starts. Paths are relative to this file.\n{package}\n{body}"
    )
}

fn native(name: &str, source: &str) -> String {
    format!(
        "[run]
# The user's arguments are appended. {{slot:app}} is the file or directory of the slot `app`.
command = [\"{{slot:app}}\"]
# env.set = {{ DATA = \"{{slot:app}}/data\" }}
# cwd = \"{{slot:app}}\"

# More entry points: started when the package is called by this name, or by PSP_ENTRY={name}-admin.
# [entry.{name}-admin]
# command = [\"{{slot:app}}\", \"--admin\"]

[[slot]]
id = \"app\"
source = \"{source}\"            # a file, or a directory: then command = [\"{{slot:app}}/bin/{name}\"]
# exclude = [\"**/*.log\"]
# lifecycle = \"cache\"            # or \"temporary\", \"memory\", \"lazy\"
"
    )
}

fn python(name: &str) -> String {
    let module = name.replace(['-', '.'], "_");
    // A module's name begins with a letter.
    let module = if module.starts_with(|first: char| first.is_ascii_digit()) {
        format!("app_{module}")
    } else {
        module
    };
    format!(
        "[python]
interpreter = \"3.11\"            # sought on PATH, or the prefix directory of an installation
project = \".\"
# requirements = [\"httpx==0.28.1\"]
# wheels = [\"dist/*.whl\"]
entry = \"{module}.__main__:main\"   # or module = \"{module}\", as `python -m` would start it
# bundle-libs = true             # take along the shared libraries that extension modules need
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use psp_builder::manifest::Manifest;

    #[test]
    fn what_is_written_is_a_manifest() {
        for project in [Project::Python, Project::Rust, Project::Go, Project::Other] {
            for name in ["hello", "a.b-c_d", "0"] {
                let text = manifest(project, name);
                let parsed = Manifest::parse(Path::new(FILE_NAME), &text);
                let parsed = parsed.unwrap_or_else(|errors| panic!("{project:?} {name}: {errors:?}\n{text}"));
                assert_eq!(parsed.package.name, name);
            }
        }
    }

    #[test]
    fn comments_are_valid_when_they_are_taken_away() {
        // Every commented key must be one that a manifest knows.
        let text = native("hello", "dist/hello").replace("\n# env", "\nenv").replace("\n# cwd", "\ncwd");
        let text = text.replace("\n# [entry", "\n[entry").replace("\n# command", "\ncommand");
        let text = text.replace("\n# exclude", "\nexclude").replace("\n# lifecycle", "\nlifecycle");
        let text = format!("[package]\nname = \"hello\"\nversion = \"0.1.0\"\n{text}");
        Manifest::parse(Path::new(FILE_NAME), &text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
    }

    #[test]
    fn quotes() {
        for (path, expected) in
            [("a/b.toml", "a/b.toml"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$(x)", "'$(x)'")]
        {
            assert_eq!(quoted(path), expected);
        }
    }

    #[test]
    fn names() {
        for (directory, name) in
            [("/x/Hello World", "hello-world"), ("/x/.hidden", "hidden"), ("/", "app"), ("/x/ü", "app")]
        {
            assert_eq!(package_name(Path::new(directory)), name);
        }
    }
}
