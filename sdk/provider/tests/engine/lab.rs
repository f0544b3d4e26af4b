//! A provider whose resource does what its name says, and the calls of Terraform.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use tf_cty::msgpack;
use tf_plugin::terraform::Guard;
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::attribute_path::step::Selector;
use tf_plugin_proto::tfplugin6::provider_server::Provider as _;
use tf_sdk::data_source::{DataSource, ReadData};
use tf_sdk::prelude::*;
use tf_sdk::schema::Block;
use tf_sdk::types::Json as JsonText;
use tf_sdk::{Server, Type, plan_modifier, validator};
use tonic::Request;

use crate::ephemeral::Token;
use crate::function;
use crate::propose;

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

/// A provider and the calls of Terraform.
pub(crate) struct Lab(pub(crate) Guard<Server>);

/// An answer in a form to compare.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) state: Option<Value>,
    pub(crate) private: Vec<u8>,
    pub(crate) replace: Vec<String>,
    pub(crate) diagnostics: Vec<String>,
}

impl Lab {
    /// Not configured.
    pub(crate) fn new() -> Self {
        Self(Guard::new(Server::builder(LabProvider).environment(|_| None).build()))
    }

    pub(crate) async fn configured() -> Self {
        let lab = Self::new();
        let told = lab.configure(&json!({ "region": "eu" })).await;
        assert_eq!(told, ["warning: Configured (1.11.4)"]);
        lab
    }

    pub(crate) async fn configure(&self, config: &Json) -> Vec<String> {
        let ty = Settings::cty_type();
        let request = proto::configure_provider::Request {
            terraform_version: "1.11.4".into(),
            config: Some(message(&value(&ty, config), &ty)),
            ..Default::default()
        };
        let answer = self.0.configure_provider(Request::new(request)).await.unwrap().into_inner();
        shown(&answer.diagnostics)
    }

    pub(crate) async fn validate(&self, config: &Json) -> Vec<String> {
        let ty = Thing::cty_type();
        let request = proto::validate_resource_config::Request {
            type_name: "lab_thing".into(),
            config: Some(message(&value(&ty, config), &ty)),
            client_capabilities: Some(proto::ClientCapabilities {
                write_only_attributes_allowed: true,
                ..Default::default()
            }),
        };
        let answer = self.0.validate_resource_config(Request::new(request)).await.unwrap().into_inner();
        shown(&answer.diagnostics)
    }

    /// A plan from a state and a configuration; the state null for a creation, the configuration null for a destruction.
    pub(crate) async fn plan(&self, prior: &Value, config: &Json) -> Answer {
        self.plan_with(prior, config, b"", &Json::Null).await
    }

    pub(crate) async fn plan_with(
        &self,
        prior: &Value,
        config: &Json,
        private: &[u8],
        meta: &Json,
    ) -> Answer {
        let ty = Thing::cty_type();
        let config = value(&ty, config);
        let proposed = propose::object(&thing_block(), prior, &config);
        let meta_type = ModuleMeta::cty_type();
        let request = proto::plan_resource_change::Request {
            type_name: "lab_thing".into(),
            prior_state: Some(message(prior, &ty)),
            proposed_new_state: Some(message(&proposed, &ty)),
            config: Some(message(&config, &ty)),
            prior_private: private.to_vec().into(),
            provider_meta: (!meta.is_null()).then(|| message(&value(&meta_type, meta), &meta_type)),
            ..Default::default()
        };
        let answer = self.0.plan_resource_change(Request::new(request)).await.unwrap().into_inner();
        Answer {
            state: decoded(answer.planned_state.as_ref(), &ty),
            private: answer.planned_private.to_vec(),
            replace: answer.requires_replace.iter().map(path).collect(),
            diagnostics: shown(&answer.diagnostics),
        }
    }

    /// An apply of a plan.
    pub(crate) async fn apply(
        &self,
        prior: &Value,
        planned: &Value,
        config: &Json,
        private: &[u8],
    ) -> Answer {
        let ty = Thing::cty_type();
        let request = proto::apply_resource_change::Request {
            type_name: "lab_thing".into(),
            prior_state: Some(message(prior, &ty)),
            planned_state: Some(message(planned, &ty)),
            config: Some(message(&value(&ty, config), &ty)),
            planned_private: private.to_vec().into(),
            ..Default::default()
        };
        let answer = self.0.apply_resource_change(Request::new(request)).await.unwrap().into_inner();
        Answer {
            state: decoded(answer.new_state.as_ref(), &ty),
            private: answer.private.to_vec(),
            replace: Vec::new(),
            diagnostics: shown(&answer.diagnostics),
        }
    }

    /// A plan and its apply.
    pub(crate) async fn change(&self, prior: &Value, config: &Json) -> Answer {
        let plan = self.plan(prior, config).await;
        assert!(!plan.diagnostics.iter().any(|d| d.starts_with("error")), "{:?}", plan.diagnostics);
        self.apply(prior, &plan.state.unwrap(), config, &plan.private).await
    }

    /// A thing created from a configuration.
    pub(crate) async fn created(&self, config: &Json) -> Value {
        let answer = self.change(&nothing(), config).await;
        assert_eq!(answer.diagnostics, Vec::<String>::new());
        answer.state.unwrap()
    }

    pub(crate) async fn read(&self, state: &Value, private: &[u8]) -> Answer {
        let ty = Thing::cty_type();
        let request = proto::read_resource::Request {
            type_name: "lab_thing".into(),
            current_state: Some(message(state, &ty)),
            private: private.to_vec().into(),
            ..Default::default()
        };
        let answer = self.0.read_resource(Request::new(request)).await.unwrap().into_inner();
        Answer {
            state: decoded(answer.new_state.as_ref(), &ty),
            private: answer.private.to_vec(),
            replace: Vec::new(),
            diagnostics: shown(&answer.diagnostics),
        }
    }
}

pub(crate) fn thing_block() -> Arc<Block> {
    Thing::block()
}

/// No thing.
pub(crate) fn nothing() -> Value {
    Value::null(Thing::cty_type())
}

/// A value of a type from JSON. Attributes that are not there are null, blocks empty; `"?"` is unknown.
pub(crate) fn value(ty: &Type, json: &Json) -> Value {
    match (ty, json) {
        (_, Json::String(text)) if text == "?" => Value::unknown(ty.clone()),
        (_, Json::Null) => Value::null(ty.clone()),
        (Type::Object(object), Json::Object(members)) => {
            assert!(members.keys().all(|k| object.get(k).is_some()), "no such attribute in {json}");
            let block = |name: &str| matches!(name, "rule" | "cidr");
            let one = |a: &tf_cty::Attribute| {
                let name = a.name().clone();
                let empty = if block(&name) { json!([]) } else { Json::Null };
                let value = value(a.ty(), members.get(&*name).unwrap_or(&empty));
                (name, value)
            };
            Value::object(object.attributes().iter().map(one))
        }
        (Type::List(e), Json::Array(list)) => {
            Value::list_of((**e).clone(), list.iter().map(|j| value(e, j)).collect()).unwrap()
        }
        (Type::Set(e), Json::Array(list)) => {
            Value::set_of((**e).clone(), list.iter().map(|j| value(e, j)).collect()).unwrap()
        }
        (Type::Map(e), Json::Object(map)) => {
            Value::map_of((**e).clone(), map.iter().map(|(k, j)| (k, value(e, j))).collect()).unwrap()
        }
        (Type::Dynamic, json) => tf_cty::json::decode_simple(json.to_string().as_bytes()).unwrap(),
        (ty, json) => tf_cty::json::decode(json.to_string().as_bytes(), ty).unwrap(),
    }
}

pub(crate) fn message(value: &Value, ty: &Type) -> proto::DynamicValue {
    proto::DynamicValue { msgpack: msgpack::encode(value, ty).unwrap().into(), ..Default::default() }
}

pub(crate) fn decoded(message: Option<&proto::DynamicValue>, ty: &Type) -> Option<Value> {
    message.map(|message| msgpack::decode(&message.msgpack, ty).unwrap())
}

/// `severity: summary (detail) at path`; details of several lines are cut after the first.
pub(crate) fn shown(diagnostics: &[proto::Diagnostic]) -> Vec<String> {
    let one = |d: &proto::Diagnostic| {
        let severity = if d.severity == 1 { "error" } else { "warning" };
        let detail = d.detail.lines().next().unwrap_or_default();
        let detail = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
        let at = d.attribute.as_ref().map(|p| format!(" at {}", path(p))).unwrap_or_default();
        format!("{severity}: {}{detail}{at}", d.summary)
    };
    diagnostics.iter().map(one).collect()
}

pub(crate) fn path(path: &proto::AttributePath) -> String {
    let mut text = String::new();
    for step in &path.steps {
        match step.selector.as_ref().unwrap() {
            Selector::AttributeName(name) if text.is_empty() => text.push_str(name),
            Selector::AttributeName(name) => text.push_str(&format!(".{name}")),
            Selector::ElementKeyString(key) => text.push_str(&format!("[{key:?}]")),
            Selector::ElementKeyInt(key) => text.push_str(&format!("[{key}]")),
        }
    }
    text
}

/// The diagnostics have these beginnings, in this order.
#[track_caller]
pub(crate) fn begin(got: &[String], want: &[&str]) {
    let ok = got.len() == want.len() && got.iter().zip(want).all(|(got, want)| got.starts_with(want));
    assert!(ok, "got {got:#?}\nwant {want:#?}");
}
