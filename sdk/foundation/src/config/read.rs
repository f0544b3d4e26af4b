//! Reading one layer into a tree.

use super::Environment;
use super::error::ConfigError;
use super::origin::{Origin, SourceFile};
use super::tree::{Entry, Node};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// The largest configuration file.
const FILE_MAX: u64 = 1 << 20;

/// The file at `path`, or `None` if it need not exist and does not.
pub(super) fn file(path: &Path, required: bool) -> Result<Option<Entry>, ConfigError> {
    let failed = |source| ConfigError::NotReadable { path: path.into(), source };
    let opened = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !required => return Ok(None),
        opened => opened.map_err(failed)?,
    };
    let metadata = opened.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    let mut bytes = Vec::new();
    // Also what has no size of its own, a device or a pipe, is read no further than the limit.
    opened.take(FILE_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > FILE_MAX {
        let size_bytes = metadata.len().max(bytes.len() as u64);
        return Err(ConfigError::TooLarge { path: path.into(), size_bytes, limit_bytes: FILE_MAX });
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid =
            String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).into_owned();
        let (line, column) = crate::failure::line_column(&valid, valid.len());
        ConfigError::NotUtf8 { path: path.into(), line, column }
    })?;
    let source = Arc::new(SourceFile { name: path.display().to_string(), text });
    parse(&source.text, &|span| Origin::File { file: Arc::clone(&source), span }).map(Some)
}

/// The program's own text. That it is wrong is a bug of the program, reported like any other.
pub(super) fn defaults(text: &str) -> Result<Entry, ConfigError> {
    parse(text, &|_| Origin::Default)
}

/// The variables, each name cut into a key.
pub(super) fn environment(prefix: &str, variables: &Environment) -> Entry {
    let mut root = Entry { node: Node::Table(BTreeMap::new()), origin: Origin::Default };
    for (name, value) in variables {
        let keys: Vec<String> = name[prefix.len()..].split("__").map(str::to_ascii_lowercase).collect();
        insert(&mut root, &keys, value, &Origin::Variable(name.clone()));
    }
    root
}

/// One flag.
pub(super) fn flag(key: &str, flag: &str, value: &str) -> Entry {
    let mut root = Entry { node: Node::Table(BTreeMap::new()), origin: Origin::Flag(flag.to_owned()) };
    let keys: Vec<String> = key.split('.').map(str::to_owned).collect();
    insert(&mut root, &keys, value, &Origin::Flag(flag.to_owned()));
    root
}

/// A list or table written in a variable or flag.
pub(super) fn inline(text: &str, origin: &Origin) -> Result<Entry, ConfigError> {
    let bad = |message: String| ConfigError::Syntax { origin: origin.clone(), message };
    let value =
        DeValue::parse(text).map_err(|error| bad(crate::redact::text(error.message()).into_owned()))?;
    entry(value.get_ref(), value.span(), &|_| origin.clone())
}

fn insert(root: &mut Entry, keys: &[String], value: &str, origin: &Origin) {
    let mut at = root;
    for key in keys {
        if !matches!(at.node, Node::Table(_)) {
            // `A=1` and `A__B=2`: the longer name says more.
            at.node = Node::Table(BTreeMap::new());
        }
        let Node::Table(table) = &mut at.node else { return };
        at = table
            .entry(key.clone())
            .or_insert_with(|| Entry { node: Node::Table(BTreeMap::new()), origin: origin.clone() });
    }
    at.node = Node::Text(value.to_owned());
}

type At<'a> = &'a dyn Fn(Range<usize>) -> Origin;

fn parse(text: &str, at: At<'_>) -> Result<Entry, ConfigError> {
    let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
        origin: at(error.span().unwrap_or(0..0)),
        message: crate::redact::text(error.message()).replace('\n', ", "),
    })?;
    let mut entries = BTreeMap::new();
    for (key, value) in table.get_ref() {
        entries.insert(key.get_ref().to_string(), entry(value.get_ref(), value.span(), at)?);
    }
    Ok(Entry { node: Node::Table(entries), origin: at(0..0) })
}

/// Recursion is bounded: the parser itself refuses deep nesting.
fn entry(value: &DeValue<'_>, span: Range<usize>, at: At<'_>) -> Result<Entry, ConfigError> {
    let number = |key: &str| ConfigError::WrongType {
        origin: at(span.clone()),
        key: key.to_owned(),
        found: "a number too large".to_owned(),
        expected: "a number of 64 bits".to_owned(),
        secret: false,
    };
    let node = match value {
        DeValue::String(text) => Node::String(text.to_string()),
        DeValue::Integer(integer) => Node::Integer(
            i64::from_str_radix(integer.as_str(), integer.radix()).map_err(|_| number(integer.as_str()))?,
        ),
        DeValue::Float(float) => Node::Float(float.as_str().parse().map_err(|_| number(float.as_str()))?),
        DeValue::Boolean(truth) => Node::Bool(*truth),
        DeValue::Datetime(datetime) => Node::String(datetime.to_string()),
        DeValue::Array(items) => Node::Array(
            items.iter().map(|item| entry(item.get_ref(), item.span(), at)).collect::<Result<_, _>>()?,
        ),
        DeValue::Table(table) => {
            let items = table.iter().map(|(key, value)| {
                Ok((key.get_ref().to_string(), entry(value.get_ref(), value.span(), at)?))
            });
            Node::Table(items.collect::<Result<_, ConfigError>>()?)
        }
    };
    Ok(Entry { node, origin: at(span) })
}
