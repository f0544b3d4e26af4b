//! The tree as a serde deserializer: knows the path, finds unknown keys, resolves secrets.

use super::Environment;
use super::error::ConfigError;
use super::origin::Origin;
use super::tree::{Entry, Node, is_same_name, join};
use crate::secret::SERDE_NAME;
use serde::de::{self, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Read};

/// Largest secret in a file.
const SECRET_MAX: u64 = 64 << 10;

/// What deserializing needs to know and learns on the way.
pub(super) struct State<'a> {
    environment: &'a Environment,
    secrets: RefCell<BTreeSet<String>>,
}

impl<'a> State<'a> {
    pub(super) fn new(environment: &'a Environment) -> State<'a> {
        State { environment, secrets: RefCell::default() }
    }

    /// The keys whose types are secret.
    pub(super) fn into_secrets(self) -> BTreeSet<String> {
        self.secrets.into_inner()
    }
}

/// Whether any part of a key names a secret.
pub(super) fn is_secret_path(path: &str) -> bool {
    path.split('.').any(crate::redact::is_secret_key)
}

/// One value on its way into a type.
#[derive(Clone, Copy)]
pub(super) struct De<'a> {
    entry: &'a Entry,
    path: &'a str,
    state: &'a State<'a>,
    secret: bool,
}

/// An error on its way out; it picks up its place as soon as it passes an entry.
#[derive(Debug)]
pub(super) enum Trouble {
    Placed(Box<ConfigError>),
    Type { found: String, value: Option<String>, expected: String },
    Missing(&'static str),
    Custom(String),
}

impl Trouble {
    /// The error where nothing nearer was known.
    pub(super) fn into_error(self, origin: &Origin) -> ConfigError {
        let (origin, key) = (origin.clone(), String::new());
        match self {
            Trouble::Placed(error) => *error,
            Trouble::Type { found, expected, .. } => {
                ConfigError::WrongType { origin, key, found, expected, secret: true }
            }
            Trouble::Missing(field) => ConfigError::MissingKey { key: field.to_owned() },
            Trouble::Custom(message) => ConfigError::Refused {
                origin,
                key,
                message: crate::redact::text(&message).into_owned(),
                secret: true,
            },
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("configuration error")
    }
}

impl std::error::Error for Trouble {}

impl de::Error for Trouble {
    fn custom<T: fmt::Display>(message: T) -> Trouble {
        Trouble::Custom(message.to_string())
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Trouble {
        Trouble::Type { found: kind(unexpected).to_owned(), value: None, expected: expected.to_string() }
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Trouble {
        Trouble::Type {
            found: kind(unexpected).to_owned(),
            value: Some(unexpected.to_string()),
            expected: expected.to_string(),
        }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Trouble {
        let nearest =
            crate::codes::did_you_mean(crate::codes::nearest(variant, expected.iter().copied()).as_deref());
        Trouble::Type {
            found: "text".into(),
            value: Some(format!("{variant:?}")),
            expected: format!("one of {}{nearest}", expected.join(", ")),
        }
    }

    fn missing_field(field: &'static str) -> Trouble {
        Trouble::Missing(field)
    }
}

fn kind(unexpected: Unexpected<'_>) -> &'static str {
    match unexpected {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a whole number",
        Unexpected::Float(_) => "a number",
        Unexpected::Seq => "an array",
        Unexpected::Map => "a table",
        Unexpected::Unit | Unexpected::Option => "nothing",
        _ => "text",
    }
}

impl<'a> De<'a> {
    pub(super) fn new(root: &'a Entry, state: &'a State<'a>) -> De<'a> {
        De { entry: root, path: "", state, secret: false }
    }

    /// Gives an error this value's place, unless it has one.
    fn place(&self, trouble: Trouble) -> Trouble {
        let (origin, key) = (self.entry.origin.clone(), self.path.to_owned());
        let secret = self.secret || is_secret_path(self.path);
        Trouble::Placed(Box::new(match trouble {
            Trouble::Placed(_) => return trouble,
            Trouble::Missing(field) => ConfigError::MissingKey { key: join(self.path, field) },
            Trouble::Custom(_) if secret => ConfigError::Refused {
                origin,
                key,
                message: "refused; the reason might show the secret".to_owned(),
                secret,
            },
            Trouble::Custom(message) => ConfigError::Refused {
                origin,
                key,
                message: crate::redact::text(&message).into_owned(),
                secret,
            },
            Trouble::Type { found, value, expected } => {
                let found =
                    value.filter(|_| !secret).map_or(found, |value| crate::redact::text(&value).into_owned());
                ConfigError::WrongType { origin, key, found, expected, secret }
            }
        }))
    }

    fn text(&self) -> Option<&'a str> {
        match &self.entry.node {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number or truth value written in a variable or flag.
    fn parsed<T: std::str::FromStr>(&self, text: &str, expected: &str) -> Result<T, Trouble> {
        let wrong = Trouble::Type {
            found: "text".to_owned(),
            value: Some(format!("{text:?}")),
            expected: expected.to_owned(),
        };
        text.trim().parse().map_err(|_| self.place(wrong))
    }

    /// Checks a table's keys against a struct's, and gives them the struct's spelling.
    fn fields(&self, names: &'static [&'static str]) -> Result<Vec<(String, &'a Entry)>, Trouble> {
        let Node::Table(table) = &self.entry.node else { return Ok(Vec::new()) };
        let mut fields = Vec::with_capacity(table.len());
        for (key, entry) in table {
            let loose = matches!(entry.origin, Origin::Variable(_));
            let name = names.iter().find(|name| **name == key || (loose && is_same_name(name, key)));
            let Some(name) = name else {
                let nearest =
                    crate::codes::nearest(key, names.iter().copied()).map(|name| join(self.path, &name));
                let (origin, key) = (entry.origin.clone(), join(self.path, key));
                return Err(Trouble::Placed(Box::new(ConfigError::UnknownKey { origin, key, nearest })));
            };
            fields.push(((*name).to_owned(), entry));
        }
        Ok(fields)
    }

    fn table<'de, V: Visitor<'de>>(
        self,
        fields: Vec<(String, &Entry)>,
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        let map = Map { de: self, fields: fields.into_iter(), value: None };
        visitor.visit_map(map).map_err(|trouble| self.place(trouble))
    }

    fn array<'de, V: Visitor<'de>>(self, items: &[Entry], visitor: V) -> Result<V::Value, Trouble> {
        visitor
            .visit_seq(Seq { de: self, items: items.iter(), number: 0 })
            .map_err(|trouble| self.place(trouble))
    }

    /// The value a secret's text refers to.
    fn resolved(&self, text: &str) -> Result<String, Trouble> {
        let lost = |reason, source| {
            let (origin, key) = (self.entry.origin.clone(), self.path.to_owned());
            Trouble::Placed(Box::new(ConfigError::SecretUnresolved {
                origin,
                key,
                reference: text.to_owned(),
                reason,
                source,
            }))
        };
        if let Some(name) = text.strip_prefix("env:") {
            let value = self.state.environment.get(name).filter(|value| !value.is_empty());
            return value.cloned().ok_or_else(|| lost("is not set or empty", None));
        }
        let Some(path) = text.strip_prefix("file://") else { return Ok(text.to_owned()) };
        if !path.starts_with('/') {
            return Err(lost("is no absolute path", None));
        }
        let value = read_secret(path).map_err(|error| lost("cannot be read", Some(error)))?;
        if value.is_empty() { Err(lost("is empty", None)) } else { Ok(value) }
    }
}

/// At most 64 KiB of UTF-8, one newline at the end taken off.
fn read_secret(path: &str) -> io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(SECRET_MAX + 1).read_to_string(&mut text)?;
    if text.len() as u64 > SECRET_MAX {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let end =
        text.strip_suffix('\n').map_or(text.len(), |line| line.strip_suffix('\r').unwrap_or(line).len());
    text.truncate(end);
    Ok(text)
}

/// Numbers: as they are from TOML, parsed from a variable's or flag's text.
macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty, $expected:literal;)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
            match self.text() {
                Some(text) => visitor.$visit(self.parsed::<$type>(text, $expected)?).map_err(|trouble| self.place(trouble)),
                None => self.deserialize_any(visitor),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for De<'_> {
    type Error = Trouble;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        let visited = match &self.entry.node {
            Node::Table(table) => {
                return self.table(table.iter().map(|(key, entry)| (key.clone(), entry)).collect(), visitor);
            }
            Node::Array(items) => return self.array(items, visitor),
            Node::String(text) | Node::Text(text) => visitor.visit_str(text),
            Node::Integer(number) => match u64::try_from(*number) {
                Ok(number) => visitor.visit_u64(number),
                Err(_) => visitor.visit_i64(*number),
            },
            Node::Float(number) => visitor.visit_f64(*number),
            Node::Bool(truth) => visitor.visit_bool(*truth),
        };
        visited.map_err(|trouble| self.place(trouble))
    }

    numbers! {
        deserialize_i8 visit_i8 i8, "a whole number from -128 to 127";
        deserialize_i16 visit_i16 i16, "a whole number from -32768 to 32767";
        deserialize_i32 visit_i32 i32, "a whole number of 32 bits";
        deserialize_i64 visit_i64 i64, "a whole number of 64 bits";
        deserialize_u8 visit_u8 u8, "a whole number from 0 to 255";
        deserialize_u16 visit_u16 u16, "a whole number from 0 to 65535";
        deserialize_u32 visit_u32 u32, "a whole number from 0 to 4294967295";
        deserialize_u64 visit_u64 u64, "a whole number from 0 on";
        deserialize_f32 visit_f32 f32, "a number";
        deserialize_f64 visit_f64 f64, "a number";
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        let Some(text) = self.text() else { return self.deserialize_any(visitor) };
        let truth = match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => true,
            "false" | "0" | "no" | "off" => false,
            _ => self.parsed(text, "true or false")?,
        };
        visitor.visit_bool(truth).map_err(|trouble| self.place(trouble))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_some(self).map_err(|trouble| self.place(trouble))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        let Some(text) = self.text() else { return self.deserialize_any(visitor) };
        if text.trim_start().starts_with('[') {
            let entry = super::read::inline(text.trim(), &self.entry.origin)
                .map_err(|error| Trouble::Placed(Box::new(error)))?;
            return De { entry: &entry, ..self }.deserialize_any(visitor);
        }
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let items: Vec<Entry> = parts
            .map(|part| Entry { node: Node::Text(part.to_owned()), origin: self.entry.origin.clone() })
            .collect();
        self.array(&items, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        let Some(text) = self.text().filter(|text| text.trim_start().starts_with('{')) else {
            return self.deserialize_any(visitor);
        };
        let entry = super::read::inline(text.trim(), &self.entry.origin)
            .map_err(|error| Trouble::Placed(Box::new(error)))?;
        De { entry: &entry, ..self }.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        if let Some(text) = self.text().filter(|text| text.trim_start().starts_with('{')) {
            let entry = super::read::inline(text.trim(), &self.entry.origin)
                .map_err(|error| Trouble::Placed(Box::new(error)))?;
            let inner = De { entry: &entry, ..self };
            return inner.table(inner.fields(names)?, visitor);
        }
        match &self.entry.node {
            Node::Table(_) => self.table(self.fields(names)?, visitor),
            other => Err(self.place(Trouble::Type {
                found: other.kind().to_owned(),
                value: None,
                expected: "a table".to_owned(),
            })),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        if name != SERDE_NAME {
            return visitor.visit_newtype_struct(self).map_err(|trouble| self.place(trouble));
        }
        self.state.secrets.borrow_mut().insert(self.path.to_owned());
        let mut entry = self.entry.clone();
        if let Node::String(text) | Node::Text(text) = &mut entry.node {
            *text = De { secret: true, ..self }.resolved(text)?;
        }
        let inner = De { entry: &entry, secret: true, ..self };
        visitor.visit_newtype_struct(inner).map_err(|trouble| inner.place(trouble))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        let visited = match &self.entry.node {
            Node::String(text) | Node::Text(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            Node::Table(table) if table.len() == 1 => match table.iter().next() {
                Some((key, entry)) => {
                    visitor.visit_enum(Variant { key, path: join(self.path, key), entry, de: self })
                }
                None => Err(Trouble::custom("empty table")),
            },
            other => Err(Trouble::Type {
                found: other.kind().to_owned(),
                value: None,
                expected: "text, or a table of one key".to_owned(),
            }),
        };
        visited.map_err(|trouble| self.place(trouble))
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

struct Map<'a> {
    de: De<'a>,
    fields: std::vec::IntoIter<(String, &'a Entry)>,
    value: Option<(String, &'a Entry)>,
}

impl<'de> de::MapAccess<'de> for Map<'_> {
    type Error = Trouble;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Trouble> {
        self.value = self.fields.next();
        let Some((key, _)) = &self.value else { return Ok(None) };
        seed.deserialize(key.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Trouble> {
        let Some((key, entry)) = self.value.take() else {
            return Err(Trouble::custom("a value without its key"));
        };
        let path = join(self.de.path, &key);
        let inner = De { entry, path: &path, ..self.de };
        seed.deserialize(inner).map_err(|trouble| inner.place(trouble))
    }
}

struct Seq<'a> {
    de: De<'a>,
    items: std::slice::Iter<'a, Entry>,
    number: usize,
}

impl<'de> de::SeqAccess<'de> for Seq<'_> {
    type Error = Trouble;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Trouble> {
        let Some(entry) = self.items.next() else { return Ok(None) };
        let path = format!("{}[{}]", self.de.path, self.number);
        self.number += 1;
        let inner = De { entry, path: &path, ..self.de };
        seed.deserialize(inner).map(Some).map_err(|trouble| inner.place(trouble))
    }
}

/// `{ variant = content }`
struct Variant<'a> {
    key: &'a str,
    path: String,
    entry: &'a Entry,
    de: De<'a>,
}

impl<'de> de::EnumAccess<'de> for Variant<'_> {
    type Error = Trouble;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Trouble> {
        let name = seed.deserialize(self.key.into_deserializer())?;
        Ok((name, self))
    }
}

impl Variant<'_> {
    fn content(&self) -> De<'_> {
        De { entry: self.entry, path: &self.path, ..self.de }
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_> {
    type Error = Trouble;

    fn unit_variant(self) -> Result<(), Trouble> {
        let found = self.entry.node.kind().to_owned();
        Err(self.content().place(Trouble::Type {
            found,
            value: None,
            expected: "the variant's name alone".to_owned(),
        }))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Trouble> {
        seed.deserialize(self.content())
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Trouble> {
        self.content().deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        self.content().deserialize_struct("", names, visitor)
    }
}
