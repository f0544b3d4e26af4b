//! `psp inspect`: what a package is and whose.

mod document;

use std::path::PathBuf;

use psp_builder::escaped;
use psp_builder::inspection::{Inspection, SlotView};
use psp_builder::package_file::PackageFile;
use psp_builder::progress::megabytes;
use psp_builder::trust::MachineTrust;

use super::console::{Cell, Console, Style, grouped, left, right, table, whole};
use super::environment::Environment;
use super::exit::Exit;
use super::failure::{Failure, Form, document as print_document, finish, say};
use super::verify::{standing_cell, stub_cell};

/// Show what is in a package and who signed it
#[derive(Debug, clap::Args)]
pub(crate) struct Inspect {
    /// The package
    #[arg(value_name = "PKG")]
    package: PathBuf,
    /// Answer with a document of schema psp-inspect/1
    #[arg(long)]
    json: bool,
}

impl Inspect {
    pub(crate) fn run(self) -> Exit {
        let form = Form::of(self.json);
        finish(form, self.inspect(form))
    }

    fn inspect(&self, form: Form) -> Result<Exit, Failure> {
        let file = PackageFile::open(&self.package)?;
        let trust = MachineTrust::read(Environment::read().config.as_deref())?;
        let inspection = Inspection::of(&file, &trust)?;
        match form {
            Form::Json => print_document("psp-inspect/1", document::describe(&inspection))?,
            Form::Text => say(&render(&inspection, Console::of_stdout()))?,
        }
        Ok(if inspection.fault.is_some() { Exit::No } else { Exit::Done })
    }
}

fn render(inspection: &Inspection, console: Console) -> String {
    let mut text = format!(
        "{} {}  {}\n",
        console.style(Style::Title, &inspection.name),
        console.style(Style::Title, &inspection.version),
        console.style(Style::Dim, &inspection.target)
    );
    if let Some(fault) = &inspection.fault {
        let message = format!("NOT VALID: {} [{}]", fault.message(), fault.error.code());
        text.push_str(&format!("{}\n", console.style(Style::Bad, &message)));
    }
    if let Some(description) = inspection.information("description") {
        text.push_str(&console.wrap(&escaped::bytes(description.as_bytes()), 0));
    }
    text.push('\n');
    text.push_str(&table(console, &facts(inspection)));
    let mut section = |title: &str, body: String| {
        if !body.is_empty() {
            text.push_str(&format!("\n{}\n{body}", console.style(Style::Title, title)));
        }
    };
    section("Slots", table(console, &slots(inspection)));
    section("Entry points", table(console, &entries(inspection)));
    section(
        "Setup",
        table(console, &inspection.setup.iter().map(|command| plain(command)).collect::<Vec<_>>()),
    );
    section("Signatures", table(console, &signers(inspection)));
    section("Documents", table(console, &documents(inspection)));
    section("Needs of the host", needs(inspection, console));
    text
}

fn plain(text: &str) -> Vec<Cell> {
    vec![left(Style::Plain, text)]
}

fn fact(name: &str, value: impl Into<String>) -> Vec<Cell> {
    vec![left(Style::Dim, name), left(Style::Plain, value)]
}

/// The words that have a line of their own, in this order.
const WORDS: [(&str, &str); 4] = [
    ("license", "License"),
    ("homepage", "Homepage"),
    ("source_revision", "Source"),
    ("builder", "Built by"),
];

fn facts(inspection: &Inspection) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for (key, title) in WORDS {
        if let Some(value) = inspection.information(key) {
            rows.push(fact(title, escaped::bytes(value.as_bytes())));
        }
    }
    if !inspection.channel.is_empty() {
        rows.push(fact("Channel", &inspection.channel));
    }
    if inspection.sequence != 0 {
        rows.push(fact("Sequence", inspection.sequence.to_string()));
    }
    rows.push(fact("Size", format!("{} ({} bytes)", megabytes(inspection.size), grouped(inspection.size))));
    rows.push(fact("Format", &inspection.format));
    rows.push(vec![left(Style::Dim, "Root"), whole(&inspection.root)]);
    rows.push(vec![
        left(Style::Dim, "Stub"),
        left(Style::Plain, format!("{} bytes", grouped(inspection.stub.size))),
        stub_cell(inspection.stub.is_known),
    ]);
    rows
}

fn slots(inspection: &Inspection) -> Vec<Vec<Cell>> {
    if inspection.slots.is_empty() {
        return Vec::new();
    }
    let head = |text: &str| right(Style::Dim, text);
    let titles = ["files", "size", "stored", "ratio", "frames"];
    let mut rows = vec![["id", "kind", "lifecycle"].map(|text| left(Style::Dim, text)).to_vec()];
    rows[0].extend(titles.map(head));
    rows.extend(inspection.slots.iter().map(slot));
    if inspection.slots.len() > 1 {
        let sum = |of: fn(&SlotView) -> u64| inspection.slots.iter().map(of).sum::<u64>();
        let (size, stored) = (sum(|slot| slot.size), sum(|slot| slot.stored_size));
        let files = inspection.slots.iter().map(|slot| slot.contents.map(|contents| contents.files));
        let files = files.sum::<Option<u64>>().map_or("?".to_owned(), grouped);
        let mut row = ["together", "", ""].map(|text| left(Style::Dim, text)).to_vec();
        row.extend(
            [files, megabytes(size), megabytes(stored), ratio(size, stored)]
                .map(|text| right(Style::Dim, text)),
        );
        rows.push(row);
    }
    rows
}

fn slot(slot: &SlotView) -> Vec<Cell> {
    let files = slot.contents.map_or("?".to_owned(), |contents| grouped(contents.files));
    vec![
        left(Style::Title, &slot.id),
        left(Style::Plain, slot.kind),
        left(Style::Plain, slot.lifecycle),
        right(Style::Plain, files),
        right(Style::Plain, megabytes(slot.size)),
        right(Style::Plain, megabytes(slot.stored_size)),
        right(Style::Plain, ratio(slot.size, slot.stored_size)),
        right(Style::Plain, grouped(slot.frames.into())),
    ]
}

/// Stored bytes of a hundred.
fn ratio(size: u64, stored: u64) -> String {
    if size == 0 {
        return "–".to_owned();
    }
    format!("{:.1} %", stored as f64 / size as f64 * 100.0)
}

fn entries(inspection: &Inspection) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for entry in &inspection.entries {
        let name = if entry.name.is_empty() { "(default)" } else { &entry.name };
        rows.push(vec![left(Style::Title, name), left(Style::Plain, entry.command.join(" "))]);
        let mut detail = |text: String| rows.push(vec![left(Style::Plain, ""), left(Style::Dim, text)]);
        if let Some(cwd) = &entry.cwd {
            detail(format!("in {cwd}"));
        }
        entry.environment.iter().for_each(|change| detail(change.clone()));
    }
    rows
}

fn signers(inspection: &Inspection) -> Vec<Vec<Cell>> {
    let rows = |signer| {
        let signer: &psp_builder::signers::Signer = signer;
        [vec![whole(signer.key.hex().to_string())], vec![standing_cell(signer)]]
    };
    inspection.signers.iter().flat_map(rows).collect()
}

fn documents(inspection: &Inspection) -> Vec<Vec<Cell>> {
    let row = |(name, stored, size): &(String, u64, u64)| {
        vec![
            left(Style::Title, name),
            right(Style::Plain, megabytes(*size)),
            left(Style::Dim, format!("stored in {}", megabytes(*stored))),
        ]
    };
    inspection.documents.iter().map(row).collect()
}

fn needs(inspection: &Inspection, console: Console) -> String {
    let needs = inspection.information("needs").unwrap_or_default();
    let libraries = needs.lines().map(|line| escaped::bytes(line.as_bytes()));
    let glibc = inspection.information("glibc");
    let glibc = glibc.map(|version| format!("glibc {} or later", escaped::bytes(version.as_bytes())));
    console.wrap(&glibc.into_iter().chain(libraries).collect::<Vec<_>>().join(", "), 2)
}
