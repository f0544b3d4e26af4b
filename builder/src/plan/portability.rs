//! Will the package's native files run where it is meant to run? Asked of exactly the files that go into it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{Options, PlanError, SlotPlan};
use crate::buildcache::{BuildCache, StatIndex};
use crate::manifest::INTERPRETER_SLOT;
use crate::native::{Locus, PortabilityReport, may_be_native, survey_files};
use crate::source::Stat;

/// No native file is smaller: the shortest header of the known kinds.
const SMALLEST_NATIVE_BYTES: u64 = 28;
/// How many names a notice lists.
const LISTED: usize = 16;

/// Surveys the files of all slots against the target, which only the targets of native code have.
///
/// What an earlier build has read and found to be something else is not opened again.
pub(super) fn survey(
    slots: &[SlotPlan],
    options: &Options,
    cache: Option<&BuildCache>,
) -> Result<Option<PortabilityReport>, PlanError> {
    let Ok(target) = options.target.as_str().parse() else { return Ok(None) };
    let files = slots.iter().flat_map(|slot| {
        let known = cache.zip(slot.source.as_deref()).map(|(cache, source)| cache.stat_index(source));
        let known = known.unwrap_or_default();
        let files = slot.tree.files();
        let worth_a_look = files.filter(move |(entry, stat)| may_be_worth_a_look(&entry.path, stat, &known));
        worth_a_look.map(|(entry, _)| {
            let inside = if slot.tree.single_file { OsStr::new("") } else { OsStr::from_bytes(&entry.path) };
            (Locus { slot: slot.id.clone(), path: Path::new(inside).to_owned() }, slot.tree.location(entry))
        })
    });
    survey_files(files, &target).map(Some).map_err(|source| PlanError::Survey { source })
}

fn may_be_worth_a_look(path: &[u8], stat: &Stat, known: &StatIndex) -> bool {
    stat.size >= SMALLEST_NATIVE_BYTES && known.get(path, stat).is_none_or(|shape| may_be_native(shape.head))
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

#[cfg(test)]
mod tests {
    use psp_format::Digest;

    use super::*;
    use crate::buildcache::FileRecord;
    use crate::chunk::Shape;

    #[test]
    fn what_is_known_to_be_something_else_is_not_opened() {
        let stat = |ctime_ns| Stat { device: 1, inode: 2, size: 28, mtime_ns: 3, ctime_ns };
        let mut known = StatIndex::default();
        for (path, head) in
            [("elf", *b"\x7fELF"), ("dos", *b"MZ\x90\0"), ("text", *b"#!/b"), ("empty", [0; 4])]
        {
            let shape = Shape { size: 28, digest: Digest([7; 32]), head, cuts: Vec::new() };
            known.insert(path.into(), FileRecord { stat: stat(4), shape }, i128::MAX);
        }
        let check = |path: &str, stat: Stat, expected| {
            assert_eq!(may_be_worth_a_look(path.as_bytes(), &stat, &known), expected, "{path}");
        };
        check("elf", stat(4), true);
        check("dos", stat(4), true);
        check("text", stat(4), false);
        check("empty", stat(4), false);
        check("text", stat(5), true);
        check("unknown", stat(4), true);
        check("unknown", Stat { size: 27, ..stat(4) }, false);
    }
}
