//! `RECORD`: the list of a distribution's files (path, digest, size), which `importlib.metadata` reads. Installers list what the
//! package does not carry, and paths as they were at first; it is written anew to fit.

use std::path::Path;

/// One line: the path, and the rest as it stands (`,sha256=…,123`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) path: String,
    rest: String,
}

/// Reads the lines. A line without a path is dropped.
pub(super) fn parse(text: &str) -> Vec<Row> {
    text.lines().filter_map(parse_row).filter(|row| !row.path.is_empty()).collect()
}

fn parse_row(line: &str) -> Option<Row> {
    let line = line.trim_end_matches('\r');
    let Some(quoted) = line.strip_prefix('"') else {
        let end = line.find(',').unwrap_or(line.len());
        return Some(Row { path: line[..end].to_owned(), rest: line[end..].to_owned() });
    };
    // In quotes, a quote is doubled.
    let mut path = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter != '"' {
            path.push(letter);
        } else if quoted[at + 1..].starts_with('"') {
            path.push('"');
            letters.next();
        } else {
            return Some(Row { path, rest: quoted[at + 1..].to_owned() });
        }
    }
    None
}

/// The text for rows, sorted.
pub(super) fn write(rows: &mut [Row]) -> String {
    rows.sort();
    let mut text = String::new();
    for row in rows {
        if row.path.contains([',', '"']) {
            text.push_str(&format!("\"{}\"", row.path.replace('"', "\"\"")));
        } else {
            text.push_str(&row.path);
        }
        text.push_str(&row.rest);
        text.push('\n');
    }
    text
}

/// The rows for files that are there, at their present places. `up`: the way from site-packages to the slot's root. A file that
/// was beside the packages (`../../bin/x`, or `share/x`) is at the root now.
pub(super) fn fit(rows: Vec<Row>, site_packages: &Path, root: &Path, up: &str) -> Vec<Row> {
    let fitted = rows.into_iter().filter_map(|row| {
        let inside = row.path.trim_start_matches("../");
        if inside.len() == row.path.len()
            && !row.path.starts_with('/')
            && site_packages.join(&row.path).is_file()
        {
            return Some(row);
        }
        let is_there = !inside.starts_with('/') && !inside.is_empty() && root.join(inside).is_file();
        is_there.then(|| Row { path: format!("{up}{inside}"), rest: row.rest.clone() })
    });
    fitted.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        let text = "\"a,\"\"b\"\".py\",sha256=x,1\nz.dist-info/RECORD,,\nz/y.py,sha256=-_,22\n";
        let mut rows = parse(text);
        assert_eq!(rows[0].path, "a,\"b\".py");
        assert_eq!(write(&mut rows), text);
    }

    #[test]
    fn survives_damage() {
        for text in ["", "\n\n", "\"", "\"abc", ",,,", "a", "\"a\"\"", "a\r\n\u{fffd}"] {
            let mut rows = parse(text);
            write(&mut rows);
        }
    }
}
