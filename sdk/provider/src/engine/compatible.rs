//! Terraform's law of results: what the plan knew is as planned; what it did not know is anything of its type.

use tf_cty::{Path, Type, Value};

use super::defaults::below;
use super::member::{counterparts, is_sensitive, members, objects};
use super::{in_words, shown};
use crate::schema::Block;
use crate::{Diagnostic, Diagnostics};

/// Reports every value of a result that the plan forbids, at its attribute.
pub(crate) fn check(block: &Block, planned: &Value, actual: &Value, diagnostics: &mut Diagnostics) {
    let mut found = Vec::new();
    object(block, &Path::new(), planned, actual, &mut found);
    for Difference { path, what } in found {
        let what = if is_sensitive(block, &path) { SENSITIVE.to_owned() } else { what };
        let detail = format!(
            "The provider did not do what was planned: {} {what}.\n\nThis is a bug of the provider. What it returned is saved.",
            shown(&path)
        );
        let summary = "Provider produced inconsistent result after apply";
        diagnostics.push(Diagnostic::error(summary, detail).at(path));
    }
}

struct Difference {
    path: Path,
    what: String,
}

fn object(block: &Block, path: &Path, planned: &Value, actual: &Value, found: &mut Vec<Difference>) {
    for member in members(block) {
        let (Some(planned), Some(actual)) = (planned.get(member.name()), actual.get(member.name())) else {
            continue;
        };
        let path = path.clone().attr(member.name());
        if member.attribute().is_some_and(|attribute| attribute.write_only) {
            continue;
        }
        match member.nested() {
            Some(nested) => nested_value(nested, &path, planned, actual, found),
            None => value(&path, planned, actual, found),
        }
    }
}

fn nested_value(block: &Block, path: &Path, planned: &Value, actual: &Value, found: &mut Vec<Difference>) {
    if !planned.is_known() {
        return;
    }
    if planned.is_null() || actual.is_null() || !actual.is_known() {
        return value(path, planned, actual, found);
    }
    let (was, is) = (planned.len(), actual.len());
    let is_set = planned.ty().is_set();
    // Unknown elements of a set may turn out to be equal.
    if !planned.ty().is_object() && was != is && !(is_set && was > is) {
        let what = format!("was of length {}, but is now of {}", was.unwrap_or(0), is.unwrap_or(0));
        found.push(Difference { path: path.clone(), what });
        return;
    }
    let fits = |planned: &Value, actual: &Value| {
        let mut differences = Vec::new();
        object(block, path, planned, actual, &mut differences);
        differences.is_empty()
    };
    let pairs = counterparts(planned, actual, &fits);
    for ((step, planned), pair) in objects(planned).into_iter().zip(&pairs) {
        let at = below(path, step);
        if !pair.is_null() || planned.is_null() {
            object(block, &at, planned, pair, found);
        } else if !(is_set && objects(actual).iter().any(|(_, actual)| fits(planned, actual))) {
            found.push(Difference { path: at, what: "was planned, but has vanished".into() });
        }
    }
}

/// What is said of a value that must not be shown.
const SENSITIVE: &str = "has another, sensitive value now";

fn value(path: &Path, planned: &Value, actual: &Value, found: &mut Vec<Difference>) {
    let mut report = |path: &Path, what: String| found.push(Difference { path: path.clone(), what });
    if !planned.is_known() || !actual.is_known() && actual.raw_equals(planned) {
        return;
    }
    match (planned.is_null(), actual.is_null()) {
        (true, true) => return,
        (true, false) => return report(path, "was absent, but is now present".into()),
        (false, true) => return report(path, "was present, but is now absent".into()),
        (false, false) => {}
    }
    // Unknown where the plan was known is reported as an invalid result, not here.
    if !actual.is_known() || planned.raw_equals(actual) {
        return;
    }
    let differs = || format!("was {}, but is now {}", in_words(planned), in_words(actual));
    let elementwise = match (planned.ty(), actual.ty()) {
        (Type::Set(_), _) | (_, Type::Set(_)) => return set(path, planned, actual, found),
        (Type::List(_) | Type::Tuple(_), Type::List(_) | Type::Tuple(_)) => planned.len() == actual.len(),
        (Type::Map(_) | Type::Object(_), Type::Map(_) | Type::Object(_)) => {
            planned.entries().map(|(k, _)| k).eq(actual.entries().map(|(k, _)| k))
        }
        _ => false,
    };
    if !elementwise {
        return report(path, differs());
    }
    let object = planned.ty().is_object();
    for ((key, planned), (_, actual)) in planned.elements().zip(actual.elements()) {
        let at = match key.as_str().filter(|_| object) {
            Some(name) => path.clone().attr(name),
            None => path.clone().index(key),
        };
        value(&at, planned, actual, found);
    }
}

/// Every planned element must be there, an unknown one as any, and nothing more.
fn set(path: &Path, planned: &Value, actual: &Value, found: &mut Vec<Difference>) {
    let fits = |planned: &Value, actual: &Value| {
        if planned.is_wholly_known() && actual.is_wholly_known() {
            return planned.raw_equals(actual);
        }
        let mut differences = Vec::new();
        value(path, planned, actual, &mut differences);
        differences.is_empty()
    };
    let (planned, actual) = (planned.as_slice().unwrap_or_default(), actual.as_slice().unwrap_or_default());
    // Unknown elements may turn out to be equal to others, so that one is there for several.
    if !planned.iter().all(|planned| actual.iter().any(|actual| fits(planned, actual))) {
        let what = "has lost an element that was planned".to_owned();
        return found.push(Difference { path: path.clone(), what });
    }
    let is_planned = |actual: &Value| planned.iter().any(|planned| fits(planned, actual));
    if actual.len() > planned.len() || !actual.iter().all(is_planned) {
        let what = "has an element that was not planned".to_owned();
        found.push(Difference { path: path.clone(), what });
    }
}
