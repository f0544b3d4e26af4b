//! `acc_item`: what most resources are like.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use tf_sdk::prelude::*;
use tf_sdk::{plan_modifier, validator};

use crate::store::Record;
use crate::{Acc, legacy};

/// An **item** in the fake API.
#[derive(Clone, Debug, PartialEq, Model)]
#[model(markdown)]
pub struct Item {
    #[attr(computed, plan = plan_modifier::use_state_for_unknown())]
    id: Tf<String>,
    /// Name; change forces replacement.
    #[attr(required, plan = plan_modifier::requires_replace())]
    name: String,
    #[attr(optional, computed, default = 10)]
    size: Tf<i64>,
    #[attr(optional, validate = validator::string::one_of(["red", "green", "blue"]))]
    color: Option<String>,
    #[attr(optional)]
    tags: Option<BTreeMap<String, String>>,
    #[attr(computed)]
    revision: Tf<i64>,
    #[attr(optional, sensitive)]
    secret: Option<String>,
    #[attr(optional, write_only)]
    password_wo: Option<String>,
    #[attr(optional)]
    password_wo_version: Option<i64>,
    #[attr(computed)]
    password_hash: Tf<String>,
    #[attr(optional, deprecated = "Use name instead.")]
    old_name: Option<String>,
}

pub(crate) struct ItemResource;

/// The first 16 hex digits of a password's digest.
fn hash(password: Option<&str>) -> String {
    let Some(password) = password else { return "none".into() };
    Sha256::digest(password).iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn id_of(name: &str) -> String {
    format!("item-{name}")
}

/// None for what the API calls empty.
fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

impl Item {
    /// What the API is told; the password's digest and the revision are not the plan's to say.
    fn record(&self, revision: i64, password_hash: &str) -> Record {
        Record {
            name: self.name.clone(),
            size: self.size.known().copied().unwrap_or_default(),
            rev: revision,
            pw_hash: password_hash.into(),
            color: self.color.clone().unwrap_or_default(),
            secret: self.secret.clone().unwrap_or_default(),
            tags: self.tags.clone(),
        }
    }

    /// The item that the API has, with what only the state knows taken from there.
    fn from_record(id: &str, record: Record, state: Option<Self>) -> Self {
        let had_tags = state.as_ref().is_some_and(|state| state.tags.is_some());
        let tags = record.tags.filter(|tags| !tags.is_empty());
        Self {
            id: id.to_owned().into(),
            name: record.name,
            size: record.size.into(),
            color: filled(record.color),
            tags: tags.or_else(|| had_tags.then(BTreeMap::new)),
            revision: record.rev.into(),
            secret: filled(record.secret).or_else(|| state.as_ref().and_then(|state| state.secret.clone())),
            password_wo: None,
            password_wo_version: state.as_ref().and_then(|state| state.password_wo_version),
            password_hash: record.pw_hash.into(),
            old_name: state.and_then(|state| state.old_name),
        }
    }
}

/// `secret` and `password_wo` do not go together.
struct SecretOrPassword;

impl validator::ConfigValidator for SecretOrPassword {
    fn description(&self) -> String {
        "secret and password_wo cannot both be set".into()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        let set = |name: &str| config.get(name).is_some_and(|value| value.is_known() && !value.is_null());
        if set("secret") && set("password_wo") {
            let detail = "Set secret or password_wo, not both.";
            let error = Diagnostic::error("Invalid Attribute Combination", detail);
            diagnostics.push(error.at(Path::new().attr("secret")));
        }
    }
}

impl Resource for ItemResource {
    type Provider = Acc;
    type Model = Item;

    const NAME: &'static str = "item";

    fn config_validators(&self) -> Vec<Box<dyn validator::ConfigValidator>> {
        vec![Box::new(SecretOrPassword)]
    }

    async fn plan(&self, cx: &mut Plan<Self>) -> Result<()> {
        match cx.change {
            Change::Create => Ok(()),
            Change::Destroy => {
                cx.warn("Resource Destruction Considerations", "The item is removed from the fake API.");
                Ok(())
            }
            Change::Update => plan_update(cx),
        }
    }

    async fn create(&self, cx: &mut Create<Self>, planned: Item) -> Result<Item> {
        tracing::info!(name = planned.name, "creating acc_item");
        let id = id_of(&planned.name);
        let password: Option<String> = cx.config.get("password_wo")?;
        let password_hash = hash(password.as_deref());
        cx.client().put(&id, &planned.record(1, &password_hash))?;
        if let Some(module) = module_name(cx)? {
            cx.client().event(&format!("meta {module}"))?;
        }
        cx.private.set("created", true)?;
        Ok(Item { id: id.into(), revision: 1.into(), password_hash: password_hash.into(), ..planned })
    }

    async fn read(&self, cx: &mut Read<Self>, state: Item) -> Result<Option<Item>> {
        let Tf::Known(id) = state.id.clone() else { return Ok(None) };
        Ok(cx.client().get(&id)?.map(|record| Item::from_record(&id, record, Some(state))))
    }

    async fn update(&self, cx: &mut Update<Self>, prior: Item, planned: Item) -> Result<Item> {
        let id = id_of(&prior.name);
        let revision = prior.revision.known().copied().unwrap_or_default() + 1;
        let password_hash = match planned.password_hash.known() {
            Some(kept) => kept.clone(),
            None => hash(cx.config.get::<Option<String>>("password_wo")?.as_deref()),
        };
        cx.client().put(&id, &planned.record(revision, &password_hash))?;
        Ok(Item { id: id.into(), revision: revision.into(), password_hash: password_hash.into(), ..planned })
    }

    async fn delete(&self, cx: &mut Delete<Self>, state: Item) -> Result<()> {
        Ok(cx.client().remove(&id_of(&state.name))?)
    }

    async fn import(&self, cx: &mut Import<Self>, id: &str) -> Result<Option<Item>> {
        if !id.starts_with("item-") {
            let detail = format!("The id of an item begins with item-, but {id:?} does not.");
            return Err(Diagnostic::error("Unexpected Import Identifier", detail).into());
        }
        Ok(cx.client().get(id)?.map(|record| Item::from_record(id, record, None)))
    }

    async fn move_from(&self, cx: &mut MoveFrom<Self>) -> Result<Option<Item>> {
        if cx.source_type != "acc_legacy" {
            return Ok(None);
        }
        let legacy: legacy::Legacy = cx.source()?;
        Ok(Some(Item {
            id: id_of(&legacy.title).into(),
            name: legacy.title,
            size: 10.into(),
            color: None,
            tags: None,
            revision: 1.into(),
            secret: None,
            password_wo: None,
            password_wo_version: None,
            password_hash: "none".to_owned().into(),
            old_name: None,
        }))
    }
}

/// The revision counts changes; the digest changes with the password's version; a smaller size takes a new item.
fn plan_update(cx: &mut Plan<ItemResource>) -> Result<()> {
    let changed = ["size", "color", "tags", "secret", "password_wo_version", "old_name", "name"]
        .iter()
        .any(|name| cx.planned.value().get(name) != cx.state.value().get(name));
    if changed {
        cx.set_unknown("revision")?;
    } else {
        cx.set("revision", cx.state.get::<Tf<i64>>("revision")?)?;
    }
    let version = |data: &Data<Item>| data.get::<Tf<Option<i64>>>("password_wo_version");
    if version(&cx.planned)? == version(&cx.state)? {
        cx.set("password_hash", cx.state.get::<Tf<String>>("password_hash")?)?;
    } else {
        cx.set_unknown("password_hash")?;
    }
    let size = |data: &Data<Item>| data.get::<Tf<i64>>("size").map(Tf::into_known);
    if size(&cx.planned)?.zip(size(&cx.state)?).is_some_and(|(planned, prior)| planned < prior) {
        cx.require_replace("size");
    }
    Ok(())
}

fn module_name(cx: &Create<ItemResource>) -> Result<Option<String>> {
    if cx.meta().is_null() { Ok(None) } else { Ok(cx.meta().get("module_name")?) }
}
