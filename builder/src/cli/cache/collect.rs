//! `psp cache gc` and `psp cache clear`: entries go, and with them what starts that are no more have left.

use std::time::Duration;

use psp_builder::cache::{CacheRoot, Decision, Fate, Limits, Removal, clean, decide, remove};
use psp_builder::progress::megabytes;
use serde_json::{Value, json};

use super::{caches, describe, size};
use crate::cli::console::{Console, Style, count, left, right, table};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Form, document, say};

const DAY: u64 = 86_400;
/// What goes when nothing is said.
const DEFAULT_DAYS: u64 = 30;

/// Remove what nobody has used for long; what runs, or was used within two hours, stays
#[derive(Debug, clap::Args)]
pub(crate) struct Collect {
    /// Remove what was not used for so many days [default: 30, unless --max-size is given]
    #[arg(long, value_name = "DAYS")]
    older_than: Option<u64>,
    /// Remove the least recently used until the rest is no larger, for example 2GB
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_size: Option<u64>,
    /// Say what would go, and remove nothing
    #[arg(long)]
    dry_run: bool,
    /// Answer with a document of schema psp-cache-gc/1
    #[arg(long)]
    pub(super) json: bool,
}

/// Remove everything that is not running
#[derive(Debug, clap::Args)]
pub(crate) struct Clear {
    /// Say what would go, and remove nothing
    #[arg(long)]
    dry_run: bool,
    /// Answer with a document of schema psp-cache-gc/1
    #[arg(long)]
    pub(super) json: bool,
}

impl Collect {
    pub(super) fn answer(&self, form: Form) -> Result<Exit, Failure> {
        let days = self.older_than.or(self.max_size.is_none().then_some(DEFAULT_DAYS));
        let older_than = days.map(|days| Duration::from_secs(days.saturating_mul(DAY)));
        collect(Limits::Keep { older_than, max_size: self.max_size }, Mode::of(self.dry_run), form)
    }
}

impl Clear {
    pub(super) fn answer(&self, form: Form) -> Result<Exit, Failure> {
        collect(Limits::Nothing, Mode::of(self.dry_run), form)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Remove,
    Pretend,
}

impl Mode {
    fn of(dry_run: bool) -> Self {
        if dry_run { Self::Pretend } else { Self::Remove }
    }
}

/// What became of an entry.
struct Outcome {
    decision: Decision,
    word: &'static str,
}

impl Outcome {
    fn is_gone(&self) -> bool {
        self.decision.fate == Fate::Goes && self.word != "busy"
    }
}

fn collect(limits: Limits, mode: Mode, form: Form) -> Result<Exit, Failure> {
    let mut outcomes = Vec::new();
    let mut abandoned = (0, 0);
    for (root, entries) in caches()? {
        for decision in decide(entries, limits) {
            outcomes.push(carry_out(&root, decision, mode)?);
        }
        if mode == Mode::Remove {
            let (count, size) = clean(&root)?;
            abandoned = (abandoned.0 + count, abandoned.1 + size);
        }
    }
    match form {
        Form::Json => document("psp-cache-gc/1", report(&outcomes, abandoned, mode))?,
        Form::Text => say(&render(&outcomes, abandoned, mode))?,
    }
    Ok(Exit::Done)
}

fn carry_out(root: &CacheRoot, decision: Decision, mode: Mode) -> Result<Outcome, Failure> {
    let word = match (decision.fate, mode) {
        (Fate::Goes, Mode::Remove) => match remove(root, &decision.entry)? {
            Removal::Busy => "busy",
            Removal::Done | Removal::Gone => "removed",
        },
        (fate, _) => fate.word(),
    };
    Ok(Outcome { decision, word })
}

fn sum<'o>(outcomes: impl Iterator<Item = &'o Outcome>) -> (usize, u64) {
    outcomes.fold((0, 0), |(count, size), outcome| (count + 1, size + outcome.decision.entry.size))
}

fn render(outcomes: &[Outcome], (abandoned, abandoned_size): (u64, u64), mode: Mode) -> String {
    let row = |outcome: &Outcome| {
        let entry = &outcome.decision.entry;
        let style = if outcome.is_gone() { Style::Notable } else { Style::Good };
        vec![
            left(style, outcome.word),
            left(Style::Plain, entry.kind.word()),
            left(Style::Title, &entry.id.hex().as_str()[..16]),
            right(Style::Plain, megabytes(entry.size)),
            left(Style::Dim, format!("used {}", super::ago(entry.idle.as_secs()))),
        ]
    };
    let is_told = |outcome: &&Outcome| outcome.decision.fate != Fate::Stays;
    let rows: Vec<_> = outcomes.iter().filter(is_told).map(row).collect();
    let (gone, gone_size) = sum(outcomes.iter().filter(|outcome| outcome.is_gone()));
    let (stay, stay_size) = sum(outcomes.iter().filter(|outcome| !outcome.is_gone()));
    let verb = if mode == Mode::Pretend { "would free" } else { "freed" };
    let mut text = table(Console::of_stdout(), &rows);
    text.push_str(&format!(
        "{verb} {}: {}",
        megabytes(gone_size + abandoned_size),
        count(gone, "entry", "entries")
    ));
    if abandoned > 0 {
        text.push_str(&format!(", and {abandoned} left behind by starts that are no more"));
    }
    text.push_str(&format!("; {} of {} left\n", count(stay, "entry", "entries"), megabytes(stay_size)));
    text
}

fn report(outcomes: &[Outcome], (abandoned, abandoned_size): (u64, u64), mode: Mode) -> Value {
    let entries = outcomes.iter().map(|outcome| {
        let mut fields = describe(&outcome.decision.entry);
        fields["fate"] = json!(outcome.word);
        fields
    });
    let (_, gone_size) = sum(outcomes.iter().filter(|outcome| outcome.is_gone()));
    json!({
        "dry_run": mode == Mode::Pretend,
        "freed": gone_size + abandoned_size,
        "abandoned": abandoned,
        "entries": entries.collect::<Vec<_>>(),
    })
}
