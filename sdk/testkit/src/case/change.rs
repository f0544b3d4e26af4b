//! What changes between two objects, in words.

use tf_cty::Value;

use crate::attribute::{AttributePath, Step};
use crate::known::{exact, show};
use crate::terraform::{Action, Change, Plan, Sensitivity};

/// The changes of a plan, one object after the other: its address, what is done, and the attributes that change.
pub(super) fn describe_plan(plan: &Plan) -> String {
    let mut text = String::new();
    for change in plan.changes() {
        let action = action_words(&change.change);
        text.push_str(&format!("\n  {}: {action}", change.address));
        text.push_str(&describe_change(&change.change));
    }
    for (name, change) in &plan.output_changes {
        if change.action() != Some(Action::NoOp) {
            text.push_str(&format!("\n  output {name}: {}", action_words(change)));
        }
    }
    text
}

/// What is done, in a word.
pub(super) fn action_words(change: &Change) -> String {
    change.action().map_or_else(|| change.actions.join(", "), |action| action.to_string())
}

/// The attributes that change, a line each; none for a creation or a destruction.
pub(super) fn describe_change(change: &Change) -> String {
    if change.before.is_null() || change.after.is_null() {
        return String::new();
    }
    let mut text = String::new();
    for (name, before, after) in differences(&change.before, &change.after) {
        let mut path = AttributePath::default();
        path.push(Step::Key(name.clone()));
        let is_sensitive = |s: &Sensitivity| s.is_sensitive(&path);
        let is_secret = is_sensitive(&change.before_sensitive) || is_sensitive(&change.after_sensitive);
        let (before, after) = if is_secret {
            ("(sensitive)".into(), "(sensitive)".into())
        } else {
            (show(&before), show(&after))
        };
        let forces = change.replace_paths.iter().any(|replaced| replaced.starts_with(&path));
        let forces = if forces { " (forces replacement)" } else { "" };
        text.push_str(&format!("\n    {name}: {before} → {after}{forces}"));
    }
    text
}

/// The attributes of two objects that are not the same, a line each.
pub(crate) fn describe_differences(before: &Value, after: &Value) -> String {
    let lines = differences(before, after).into_iter();
    lines.map(|(name, before, after)| format!("\n    {name}: {} → {}", show(&before), show(&after))).collect()
}

/// The attributes of two objects that are not the same, by name; null where one has none.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<(String, Value, Value)> {
    let null = || Value::null(tf_cty::Type::Dynamic);
    let mut names: Vec<&str> = before.entries().chain(after.entries()).map(|(name, _)| &**name).collect();
    names.sort_unstable();
    names.dedup();
    let pair = |name: &str| {
        let of = |object: &Value| object.get(name).cloned().unwrap_or_else(null);
        (name.to_owned(), of(before), of(after))
    };
    let pairs = names.into_iter().map(pair);
    pairs.filter(|(_, before, after)| exact(before).check(after).is_err()).collect()
}
