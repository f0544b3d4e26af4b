//! Placeholders: `{slot:ID}`, `{package.name}`, `{package.version}`, `{state}`, `{prepared}`.
//!
//! `{{` and `}}` stand for single braces. Name and version of the package are filled in at once; the other
//! placeholders stay parts of the [`Template`], because only the launcher knows what they are.

use std::collections::BTreeSet;

use psp_format::limits;

use super::{
    INTERPRETER_SLOT, ManifestProblem, PackageInfo, SITE_SLOT, SlotSource, Span, Spanned, document::Problems,
    suggest::closest,
};

/// One part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text that stands for itself; not empty, and never two in a row.
    Literal(String),
    /// The path of a slot's directory or file.
    Slot(String),
    /// The path of the state directory.
    State,
    /// The path of the directory that the setup commands fill.
    Prepared,
}

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its parts; none for the empty text.
    pub parts: Vec<Part>,
    /// Where it was written.
    pub span: Span,
}

/// What placeholders may refer to.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    package: Option<&'a PackageInfo>,
    slots: BTreeSet<&'a str>,
    has_setup: bool,
    /// Whether every slot could be read. If not, an unknown id is no mistake of its own.
    pub(crate) all_slots_known: bool,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(
        package: Option<&'a PackageInfo>,
        slots: &'a [SlotSource],
        has_python: bool,
        has_setup: bool,
    ) -> Self {
        let python = [INTERPRETER_SLOT, SITE_SLOT].into_iter().filter(|_| has_python);
        let slots = slots.iter().map(|slot| slot.id.value.as_str()).chain(python).collect();
        Self { package, slots, has_setup, all_slots_known: true }
    }
}

impl Template {
    /// Reads a text with placeholders; `None` if anything in it was reported.
    pub(crate) fn read(
        text: &Spanned<String>,
        scope: &Scope<'_>,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let mut reader = Reader { text, scope, parts: Vec::new(), literal: String::new(), good: true };
        reader.run(problems);
        reader.flush();
        let long =
            |part: &Part| matches!(part, Part::Literal(text) if text.len() > limits::LITERAL_BYTES as usize);
        if reader.parts.len() > limits::TEMPLATE_PARTS as usize || reader.parts.iter().any(long) {
            problems.add(text.span.clone(), ManifestProblem::TemplateTooLong);
            return None;
        }
        reader.good.then(|| Self { parts: reader.parts, span: text.span.clone() })
    }
}

struct Reader<'a> {
    text: &'a Spanned<String>,
    scope: &'a Scope<'a>,
    parts: Vec<Part>,
    literal: String,
    good: bool,
}

impl Reader<'_> {
    fn run(&mut self, problems: &mut Problems<'_>) {
        let text = &self.text.value;
        if let Some(at) = text.find('\0') {
            self.report(at..at + 1, ManifestProblem::NulByte, problems);
        }
        let mut at = 0;
        while let Some(found) = text[at..].find(['{', '}']) {
            self.literal.push_str(&text[at..at + found]);
            at += found;
            let brace = &text[at..at + 1];
            if text[at + 1..].starts_with(brace) {
                self.literal.push_str(brace);
                at += 2;
            } else if brace == "{"
                && let Some(length) = text[at..].find('}')
            {
                self.placeholder(&text[at + 1..at + length], at..at + length + 1, problems);
                at += length + 1;
            } else {
                self.report(at..at + 1, ManifestProblem::LoneBrace { brace: brace.to_owned() }, problems);
                at += 1;
            }
        }
        self.literal.push_str(&text[at..]);
    }

    fn placeholder(&mut self, name: &str, span: Span, problems: &mut Problems<'_>) {
        match name.split_once(':') {
            Some(("slot", id)) if self.scope.slots.contains(id) || !self.scope.all_slots_known => {
                self.push(Part::Slot(id.to_owned()))
            }
            Some(("slot", id)) => {
                let suggestion = closest(id, self.scope.slots.iter().copied());
                let known = self.scope.slots.iter().map(|&id| id.to_owned()).collect();
                self.report(
                    span,
                    ManifestProblem::UnknownSlot { id: id.to_owned(), known, suggestion },
                    problems,
                );
            }
            None if name == "package.name" => self.package(|package| &package.name),
            None if name == "package.version" => self.package(|package| &package.version),
            None if name == "state" => self.push(Part::State),
            None if name == "prepared" && self.scope.has_setup => self.push(Part::Prepared),
            None if name == "prepared" => self.report(span, ManifestProblem::PreparedWithoutSetup, problems),
            _ => {
                let words = ["slot:ID", "package.name", "package.version", "state", "prepared"];
                let suggestion = match self.scope.slots.contains(name) {
                    true => Some(format!("slot:{name}")),
                    false => closest(name, words),
                };
                let name = name.to_owned();
                self.report(span, ManifestProblem::UnknownPlaceholder { name, suggestion }, problems);
            }
        }
    }

    fn package(&mut self, field: impl Fn(&PackageInfo) -> &String) {
        if let Some(package) = self.scope.package {
            self.literal.push_str(field(package));
        }
    }

    fn push(&mut self, part: Part) {
        self.flush();
        self.parts.push(part);
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(Part::Literal(std::mem::take(&mut self.literal)));
        }
    }

    fn report(&mut self, part: Span, problem: ManifestProblem, problems: &mut Problems<'_>) {
        self.good = false;
        problems.add(problems.part_of(self.text, part), problem);
    }
}
