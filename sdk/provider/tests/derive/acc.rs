//! Every model of the acceptance provider, said with the derives, and its schema as `terraform providers schema -json` prints it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use tf_sdk::model::Set;
use tf_sdk::schema::{AttributeKind, Block, BlockNesting, Nesting, Presence, TextFormat};
use tf_sdk::{Model, Number, Object, Tf, Value, plan_modifier, validator};

#[derive(Model)]
struct ProviderConfig {
    /// Directory that backs the fake remote API.
    #[attr(optional, env = "ACC_ROOT")]
    root: Tf<Option<String>>,
    #[attr(optional, sensitive)]
    token: Option<String>,
}

#[derive(Model)]
struct ProviderMeta {
    #[attr(optional)]
    module_name: Option<String>,
}

/// An **item** in the fake API.
#[derive(Model)]
#[model(markdown)]
struct Item {
    #[attr(computed, plan = plan_modifier::use_state_for_unknown())]
    id: Tf<String>,
    /// Name; change forces replacement.
    #[attr(required, plan = plan_modifier::requires_replace())]
    name: String,
    #[attr(optional, computed, default = 10)]
    size: i64,
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

#[derive(Model)]
#[model(deprecated = "Use acc_item instead.")]
struct Legacy {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(required)]
    title: String,
}

#[derive(Model, PartialEq)]
struct Disk {
    #[attr(required)]
    name: String,
    #[attr(optional, computed, default = 1)]
    size: i64,
}

#[derive(Model)]
struct Network {
    #[attr(required)]
    cidr: String,
    #[attr(computed)]
    gateway: Tf<String>,
}

#[derive(Object)]
struct Shape {
    w: Number,
    h: Number,
}

#[derive(Model)]
struct Rule {
    #[attr(required)]
    port: i64,
    #[attr(optional, computed, default = "tcp", validate = validator::string::one_of(["tcp", "udp"]))]
    protocol: String,
    #[block]
    cidr: Set<Cidr>,
}

#[derive(Model, PartialEq)]
struct Cidr {
    #[attr(required)]
    range: String,
}

#[derive(Model)]
struct Meta {
    #[attr(optional)]
    owner: Option<String>,
}

#[derive(Model)]
struct NestedItem {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(optional, nested)]
    network: Option<Network>,
    #[attr(optional, nested)]
    disks: Option<Vec<Disk>>,
    #[attr(optional, nested)]
    labels: Option<Set<Disk>>,
    #[attr(optional, nested)]
    hosts: Option<BTreeMap<String, Disk>>,
    #[attr(optional)]
    num: Option<Number>,
    #[attr(optional)]
    i64: Option<i64>,
    #[attr(optional)]
    f64: Option<f64>,
    #[attr(optional)]
    text: Option<String>,
    #[attr(optional)]
    ports: Option<BTreeSet<i64>>,
    #[attr(optional)]
    matrix: Option<Vec<Vec<Number>>>,
    #[attr(optional)]
    shape: Option<Shape>,
    #[block]
    rule: Vec<Rule>,
    #[block]
    meta: Option<Meta>,
}

#[derive(Model)]
struct Dynamic {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(optional)]
    input: Value,
    #[attr(computed)]
    output: Value,
}

#[derive(Model)]
struct Faulty {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(required)]
    mode: String,
    #[attr(optional)]
    list: Option<Vec<String>>,
}

#[derive(Model)]
struct SlowTimeouts {
    #[attr(optional)]
    create: Option<String>,
}

#[derive(Model)]
struct Slow {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(required)]
    seconds: i64,
    #[block]
    timeouts: Option<SlowTimeouts>,
}

#[derive(Model)]
struct Versioned {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(required)]
    name: String,
}

#[derive(Model)]
#[model(version = 2)]
struct Versioned2 {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(required)]
    full_name: String,
}

#[derive(Model)]
struct Lookup {
    #[attr(required)]
    key: String,
    #[attr(computed)]
    found: Tf<bool>,
    #[attr(computed)]
    value: Tf<Option<String>>,
}

#[derive(Model)]
struct Token {
    #[attr(required)]
    name: String,
    #[attr(computed, sensitive)]
    token: Tf<String>,
}

/// A block as Terraform prints it.
fn block(block: &Block) -> Json {
    let mut shown = json!({});
    let attributes = block.attributes.iter().map(|a| {
        let mut shown = match &a.kind {
            AttributeKind::Plain { ty, .. } => {
                json!({ "type": serde_json::from_str::<Json>(&ty.to_json()).unwrap() })
            }
            AttributeKind::Nested { nesting, object } => {
                let mut nested = self::block(object);
                nested.as_object_mut().unwrap().remove("description_kind");
                let mode = match nesting {
                    Nesting::Single => "single",
                    Nesting::List => "list",
                    Nesting::Set => "set",
                    Nesting::Map => "map",
                };
                nested["nesting_mode"] = mode.into();
                json!({ "nested_type": nested })
            }
        };
        let flags = [
            ("required", a.presence == Presence::Required),
            ("optional", matches!(a.presence, Presence::Optional | Presence::OptionalComputed)),
            ("computed", a.presence.is_computed()),
            ("sensitive", a.sensitive),
            ("write_only", a.write_only),
            ("deprecated", a.deprecation.is_some()),
        ];
        flags.iter().filter(|(_, set)| *set).for_each(|(flag, _)| shown[*flag] = true.into());
        describe(&mut shown, &a.description);
        (a.name.clone(), shown)
    });
    shown["attributes"] = Json::Object(attributes.collect());
    let blocks: serde_json::Map<_, _> = block
        .blocks
        .iter()
        .map(|b| {
            let mode = match b.nesting {
                BlockNesting::Single => "single",
                BlockNesting::Group => "group",
                BlockNesting::List => "list",
                BlockNesting::Set => "set",
                BlockNesting::Map => "map",
            };
            (b.name.clone(), json!({ "nesting_mode": mode, "block": self::block(&b.block) }))
        })
        .collect();
    if !blocks.is_empty() {
        shown["block_types"] = Json::Object(blocks);
    }
    describe(&mut shown, &block.description);
    if block.deprecation.is_some() {
        shown["deprecated"] = true.into();
    }
    shown
}

fn describe(shown: &mut Json, description: &tf_sdk::schema::Description) {
    if !description.text.is_empty() {
        shown["description"] = description.text.clone().into();
    }
    shown["description_kind"] = match description.format {
        TextFormat::Plain => "plain",
        TextFormat::Markdown => "markdown",
    }
    .into();
}

#[test]
fn schemas_are_those_of_the_reference() {
    let all: Json = serde_json::from_str(include_str!("acc.json")).unwrap();
    let check = |kind: &str, name: &str, model: std::sync::Arc<Block>| {
        let want = if name.is_empty() { &all[kind] } else { &all[kind][name] };
        let got = block(&model);
        assert_eq!(got, want["block"], "{name}:\n{got:#}\n{:#}", want["block"]);
    };
    check("provider", "", ProviderConfig::block());
    check("resource_schemas", "acc_item", Item::block());
    check("resource_schemas", "acc_legacy", Legacy::block());
    check("resource_schemas", "acc_nested", NestedItem::block());
    check("resource_schemas", "acc_dynamic", Dynamic::block());
    check("resource_schemas", "acc_faulty", Faulty::block());
    check("resource_schemas", "acc_slow", Slow::block());
    check("resource_schemas", "acc_versioned", Versioned::block());
    check("data_source_schemas", "acc_lookup", Lookup::block());
    check("ephemeral_resource_schemas", "acc_token", Token::block());
    assert_eq!((Versioned::VERSION, Versioned2::VERSION), (0, 2));
    assert_eq!(ProviderMeta::block().attributes.len(), 1);
}
