//! Configuration: layers of TOML files, environment and flags into one serde type, every value knowing where
//! it came from.
//!
//! Later layers win: defaults, system file, user file, project file, environment, flags — in whatever order
//! [`Layers`] is given them. Unknown keys are errors that propose the right one; a wrong value is reported at
//! `file:line:column`, by the exact name of its variable, or by its flag.
//!
//! **Variables.** The one rule: prefix, `_`, then the key in capitals with `__` for every dot and `_` for
//! every dash. With the prefix `ACME`, `http.max-tries` is `ACME_HTTP__MAX_TRIES`. Logging's own `FOUNDRY_LOG`
//! and `FOUNDRY_LOG_MARKS` are not configuration and may share the prefix `FOUNDRY`.
//!
//! **Secrets.** A field of type [`Secret`](crate::secret::Secret) may hold a reference instead of the value:
//! `file:///run/secrets/key` (its content less one trailing newline) or `env:NAME`. Neither `explain` nor an
//! error shows a secret, whether typed so or merely named so.

mod error;
mod origin;
mod read;
mod tree;
mod value;

pub use error::ConfigError;
pub use origin::Origin;

use crate::redact;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Write;
use std::path::PathBuf;
use tree::{Entry, Node};

/// The layers, in the order in which they win over what came before.
#[derive(Debug, Default)]
pub struct Layers {
    layers: Vec<Layer>,
    secrets_from: Environment,
}

type Environment = BTreeMap<String, String>;

#[derive(Debug)]
enum Layer {
    Defaults(&'static str),
    File { path: PathBuf, required: bool },
    Environment { prefix: String, variables: Environment },
    Flag { key: String, flag: String, value: String },
}

/// A loaded configuration.
#[derive(Debug)]
pub struct Config<T> {
    /// The value itself.
    pub value: T,
    history: History,
    secrets: BTreeSet<String>,
}

/// For each key, every layer's value for it, winner last.
type History = BTreeMap<String, Vec<(Origin, String)>>;

impl Layers {
    /// No layers yet.
    pub fn new() -> Layers {
        Layers::default()
    }

    /// The program's own defaults, as TOML in its source.
    #[must_use]
    pub fn defaults(mut self, toml: &'static str) -> Layers {
        self.layers.push(Layer::Defaults(toml));
        self
    }

    /// A file that need not exist.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>) -> Layers {
        self.layers.push(Layer::File { path: path.into(), required: false });
        self
    }

    /// A file that must exist: one the user named.
    #[must_use]
    pub fn required_file(mut self, path: impl Into<PathBuf>) -> Layers {
        self.layers.push(Layer::File { path: path.into(), required: true });
        self
    }

    /// The variables that begin with `prefix_`, for example of `std::env::vars_os()`. All of them also serve
    /// `env:NAME` references.
    #[must_use]
    pub fn environment(
        mut self,
        prefix: &str,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Layers {
        let start = format!("{prefix}_");
        let mut own = Environment::new();
        for (name, value) in variables {
            // A name that is not UTF-8 cannot be one of ours; a value that is not, is told when it is used.
            let Some(name) = name.to_str() else { continue };
            let value = value.to_string_lossy().into_owned();
            if name.starts_with(&start) && !matches!(name, "FOUNDRY_LOG" | "FOUNDRY_LOG_MARKS") {
                own.insert(name.to_owned(), value.clone());
            }
            self.secrets_from.insert(name.to_owned(), value);
        }
        self.layers.push(Layer::Environment { prefix: start, variables: own });
        self
    }

    /// The value a flag of the command line gives to `key` (`http.port`).
    #[must_use]
    pub fn flag(mut self, key: &str, flag: &str, value: impl Into<String>) -> Layers {
        self.layers.push(Layer::Flag { key: key.to_owned(), flag: flag.to_owned(), value: value.into() });
        self
    }

    /// As [`Layers::flag`] if the flag was given.
    #[must_use]
    pub fn flag_if(self, key: &str, flag: &str, value: Option<impl Into<String>>) -> Layers {
        match value {
            Some(value) => self.flag(key, flag, value),
            None => self,
        }
    }

    /// Reads all layers and makes a `T` of them.
    pub fn load<T: serde::de::DeserializeOwned>(self) -> Result<Config<T>, ConfigError> {
        let mut root = Entry { node: Node::Table(BTreeMap::new()), origin: Origin::Default };
        let mut history = History::new();
        for layer in &self.layers {
            let entry = match layer {
                Layer::Defaults(text) => Some(read::defaults(text)?),
                Layer::File { path, required } => read::file(path, *required)?,
                Layer::Environment { prefix, variables } => Some(read::environment(prefix, variables)),
                Layer::Flag { key, flag, value } => Some(read::flag(key, flag, value)),
            };
            if let Some(entry) = entry {
                root.merge(entry, "", &mut history);
            }
        }
        let state = value::State::new(&self.secrets_from);
        let value =
            T::deserialize(value::De::new(&root, &state)).map_err(|error| error.into_error(&root.origin))?;
        Ok(Config { value, history, secrets: state.into_secrets() })
    }
}

impl<T> Config<T> {
    /// Where the value of `key` came from; [`Origin::Default`] if no layer has it.
    pub fn origin(&self, key: &str) -> Origin {
        let values = self.history.iter().find(|(path, _)| tree::is_same_name(path, key));
        values.and_then(|(_, values)| values.last()).map_or(Origin::Default, |(origin, _)| origin.clone())
    }

    /// The winner for `key` and what it overrode, one line each; for a table all keys in it. Secrets show as
    /// `***`. `None` if no layer sets the key or anything below it.
    pub fn explain(&self, key: &str) -> Option<String> {
        let mut out = String::new();
        for (path, values) in self.history.iter().filter(|(path, _)| is_within(path, key)) {
            for (number, (origin, value)) in values.iter().rev().enumerate() {
                let value = if self.is_secret(path) { redact::MASK.into() } else { redact::text(value) };
                let lead = if number == 0 { format!("{path} = ") } else { "  overrides ".to_owned() };
                let _ = writeln!(out, "{lead}{value}  ({origin})");
            }
        }
        (!out.is_empty()).then_some(out)
    }

    /// Every key that some layer sets.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.history.keys().map(String::as_str)
    }

    fn is_secret(&self, path: &str) -> bool {
        value::is_secret_path(path)
            || self.secrets.iter().any(|secret| {
                is_within(path, secret) || secret.strip_prefix(path).is_some_and(|rest| rest.starts_with('['))
            })
    }
}

/// Whether `path` is `key` or below it. A variable's name says nothing of dashes, so they do not matter.
fn is_within(path: &str, key: &str) -> bool {
    let segments = key.split('.').count();
    let head: Vec<&str> = path.split('.').take(segments).collect();
    tree::is_same_name(&head.join("."), key)
}
