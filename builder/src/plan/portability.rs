//! Will the package's native files run where it is meant to run? Asked of exactly the files that go into it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{Options, PlanError, SlotPlan};
use crate::manifest::INTERPRETER_SLOT;
use crate::native::{Locus, PortabilityReport, survey_files};

/// No native file is smaller: the shortest header of the known kinds.
const SMALLEST_NATIVE_BYTES: u64 = 28;
/// How many names a notice lists.
const LISTED: usize = 16;

/// Surveys the files of all slots against the target, which only the targets of native code have.
pub(super) fn survey(slots: &[SlotPlan], options: &Options) -> Result<Option<PortabilityReport>, PlanError> {
    let Ok(target) = options.target.as_str().parse() else { return Ok(None) };
    let files = slots.iter().flat_map(|slot| {
        let worth_a_look = slot.tree.files().filter(|(_, stat)| stat.size >= SMALLEST_NATIVE_BYTES);
        worth_a_look.map(|(entry, _)| {
            let inside = if slot.tree.single_file { OsStr::new("") } else { OsStr::from_bytes(&entry.path) };
            (Locus { slot: slot.id.clone(), path: Path::new(inside).to_owned() }, slot.tree.location(entry))
        })
    });
    survey_files(files, &target).map(Some).map_err(|source| PlanError::Survey { source })
}

/// What stands against the package.
pub(super) fn errors(report: &PortabilityReport, options: &Options) -> Vec<PlanError> {
    let Ok(target) = options.target.as_str().parse() else { return Vec::new() };
    let errors = report.errors(&target, options.glibc_floor).into_iter();
    errors.map(|source| PlanError::NotPortable { source }).collect()
}

/// What whoever builds the package should know.
pub(super) fn notices(report: &PortabilityReport, slots: &[SlotPlan]) -> Vec<String> {
    let mut notices = Vec::new();
    let missing: Vec<_> = report.missing_libraries().map(|library| library.name.clone()).collect();
    if !missing.is_empty() {
        notices.push(format!("libraries are expected of the host: {}{}", listed(&missing), remedy(slots)));
    }
    let damaged: Vec<_> =
        report.damaged.iter().map(|(locus, reason)| format!("{locus} ({reason})")).collect();
    if !damaged.is_empty() {
        notices.push(format!("native files are damaged: {}", listed(&damaged)));
    }
    notices
}

/// What the package states of it: the libraries, one a line, and the newest glibc.
pub(super) fn information(report: &PortabilityReport) -> Vec<(String, String)> {
    let needs: Vec<_> = report.host_libraries.iter().map(|library| library.name.as_str()).collect();
    let needs = Some(needs.join("\n")).filter(|needs| !needs.is_empty());
    let glibc = report.glibc.as_ref().map(|need| need.version.to_string());
    [("needs", needs), ("glibc", glibc)]
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect()
}

/// Python applications can bring the libraries with them.
fn remedy(slots: &[SlotPlan]) -> &'static str {
    let is_python = slots.iter().any(|slot| slot.id == INTERPRETER_SLOT && slot.source.is_none());
    if is_python { " (bundle-libs = true puts them into the package)" } else { "" }
}

fn listed(names: &[String]) -> String {
    let shown = names.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
