//! Which codes a crate's sources really use: the check behind [`super::Catalog::unused`].

use super::Entry;
use std::collections::BTreeSet;
use std::path::Path;

/// The codes of `entries` that some `.rs` file below `sources` has as a string literal which is not the head
/// of a table row (a literal right after `(`, followed by a comma, in a file that has a `CODES` table).
pub(super) fn named_in(sources: &Path, entries: &[&Entry]) -> std::io::Result<BTreeSet<&'static str>> {
    let mut used = BTreeSet::new();
    let mut folders = vec![sources.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder)? {
            let item = item?;
            if item.file_type()?.is_dir() {
                folders.push(item.path());
            } else if item.path().extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(item.path())?;
                used.extend(entries.iter().map(|entry| entry.code).filter(|code| is_used(&text, code)));
            }
        }
    }
    Ok(used)
}

fn is_used(text: &str, code: &str) -> bool {
    let literal = format!("\"{code}\"");
    let uses = text.match_indices(&literal).filter(|(at, _)| {
        let before = text[..*at].trim_end();
        let after = text[at + literal.len()..].trim_start();
        !(before.ends_with('(') && after.starts_with(',') && text.contains("CODES"))
    });
    uses.count() > 0
}

#[cfg(test)]
mod tests {
    use super::is_used;

    #[test]
    fn a_row_is_no_use() {
        assert!(!is_used("const CODES: &[Row] = &[(\"a-b\", \"c\")];", "a-b"));
        assert!(!is_used("\"a-b-c\"", "a-b"));
        assert!(is_used("const CODES: &[Row] = &[(\"a-b\", \"c\")]; fn code() { \"a-b\" }", "a-b"));
        assert!(is_used("Error::X => \"a-b\",", "a-b"));
    }
}
