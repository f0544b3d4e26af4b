//! Rules that are a predicate and a sentence: most of the library, and most of what authors add.

use std::fmt::Write;
use std::marker::PhantomData;

use tf_cty::{Type, Value};

use super::{ValidateValue, Validator, ValidatorOf};
use crate::{Diagnostic, Diagnostics};

type Predicate = Box<dyn Fn(&Value) -> bool + Send + Sync>;
type Show = fn(&Value) -> String;

/// A rule for attributes of a kind: what must hold, and how that is said.
#[must_use]
pub struct Rule<K> {
    summary: &'static str,
    description: String,
    holds: Predicate,
    show: Show,
    kind: PhantomData<fn() -> K>,
}

/// A rule of one's own. The description continues "Attribute size …": `value must be even`.
///
/// ```
/// use tf_sdk::model::kind;
/// use tf_sdk::validator::{Rule, rule};
///
/// fn even() -> Rule<kind::Integer> {
///     rule("value must be even", |value| value.as_number().and_then(|n| n.to_i64()).is_none_or(|n| n % 2 == 0))
/// }
/// ```
pub fn rule<K>(
    description: impl Into<String>,
    holds: impl Fn(&Value) -> bool + Send + Sync + 'static,
) -> Rule<K> {
    Rule::new("Invalid Attribute Value", description.into(), holds)
}

impl<K> Rule<K> {
    /// Under another summary.
    pub(super) fn new(
        summary: &'static str,
        description: String,
        holds: impl Fn(&Value) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self { summary, description, holds: Box::new(holds), show: shown, kind: PhantomData }
    }

    /// With another way to say what was got: a length in place of the text.
    pub(super) fn showing(self, show: Show) -> Self {
        Self { show, ..self }
    }
}

impl<K: 'static> Validator for Rule<K> {
    fn description(&self) -> String {
        self.description.clone()
    }

    fn validate(&self, request: &ValidateValue<'_>, diagnostics: &mut Diagnostics) {
        if !(self.holds)(request.value) {
            diagnostics.push(broken(self.summary, &self.description, self.show, request));
        }
    }
}

impl<K: 'static> ValidatorOf<K> for Rule<K> {}

/// The error for a value that breaks a rule.
pub(super) fn broken(
    summary: &str,
    description: &str,
    show: Show,
    request: &ValidateValue<'_>,
) -> Diagnostic {
    let got = if request.sensitive { "(sensitive value)".to_owned() } else { show(request.value) };
    let detail = format!("Attribute {} {description}, got: {got}", request.place());
    Diagnostic::error(summary, detail).at(request.path.clone())
}

/// A value as messages show it: `"a"`, `1`, `["a","b"]`, `{"k":1}`, `<null>`.
pub(crate) fn shown(value: &Value) -> String {
    let mut text = String::new();
    show(value, &mut text);
    text
}

fn show(value: &Value, text: &mut String) {
    if value.is_null() {
        text.push_str("<null>");
    } else if !value.is_known() {
        text.push_str("<unknown>");
    } else if let Some(s) = value.as_str() {
        let _ = write!(text, "{s:?}");
    } else if let Some(n) = value.as_number() {
        let _ = write!(text, "{n}");
    } else if let Some(b) = value.as_bool() {
        let _ = write!(text, "{b}");
    } else {
        show_elements(value, text);
    }
}

fn show_elements(value: &Value, text: &mut String) {
    let keyed = matches!(value.ty(), Type::Map(_) | Type::Object(_));
    text.push(if keyed { '{' } else { '[' });
    for (i, (key, element)) in value.elements().enumerate() {
        if i > 0 {
            text.push(',');
        }
        if keyed {
            show(&key, text);
            text.push(':');
        }
        show(element, text);
    }
    text.push(if keyed { '}' } else { ']' });
}

/// Texts as messages list them: `["a" "b"]`.
pub(super) fn listed<T: std::fmt::Debug>(values: &[T]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    format!("[{}]", values.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_as_messages_show_them() {
        let list = Value::list([Value::from("a"), Value::null(Type::String)]).unwrap();
        let object = Value::object([("n", Value::from(1)), ("u", Value::unknown(Type::Bool))]);
        for (value, want) in [
            (Value::from("a\"b"), r#""a\"b""#),
            (Value::from(true), "true"),
            (list, r#"["a",<null>]"#),
            (object, r#"{"n":1,"u":<unknown>}"#),
            (Value::empty_map(Type::String), "{}"),
        ] {
            assert_eq!(shown(&value), want);
        }
    }
}
