//! Reading TOML tables key by key, collecting what is wrong instead of stopping at it.
//!
//! A [`Table`] remembers which keys were asked for; [`Table::finish`] reports the others as unknown. So the code that
//! reads a key is the only place that knows of it.

use toml::de::{DeArray, DeTable, DeValue};

use super::{ManifestError, ManifestProblem, Span, Spanned, suggest::closest};

/// The mistakes found so far.
#[derive(Debug)]
pub(crate) struct Problems<'t> {
    text: &'t str,
    errors: Vec<ManifestError>,
}

impl<'t> Problems<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, errors: Vec::new() }
    }

    pub(crate) fn add(&mut self, span: Span, problem: ManifestProblem) {
        self.errors.push(ManifestError { problem, span, other: None });
    }

    /// A mistake that a second place explains.
    pub(crate) fn add_with(&mut self, span: Span, problem: ManifestProblem, other: Span) {
        self.errors.push(ManifestError { problem, span, other: Some(other) });
    }

    /// A mistake that TOML's parser found.
    pub(crate) fn syntax(&mut self, error: &toml::de::Error) {
        let span = error.span().unwrap_or(0..0);
        self.add(span, ManifestProblem::Syntax { message: error.message().to_owned() });
    }

    /// The place of a part of a string value; the whole value's where escapes hide the part.
    pub(crate) fn part_of(&self, value: &Spanned<String>, part: Span) -> Span {
        let raw = self.text.get(value.span.clone()).unwrap_or_default();
        let quote = raw.chars().take_while(|c| *c == '"' || *c == '\'').count().min(3);
        let start = value.span.start + if quote == 2 { 1 } else { quote };
        let end = start + value.value.len();
        if self.text.get(start..end) == Some(value.value.as_str()) {
            start + part.start..start + part.end
        } else {
            value.span.clone()
        }
    }

    /// All mistakes, in the order of the text.
    pub(crate) fn into_errors(mut self) -> Vec<ManifestError> {
        self.errors.sort_by_key(|error| (error.span.start, error.span.end));
        self.errors
    }
}

/// One table of the manifest while it is read.
#[derive(Debug)]
pub(crate) struct Table<'d> {
    /// As messages call it: `[run]`.
    name: String,
    span: Span,
    table: &'d DeTable<'d>,
    asked: Vec<&'static str>,
}

impl<'d> Table<'d> {
    pub(crate) fn root(table: &'d DeTable<'d>) -> Self {
        Self { name: "the manifest".to_owned(), span: 0..0, table, asked: Vec::new() }
    }

    fn new(name: String, span: Span, table: &'d DeTable<'d>) -> Self {
        Self { name, span, table, asked: Vec::new() }
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Whether the key is written, or one that is spelt like it.
    pub(crate) fn has_similar(&self, key: &str) -> bool {
        closest(key, self.table.keys().map(|key| -> &str { key.get_ref() })).is_some()
    }

    /// Whether the key is written, whatever its value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.peek(key).is_some()
    }

    /// The key's value, without counting it as read.
    pub(crate) fn peek(&self, key: &str) -> Option<&'d toml::Spanned<DeValue<'d>>> {
        self.table.get(key)
    }

    /// Whether the key is written as a list without elements.
    pub(crate) fn is_empty_list(&self, key: &str) -> bool {
        self.peek(key).and_then(|value| value.get_ref().as_array()).is_some_and(|values| values.is_empty())
    }

    fn take(&mut self, key: &'static str) -> Option<&'d toml::Spanned<DeValue<'d>>> {
        self.asked.push(key);
        self.table.get(key)
    }

    /// A string.
    pub(crate) fn string(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Option<Spanned<String>> {
        self.take(key).and_then(|value| as_string(key, value, problems))
    }

    /// A string that must be there.
    pub(crate) fn required_string(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Option<Spanned<String>> {
        self.require(key, problems);
        self.string(key, problems)
    }

    /// Reports the key when it is not written.
    pub(crate) fn require(&mut self, key: &'static str, problems: &mut Problems<'_>) {
        // A misspelt key is reported as such, not as missing too.
        if !self.has_similar(key) {
            problems.add(self.span(), ManifestProblem::MissingKey { table: self.name.clone(), key });
        }
    }

    /// A list of strings; empty when it is not written.
    pub(crate) fn strings(&mut self, key: &'static str, problems: &mut Problems<'_>) -> Vec<Spanned<String>> {
        match self.take(key).map(|value| (value.get_ref(), value.span())) {
            None => Vec::new(),
            Some((DeValue::Array(values), _)) => {
                values.iter().filter_map(|value| as_string(key, value, problems)).collect()
            }
            Some((other, span)) => {
                let hint = matches!(other, DeValue::String(_)).then_some("put it in brackets: [\"…\"]");
                problems.add(span, wrong_type(key, "a list of strings", other, hint));
                Vec::new()
            }
        }
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, key: &'static str, problems: &mut Problems<'_>) -> Option<bool> {
        let value = self.take(key)?;
        match value.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            other => {
                problems.add(value.span(), wrong_type(key, "true or false", other, None));
                None
            }
        }
    }

    /// A whole number from `min` to `max`.
    pub(crate) fn integer(
        &mut self,
        key: &'static str,
        (min, max): (u64, u64),
        problems: &mut Problems<'_>,
    ) -> Option<Spanned<u64>> {
        let value = self.take(key)?;
        let DeValue::Integer(integer) = value.get_ref() else {
            problems.add(value.span(), wrong_type(key, "a whole number", value.get_ref(), None));
            return None;
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        match number.filter(|number| (min..=max).contains(number)) {
            Some(number) => Some(Spanned::new(number, value.span())),
            None => {
                let found = integer.as_str().to_owned();
                problems.add(value.span(), ManifestProblem::OutOfRange { key, found, min, max });
                None
            }
        }
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&'static str, T)],
        problems: &mut Problems<'_>,
    ) -> Option<Spanned<T>> {
        let written = self.string(key, problems)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == written.value) {
            return Some(Spanned::new(*value, written.span));
        }
        let allowed: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        let suggestion = closest(&written.value, allowed.iter().copied());
        let problem = ManifestProblem::UnknownWord { key, found: written.value, allowed, suggestion };
        problems.add(written.span, problem);
        None
    }

    /// A table.
    pub(crate) fn table(&mut self, key: &'static str, problems: &mut Problems<'_>) -> Option<Table<'d>> {
        let value = self.take(key)?;
        let name = self.child_name(key);
        match value.get_ref() {
            DeValue::Table(table) => Some(Table::new(name, value.span(), table)),
            other => {
                let tables = |values: &DeArray<'_>| values.iter().any(|value| value.get_ref().is_table());
                let hint = other
                    .as_array()
                    .filter(|values| tables(values))
                    .map(|_| "write it with single brackets, once");
                problems.add(value.span(), wrong_type(key, "a table", other, hint));
                None
            }
        }
    }

    /// All keys of this table, each of which must be a table: `[entry.NAME]`.
    pub(crate) fn tables(&mut self, problems: &mut Problems<'_>) -> Vec<(Spanned<String>, Table<'d>)> {
        let mut tables = Vec::new();
        for (key, value) in self.table {
            let name = Spanned::new(key.get_ref().to_string(), key.span());
            match value.get_ref() {
                DeValue::Table(table) => {
                    let table = Table::new(self.child_name(&name.value), value.span(), table);
                    tables.push((name, table));
                }
                other => {
                    let hint = Some("begin a table of its own: [entry.NAME]");
                    problems.add(value.span(), wrong_type(&name.value, "a table", other, hint));
                }
            }
        }
        tables
    }

    /// All pairs of this table, each value of which must be a string: `env.set`.
    pub(crate) fn string_pairs(
        &self,
        problems: &mut Problems<'_>,
    ) -> Vec<(Spanned<String>, Spanned<String>)> {
        let mut pairs = Vec::new();
        for (key, value) in self.table {
            let name = Spanned::new(key.get_ref().to_string(), key.span());
            if let Some(value) = as_string(&name.value, value, problems) {
                pairs.push((name, value));
            }
        }
        pairs
    }

    /// `[[key]]`, any number of times.
    pub(crate) fn array_of_tables(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Vec<Table<'d>> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let DeValue::Array(values) = value.get_ref() else {
            let hint = Some("write it with double brackets: [[…]]");
            problems.add(value.span(), wrong_type(key, "a list of tables", value.get_ref(), hint));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for value in values.iter() {
            match value.get_ref() {
                DeValue::Table(table) => tables.push(Table::new(format!("[[{key}]]"), value.span(), table)),
                other => problems.add(value.span(), wrong_type(key, "a list of tables", other, None)),
            }
        }
        tables
    }

    /// Reports all keys that were not asked for.
    pub(crate) fn finish(&self, problems: &mut Problems<'_>) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !self.asked.contains(&name) {
                let suggestion = closest(name, self.asked.iter().copied());
                let known = self.asked.clone();
                let table = self.name.clone();
                let problem = ManifestProblem::UnknownKey { table, key: name.to_owned(), known, suggestion };
                problems.add(key.span(), problem);
            }
        }
    }

    fn child_name(&self, key: &str) -> String {
        match self.name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            Some(parent) => format!("[{}.{key}]", parent.trim_matches(['[', ']'])),
            None => format!("[{key}]"),
        }
    }
}

fn as_string(
    key: &str,
    value: &toml::Spanned<DeValue<'_>>,
    problems: &mut Problems<'_>,
) -> Option<Spanned<String>> {
    match value.get_ref() {
        DeValue::String(text) => Some(Spanned::new(text.to_string(), value.span())),
        other => {
            let hint =
                (!matches!(other, DeValue::Table(_) | DeValue::Array(_))).then_some("put it in quotes");
            problems.add(value.span(), wrong_type(key, "a string", other, hint));
            None
        }
    }
}

fn wrong_type(
    key: &str,
    expected: &'static str,
    found: &DeValue<'_>,
    hint: Option<&'static str>,
) -> ManifestProblem {
    let found = match found {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    ManifestProblem::WrongType { key: key.to_owned(), expected, found, hint }
}
