//! The library of attributes: validators, plan modifiers, defaults, types, and what waits.

mod checks;
mod collections;
mod modifiers;
mod relations;
mod scalars;
mod types;
mod waiting;

use tf_sdk::validator::{ValidateValue, Validator};
use tf_sdk::{Diagnostics, Path, Value};

/// What a validator says of a value at `a`, each diagnostic as summary and detail; null only if it wants null.
fn said(validator: &dyn Validator, value: &Value) -> Vec<(String, String)> {
    said_in(validator, value, &Value::object([("a", value.clone())]), false)
}

fn said_in(
    validator: &dyn Validator,
    value: &Value,
    config: &Value,
    sensitive: bool,
) -> Vec<(String, String)> {
    if value.is_null() && !validator.wants_null() {
        return Vec::new();
    }
    let mut diagnostics = Diagnostics::new();
    let path = Path::new().attr("a");
    validator.validate(&ValidateValue { path: &path, value, config, sensitive }, &mut diagnostics);
    diagnostics.into_iter().map(|d| (d.summary, d.detail)).collect()
}

/// That a validator accepts some values, and refuses others in these words. Null is never refused.
fn check(validator: &dyn Validator, accepted: &[Value], refused: &[(Value, &str)], summary: &str) {
    for value in accepted {
        assert_eq!(said(validator, value), [], "{value:?}");
        assert_eq!(said(validator, &Value::null(value.ty().clone())), []);
    }
    for (value, detail) in refused {
        assert_eq!(said(validator, value), [(summary.to_owned(), (*detail).to_owned())]);
    }
}
