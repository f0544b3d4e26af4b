//! A provider whose resource does what its name says.

use std::collections::BTreeMap;

use tf_sdk::data_source::{DataSource, ReadData};
use tf_sdk::prelude::*;
use tf_sdk::types::Json as JsonText;
use tf_sdk::{plan_modifier, validator};

use crate::ephemeral::Token;
use crate::function;
pub(crate) use crate::terraform::{Lab, begin, decoded, message, nothing, shown, thing_block, value};

#[derive(Model)]
pub(crate) struct Settings {
    #[attr(optional, env = "LAB_REGION", validate = validator::string::length_at_least(2))]
    region: Tf<Option<String>>,
    #[attr(optional, env = "LAB_RETRIES")]
    retries: Option<i64>,
    #[attr(optional, sensitive)]
    token: Option<String>,
}

#[derive(Model)]
pub(crate) struct ModuleMeta {
    #[attr(optional)]
    module: Option<String>,
}

/// A thing.
#[derive(Model, Clone, Debug, PartialEq)]
pub(crate) struct Thing {
    #[attr(computed, plan = plan_modifier::use_state_for_unknown())]
    pub(crate) id: Tf<String>,
    #[attr(required, plan = plan_modifier::requires_replace())]
    pub(crate) name: String,
    #[attr(optional, computed, default = 10)]
    pub(crate) size: i64,
    #[attr(optional, validate = validator::string::one_of(["a", "b", "c"]))]
    pub(crate) note: Option<String>,
    #[attr(optional, deprecated = "Use note.")]
    pub(crate) old: Option<String>,
    #[attr(optional)]
    pub(crate) text: Option<JsonText>,
    #[attr(optional, sensitive)]
    pub(crate) secret: Option<String>,
    #[attr(optional, write_only)]
    pub(crate) password: Option<String>,
    #[attr(computed)]
    pub(crate) revision: Tf<i64>,
    #[attr(optional)]
    pub(crate) number: Option<Number>,
    #[attr(optional)]
    pub(crate) ports: Option<Set<i64>>,
    #[attr(optional)]
    pub(crate) any: Option<Value>,
    #[attr(optional, nested)]
    pub(crate) disks: Option<Set<Disk>>,
    #[attr(optional, nested)]
    pub(crate) lanes: Option<Vec<Disk>>,
    #[attr(optional, nested)]
    pub(crate) hosts: Option<BTreeMap<String, Disk>>,
    #[attr(optional, nested)]
    pub(crate) net: Option<Disk>,
    #[block(max = 2)]
    pub(crate) rule: Vec<Rule>,
    #[block]
    pub(crate) owner: Option<Owner>,
}

#[derive(Model, Clone, Debug, PartialEq)]
pub(crate) struct Disk {
    #[attr(required, validate = validator::string::length_at_least(1))]
    pub(crate) label: String,
    #[attr(optional, computed, default = 1)]
    pub(crate) size: i64,
    #[attr(computed, plan = plan_modifier::use_state_for_unknown())]
    pub(crate) serial: Tf<String>,
}

#[derive(Model, Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    #[attr(required, plan = plan_modifier::requires_replace())]
    pub(crate) port: i64,
    #[attr(optional, computed, default = "tcp", validate = validator::string::one_of(["tcp", "udp"]))]
    pub(crate) protocol: String,
    #[block]
    pub(crate) cidr: Set<Cidr>,
}

#[derive(Model, Clone, Debug, PartialEq)]
pub(crate) struct Cidr {
    #[attr(required)]
    pub(crate) range: String,
}

#[derive(Model, Clone, Debug, PartialEq)]
pub(crate) struct Owner {
    #[attr(optional)]
    pub(crate) name: Option<String>,
}

pub(crate) struct LabProvider;

impl Provider for LabProvider {
    type Config = Settings;
    type Client = String;
    type Meta = ModuleMeta;
    const NAME: &'static str = "lab";
    const VERSION: &'static str = "1.2.3";

    fn components(&self, components: &mut Components<Self>) {
        components.resource(ThingResource).resource(Bare).data_source(Lookup).ephemeral_resource(Token);
        components.function(function::Sum).function(function::Echo).function(function::Broken);
    }

    async fn configure(&self, cx: &mut Configure, config: Settings) -> Result<String> {
        let Some(region) = config.region.into_known() else {
            return Err(Diagnostic::error("Unknown region", "").at(Path::new().attr("region")).into());
        };
        if region.as_deref() == Some("panic") {
            panic!("in configure");
        }
        cx.diagnostics.push(Diagnostic::warning("Configured", cx.terraform_version.clone()));
        let token = config.token.unwrap_or_default();
        Ok(format!("{} {} {token}", region.unwrap_or_default(), config.retries.unwrap_or(3)))
    }
}

/// Does what the name says.
pub(crate) struct ThingResource;

fn completed(thing: Thing) -> Thing {
    let serial = |disk: Disk| Disk { serial: format!("sn-{}", disk.label).into(), ..disk };
    Thing {
        id: format!("id-{}", thing.name).into(),
        revision: thing.revision.into_known().map_or(1, |r| r + 1).into(),
        disks: thing.disks.map(|disks| disks.into_iter().map(serial).collect()),
        lanes: thing.lanes.map(|lanes| lanes.into_iter().map(serial).collect()),
        hosts: thing.hosts.map(|hosts| hosts.into_iter().map(|(k, v)| (k, serial(v))).collect()),
        net: thing.net.map(serial),
        ..thing
    }
}

impl Resource for ThingResource {
    type Provider = LabProvider;
    type Model = Thing;
    const NAME: &'static str = "thing";

    async fn validate(&self, cx: &mut Validate<Thing>) -> Result<()> {
        match cx.config.get::<Option<String>>("name").ok().flatten().as_deref() {
            Some("panic-validate") => panic!("in validate"),
            Some("bad-list") => {
                let at = Path::new().attr("lanes").index(1);
                Err(Diagnostic::error("Bad list element", "").at(at).into())
            }
            _ => Ok(()),
        }
    }

    async fn plan(&self, cx: &mut Plan<Self>) -> Result<()> {
        let object = if cx.change == Change::Destroy { &cx.state } else { &cx.planned };
        let name: String = object.get::<Tf<String>>("name")?.into_known().unwrap_or_default();
        match (name.as_str(), cx.change) {
            ("panic-plan", _) => panic!("in plan"),
            (_, Change::Destroy) => cx.warn("Destruction", "Think twice."),
            ("plan-size", _) => cx.set("size", 99)?,
            ("plan-note", _) => cx.set("note", "c".to_owned())?,
            ("plan-secret", _) => cx.set("secret", "canary-2".to_owned())?,
            ("plan-model", _) => {
                let config = cx.config.model()?;
                cx.warn("Model", format!("{} {}", config.id.is_unknown(), config.size));
            }
            ("plan-error", _) => return Err(Diagnostic::error("No plan", "").into()),
            ("plan-private", _) => cx.private.set("planned", true)?,
            ("replace-size", _) => cx.require_replace("size"),
            ("plan-password", _) => cx.set("password", "canary-3".to_owned())?,
            ("plan-type", _) => cx.set("size", "ten".to_owned())?,
            ("drop-lanes", _) => cx.set("lanes", None::<Vec<Disk>>)?,
            _ => {}
        }
        if let Some(module) = cx.meta().model().ok().and_then(|meta: ModuleMeta| meta.module) {
            cx.warn("Module", module);
        }
        Ok(())
    }

    async fn create(&self, cx: &mut Create<Self>, planned: Thing) -> Result<Thing> {
        cx.private.set("created", planned.name.as_str())?;
        let password = cx.config.get::<Option<String>>("password")?;
        let name = planned.name.clone();
        let made = completed(planned);
        match name.as_str() {
            "fail" => return Err(Diagnostic::error("API says no", "").into()),
            "half" => {
                cx.save(&Thing { revision: Tf::unknown(), ..made })?;
                return Err(Diagnostic::error("Half created", "").into());
            }
            "panic-create" => panic!("in create"),
            "panic-half" => {
                cx.save(&made)?;
                panic!("after saving");
            }
            "slow" => {
                cx.stopping().await;
                return Err(Diagnostic::error("Interrupted", "").into());
            }
            "told" => cx.tell(Diagnostic::error("Created, but", "")),
            "warn" => cx.warn("Created with caveats", ""),
            _ => {}
        }
        Ok(match name.as_str() {
            "unknown" => Thing { id: Tf::unknown(), ..made },
            "other-note" => Thing { note: Some("b".into()), ..made },
            "other-secret" => Thing { secret: Some("canary-2".into()), ..made },
            "lost-lane" => Thing { lanes: Some(Vec::new()), ..made },
            "more-ports" => Thing { ports: Some([1, 2, 3].into_iter().collect()), ..made },
            "other-disk" => {
                let disk = Disk { label: "other".into(), size: 1, serial: "x".to_owned().into() };
                Thing { disks: Some([disk].into_iter().collect()), ..made }
            }
            "normalised" => Thing { text: Some(JsonText::parse(r#"{ "a" : 1 }"#).unwrap()), ..made },
            "leak" => Thing { password, ..made },
            _ => made,
        })
    }

    async fn read(&self, cx: &mut Read<Self>, state: Thing) -> Result<Option<Thing>> {
        Ok(match state.name.as_str() {
            "gone" => None,
            "panic-read" => panic!("in read"),
            "fail-read" => return Err(Diagnostic::error("API says no", "").into()),
            "unknown-read" => Some(Thing { revision: Tf::unknown(), ..state }),
            "drifted" => Some(Thing { size: 77, ..state }),
            "normalised" => Some(Thing { text: Some(JsonText::parse(r#"{ "a" : 1 }"#).unwrap()), ..state }),
            "private" => {
                cx.private.set("read", 1)?;
                Some(state)
            }
            "id-lost" => Some(Thing { id: format!("was-{}", state.id.is_unknown()).into(), ..state }),
            _ => Some(state),
        })
    }

    async fn update(&self, cx: &mut Update<Self>, prior: Thing, planned: Thing) -> Result<Thing> {
        let made = Thing { revision: (prior.revision.into_known().unwrap_or(0) + 1).into(), ..planned };
        match made.note.as_deref() {
            Some("a") => Err(Diagnostic::error("Update refused", "").into()),
            Some("b") => {
                cx.save(&made)?;
                Err(Diagnostic::error("Half updated", "").into())
            }
            Some("c") => panic!("in update"),
            _ => Ok(completed(made)),
        }
    }

    async fn delete(&self, _: &mut Delete<Self>, state: Thing) -> Result<()> {
        match state.name.as_str() {
            "protected" => Err(Diagnostic::error("Cannot delete", "object is protected").into()),
            "panic-delete" => panic!("in delete"),
            _ => Ok(()),
        }
    }

    async fn import(&self, cx: &mut Import<Self>, id: &str) -> Result<Option<Thing>> {
        let Some(name) = id.strip_prefix("id-") else {
            return Err(Diagnostic::error("Unexpected Import Identifier", "").into());
        };
        if name == "gone" {
            return Ok(None);
        }
        cx.private.set("imported", true)?;
        let mut thing = completed(blank(name));
        if name == "unknown" {
            thing.revision = Tf::unknown();
        }
        Ok(Some(thing))
    }

    async fn move_from(&self, cx: &mut MoveFrom<Self>) -> Result<Option<Thing>> {
        #[derive(Cty)]
        struct Old {
            title: String,
        }
        if cx.source_type != "lab_old" {
            return Ok(None);
        }
        let old: Old = cx.source()?;
        Ok(Some(completed(blank(&old.title))))
    }
}

/// A thing of which nothing is set but the name.
pub(crate) fn blank(name: &str) -> Thing {
    Thing {
        id: Tf::unknown(),
        name: name.into(),
        size: 10,
        note: None,
        old: None,
        text: None,
        secret: None,
        password: None,
        revision: Tf::unknown(),
        number: None,
        ports: None,
        any: None,
        disks: None,
        lanes: None,
        hosts: None,
        net: None,
        rule: Vec::new(),
        owner: None,
    }
}

/// Schema version 2; version 1 called its name a title.
#[derive(Model, Debug)]
#[model(version = 2, deprecated = "Use lab_thing.")]
pub(crate) struct BareModel {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(required)]
    name: String,
}

pub(crate) struct Bare;

impl Resource for Bare {
    type Provider = LabProvider;
    type Model = BareModel;
    const NAME: &'static str = "bare";

    async fn create(&self, _: &mut Create<Self>, planned: BareModel) -> Result<BareModel> {
        Ok(BareModel { id: "1".to_owned().into(), ..planned })
    }

    async fn read(&self, _: &mut Read<Self>, state: BareModel) -> Result<Option<BareModel>> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &mut Delete<Self>, _: BareModel) -> Result<()> {
        Ok(())
    }

    async fn upgrade(&self, cx: &mut Upgrade<Self>) -> Result<BareModel> {
        #[derive(Cty)]
        struct One {
            id: String,
            title: String,
        }
        match cx.version {
            1 => {
                let One { id, title } = cx.prior()?;
                Ok(BareModel { id: id.into(), name: title })
            }
            version => Err(Diagnostic::error("Too old", format!("version {version}")).into()),
        }
    }
}

#[derive(Model)]
pub(crate) struct LookupModel {
    #[attr(required)]
    key: String,
    #[attr(optional, computed, default = "de")]
    language: String,
    #[attr(computed)]
    found: Tf<bool>,
    #[attr(computed)]
    value: Tf<Option<String>>,
}

pub(crate) struct Lookup;

impl DataSource for Lookup {
    type Provider = LabProvider;
    type Model = LookupModel;
    const NAME: &'static str = "lookup";

    async fn read(&self, cx: &mut ReadData<Self>, config: LookupModel) -> Result<LookupModel> {
        match config.key.as_str() {
            "fail" => Err(Diagnostic::error("Lookup failed", "").at(Path::new().attr("key")).into()),
            "unknown" => Ok(config),
            "panic" => panic!("in a data source"),
            _ => {
                let value = Some(format!("{} {}", cx.client(), config.language));
                Ok(LookupModel { found: true.into(), value: value.into(), ..config })
            }
        }
    }
}
