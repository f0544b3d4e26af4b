//! `psp trust policy`: what packages must satisfy on this machine.

use psp_builder::escaped;
use psp_builder::named_key::NamedKey;
use psp_builder::trust::{MachineTrust, TrustSource};
use serde_json::{Value, json};

use super::{NotThere, Target, owner_word, title};
use crate::cli::console::{Console, Style, left, right, table};
use crate::cli::environment::Environment;
use crate::cli::failure::{Failure, Form, document, say};

/// Show or change what packages must satisfy
#[derive(Debug, clap::Args)]
pub(crate) struct Policy {
    #[command(subcommand)]
    command: Option<PolicyCommand>,
}

#[derive(Debug, clap::Subcommand)]
enum PolicyCommand {
    /// Show all rules of both files, with their lines
    Show {
        /// Answer with a document of schema psp-trust-policy/1
        #[arg(long)]
        json: bool,
    },
    /// What every package must have: any valid signature, or those of so many trusted keys
    Require {
        /// any, or trusted
        #[arg(value_parser = ["any", "trusted"])]
        what: String,
        /// How many trusted keys must have signed, 1 to 8
        #[arg(value_parser = clap::value_parser!(u8).range(1..=8))]
        count: Option<u8>,
    },
    /// Of these keys so many must have signed each package whose name matches
    RequireKeys {
        /// A glob on the package's name
        pattern: String,
        /// How many
        #[arg(value_parser = clap::value_parser!(u8).range(1..=8))]
        count: u8,
        /// Of which: files, 64 digits each, or packages
        #[arg(required = true)]
        keys: Vec<String>,
    },
    /// Refuse older versions of the packages whose name matches
    MinimumVersion {
        /// A glob on the package's name
        pattern: String,
        /// The oldest version that may start
        version: String,
    },
    /// Refuse lower sequence numbers of the packages whose name matches
    MinimumSequence {
        /// A glob on the package's name
        pattern: String,
        /// The lowest number that may start
        number: u64,
    },
    /// Let signatures by a key count no more, and refuse packages that it is the primary key of
    Revoke {
        /// The key's file, its 64 digits, or a package
        key: String,
        /// Why
        #[arg(required = true)]
        reason: Vec<String>,
    },
    /// Take a rule away
    Remove {
        /// The number of its line, as `show` says it
        line: usize,
    },
}

impl Policy {
    /// Whether the answer is a document.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self.command, Some(PolicyCommand::Show { json: true }))
    }

    /// Does what was asked for.
    pub(crate) fn answer(self, system: bool, form: Form) -> Result<(), Failure> {
        let line = match self.command {
            None | Some(PolicyCommand::Show { .. }) => {
                return show(&MachineTrust::read(Environment::read().config.as_deref())?, form);
            }
            Some(PolicyCommand::Remove { line }) => return remove(&Target::new(system)?, line),
            Some(PolicyCommand::Require { what, count }) => require(&what, count)?,
            Some(PolicyCommand::RequireKeys { pattern, count, keys }) => {
                require_keys(&pattern, count, &keys)?
            }
            Some(PolicyCommand::MinimumVersion { pattern, version }) => {
                format!("minimum-version {pattern} {version}")
            }
            Some(PolicyCommand::MinimumSequence { pattern, number }) => {
                format!("minimum-sequence {pattern} {number}")
            }
            Some(PolicyCommand::Revoke { key, reason }) => {
                format!("revoke {} {}", NamedKey::find(&key)?.key.hex(), reason.join(" "))
            }
        };
        Target::new(system)?.put(&line)
    }
}

fn require(what: &str, count: Option<u8>) -> Result<String, Failure> {
    match (what, count) {
        ("any", None) => Ok("require any".to_owned()),
        ("any", Some(_)) => Err(Failure::usage("`require any` takes no number", "leave the number out")),
        (_, count) => Ok(format!("require trusted {}", count.unwrap_or(1))),
    }
}

fn require_keys(pattern: &str, count: u8, keys: &[String]) -> Result<String, Failure> {
    let found = keys.iter().map(|key| Ok(NamedKey::find(key)?.key.hex().to_string()));
    let mut found = found.collect::<Result<Vec<_>, Failure>>()?;
    found.sort();
    found.dedup();
    if found.len() < usize::from(count) {
        let message = format!("{count} of {} keys can never have signed", found.len());
        return Err(Failure::usage(message, "name more keys, or ask for fewer"));
    }
    Ok(format!("require-keys {pattern} {count} {}", found.join(",")))
}

fn remove(target: &Target, line: usize) -> Result<(), Failure> {
    let mut file = target.open()?;
    let removed = file.remove_line(line);
    let removed = removed.ok_or_else(|| NotThere::Line { path: target.path.clone(), line })?;
    file.save()?;
    say(&format!("{}: removed: {}\n", escaped::path(&target.path), escaped::bytes(removed.as_bytes())))
}

fn show(trust: &MachineTrust, form: Form) -> Result<(), Failure> {
    let sources: Vec<&TrustSource> =
        [Some(&trust.administrator), trust.user.as_ref()].into_iter().flatten().collect();
    match form {
        Form::Json => {
            let files: Vec<Value> = sources.iter().map(|source| describe(source)).collect();
            document("psp-trust-policy/1", json!({ "files": files }))
        }
        Form::Text => {
            let console = Console::of_stdout();
            say(&sources.iter().map(|source| render(source, console)).collect::<String>())
        }
    }
}

fn render(source: &TrustSource, console: Console) -> String {
    let note = match (source.exists(), source.lines().is_empty()) {
        (false, _) => ": not there, demands nothing",
        (true, true) => ": demands nothing",
        (true, false) => "",
    };
    let owner = console.style(Style::Dim, owner_word(source.owner));
    let row = |(number, line): (usize, &str)| {
        vec![right(Style::Dim, number.to_string()), left(Style::Plain, escaped::bytes(line.as_bytes()))]
    };
    let rows: Vec<_> = source.lines().into_iter().map(row).collect();
    format!("{} ({owner}){note}\n{}", title(console, &source.path), table(console, &rows))
}

fn describe(source: &TrustSource) -> Value {
    let line = |(number, text): (usize, &str)| json!({ "line": number, "text": text });
    json!({
        "path": source.path.to_string_lossy(),
        "owner": owner_word(source.owner),
        "exists": source.exists(),
        "rules": source.lines().into_iter().map(line).collect::<Vec<_>>(),
    })
}
