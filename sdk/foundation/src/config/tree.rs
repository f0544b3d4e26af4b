//! Values with their origins, and how layers merge.

use super::History;
use super::origin::Origin;
use std::collections::BTreeMap;

/// A value and where it came from.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) node: Node,
    pub(super) origin: Origin,
}

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Table(BTreeMap<String, Entry>),
    Array(Vec<Entry>),
    String(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    /// From a variable or flag: becomes what the type asks for.
    Text(String),
}

impl Entry {
    /// Lets `over` win: tables merge, everything else is replaced. Each value of `over` goes into the history.
    pub(super) fn merge(&mut self, over: Entry, path: &str, history: &mut History) {
        match (&mut self.node, over.node) {
            (Node::Table(own), Node::Table(new)) => {
                for (key, entry) in new {
                    let key = same_key(own, &key, &entry.origin).unwrap_or(key);
                    let path = join(path, &key);
                    match own.get_mut(&key) {
                        Some(old) => old.merge(entry, &path, history),
                        None => {
                            record(&entry, &path, history);
                            own.insert(key, entry);
                        }
                    }
                }
            }
            (_, node) => {
                *self = Entry { node, origin: over.origin };
                record(self, path, history);
            }
        }
    }
}

/// `path.key`, or `key` at the top.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The key of `table` that a variable's `MAX_TRIES` means: `max-tries`, `max_tries`, `maxTries`.
fn same_key(table: &BTreeMap<String, Entry>, key: &str, origin: &Origin) -> Option<String> {
    if !matches!(origin, Origin::Variable(_)) {
        return None;
    }
    table.keys().find(|own| is_same_name(own, key)).cloned()
}

/// Equal but for case, dashes and underscores.
pub(super) fn is_same_name(one: &str, other: &str) -> bool {
    let letters = |name: &str| {
        name.chars()
            .filter(|letter| !matches!(letter, '-' | '_'))
            .map(|letter| letter.to_ascii_lowercase())
            .collect::<String>()
    };
    letters(one) == letters(other)
}

impl Node {
    /// What it is, for messages: never its content.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Node::Table(_) => "a table",
            Node::Array(_) => "an array",
            Node::String(_) | Node::Text(_) => "text",
            Node::Integer(_) => "a whole number",
            Node::Float(_) => "a number",
            Node::Bool(_) => "true or false",
        }
    }
}

/// A value as `explain` shows it.
fn shown(node: &Node) -> String {
    match node {
        Node::Table(table) => {
            let items: Vec<String> =
                table.iter().map(|(key, entry)| format!("{key} = {}", shown(&entry.node))).collect();
            format!("{{ {} }}", items.join(", "))
        }
        Node::Array(items) => {
            format!("[{}]", items.iter().map(|entry| shown(&entry.node)).collect::<Vec<_>>().join(", "))
        }
        Node::String(text) | Node::Text(text) => format!("{text:?}"),
        Node::Integer(number) => number.to_string(),
        Node::Float(number) => number.to_string(),
        Node::Bool(truth) => truth.to_string(),
    }
}

/// Adds each leaf of `entry` to the history, under its path.
fn record(entry: &Entry, path: &str, history: &mut History) {
    match &entry.node {
        Node::Table(table) => {
            for (key, entry) in table {
                record(entry, &join(path, key), history);
            }
        }
        node => history.entry(path.to_owned()).or_default().push((entry.origin.clone(), shown(node))),
    }
}
