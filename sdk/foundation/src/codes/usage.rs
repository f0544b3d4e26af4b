//! Which codes a crate's sources really use: the check behind [`super::Catalog::unused`].

use super::Entry;
use std::collections::BTreeSet;
use std::path::Path;

/// The codes of `entries` that some `.rs` file below `sources` uses: as a string literal which is not the head of
/// a table row (a literal right after `(`, followed by a comma, in a file that has a `CODES` table), or through
/// the constant that a macro makes of its row.
pub(super) fn named_in(sources: &[&Path], entries: &[&Entry]) -> std::io::Result<BTreeSet<&'static str>> {
    let texts = texts(sources)?;
    let codes = entries.iter().map(|entry| entry.code);
    Ok(codes.filter(|code| is_used(&texts, code)).collect())
}

fn texts(sources: &[&Path]) -> std::io::Result<Vec<String>> {
    let mut texts = Vec::new();
    let mut folders: Vec<_> = sources.iter().map(|path| path.to_path_buf()).collect();
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(folder)? {
            let item = item?;
            if item.file_type()?.is_dir() {
                folders.push(item.path());
            } else if item.path().extension().is_some_and(|extension| extension == "rs") {
                texts.push(std::fs::read_to_string(item.path())?);
            }
        }
    }
    Ok(texts)
}

fn is_used(texts: &[String], code: &str) -> bool {
    let literal = format!("\"{code}\"");
    let mut constants = Vec::new();
    for text in texts {
        for (at, _) in text.match_indices(&literal) {
            let before = text[..at].trim_end();
            let after = text[at + literal.len()..].trim_start();
            let constant = &before[before.trim_end_matches(is_of_name).len()..];
            if !constant.is_empty() && after.starts_with('"') {
                constants.push(constant);
            } else if !(before.ends_with('(') && after.starts_with(',') && text.contains("CODES")) {
                return true;
            }
        }
    }
    constants.iter().any(|constant| texts.iter().any(|text| has_path_to(text, constant)))
}

/// Whether `::NAME` stands in `text`, and not as a part of a longer name.
fn has_path_to(text: &str, name: &str) -> bool {
    let path = format!("::{name}");
    text.match_indices(&path).any(|(at, _)| !text[at + path.len()..].starts_with(is_of_name))
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::is_used;

    #[test]
    fn a_row_is_no_use() {
        let check = |text: &str, expected: bool| {
            assert_eq!(is_used(&[text.to_owned()], "a-b"), expected, "{text}");
        };
        check("const CODES: &[Row] = &[(\"a-b\", \"c\")];", false);
        check("\"a-b-c\"", false);
        check("const CODES: &[Row] = &[(\"a-b\", \"c\")]; fn code() { \"a-b\" }", true);
        check("Error::X => \"a-b\",", true);
        check("codes! { A_B \"a-b\" \"cause\" \"remedy\"; }", false);
        check("codes! { A_B \"a-b\" \"cause\"; } codes::A_BC, codes::XA_B", false);
        check("codes! { A_B \"a-b\" \"cause\"; } => codes::A_B,", true);
    }
}
