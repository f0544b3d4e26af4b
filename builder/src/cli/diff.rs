//! `psp diff`: what has changed between two packages, and how much a delta would hold.

use std::path::PathBuf;

use psp_builder::diff::{Change, Diff, FileDiff, SlotDiff};
use psp_builder::escaped;
use psp_builder::package_file::PackageFile;
use psp_builder::progress::megabytes;
use serde_json::{Value, json};

use super::console::{Cell, Console, Style, count, grouped, left, right, table};
use super::exit::Exit;
use super::failure::{Failure, Form, document, finish, json_path, say};

/// Show what differs between two packages
#[derive(Debug, clap::Args)]
pub(crate) struct DiffCommand {
    /// The package before
    #[arg(value_name = "A")]
    before: PathBuf,
    /// The package after
    #[arg(value_name = "B")]
    after: PathBuf,
    /// End with 1 if they differ
    #[arg(long)]
    exit_code: bool,
    /// Answer with a document of schema psp-diff/1
    #[arg(long)]
    json: bool,
}

impl DiffCommand {
    pub(crate) fn run(self) -> Exit {
        let form = Form::of(self.json);
        finish(form, self.diff(form))
    }

    fn diff(&self, form: Form) -> Result<Exit, Failure> {
        let (before, after) = (PackageFile::open(&self.before)?, PackageFile::open(&self.after)?);
        let diff = Diff::between(&before, &after)?;
        match form {
            Form::Text => say(&render(&diff, Console::of_stdout()))?,
            Form::Json => document("psp-diff/1", describe(&diff))?,
        }
        Ok(if self.exit_code && !diff.is_same { Exit::No } else { Exit::Done })
    }
}

fn render(diff: &Diff, console: Console) -> String {
    if diff.is_same {
        return "the packages are the same\n".to_owned();
    }
    let mut text = String::new();
    let fact = |(what, before, after): &(&str, String, String)| {
        let shown = |value: &str| if value.is_empty() { "–".to_owned() } else { value.to_owned() };
        let is_long = before.len() + after.len() > 60;
        let first = vec![
            left(Style::Dim, *what),
            left(Style::Plain, shown(before)),
            left(Style::Plain, format!("→ {}", shown(after))),
        ];
        if !is_long {
            return vec![first];
        }
        vec![
            vec![left(Style::Dim, *what), left(Style::Plain, shown(before))],
            vec![left(Style::Plain, ""), left(Style::Plain, format!("→ {}", shown(after)))],
        ]
    };
    let (short, long): (Vec<_>, Vec<_>) = diff.facts.iter().map(fact).partition(|rows| rows.len() == 1);
    text.push_str(&table(console, &short.concat()));
    text.push_str(&table(console, &long.concat()));
    for slot in &diff.slots {
        let title = format!("Slot {}", slot.id);
        let lifecycle = slot.lifecycle.map(|(before, after)| format!(", lifecycle {before} → {after}"));
        text.push_str(&format!(
            "\n{}: {}{}\n",
            console.style(Style::Title, &title),
            word(slot),
            lifecycle.unwrap_or_default()
        ));
        text.push_str(&table(console, &slot.files.iter().map(file).collect::<Vec<_>>()));
    }
    let delta = &diff.delta;
    let percent = delta.needed_bytes as f64 / delta.total_bytes.max(1) as f64 * 100.0;
    text.push_str(&format!(
        "\n{} of {} frames are shared; a delta needs {} of {} ({percent:.1} %)\n",
        grouped(delta.shared_frames),
        grouped(delta.frames),
        megabytes(delta.needed_bytes),
        megabytes(delta.total_bytes)
    ));
    text
}

fn word(slot: &SlotDiff) -> String {
    match slot.change {
        Change::Other if slot.lifecycle.is_some() => "same content".to_owned(),
        Change::Other => "same files, stored otherwise".to_owned(),
        change => format!("{}, {}", change.word(), count(slot.files.len(), "path differs", "paths differ")),
    }
}

fn file(file: &FileDiff) -> Vec<Cell> {
    let (style, sign) = match file.change {
        Change::Added => (Style::Good, "+"),
        Change::Removed => (Style::Bad, "-"),
        Change::Mode => (Style::Notable, "x"),
        Change::Content | Change::Kind | Change::Other => (Style::Notable, "~"),
    };
    let size = |size: Option<u64>| size.map_or(String::new(), megabytes);
    let sizes = match (size(file.size_before), size(file.size_after)) {
        (before, after) if before == after => after,
        (before, after) if before.is_empty() => after,
        (before, after) if after.is_empty() => before,
        (before, after) => format!("{before} → {after}"),
    };
    vec![left(style, sign), right(Style::Dim, sizes), left(style, escaped::bytes(&file.path))]
}

fn describe(diff: &Diff) -> Value {
    let facts = diff
        .facts
        .iter()
        .map(|(what, before, after)| json!({ "what": what, "before": before, "after": after }));
    json!({
        "same": diff.is_same,
        "facts": facts.collect::<Vec<_>>(),
        "slots": diff.slots.iter().map(describe_slot).collect::<Vec<_>>(),
        "delta": {
            "frames": diff.delta.frames,
            "shared_frames": diff.delta.shared_frames,
            "shared_bytes": diff.delta.shared_bytes,
            "needed_bytes": diff.delta.needed_bytes,
            "total_bytes": diff.delta.total_bytes,
        },
    })
}

fn describe_slot(slot: &SlotDiff) -> Value {
    let file = |file: &FileDiff| {
        let mut fields = json!({ "path": null });
        json_path(&mut fields, &file.path);
        fields["change"] = json!(file.change.word());
        fields["size_before"] = json!(file.size_before);
        fields["size_after"] = json!(file.size_after);
        fields
    };
    json!({
        "id": slot.id,
        "change": slot.change.word(),
        "lifecycle": slot.lifecycle.map(|(before, after)| json!({ "before": before, "after": after })),
        "files": slot.files.iter().map(file).collect::<Vec<_>>(),
    })
}
