//! `psp trust`: whose packages this machine starts.

mod policy;

use std::path::{Path, PathBuf};

use psp_builder::codes::{self, Code};
use psp_builder::diagnostic::Diagnostic;
use psp_builder::escaped;
use psp_builder::named_key::NamedKey;
use psp_builder::trust::{
    ADMINISTRATOR, MachineTrust, Owner, Put, Standing, TrustError, TrustFile, TrustSource,
};
use psp_format::Key;
use serde_json::json;

use super::console::{Console, Style, left, table};
use super::environment::Environment;
use super::exit::Exit;
use super::failure::{Failure, Form, document, finish, say};
use super::report::tell;

/// Say whose packages this machine starts
#[derive(Debug, clap::Args)]
pub(crate) struct Trust {
    /// Edit the administrator's file, /etc/psp/trust, instead of yours
    #[arg(long, global = true)]
    system: bool,
    #[command(subcommand)]
    command: TrustCommand,
}

#[derive(Debug, clap::Subcommand)]
enum TrustCommand {
    /// Trust a key
    Add {
        /// The key's file, its 64 digits, or a package that it is the primary key of
        key: String,
        /// What to call it [default: the file's or the package's name]
        #[arg(long, value_name = "LABEL")]
        name: Option<String>,
    },
    /// List the trusted keys
    List {
        /// Answer with a document of schema psp-trust-list/1
        #[arg(long)]
        json: bool,
    },
    /// Trust a key no longer
    Remove {
        /// The key's 64 digits, or its label
        #[arg(value_name = "HEX|LABEL")]
        key: String,
    },
    /// Show or change what packages must satisfy
    Policy(policy::Policy),
}

/// What the trust file does not have.
#[derive(Debug, thiserror::Error)]
enum NotThere {
    #[error("{} has no key `{}`", escaped::path(path), escaped::bytes(key.as_bytes()))]
    Key { path: PathBuf, key: String },
    #[error("{} has no rule on line {line}", escaped::path(path))]
    Line { path: PathBuf, line: usize },
    #[error("{count} keys of {} are called `{}`", escaped::path(path), escaped::bytes(label.as_bytes()))]
    Ambiguous { path: PathBuf, label: String, count: usize },
}

impl Diagnostic for NotThere {
    fn code(&self) -> &'static Code {
        match self {
            Self::Key { .. } | Self::Line { .. } => &codes::TRUST_NONE,
            Self::Ambiguous { .. } => &codes::TRUST_AMBIGUOUS,
        }
    }
}

/// The file that is edited.
#[derive(Debug)]
struct Target {
    path: PathBuf,
    owner: Owner,
}

impl Target {
    fn new(system: bool) -> Result<Self, TrustError> {
        if system {
            return Ok(Self { path: PathBuf::from(ADMINISTRATOR), owner: Owner::Administrator });
        }
        let config = Environment::read().config.ok_or(TrustError::NoHome)?;
        Ok(Self { path: config.join("trust"), owner: Owner::User })
    }

    fn open(&self) -> Result<TrustFile, TrustError> {
        TrustFile::open(&self.path, self.owner)
    }

    /// Puts a line and says what has become of it.
    fn put(&self, line: &str) -> Result<(), Failure> {
        let mut file = self.open()?;
        let put = file.put(line)?;
        file.save()?;
        let path = escaped::path(&self.path);
        say(&match put {
            Put::Added => format!("{path}: {line}\n"),
            Put::Replaced(old) => format!("{path}: {line}\n  in the place of: {old}\n"),
            Put::Unchanged => format!("{path}: nothing to change: {line}\n"),
        })
    }
}

impl Trust {
    pub(crate) fn run(self) -> Exit {
        let json = match &self.command {
            TrustCommand::List { json } => *json,
            TrustCommand::Policy(policy) => policy.is_json(),
            TrustCommand::Add { .. } | TrustCommand::Remove { .. } => false,
        };
        let form = Form::of(json);
        finish(form, self.answer(form).map(|()| Exit::Done))
    }

    fn answer(self, form: Form) -> Result<(), Failure> {
        match self.command {
            TrustCommand::Add { key, name } => add(&Target::new(self.system)?, &key, name),
            TrustCommand::List { .. } => {
                list(&MachineTrust::read(Environment::read().config.as_deref())?, form)
            }
            TrustCommand::Remove { key } => remove(&Target::new(self.system)?, &key),
            TrustCommand::Policy(policy) => policy.answer(self.system, form),
        }
    }
}

fn add(target: &Target, key: &str, name: Option<String>) -> Result<(), Failure> {
    let named = NamedKey::find(key)?;
    let label = name.unwrap_or(named.label);
    target.put(&format!("key {} {label}", named.key.hex()))?;
    let source = TrustSource::read(&target.path, target.owner)?;
    let revokes = |rule: &psp_format::trust::Rule<'_>| matches!(rule, psp_format::trust::Rule::Revoke(revoked, _) if *revoked == named.key);
    if source.trust()?.rules.iter().any(revokes) {
        tell(
            "warning",
            "the key is revoked in the same file, which counts for more; `psp trust policy show` has the line",
        );
    }
    Ok(())
}

fn remove(target: &Target, wanted: &str) -> Result<(), Failure> {
    let mut file = target.open()?;
    let path = || target.path.clone();
    let by_digits = Key::from_hex(wanted.to_ascii_lowercase().as_bytes());
    let is_wanted = |(key, label): &(Key, &str)| Some(*key) == by_digits || *label == wanted;
    let mut keys: Vec<Key> = file.trust()?.keys().filter(is_wanted).map(|(key, _)| key).collect();
    keys.dedup();
    match keys.as_slice() {
        [] => Err(NotThere::Key { path: path(), key: wanted.to_owned() }.into()),
        [key] => {
            file.remove_keys(&[*key]);
            file.save()?;
            say(&format!("{}: {} is not trusted any more\n", escaped::path(&target.path), key.hex()))
        }
        several => {
            Err(NotThere::Ambiguous { path: path(), label: wanted.to_owned(), count: several.len() }.into())
        }
    }
}

fn list(trust: &MachineTrust, form: Form) -> Result<(), Failure> {
    let policy = trust.policy()?;
    let mut rows = Vec::new();
    let mut keys = Vec::new();
    for source in [Some(&trust.administrator), trust.user.as_ref()].into_iter().flatten() {
        for (key, label) in source.trust()?.keys() {
            let standing = Standing::of(&policy, &key);
            let (style, note) = match &standing {
                Standing::Revoked(reason) => {
                    (Style::Bad, format!("REVOKED: {}", escaped::bytes(reason.as_bytes())))
                }
                _ => (Style::Dim, String::new()),
            };
            rows.push(vec![
                left(Style::Plain, key.hex().to_string()),
                left(Style::Title, escaped::bytes(label.as_bytes())),
                left(Style::Dim, owner_word(source.owner)),
                left(style, note),
            ]);
            keys.push(json!({
                "key_id": key.hex().to_string(),
                "label": label,
                "owner": owner_word(source.owner),
                "file": source.path.to_string_lossy(),
                "revoked": !standing.is_trusted(),
            }));
        }
    }
    match form {
        Form::Json => document("psp-trust-list/1", json!({ "keys": keys })),
        Form::Text if rows.is_empty() => say("no key is trusted; `psp trust add` trusts one\n"),
        Form::Text => say(&table(Console::of_stdout(), &rows)),
    }
}

/// Whose a file is, in one word.
fn owner_word(owner: Owner) -> &'static str {
    match owner {
        Owner::Administrator => "administrator",
        Owner::User => "user",
    }
}

/// A path as the title of a part.
fn title(console: Console, path: &Path) -> String {
    console.style(Style::Title, &escaped::path(path))
}
