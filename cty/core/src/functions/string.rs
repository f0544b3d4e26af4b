//! Functions over strings. Characters are grapheme clusters; case maps each code point to one.

use super::FunctionError;
use super::spec::{Function, Result, elements, function, integer, takes, text};
use crate::limits::MAX_GENERATED_ELEMENTS;
use crate::text::graphemes;
use crate::types::Type;
use crate::value::Value;

pub(super) fn all() -> Vec<Function> {
    let mut all = case_and_characters();
    all.extend(trimming());
    all.extend(joining());
    all
}

fn unary(
    name: &'static str,
    what: &str,
    takes: u8,
    f: impl Fn(&str) -> String + Send + Sync + 'static,
) -> Function {
    function(name, what)
        .param("str", Type::String, takes)
        .returns(Type::String)
        .does(move |args, _| Ok(f(text(&args[0])?).into()))
}

fn case_and_characters() -> Vec<Function> {
    vec![
        unary("upper", "Converts all letters of the given string to uppercase.", takes::DYNAMIC, |s| {
            s.chars().map(upper).collect()
        }),
        unary("lower", "Converts all letters of the given string to lowercase.", takes::DYNAMIC, |s| {
            s.chars().map(lower).collect()
        }),
        unary("title", "Converts the first letter of each word to uppercase.", takes::PLAIN, title),
        unary("reverse", "Reverses the characters of the given string.", takes::DYNAMIC, |s| {
            graphemes(s).rev().collect()
        }),
        function("strlen", "Returns the number of characters in the given string.")
            .param("str", Type::String, takes::DYNAMIC | takes::UNKNOWN)
            .returns(Type::Number)
            .refined(Some(|b| b.not_null().number_lower_bound(0, true)))
            .does(|args, _| {
                if let Some(s) = args[0].as_str() {
                    return Ok(graphemes(s).count().into());
                }
                let range = args[0].range();
                let unknown = Value::unknown(Type::Number);
                if *range.type_constraint() != Type::String {
                    return Ok(unknown);
                }
                let least = graphemes(range.string_prefix().unwrap_or_default()).count();
                Ok(unknown.refine().number_lower_bound(least as u64, true).build()?)
            }),
        function("substr", "Extracts a substring from the given string.")
            .param("str", Type::String, takes::DYNAMIC)
            .param("offset", Type::Number, takes::DYNAMIC)
            .param("length", Type::Number, takes::DYNAMIC)
            .returns(Type::String)
            .does(|args, _| Ok(substr(text(&args[0])?, integer(&args[1])?, integer(&args[2])?).into())),
    ]
}

fn trimming() -> Vec<Function> {
    let two = |name, what, other| {
        function(name, what)
            .param("str", Type::String, takes::PLAIN)
            .param(other, Type::String, takes::PLAIN)
            .returns(Type::String)
    };
    vec![
        unary("trimspace", "Removes white space from both ends of the given string.", takes::PLAIN, |s| {
            s.trim().to_owned()
        }),
        unary("chomp", "Removes newline characters from the end of the given string.", takes::PLAIN, |s| {
            s.trim_end_matches(['\r', '\n']).to_owned()
        }),
        two("trim", "Removes the given characters from both ends of the given string.", "cutset").does(
            |args, _| {
                let cutset = text(&args[1])?;
                Ok(text(&args[0])?.trim_matches(|c| cutset.contains(c)).into())
            },
        ),
        two("trimprefix", "Removes the given prefix from the given string, if present.", "prefix").does(
            |args, _| {
                let s = text(&args[0])?;
                Ok(s.strip_prefix(text(&args[1])?).unwrap_or(s).into())
            },
        ),
        two("trimsuffix", "Removes the given suffix from the given string, if present.", "suffix").does(
            |args, _| {
                let s = text(&args[0])?;
                Ok(s.strip_suffix(text(&args[1])?).unwrap_or(s).into())
            },
        ),
    ]
}

fn joining() -> Vec<Function> {
    let strings = || Type::list(Type::String);
    vec![
        function("join", "Concatenates the elements of all given lists with a delimiter.")
            .param("separator", Type::String, takes::PLAIN)
            .variadic("lists", strings(), takes::PLAIN)
            .returns(Type::String)
            .does(|args, _| join(text(&args[0])?, &args[1..])),
        function("split", "Splits the given string at all instances of a separator.")
            .param("separator", Type::String, takes::PLAIN)
            .param("str", Type::String, takes::PLAIN)
            .returns(strings())
            .does(|args, _| {
                let (separator, s) = (text(&args[0])?, text(&args[1])?);
                let parts: Vec<Value> = if separator.is_empty() {
                    s.chars().map(|c| Value::from(c.to_string())).collect()
                } else {
                    s.split(separator).map(Value::from).collect()
                };
                Ok(Value::list_of(Type::String, parts)?)
            }),
        function("sort", "Sorts the strings of the given list.")
            .param("list", strings(), takes::UNKNOWN)
            .returns(strings())
            .does(|args, ty| sort(&args[0], ty)),
        function("indent", "Adds a number of spaces after each newline character.")
            .param("spaces", Type::Number, takes::PLAIN)
            .param("str", Type::String, takes::PLAIN)
            .returns(Type::String)
            .does(|args, _| {
                let spaces = integer(&args[0])?;
                let s = text(&args[1])?;
                let spaces = usize::try_from(spaces)
                    .map_err(|_| FunctionError::new("number of spaces must not be negative"))?;
                if spaces.saturating_mul(s.matches('\n').count().max(1)) > MAX_GENERATED_ELEMENTS {
                    return Err(FunctionError::new("indentation is too large"));
                }
                Ok(s.replace('\n', &format!("\n{}", " ".repeat(spaces))).into())
            }),
        function("replace", "Replaces all instances of a substring with another string.")
            .param("str", Type::String, takes::PLAIN)
            .param("substr", Type::String, takes::PLAIN)
            .param("replace", Type::String, takes::PLAIN)
            .returns(Type::String)
            .does(|args, _| Ok(text(&args[0])?.replace(text(&args[1])?, text(&args[2])?).into())),
    ]
}

fn join(separator: &str, lists: &[Value]) -> Result<Value> {
    if lists.is_empty() {
        return Err(FunctionError::new("at least one list is required"));
    }
    if !lists.iter().all(Value::is_wholly_known) {
        return Ok(Value::unknown(Type::String));
    }
    let mut items = Vec::new();
    for (i, list) in lists.iter().enumerate() {
        for (j, item) in elements(list)?.iter().enumerate() {
            items.push(item.as_str().ok_or_else(|| {
                FunctionError::of_argument(
                    i + 1,
                    format_args!("element {j} is null; cannot concatenate null values"),
                )
            })?);
        }
    }
    Ok(items.join(separator).into())
}

fn sort(list: &Value, ty: &Type) -> Result<Value> {
    if !list.is_wholly_known() {
        let unknown = Value::unknown(ty.clone());
        return Ok(match list.range().length_bounds() {
            Some((min, max)) => unknown
                .refine()
                .collection_length_lower_bound(min)
                .collection_length_upper_bound(max)
                .build()?,
            None => unknown,
        });
    }
    let mut items = Vec::new();
    for (i, item) in elements(list)?.iter().enumerate() {
        let null = || {
            FunctionError::new(format_args!("given list element {i} is null; a null string cannot be sorted"))
        };
        items.push(item.as_str().ok_or_else(null)?);
    }
    items.sort_unstable();
    Ok(Value::list_of(Type::String, items.into_iter().map(Value::from).collect())?)
}

/// A part of a string in characters. A negative offset counts from the end, a negative length goes to the end.
fn substr(s: &str, offset: i64, length: i64) -> String {
    let offset = if offset < 0 {
        offset.saturating_add(graphemes(s).count() as i64)
    } else if length == 0 {
        return String::new();
    } else {
        offset
    };
    let rest = graphemes(s).skip(usize::try_from(offset).unwrap_or(0));
    match usize::try_from(length) {
        // No length is only ever reached from a negative offset, where it counts as none given.
        Ok(0) | Err(_) => rest.collect(),
        Ok(n) => rest.take(n).collect(),
    }
}

/// The uppercase form of one code point, if that is one code point.
fn upper(c: char) -> char {
    match c {
        // Small letters with iota below, whose full mapping has two code points.
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => shifted(c, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => shifted(c, 9),
        _ => single(c.to_uppercase(), c),
    }
}

/// The lowercase form of one code point.
fn lower(c: char) -> char {
    if c == '\u{130}' { 'i' } else { single(c.to_lowercase(), c) }
}

/// The titlecase form of one code point: as uppercase, but for digraphs and Georgian.
fn title_case(c: char) -> char {
    match c {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => c,
        _ => upper(c),
    }
}

fn shifted(c: char, by: u32) -> char {
    char::from_u32(c as u32 + by).unwrap_or(c)
}

fn single(mut mapped: impl Iterator<Item = char>, otherwise: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(c), None) => c,
        _ => otherwise,
    }
}

fn title(s: &str) -> String {
    let mut before = ' ';
    let letter = |c: char| {
        let first = if is_separator(before) { title_case(c) } else { c };
        before = c;
        first
    };
    s.chars().map(letter).collect()
}

/// ASCII other than letters, digits and underscores; beyond ASCII only white space.
fn is_separator(c: char) -> bool {
    if c.is_ascii() { !(c.is_ascii_alphanumeric() || c == '_') } else { c.is_whitespace() }
}
