//! The calls of Terraform, and answers in a form to compare.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use tf_cty::msgpack;
use tf_plugin::terraform::Guard;
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::attribute_path::step::Selector;
use tf_plugin_proto::tfplugin6::provider_server::Provider as _;
use tf_sdk::schema::Block;
use tf_sdk::{Cty, Model, Server, Type, Value};
use tonic::Request;

use crate::lab::{LabProvider, ModuleMeta, Settings, Thing};
use crate::propose;

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
