//! What may stand in a file, and where a file may stand.

use std::path::Path;

/// Lines after which a source file asks to be split.
const LINES: usize = 600;
/// Folders at the root.
const FOLDERS: [&str; 12] = [
    ".cargo",
    ".ci",
    ".config",
    "builder",
    "cty",
    "format-spec",
    "launcher",
    "plugin",
    "sdk",
    "test-fixtures",
    "tests",
    "tools",
];
/// A file with this in its first lines is exempt from what a person would be asked.
const GENERATED: &str = concat!("@", "generated");
/// And one with this, whose length is that of what it lists, from the limit on lines.
const TABLE: &str = concat!("tidy", ": table");
/// Words that say that something is unfinished. Written in halves, as this file is checked too.
const UNFINISHED: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("#[", "ignore"),
];
/// Hosts of package registries: what is fetched from where is the business of each machine's own configuration.
const REGISTRIES: [&str; 9] = [
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("registry.", "npmjs"),
    concat!("proxy.", "golang"),
    concat!("registry.", "terraform.io"),
    concat!("registry.", "opentofu.org"),
    concat!("deb.", "debian.org"),
    concat!("rubygems", ".org"),
];

/// What is wrong with a path.
pub(super) fn check_path(path: &str) -> Vec<String> {
    let mut findings = vec![];
    if Path::new(path).file_name().is_some_and(|name| name == "mod.rs") {
        findings.push(format!("{path}: the file of a module is called after it"));
    }
    if let Some((folder, _)) = path.split_once('/')
        && !FOLDERS.contains(&folder)
    {
        findings.push(format!("{path}: STYLE.md's map has no folder {folder}"));
    }
    findings
}

/// What is wrong with the text of a file.
pub(super) fn check_text(path: &str, text: &str) -> Vec<String> {
    let head = text.lines().take(10).collect::<Vec<_>>().join("\n");
    let is_lock = path.ends_with(".lock");
    if is_lock || head.contains(GENERATED) {
        return vec![];
    }
    let mut findings = with_words(path, text, &REGISTRIES, "is a registry's host");
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if matches!(extension, "rs" | "py" | "sh" | "toml" | "yml" | "yaml") {
        findings.extend(with_words(path, text, &UNFINISHED, "says that something is unfinished"));
    }
    let lines = text.lines().count();
    if matches!(extension, "rs" | "py" | "sh") && lines > LINES && !head.contains(TABLE) {
        findings.push(format!("{path}: {lines} lines, more than {LINES}"));
    }
    if extension == "rs" && !text.starts_with("//!") {
        findings.push(format!("{path}:1: a module opens with its documentation, `//!`"));
    }
    if path.ends_with("/Cargo.toml") && !text.contains("[workspace]") {
        findings.extend(check_manifest(path, text));
    }
    findings
}

fn with_words(path: &str, text: &str, words: &[&str], what: &str) -> Vec<String> {
    let numbered = text.lines().enumerate();
    let found = numbered
        .filter_map(|(number, line)| Some((number + 1, words.iter().find(|word| line.contains(**word))?)));
    found.map(|(number, word)| format!("{path}:{number}: `{word}` {what}")).collect()
}

/// A crate takes lints and versions from the workspace.
fn check_manifest(path: &str, text: &str) -> Vec<String> {
    let mut findings = vec![];
    let mut table = "";
    let mut has_lints = false;
    for (number, line) in text.lines().enumerate() {
        if line.starts_with('[') {
            table = line;
        } else if table == "[lints]" && line == "workspace = true" {
            has_lints = true;
        } else if table.ends_with("dependencies]")
            && line.contains('=')
            && !line.starts_with([' ', '#'])
            && !line.contains("workspace = true")
        {
            findings.push(format!(
                "{path}:{}: a version is stated once, in the workspace's Cargo.toml",
                number + 1
            ));
        }
    }
    if !has_lints {
        findings.push(format!("{path}: no `[lints]` with `workspace = true`"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRATE: &str = "[package]\nname = \"x\"\n\n[dependencies]\na.workspace = true\nb = { workspace = true, optional = true }\n\n[lints]\nworkspace = true\n";

    #[test]
    fn paths() {
        for (path, findings) in [
            ("builder/src/a.rs", 0),
            ("README.md", 0),
            ("builder/src/a/mod.rs", 1),
            ("docs/a.md", 1),
            ("x/mod.rs", 2),
        ] {
            assert_eq!(check_path(path).len(), findings, "{path}");
        }
    }

    #[test]
    fn texts() {
        let long = format!("//! A module.\n{}", "fn f() {}\n".repeat(LINES));
        let table = format!("//! A table. {TABLE}\n{long}");
        let generated = format!("// {GENERATED} from x.proto\n{long}");
        let unfinished = format!("//! A.\n// {}: finish\n", UNFINISHED[0]);
        let ignored = format!("//! A.\n{}]\nfn f() {{}}\n", UNFINISHED[4]);
        let host = format!("see https://{}/x\n", REGISTRIES[0]);
        let pinned = CRATE.replace("a.workspace = true", "a = \"1.0\"");
        let lax = CRATE.replace("[lints]\nworkspace = true\n", "");
        for (path, text, findings) in [
            ("a/a.rs", "//! A module.\n", 0),
            ("a/a.rs", "fn f() {}\n", 1),
            ("a/a.rs", "", 1),
            ("a/a.rs", &long, 1),
            ("a/a.rs", &table, 0),
            ("a/a.rs", &generated, 0),
            ("a/a.md", &long, 0),
            ("a/a.rs", &unfinished, 1),
            ("a/a.rs", &ignored, 1),
            ("a/a.md", &unfinished, 0),
            ("a/a.md", &host, 1),
            ("Cargo.lock", &host, 0),
            ("a/Cargo.toml", CRATE, 0),
            ("a/Cargo.toml", &pinned, 1),
            ("a/Cargo.toml", &lax, 1),
        ] {
            assert_eq!(check_text(path, text).len(), findings, "{path}: {text:.60}");
        }
    }
}
