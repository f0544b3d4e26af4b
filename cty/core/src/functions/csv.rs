//! Decoding of comma-separated values and JSON, and encoding of JSON.

use super::FunctionError;
use super::spec::{Function, Result, function, takes, text};
use crate::json;
use crate::types::Type;
use crate::value::Value;

pub(super) fn all() -> Vec<Function> {
    vec![
        function("csvdecode", "Parses the given string as CSV with a header line into a list of objects.")
            .param("str", Type::String, takes::PLAIN)
            .returns_from(csv_type)
            .does(|args, ty| csv_decode(text(&args[0])?, ty)),
        function("jsondecode", "Parses the given string as JSON and returns what it describes.")
            .param("str", Type::String, takes::PLAIN)
            .returns_from(json_type)
            .refined(None)
            .does(|args, ty| Ok(json::decode(text(&args[0])?.as_bytes(), ty)?)),
        function("jsonencode", "Returns a string containing a JSON representation of the given value.")
            .param("val", Type::Dynamic, takes::NULL | takes::UNKNOWN | takes::DYNAMIC)
            .returns(Type::String)
            .does(|args, _| json_encode(&args[0])),
    ]
}

fn json_type(args: &[Value]) -> Result<Type> {
    if let Some(json) = args[0].as_str() {
        return Ok(json::implied_type(json.as_bytes())?);
    }
    // A known beginning may tell the kind of value.
    let range = args[0].range();
    match range.string_prefix().and_then(|p| p.trim().chars().next()) {
        None | Some('{' | '[' | 'n') => Ok(Type::Dynamic),
        Some('"') => Ok(Type::String),
        Some('t' | 'f') => Ok(Type::Bool),
        Some('-' | '0'..='9' | '.') => Ok(Type::Number),
        Some(c) => Err(FunctionError::of_argument(
            0,
            format_args!("a JSON document cannot begin with the character {c:?}"),
        )),
    }
}

fn json_encode(value: &Value) -> Result<Value> {
    if value.is_wholly_known() {
        let bytes = if value.is_null() { b"null".to_vec() } else { json::encode_simple(value)? };
        return Ok(Value::from(String::from_utf8_lossy(&bytes).as_ref()));
    }
    let unknown = Value::unknown(Type::String);
    let range = value.range();
    if range.could_be_null() {
        return Ok(unknown);
    }
    let prefix = match range.type_constraint() {
        Type::String => "\"",
        Type::Object(_) | Type::Map(_) => "{",
        Type::Tuple(_) | Type::List(_) | Type::Set(_) => "[",
        _ => "",
    };
    Ok(unknown.refine().string_prefix(prefix).build()?)
}

fn csv_type(args: &[Value]) -> Result<Type> {
    let Some(csv) = args[0].as_str() else { return Ok(Type::Dynamic) };
    let header = Records::new(csv).next().ok_or_else(|| FunctionError::new("missing header line"))??;
    for (i, name) in header.iter().enumerate() {
        if header[..i].contains(name) {
            return Err(FunctionError::new(format_args!("duplicate column name {name:?}")));
        }
    }
    Ok(Type::list(Type::object(header.into_iter().map(|name| (name, Type::String)))))
}

fn csv_decode(csv: &str, ty: &Type) -> Result<Value> {
    let element = ty.element_type().cloned().unwrap_or(Type::Dynamic);
    let columns = element.as_object().map_or(0, |o| o.attributes().len());
    let mut records = Records::new(csv);
    let header = records.next().ok_or_else(|| FunctionError::new("missing header line"))??;
    let mut rows = Vec::new();
    for record in std::iter::once(Ok(header.clone())).chain(&mut records).enumerate() {
        let (i, record) = (record.0, record.1?);
        if record.len() != columns {
            return Err(FunctionError::new(format_args!(
                "CSV parse error in record {i}: wrong number of fields"
            )));
        }
        if i > 0 {
            rows.push(Value::object(header.iter().zip(record.iter().map(|f| Value::from(f.as_str())))));
        }
    }
    Ok(Value::list_of(element, rows)?)
}

/// Records of a CSV text as RFC 4180 has it; empty lines are left out.
struct Records<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Records<'a> {
    fn new(csv: &'a str) -> Self {
        Self { rest: csv, line: 0 }
    }

    /// The next line without its end, and whether it had one.
    fn next_line(&mut self) -> Option<(&'a str, bool)> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let (line, ended) = match self.rest.split_once('\n') {
            Some((line, rest)) => {
                self.rest = rest;
                (line, true)
            }
            None => (std::mem::take(&mut self.rest), false),
        };
        Some((line.strip_suffix('\r').unwrap_or(line), ended))
    }

    fn error(&self, what: &str) -> FunctionError {
        FunctionError::new(format_args!("CSV parse error on line {}: {what}", self.line))
    }

    fn record(&mut self, first: &'a str, mut ended: bool) -> Result<Vec<String>> {
        let mut fields = Vec::new();
        let mut line = first;
        loop {
            if let Some(quoted) = line.strip_prefix('"') {
                let mut field = String::new();
                line = quoted;
                loop {
                    if let Some((before, after)) = line.split_once('"') {
                        field.push_str(before);
                        line = after;
                        match line.strip_prefix('"') {
                            Some(after) => {
                                field.push('"');
                                line = after;
                            }
                            None => break,
                        }
                    } else {
                        field.push_str(line);
                        if !ended {
                            return Err(self.error("extraneous or missing \" in quoted-field"));
                        }
                        field.push('\n');
                        let next = self.next_line();
                        (line, ended) =
                            next.ok_or_else(|| self.error("extraneous or missing \" in quoted-field"))?;
                    }
                }
                fields.push(field);
                match line.strip_prefix(',') {
                    Some(after) => line = after,
                    None if line.is_empty() => return Ok(fields),
                    None => return Err(self.error("extraneous or missing \" in quoted-field")),
                }
            } else {
                let (field, after) = line.split_once(',').map_or((line, None), |(f, a)| (f, Some(a)));
                if field.contains('"') {
                    return Err(self.error("bare \" in non-quoted-field"));
                }
                fields.push(field.to_owned());
                match after {
                    Some(after) => line = after,
                    None => return Ok(fields),
                }
            }
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Vec<String>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (line, ended) = self.next_line()?;
            if !(line.is_empty() && ended) {
                return Some(self.record(line, ended));
            }
        }
    }
}
