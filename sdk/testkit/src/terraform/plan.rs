//! Plans as `terraform show -json` prints them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer};
use tf_cty::Value;

use super::json::{self, Sensitivity};
use super::state::{State, Values};
use crate::attribute::{AttributePath, Step};

/// A plan.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Plan {
    /// The version of the form.
    pub format_version: String,
    /// The Terraform that made it.
    #[serde(default)]
    pub terraform_version: String,
    /// What happens to each object, those to which nothing happens among them.
    #[serde(default)]
    pub resource_changes: Vec<ResourceChange>,
    /// What others have changed since the last run.
    #[serde(default)]
    pub resource_drift: Vec<ResourceChange>,
    /// What happens to outputs, by name.
    #[serde(default)]
    pub output_changes: BTreeMap<String, OutputChange>,
    /// What will be, as far as it is known.
    #[serde(default)]
    pub planned_values: Values,
    /// What was, after it was read again.
    #[serde(default)]
    pub prior_state: Option<State>,
    /// Whether planning failed, so that the plan is only a part.
    #[serde(default)]
    pub errored: bool,
    /// Whether there is something to apply.
    #[serde(default)]
    pub applyable: bool,
    /// False if something was put off to a later plan.
    #[serde(default)]
    pub complete: bool,
}

/// What happens to one object.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ResourceChange {
    /// `module.a.acc_item.b["key"]`.
    pub address: String,
    /// The address it had before it was moved.
    #[serde(default)]
    pub previous_address: Option<String>,
    /// `managed` or `data`.
    #[serde(default)]
    pub mode: String,
    /// `acc_item`.
    #[serde(rename = "type", default)]
    pub resource_type: String,
    /// The key of an object that a failed replacement left behind.
    #[serde(default)]
    pub deposed: Option<String>,
    /// Before and after.
    pub change: Change,
    /// Why, in Terraform's word: `replace_because_cannot_update`.
    #[serde(default)]
    pub action_reason: Option<String>,
}

/// An object before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Terraform's words, in the order in which things are done: `["delete", "create"]`.
    pub actions: Vec<String>,
    /// The object before; null if there is none.
    pub before: Value,
    /// The object after, with unknowns where it is not known yet; null if there will be none.
    pub after: Value,
    /// What of it was sensitive.
    pub before_sensitive: Sensitivity,
    /// What of it will be.
    pub after_sensitive: Sensitivity,
    /// The attributes because of which it is replaced.
    pub replace_paths: Vec<AttributePath>,
    /// The id by which it is imported.
    pub importing: Option<String>,
}

/// An output before and after.
pub type OutputChange = Change;

/// What is done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// It is made.
    Create,
    /// A data source is read while applying.
    Read,
    /// It is changed in place.
    Update,
    /// It is destroyed and made anew, in either order.
    Replace,
    /// It is destroyed.
    Destroy,
    /// It stays, and Terraform forgets it.
    Forget,
}

impl Action {
    /// Of Terraform's words.
    pub fn parse(actions: &[String]) -> Option<Self> {
        let words: Vec<&str> = actions.iter().map(String::as_str).collect();
        match words[..] {
            ["no-op"] => Some(Self::NoOp),
            ["create"] => Some(Self::Create),
            ["read"] => Some(Self::Read),
            ["update"] => Some(Self::Update),
            ["delete", "create"] | ["create", "delete"] | ["create", "forget"] => Some(Self::Replace),
            ["delete"] => Some(Self::Destroy),
            ["forget"] => Some(Self::Forget),
            _ => None,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoOp => "no change",
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Destroy => "destroy",
            Self::Forget => "forget",
        })
    }
}

impl Change {
    /// What is done; None for words that this version does not know.
    pub fn action(&self) -> Option<Action> {
        Action::parse(&self.actions)
    }
}

impl Plan {
    /// What happens to the object with this address.
    pub fn change(&self, address: &str) -> Option<&ResourceChange> {
        self.resource_changes.iter().find(|change| change.address == address && change.deposed.is_none())
    }

    /// The changes that are any.
    pub fn changes(&self) -> impl Iterator<Item = &ResourceChange> {
        self.resource_changes
            .iter()
            .filter(|c| c.change.action() != Some(Action::NoOp) || c.change.importing.is_some())
    }

    /// True if nothing happens to any object or output.
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none()
            && self.output_changes.values().all(|change| change.action() == Some(Action::NoOp))
    }
}

#[derive(Deserialize)]
struct WireChange {
    actions: Vec<String>,
    #[serde(default = "json::null", deserialize_with = "json::value")]
    before: Value,
    #[serde(default = "json::null", deserialize_with = "json::value")]
    after: Value,
    #[serde(default = "json::null", deserialize_with = "json::value")]
    after_unknown: Value,
    #[serde(default)]
    before_sensitive: Sensitivity,
    #[serde(default)]
    after_sensitive: Sensitivity,
    #[serde(default)]
    replace_paths: Vec<Vec<serde_json::Value>>,
    #[serde(default)]
    importing: Option<Importing>,
}

#[derive(Deserialize)]
struct Importing {
    #[serde(default)]
    id: String,
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = WireChange::deserialize(deserializer)?;
        Ok(Self {
            after: json::with_unknowns(&wire.after, &wire.after_unknown),
            actions: wire.actions,
            before: wire.before,
            before_sensitive: wire.before_sensitive,
            after_sensitive: wire.after_sensitive,
            replace_paths: wire.replace_paths.iter().map(|steps| path(steps)).collect(),
            importing: wire.importing.map(|importing| importing.id),
        })
    }
}

/// A path as Terraform writes it; it ends where a set's element would come.
fn path(steps: &[serde_json::Value]) -> AttributePath {
    let mut path = AttributePath::default();
    for step in steps {
        match (step.as_str(), step.as_u64().and_then(|n| usize::try_from(n).ok())) {
            (Some(name), _) => path.push(Step::Key(name.into())),
            (_, Some(index)) => path.push(Step::Index(index)),
            _ => break,
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(actions: &str) -> Plan {
        let text = format!(
            r#"{{"format_version":"1.2","resource_changes":[{{"address":"a_b.c","mode":"managed","type":"a_b","change":{{
            "actions":{actions},"before":{{"id":"1","size":1}},"after":{{"size":2}},"after_unknown":{{"id":true}},
            "after_sensitive":{{"size":true}},"replace_paths":[["size"],["l",0,"x"],["s",{{}},"y"]]}}}}]}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_change() {
        let plan = plan(r#"["delete","create"]"#);
        let change = &plan.change("a_b.c").unwrap().change;
        assert_eq!(change.action(), Some(Action::Replace));
        assert!(!change.after.get("id").unwrap().is_known());
        assert_eq!(change.before.get("size"), Some(&Value::from(1)));
        assert!(change.after_sensitive.is_sensitive(&AttributePath::parse("size").unwrap()));
        let paths: Vec<String> = change.replace_paths.iter().map(ToString::to_string).collect();
        assert_eq!(paths, ["size", "l[0].x", "s"]);
        assert!(!plan.is_empty() && plan.change("a_b.d").is_none());
    }

    #[test]
    fn words_of_terraform() {
        for (words, action) in [
            (r#"["no-op"]"#, Some(Action::NoOp)),
            (r#"["create"]"#, Some(Action::Create)),
            (r#"["read"]"#, Some(Action::Read)),
            (r#"["update"]"#, Some(Action::Update)),
            (r#"["create","delete"]"#, Some(Action::Replace)),
            (r#"["delete"]"#, Some(Action::Destroy)),
            (r#"["forget"]"#, Some(Action::Forget)),
            (r#"["ponder"]"#, None),
            ("[]", None),
        ] {
            let plan = plan(words);
            assert_eq!(plan.resource_changes[0].change.action(), action);
            assert_eq!(plan.is_empty(), action == Some(Action::NoOp), "{words}");
        }
    }
}
