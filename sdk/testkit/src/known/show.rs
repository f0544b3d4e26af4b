//! Values as messages show them: short, and without the names of types.

use std::fmt::{self, Write};

use tf_cty::Value;

/// The most that is shown of a value.
const MOST_CHARACTERS: usize = 400;

/// A value for a message, cut where it gets long.
pub(crate) fn show(value: &Value) -> String {
    let mut out = Cut { text: String::new(), characters: 0 };
    // The only error is that enough is written.
    let is_whole = write(value, &mut out).is_ok();
    if !is_whole {
        out.text.push('…');
    }
    out.text
}

struct Cut {
    text: String,
    characters: usize,
}

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            if self.characters == MOST_CHARACTERS {
                return Err(fmt::Error);
            }
            self.text.push(letter);
            self.characters += 1;
        }
        Ok(())
    }
}

fn write(value: &Value, out: &mut Cut) -> fmt::Result {
    if value.is_null() {
        return out.write_str("null");
    }
    if !value.is_known() {
        return out.write_str("unknown");
    }
    if value.ty().is_object() || value.ty().is_map() {
        out.write_char('{')?;
        for (position, (key, element)) in value.entries().enumerate() {
            write!(out, "{}{key:?}: ", if position == 0 { "" } else { ", " })?;
            write(element, out)?;
        }
        return out.write_char('}');
    }
    if let Some(elements) = value.as_slice() {
        out.write_char('[')?;
        for (position, element) in elements.iter().enumerate() {
            out.write_str(if position == 0 { "" } else { ", " })?;
            write(element, out)?;
        }
        return out.write_char(']');
    }
    write!(out, "{value:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_without_their_types() {
        let value = Value::object([
            ("l", Value::list([Value::from(1), Value::unknown(tf_cty::Type::Number)]).unwrap()),
            ("n", Value::null(tf_cty::Type::String)),
            ("s", Value::from("a\"b")),
        ]);
        assert_eq!(show(&value), r#"{"l": [1, unknown], "n": null, "s": "a\"b"}"#);
        assert_eq!(show(&Value::from("x".repeat(1000))).chars().count(), MOST_CHARACTERS + 1);
    }
}
