//! `psp cache`: what packages have been extracted into.

mod collect;
mod size;

use std::path::PathBuf;
use std::time::SystemTime;

use psp_builder::cache::{self, CacheError, CacheRoot, Check, Entry, Places, State, Usage};
use psp_builder::escaped;
use psp_builder::launch::{LaunchError, check_target, command};
use psp_builder::package_file::PackageFile;
use psp_builder::progress::megabytes;
use serde_json::{Value, json};

use super::console::{Cell, Console, Style, count, left, right, table};
use super::exit::Exit;
use super::failure::{Failure, Form, document, finish, say};
use collect::{Clear, Collect};

/// Look after the cache that packages are extracted into
#[derive(Debug, clap::Args)]
pub(crate) struct Cache {
    #[command(subcommand)]
    command: CacheCommand,
}

#[derive(Debug, clap::Subcommand)]
enum CacheCommand {
    /// Bring a package into the cache, and onto the disk, without starting it
    Add {
        /// The package; it is verified whole
        #[arg(value_name = "PKG")]
        package: PathBuf,
    },
    /// List the entries, the least recently used first
    List {
        /// Answer with a document of schema psp-cache-list/1
        #[arg(long)]
        json: bool,
    },
    /// Check entries: every byte where a package is named that has them, else what their receipts say
    Verify {
        /// Packages, which hold what was signed
        #[arg(value_name = "PKG")]
        packages: Vec<PathBuf>,
        /// Answer with a document of schema psp-cache-verify/1
        #[arg(long)]
        json: bool,
    },
    /// Remove what nobody has used for long; what runs, or was used within two hours, stays
    Gc(Collect),
    /// Remove everything that is not running
    Clear(Clear),
}

impl Cache {
    pub(crate) fn run(self) -> Exit {
        let form = Form::of(match &self.command {
            CacheCommand::Add { .. } => false,
            CacheCommand::List { json } | CacheCommand::Verify { json, .. } => *json,
            CacheCommand::Gc(collect) => collect.json,
            CacheCommand::Clear(clear) => clear.json,
        });
        let result = match &self.command {
            CacheCommand::Add { package } => add(package),
            CacheCommand::List { .. } => list(form),
            CacheCommand::Verify { packages, .. } => verify(packages, form),
            CacheCommand::Gc(collect) => collect.answer(form),
            CacheCommand::Clear(clear) => clear.answer(form),
        };
        finish(form, result)
    }
}

/// The variables that say where caches are.
fn places() -> Places {
    let variable = |name| std::env::var_os(name);
    Places {
        explicit: variable("PSP_CACHE_DIR"),
        cache_home: variable("XDG_CACHE_HOME"),
        home: variable("HOME"),
        temporary: variable("TMPDIR"),
    }
}

fn add(path: &std::path::Path) -> Result<Exit, Failure> {
    let file = PackageFile::open(path)?;
    let package = file.verified()?;
    file.verify_contents(&package, &mut ())?;
    check_target(&file, &package)?;
    let mut child = command(&file, path.as_os_str());
    child.env("PSP_EXTRACT", "only").env_remove("PSP_ENTRY");
    let started = |source| LaunchError::Start { path: path.to_owned(), source };
    if !child.status().map_err(started)?.success() {
        // It has said why.
        return Ok(Exit::NotStarted);
    }
    let identity = &package.manifest.identity;
    let size: u64 = package.manifest.slots.iter().map(|slot| slot.content.data_size).sum();
    say(&format!("{} {} is in the cache: {}\n", identity.name, identity.version, megabytes(size)))?;
    Ok(Exit::Done)
}

/// Every cache that is there, with its entries.
fn caches() -> Result<Vec<(CacheRoot, Vec<Entry>)>, CacheError> {
    let roots = cache::roots(&places())?;
    let usage = Usage::gather(&roots);
    let now = SystemTime::now();
    let with_entries = |root: CacheRoot| cache::entries(&root, &usage, now).map(|entries| (root, entries));
    roots.into_iter().map(with_entries).collect()
}

fn list(form: Form) -> Result<Exit, Failure> {
    let caches = caches()?;
    if form == Form::Json {
        let caches: Vec<Value> = caches
            .iter()
            .map(|(root, entries)| {
                json!({
                    "path": root.path.to_string_lossy(),
                    "size": entries.iter().map(|entry| entry.size).sum::<u64>(),
                    "entries": entries.iter().map(describe).collect::<Vec<_>>(),
                })
            })
            .collect();
        document("psp-cache-list/1", json!({ "caches": caches }))?;
        return Ok(Exit::Done);
    }
    if caches.is_empty() {
        say(&format!("there is no cache yet; it will be {}\n", escaped::path(&places().first()?)))?;
    }
    let console = Console::of_stdout();
    for (root, entries) in &caches {
        let title = console.style(Style::Title, &escaped::path(&root.path));
        let size: u64 = entries.iter().map(|entry| entry.size).sum();
        let rows: Vec<_> = entries.iter().map(row).collect();
        say(&format!(
            "{title}: {}, {}\n{}",
            count(entries.len(), "entry", "entries"),
            megabytes(size),
            table(console, &rows)
        ))?;
    }
    Ok(Exit::Done)
}

fn row(entry: &Entry) -> Vec<Cell> {
    vec![
        left(Style::Title, &entry.id.hex().as_str()[..16]),
        left(Style::Plain, entry.kind.word()),
        right(Style::Plain, count(entry.files as usize, "file", "files")),
        right(Style::Plain, megabytes(entry.size)),
        left(Style::Dim, format!("used {}", ago(entry.idle.as_secs()))),
        if entry.is_used { left(Style::Good, "running") } else { left(Style::Plain, "") },
    ]
}

/// A time in the past, in the largest unit that makes sense.
fn ago(seconds: u64) -> String {
    match seconds {
        0..3_600 => "within the hour".to_owned(),
        3_600..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

fn describe(entry: &Entry) -> Value {
    json!({
        "id": entry.id.hex().to_string(),
        "kind": entry.kind.word(),
        "files": entry.files,
        "size": entry.size,
        "idle_seconds": entry.idle.as_secs(),
        "running": entry.is_used,
    })
}

fn verify(paths: &[PathBuf], form: Form) -> Result<Exit, Failure> {
    let packages = paths.iter().map(|path| PackageFile::open(path)).collect::<Result<Vec<_>, _>>()?;
    for package in &packages {
        package.verified()?;
    }
    let mut checks: Vec<Check> = Vec::new();
    for (root, entries) in caches()? {
        checks.extend(cache::check(&root, &entries, &packages)?);
    }
    let is_bad = |check: &&Check| matches!(check.state, State::Damaged(_) | State::Doubtful(_));
    let bad = checks.iter().filter(is_bad).count();
    match form {
        Form::Json => {
            let entries: Vec<Value> = checks
                .iter()
                .map(|check| {
                    json!({
                        "id": check.id.hex().to_string(),
                        "kind": check.kind.word(),
                        "state": check.state.word(),
                        "finding": check.state.finding(),
                    })
                })
                .collect();
            document("psp-cache-verify/1", json!({ "sound": bad == 0, "entries": entries }))?;
        }
        Form::Text => say(&render_checks(&checks, bad))?,
    }
    Ok(if bad == 0 { Exit::Done } else { Exit::No })
}

fn render_checks(checks: &[Check], bad: usize) -> String {
    let row = |check: &Check| {
        let (style, words) = match &check.state {
            State::Whole => (Style::Good, "whole: every byte is what was signed".to_owned()),
            State::Unchanged => {
                (Style::Plain, "unchanged since it was extracted, says its receipt".to_owned())
            }
            State::Unsigned => (Style::Dim, "made by setup commands: nothing to check it against".to_owned()),
            State::Doubtful(finding) => {
                (Style::Notable, format!("doubtful: {finding}; name its package to be sure"))
            }
            State::Damaged(finding) => {
                (Style::Bad, format!("DAMAGED: {finding}; the next start that needs it repairs it"))
            }
        };
        vec![
            left(Style::Title, &check.id.hex().as_str()[..16]),
            left(Style::Plain, check.kind.word()),
            left(style, words),
        ]
    };
    let rows: Vec<_> = checks.iter().map(row).collect();
    let summary = match (checks.len(), bad) {
        (0, _) => "there is nothing in the cache".to_owned(),
        (all, 0) => format!("{}, nothing wrong", count(all, "entry", "entries")),
        (all, bad) => format!("{}, {bad} not as it should be", count(all, "entry", "entries")),
    };
    format!("{}{summary}\n", table(Console::of_stdout(), &rows))
}

#[cfg(test)]
mod tests {
    use super::ago;

    #[test]
    fn times() {
        for (seconds, text) in
            [(0, "within the hour"), (7_200, "2 h ago"), (90_000, "25 h ago"), (864_000, "10 days ago")]
        {
            assert_eq!(ago(seconds), text);
        }
    }
}
