//! `format` and `formatlist`: printf with widths in characters.

use super::FunctionError;
use super::spec::{Function, Result, elements, function, takes, text};
use crate::convert::convert;
use crate::json::encode_simple;
use crate::limits::MAX_GENERATED_ELEMENTS;
use crate::text::graphemes;
use crate::types::Type;
use crate::value::Value;

/// Largest width or precision.
const MAX_WIDTH: usize = 1_000_000;

pub(super) fn all() -> Vec<Function> {
    let any = takes::NULL | takes::UNKNOWN | takes::DYNAMIC;
    let params = |name, what| {
        function(name, what).param("format", Type::String, takes::PLAIN).variadic("args", Type::Dynamic, any)
    };
    vec![
        params("format", "Builds a string from a format with verbs and arguments for them.")
            .returns(Type::String)
            .does(|args, _| format_value(text(&args[0])?, &args[1..])),
        params("formatlist", "Builds a list of strings from a format and lists of arguments for its verbs.")
            .returns(Type::list(Type::String))
            .does(|args, ty| format_list(text(&args[0])?, &args[1..], ty)),
    ]
}

fn format_value(format: &str, args: &[Value]) -> Result<Value> {
    if args.iter().all(Value::is_wholly_known) {
        return Ok(format_known(format, args)?.into());
    }
    let unknown = Value::unknown(Type::String);
    match format.find('%') {
        Some(i) if i > 0 => Ok(unknown.refine().string_prefix_safe(&format[..i]).build()?),
        _ => Ok(unknown),
    }
}

/// Sequences are gone through together, other arguments are used for every result.
fn format_list(format: &str, args: &[Value], ty: &Type) -> Result<Value> {
    if args.is_empty() {
        return Ok(Value::list([format_value(format, args)?])?);
    }
    let mut length: Option<(usize, usize)> = None;
    let mut unknown = false;
    for (i, arg) in args.iter().enumerate() {
        let sequence = matches!(arg.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) && !arg.is_null();
        if !sequence {
            unknown |= arg.ty().is_dynamic() && !arg.is_known();
            continue;
        }
        let counted = arg.ty().is_tuple() || (arg.is_known() && arg.length()?.is_known());
        if !counted {
            unknown = true;
            continue;
        }
        let this = arg.len().unwrap_or(0);
        match length {
            Some((first, n)) if n != this => {
                let message = format!(
                    "argument {} has length {this}, which is inconsistent with argument {} of length {n}",
                    i + 1,
                    first + 1
                );
                return Err(FunctionError::of_argument(i + 1, message));
            }
            Some(_) => {}
            None => length = Some((i, this)),
        }
        unknown |= !arg.is_known();
    }
    if unknown {
        return Ok(Value::unknown(ty.clone()));
    }
    let count = length.map_or(1, |(_, n)| n);
    let mut results = Vec::new();
    for i in 0..count {
        let pick = |arg: &Value| {
            let sequence =
                matches!(arg.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) && !arg.is_null();
            Ok(if sequence { elements(arg)?[i].clone() } else { arg.clone() })
        };
        let picked: Vec<Value> = args.iter().map(pick).collect::<Result<_>>()?;
        if picked.iter().all(Value::is_wholly_known) {
            let formatted = format_known(format, &picked);
            let formatted =
                formatted.map_err(|e| FunctionError::new(format_args!("error on format iteration {i}: {e}")));
            results.push(formatted?.into());
        } else {
            results.push(Value::unknown(Type::String).refine_not_null());
        }
    }
    Ok(Value::list_of(Type::String, results)?)
}

/// One verb of a format, such as `%-8.3f`.
#[derive(Default)]
struct Verb<'a> {
    raw: &'a str,
    offset: usize,
    argument: usize,
    mode: u8,
    zero: bool,
    sharp: bool,
    plus: bool,
    minus: bool,
    space: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

fn format_known(format: &str, args: &[Value]) -> Result<String> {
    let mut out = String::new();
    let (mut next, mut highest) = (1, 0);
    let mut at = 0;
    while let Some(i) = format[at..].find('%') {
        out.push_str(&format[at..at + i]);
        at += i;
        if format[at..].starts_with("%%") {
            out.push('%');
            at += 2;
            continue;
        }
        let verb = parse_verb(format, at, next)?;
        at += verb.raw.len();
        highest = highest.max(verb.argument);
        let value = verb.argument.checked_sub(1).and_then(|i| args.get(i)).ok_or_else(|| {
            let (raw, offset, index, total) = (verb.raw, verb.offset, verb.argument, args.len());
            FunctionError::new(format_args!(
                "not enough arguments for {raw:?} at {offset}: need index {index} but have {total} total"
            ))
        })?;
        verb.write(value, &mut out)?;
        if out.len() > MAX_GENERATED_ELEMENTS.max(format.len()) * 4 {
            return Err(FunctionError::new("formatted string is too long"));
        }
        next = verb.argument + 1;
    }
    out.push_str(&format[at..]);
    if highest < args.len() {
        let message = match highest {
            0 => "too many arguments; no verbs in format string".to_owned(),
            n => format!("too many arguments; only {n} used by format string"),
        };
        return Err(FunctionError::of_argument(highest + 1, message));
    }
    Ok(out)
}

fn parse_verb(format: &str, start: usize, next: usize) -> Result<Verb<'_>> {
    let bytes = format.as_bytes();
    let mut at = start + 1;
    let mut verb = Verb { offset: start, argument: next, ..Verb::default() };
    while let Some(flag) = bytes.get(at) {
        match flag {
            b'0' => verb.zero = true,
            b'#' => verb.sharp = true,
            b'-' => verb.minus = true,
            b'+' => verb.plus = true,
            b' ' => verb.space = true,
            _ => break,
        }
        at += 1;
    }
    if matches!(bytes.get(at), Some(b'1'..=b'9')) {
        verb.width = Some(parse_number(bytes, &mut at)?);
    }
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        verb.precision = Some(parse_number(bytes, &mut at)?);
    }
    if bytes.get(at) == Some(&b'[') {
        at += 1;
        if !matches!(bytes.get(at), Some(b'1'..=b'9')) {
            return Err(unrecognized(format, at));
        }
        verb.argument = parse_number(bytes, &mut at)?;
        if bytes.get(at) != Some(&b']') {
            return Err(unrecognized(format, at));
        }
        at += 1;
    }
    match bytes.get(at) {
        Some(mode) if mode.is_ascii_alphabetic() => verb.mode = *mode,
        _ => return Err(unrecognized(format, at)),
    }
    verb.raw = &format[start..=at];
    Ok(verb)
}

fn unrecognized(format: &str, at: usize) -> FunctionError {
    match format.get(at..).and_then(|rest| rest.chars().next()) {
        Some(c) => FunctionError::new(format_args!("unrecognized format character {c:?} at offset {at}")),
        None => FunctionError::new(format_args!("invalid format string starting at offset {at}")),
    }
}

fn parse_number(bytes: &[u8], at: &mut usize) -> Result<usize> {
    let mut value = 0usize;
    while let Some(digit @ b'0'..=b'9') = bytes.get(*at) {
        value = value.saturating_mul(10).saturating_add(usize::from(digit - b'0'));
        *at += 1;
    }
    if value > MAX_WIDTH {
        return Err(FunctionError::new(format_args!("number in format string exceeds {MAX_WIDTH}")));
    }
    Ok(value)
}

impl Verb<'_> {
    fn unsupported(&self, why: impl std::fmt::Display) -> FunctionError {
        FunctionError::new(format_args!("unsupported value for {:?} at {}: {why}", self.raw, self.offset))
    }

    fn write(&self, value: &Value, out: &mut String) -> Result<()> {
        if self.mode != b'v' && value.is_null() {
            return Err(self.unsupported("null value cannot be formatted"));
        }
        let as_type = |ty: &Type| convert(value, ty).map_err(|e| self.unsupported(e));
        match self.mode {
            b'v' => out.push_str(&self.pad(self.default_text(value)?)),
            b't' => {
                out.push_str(if as_type(&Type::Bool)?.as_bool() == Some(true) { "true" } else { "false" })
            }
            b'b' | b'd' | b'o' | b'x' | b'X' => out.push_str(&self.integer(&as_type(&Type::Number)?)?),
            b'e' | b'E' | b'f' | b'g' | b'G' => out.push_str(&self.float(&as_type(&Type::Number)?)),
            b's' | b'q' => {
                let text = as_type(&Type::String)?;
                let text = self.cut(text.as_str().unwrap_or_default());
                let text = if self.mode == b'q' { json_text(&Value::from(text))? } else { text.to_owned() };
                out.push_str(&self.pad(text));
            }
            mode => {
                let (mode, raw, offset) = (mode as char, self.raw, self.offset);
                let message = format!("unsupported format verb {mode:?} in {raw:?} at offset {offset}");
                return Err(FunctionError::new(message));
            }
        }
        Ok(())
    }

    fn default_text(&self, value: &Value) -> Result<String> {
        match (value.as_str(), value.as_number()) {
            (Some(s), _) if !self.sharp => Ok(s.to_owned()),
            (_, Some(n)) if !self.sharp => Ok(n.to_format(b'g', None)),
            _ => json_text(value).map_err(|e| self.unsupported(e)),
        }
    }

    /// The first characters, as many as the precision says.
    fn cut<'a>(&self, text: &'a str) -> &'a str {
        match self.precision {
            Some(n) if n > 0 => &text[..graphemes(text).take(n).map(str::len).sum()],
            _ => text,
        }
    }

    fn pad(&self, text: String) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(graphemes(&text).count());
        let padding = if self.zero { "0" } else { " " }.repeat(missing);
        if self.minus { text + &padding } else { padding + &text }
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, _, _) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        }
    }

    fn integer(&self, value: &Value) -> Result<String> {
        let needed = || self.unsupported("an integer is required");
        let n = value.as_number().filter(|n| n.is_integer()).ok_or_else(needed)?;
        let (negative, magnitude) = n.to_big_integer().ok_or_else(needed)?;
        let (radix, prefix) = match self.mode {
            b'b' => (2, "0b"),
            b'o' => (8, "0"),
            b'x' => (16, "0x"),
            b'X' => (16, "0X"),
            _ => (10, ""),
        };
        let mut digits = magnitude.in_radix(radix).to_string();
        if self.mode == b'X' {
            digits.make_ascii_uppercase();
        }
        if self.precision == Some(0) && digits == "0" {
            return Ok(String::new());
        }
        let sign = self.sign(negative && !magnitude.is_zero());
        let prefix = if self.sharp { prefix } else { "" };
        let mut zeros = self.precision.unwrap_or(0).saturating_sub(digits.len());
        let length = sign.len() + prefix.len() + zeros + digits.len();
        let spare = self.width.unwrap_or(0).saturating_sub(length);
        let (mut left, mut right) = (0, 0);
        match () {
            () if self.minus => right = spare,
            () if self.zero && self.precision.is_none() => zeros = spare,
            () => left = spare,
        }
        let (left, zeros, right) = (" ".repeat(left), "0".repeat(zeros), " ".repeat(right));
        Ok(format!("{left}{sign}{prefix}{zeros}{digits}{right}"))
    }

    fn float(&self, value: &Value) -> String {
        let Some(n) = value.as_number() else { return String::new() };
        let verb = self.mode.to_ascii_lowercase();
        let precision = self.precision.or((verb != b'g').then_some(6));
        let mut digits = n.to_format(verb, precision);
        if self.mode.is_ascii_uppercase() && !n.is_infinite() {
            digits.make_ascii_uppercase();
        }
        let negative = digits.starts_with('-');
        let digits = digits.trim_start_matches(['-', '+']);
        let sign = match self.sign(negative) {
            "" if n.is_infinite() => "+",
            " " if self.plus => "+",
            sign => sign,
        };
        let spare = self.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
        if self.zero && !self.minus && !n.is_infinite() {
            format!("{sign}{}{digits}", "0".repeat(spare))
        } else if self.minus {
            format!("{sign}{digits}{}", " ".repeat(spare))
        } else {
            format!("{}{sign}{digits}", " ".repeat(spare))
        }
    }
}

fn json_text(value: &Value) -> Result<String> {
    Ok(String::from_utf8_lossy(&encode_simple(value)?).into_owned())
}
