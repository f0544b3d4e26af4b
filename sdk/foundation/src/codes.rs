//! Error codes: every crate's table of plain constants, collected, checked and explained.
//!
//! A crate that users meet keeps a table `pub const CODES: &[(&str, &str, &str, &str)]` — code, cause, remedy,
//! documentation anchor — and needs nothing of this crate for it. A program collects the tables it links into
//! one [`Catalog`], which answers `explain CODE`, writes the reference page and finds what is wrong with the
//! tables in one test.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

mod usage;

/// One row as the crates keep it: code, cause, remedy, documentation anchor.
pub type Row = (&'static str, &'static str, &'static str, &'static str);

/// This crate's own codes.
pub const CODES: &[Row] = &[
    (
        "config-not-readable",
        "a configuration file exists but cannot be read: a directory, not UTF-8, too large, or not permitted",
        "make it a readable UTF-8 file of at most 1 MiB, or remove it",
        "errors#config-not-readable",
    ),
    (
        "config-syntax",
        "a configuration file is not valid TOML",
        "correct the place named in the message",
        "errors#config-syntax",
    ),
    (
        "config-unknown-key",
        "a file, variable or flag sets a key that this program does not have",
        "use the name proposed in the message, or remove the key",
        "errors#config-unknown-key",
    ),
    (
        "config-wrong-type",
        "a key has a value of the wrong type or outside of its range",
        "give it a value of the type named in the message",
        "errors#config-wrong-type",
    ),
    (
        "config-missing-key",
        "a key that has no default is set nowhere",
        "set it in a configuration file, by its environment variable, or by its flag",
        "errors#config-missing-key",
    ),
    (
        "config-secret-unresolved",
        "a secret refers to a file or an environment variable that is missing, empty or not UTF-8",
        "correct the reference (file:///absolute/path or env:NAME), or what it refers to",
        "errors#config-secret-unresolved",
    ),
    (
        "file-write",
        "a file could not be written; the old one, if any, is untouched",
        "check the directory's permissions and the free space",
        "errors#file-write",
    ),
    (
        "file-lock",
        "a lock file could not be opened or locked",
        "check its permissions; if another process holds the lock, wait for it",
        "errors#file-lock",
    ),
    (
        "file-remove",
        "a directory tree could not be removed, or removing it was refused",
        "check the permissions; a mount point or the root is never removed",
        "errors#file-remove",
    ),
    (
        "process-spawn",
        "a program could not be started",
        "check that it is installed, executable and on PATH",
        "errors#process-spawn",
    ),
    (
        "process-failed",
        "a program ended with a status other than zero",
        "read its own output, which follows the message",
        "errors#process-failed",
    ),
    (
        "process-timeout",
        "a program did not end in time; it and all it had started were killed",
        "allow more time, or find out what it waits for",
        "errors#process-timeout",
    ),
    (
        "process-stopped",
        "a program was ended because the caller was asked to end; it and all it had started were killed",
        "start it again",
        "errors#process-stopped",
    ),
    (
        "process-asks",
        "a program that runs in the background asked something on the terminal; it was killed",
        "give it what it asks for in advance: a key agent, a token, a configuration file",
        "errors#process-asks",
    ),
    (
        "audit-log",
        "the audit log cannot be opened or written; what was to be recorded is not on record",
        "check the file's permissions and the free space",
        "errors#audit-log",
    ),
    (
        "circuit-open",
        "calls to a service are suspended after repeated failures",
        "wait for the time named in the message, or repair the service",
        "errors#circuit-open",
    ),
];

/// One code with everything `explain` tells about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The crate whose table it is in.
    pub owner: &'static str,
    /// The stable kebab-case code.
    pub code: &'static str,
    /// What happened, in one phrase.
    pub cause: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// Where it is documented: `page#anchor`.
    pub docs: Cow<'static, str>,
}

/// All codes of a program.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    entries: BTreeMap<&'static str, Entry>,
    faults: Vec<Fault>,
}

/// Something wrong with the tables. One test in each program asserts that there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Two rows share a code.
    Duplicate {
        /// The code.
        code: &'static str,
        /// The crates that both have it (the same one twice if it repeats itself).
        owners: [&'static str; 2],
    },
    /// Not lower-case words joined by single dashes.
    NotKebab(&'static str),
    /// Cause or remedy is empty, ends in a full stop, or has a line break.
    BadText(&'static str),
    /// The anchor is not `page#code`.
    BadAnchor(&'static str),
    /// No source file of the crate names the code outside of its table.
    Unused(&'static str),
    /// The reference page has no heading for the code.
    Undocumented(&'static str),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Duplicate { code, owners } => {
                write!(f, "{code}: in the tables of {} and {}", owners[0], owners[1])
            }
            Fault::NotKebab(code) => write!(f, "{code}: not kebab-case"),
            Fault::BadText(code) => {
                write!(f, "{code}: cause and remedy must be one phrase without a full stop")
            }
            Fault::BadAnchor(code) => write!(f, "{code}: the anchor must be page#{code}"),
            Fault::Unused(code) => write!(f, "{code}: in no source file outside of the table"),
            Fault::Undocumented(code) => write!(f, "{code}: no heading in the reference page"),
        }
    }
}

impl Catalog {
    /// Collects `tables`, each with the name of the crate it comes from. Nothing is lost: of two rows with
    /// one code the first wins, and [`Catalog::faults`] names both.
    pub fn new(tables: &[(&'static str, &'static [Row])]) -> Catalog {
        let mut catalog = Catalog::default();
        for &(owner, rows) in tables {
            for &(code, cause, remedy, docs) in rows {
                catalog.add(Entry { owner, code, cause, remedy, docs: docs.into() });
            }
        }
        catalog
    }

    /// Adds a table of another shape, all of it documented on `page`: code, cause and remedy of each row. Its texts
    /// may be sentences; the full stop goes.
    #[must_use]
    pub fn with(
        mut self,
        owner: &'static str,
        page: &str,
        rows: impl IntoIterator<Item = (&'static str, &'static str, &'static str)>,
    ) -> Catalog {
        for (code, cause, remedy) in rows {
            let phrase = |text: &'static str| text.strip_suffix('.').unwrap_or(text);
            let docs = format!("{page}#{code}").into();
            self.add(Entry { owner, code, cause: phrase(cause), remedy: phrase(remedy), docs });
        }
        self
    }

    /// The entry of `code`.
    pub fn get(&self, code: &str) -> Option<&Entry> {
        self.entries.get(code)
    }

    /// All entries, ordered by code.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The text of `explain CODE`, or the code that was probably meant.
    pub fn explain(&self, code: &str) -> Result<String, Unknown> {
        match self.get(code.trim()) {
            Some(entry) => Ok(entry.to_string()),
            None => {
                Err(Unknown { code: code.to_owned(), nearest: nearest(code, self.entries.keys().copied()) })
            }
        }
    }

    /// What is wrong with the tables themselves.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The codes of `owner` that no `.rs` file below `sources` uses: as a string outside of a table row or, where
    /// a macro makes constants of rows (`NAME "code" "cause" …`), as `::NAME`.
    pub fn unused(&self, owner: &str, sources: &[&Path]) -> std::io::Result<Vec<Fault>> {
        let own: Vec<_> = self.iter().filter(|entry| entry.owner == owner).collect();
        let used = usage::named_in(sources, &own)?;
        Ok(own
            .iter()
            .filter(|entry| !used.contains(entry.code))
            .map(|entry| Fault::Unused(entry.code))
            .collect())
    }

    /// The codes that have no `## code` heading (of any depth) in the reference page `markdown`.
    pub fn undocumented(&self, markdown: &str) -> Vec<Fault> {
        let heading = |line: &str| line.trim_start_matches('#').trim().trim_matches('`').to_owned();
        let headings: Vec<String> =
            markdown.lines().filter(|line| line.starts_with('#')).map(heading).collect();
        let missing = |entry: &&Entry| !headings.iter().any(|heading| heading == entry.code);
        self.iter().filter(missing).map(|entry| Fault::Undocumented(entry.code)).collect()
    }

    /// The reference page: one heading per code.
    pub fn markdown(&self) -> String {
        let mut page = String::from("# Error codes\n");
        for entry in self.iter() {
            page.push_str(&format!(
                "\n## {}\n\n{}.\n\n**What to do:** {}.\n",
                entry.code,
                capitalised(entry.cause),
                entry.remedy
            ));
        }
        page
    }

    fn add(&mut self, entry: Entry) {
        let Entry { owner, code, cause, remedy, .. } = entry;
        if !is_kebab(code) {
            self.faults.push(Fault::NotKebab(code));
        }
        let bad = |text: &str| text.trim().is_empty() || text.ends_with('.') || text.contains('\n');
        if bad(cause) || bad(remedy) {
            self.faults.push(Fault::BadText(code));
        }
        if entry.docs.split_once('#').is_none_or(|(page, anchor)| page.is_empty() || anchor != code) {
            self.faults.push(Fault::BadAnchor(code));
        }
        match self.entries.get(code) {
            Some(first) => self.faults.push(Fault::Duplicate { code, owners: [first.owner, owner] }),
            None => {
                self.entries.insert(code, entry);
            }
        }
    }
}

/// A code that is in no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no error code {code:?}{}", did_you_mean(.nearest.as_deref()))]
pub struct Unknown {
    /// What was asked for.
    pub code: String,
    /// The closest code there is, if one is close.
    pub nearest: Option<String>,
}

impl fmt::Display for Entry {
    /// The text of `explain`: code, cause, remedy, documentation; ends with a newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}\n\n  cause: {}\n  help:  {}\n  docs:  {}",
            self.code, self.cause, self.remedy, self.docs
        )
    }
}

impl Entry {
    /// The same as one JSON object.
    pub fn to_json(&self) -> String {
        let mut object = crate::json::Object::new();
        object.string("code", self.code).string("cause", self.cause).string("help", self.remedy);
        object.string("docs", &self.docs).string("crate", self.owner);
        object.finish()
    }
}

/// `; did you mean "x"?`, or nothing.
pub fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean {name:?}?"))
}

/// The one of `known` that `given` was probably meant to be: at most a third of its letters differ.
pub fn nearest<'k>(given: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    let given: String = given.chars().take(64).collect::<String>().to_lowercase().replace('_', "-");
    let distance = |name: &str| strsim::damerau_levenshtein(&given, &name.to_lowercase().replace('_', "-"));
    let close = known.map(|name| (distance(name), name)).min_by_key(|&(distance, _)| distance);
    close
        .filter(|&(distance, name)| distance <= (name.chars().count().max(3)) / 3)
        .map(|(_, name)| name.to_owned())
}

fn is_kebab(code: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    code.split('-').all(word) && code.starts_with(|first: char| first.is_ascii_lowercase())
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Row =
        ("slot-digest-mismatch", "a slot differs", "build it again", "errors#slot-digest-mismatch");

    fn faults_of(rows: &'static [Row]) -> Vec<Fault> {
        Catalog::new(&[("one", rows)]).faults().to_vec()
    }

    #[test]
    fn own_table_is_unique_documented_and_used() {
        let catalog = Catalog::new(&[("foundation", CODES)]);
        assert_eq!(catalog.faults(), []);
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(catalog.unused("foundation", &[&here.join("src")]).unwrap(), []);
        let page = std::fs::read_to_string(here.join("docs/errors.md")).unwrap();
        assert_eq!(catalog.undocumented(&page), []);
        assert_eq!(page, catalog.markdown(), "docs/errors.md is generated: copy the right side");
    }

    #[test]
    fn each_fault_is_found() {
        const A: &[Row] = &[GOOD, GOOD];
        assert_eq!(faults_of(A), [Fault::Duplicate { code: GOOD.0, owners: ["one", "one"] }]);
        const B: &[Row] = &[("Slot_x", "c", "r", "errors#Slot_x")];
        assert_eq!(faults_of(B), [Fault::NotKebab("Slot_x")]);
        const C: &[Row] =
            &[("a--b", "c", "r", "errors#a--b"), ("-a", "c", "r", "e#-a"), ("9a", "c", "r", "e#9a")];
        assert_eq!(faults_of(C).len(), 3);
        const D: &[Row] =
            &[("a", "", "r", "errors#a"), ("b", "c", "r.", "errors#b"), ("c", "c\nd", "r", "errors#c")];
        assert_eq!(faults_of(D), [Fault::BadText("a"), Fault::BadText("b"), Fault::BadText("c")]);
        const E: &[Row] = &[("a", "c", "r", "errors"), ("b", "c", "r", "errors#a"), ("c", "c", "r", "#c")];
        assert_eq!(faults_of(E), [Fault::BadAnchor("a"), Fault::BadAnchor("b"), Fault::BadAnchor("c")]);
    }

    #[test]
    fn tables_of_another_shape_are_held_to_the_same() {
        let rows = [("a-b", "It broke.", "Mend it."), ("c", ".", "d"), ("E", "f", "g")];
        let catalog = Catalog::default().with("psp", "errors", rows);
        let entry = catalog.get("a-b").unwrap();
        assert_eq!((entry.cause, entry.remedy, &*entry.docs), ("It broke", "Mend it", "errors#a-b"));
        assert_eq!(catalog.faults(), [Fault::BadText("c"), Fault::NotKebab("E")]);
        let twice = catalog.with("format", "errors", [("a-b", "x", "y")]);
        assert_eq!(twice.faults()[2], Fault::Duplicate { code: "a-b", owners: ["psp", "format"] });
    }

    #[test]
    fn a_code_in_two_crates_names_both() {
        const ROWS: &[Row] = &[GOOD];
        let catalog = Catalog::new(&[("psp-format", ROWS), ("psp", ROWS)]);
        assert_eq!(catalog.faults(), [Fault::Duplicate { code: GOOD.0, owners: ["psp-format", "psp"] }]);
        assert_eq!(catalog.get(GOOD.0).unwrap().owner, "psp-format");
    }

    #[test]
    fn a_missing_heading_is_found() {
        const ROWS: &[Row] = &[GOOD];
        let catalog = Catalog::new(&[("one", ROWS)]);
        assert_eq!(
            catalog.undocumented("# Error codes\nslot-digest-mismatch\n"),
            [Fault::Undocumented(GOOD.0)]
        );
        assert_eq!(catalog.undocumented("### `slot-digest-mismatch`\n"), []);
    }

    #[test]
    fn explain_answers_or_proposes() {
        let catalog = Catalog::new(&[("foundation", CODES)]);
        let text = catalog.explain("file-lock").unwrap();
        assert!(
            text.contains("cause: ") && text.contains("help:  ") && text.contains("errors#file-lock"),
            "{text}"
        );
        for (asked, meant) in
            [("file-lok", Some("file-lock")), ("FILE_LOCK", Some("file-lock")), ("zzz", None), ("", None)]
        {
            assert_eq!(catalog.explain(asked).unwrap_err().nearest.as_deref(), meant, "{asked}");
        }
        assert!(catalog.explain(&"x".repeat(1_000_000)).is_err());
    }
}
