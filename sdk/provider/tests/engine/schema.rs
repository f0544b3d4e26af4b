//! Schemas on the wire, and schemas that Terraform would refuse.

use std::sync::Arc;

use tf_plugin_proto::tfplugin6::provider_server::Provider as _;
use tf_plugin_proto::tfplugin6::schema::{nested_block, object};
use tf_plugin_proto::{tfplugin5, tfplugin6 as proto};
use tf_sdk::prelude::*;
use tf_sdk::schema::{Attribute, AttributeKind, Block, BlockNesting, NestedBlock, Nesting, Presence};
use tf_sdk::{Server, Type, model, plan_modifier, schema_is_valid, schema_is_valid_in_v5};
use tonic::Request;

use crate::lab::{Lab, LabProvider};

#[tokio::test]
async fn on_the_wire() {
    let lab = Lab::new();
    let answer = lab.0.get_provider_schema(Request::new(Default::default())).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics, []);
    let can = answer.server_capabilities.unwrap();
    assert!(can.plan_destroy && can.get_provider_schema_optional && can.move_resource_state);
    assert!(!can.generate_resource_config);
    let mut names: Vec<&String> = answer.resource_schemas.keys().collect();
    names.sort();
    assert_eq!(names, ["lab_bare", "lab_thing"]);
    let bare = &answer.resource_schemas["lab_bare"];
    let block = bare.block.as_ref().unwrap();
    assert_eq!(
        (bare.version, block.deprecated, block.deprecation_message.as_str()),
        (2, true, "Use lab_thing.")
    );
    let thing = answer.resource_schemas["lab_thing"].block.as_ref().unwrap();
    assert_eq!(thing.description, "A thing.");
    let attribute = |name: &str| thing.attributes.iter().find(|a| a.name == name).unwrap();
    let flags = |name: &str| {
        let a = attribute(name);
        (a.required, a.optional, a.computed, a.sensitive, a.write_only, a.deprecated)
    };
    assert_eq!(flags("name"), (true, false, false, false, false, false));
    assert_eq!(flags("size"), (false, true, true, false, false, false));
    assert_eq!(flags("id"), (false, false, true, false, false, false));
    assert_eq!(flags("secret"), (false, true, false, true, false, false));
    assert_eq!(flags("password"), (false, true, false, false, true, false));
    assert_eq!(flags("old"), (false, true, false, false, false, true));
    assert_eq!(&attribute("ports").r#type[..], br#"["set","number"]"#);
    let disks = attribute("disks");
    assert!(disks.r#type.is_empty(), "a type or a nested type, never both");
    assert_eq!(disks.nested_type.as_ref().unwrap().nesting(), object::NestingMode::Set);
    let rule = &thing.block_types[0];
    assert_eq!((rule.nesting(), rule.min_items, rule.max_items), (nested_block::NestingMode::List, 0, 2));
    assert!(answer.provider_meta.is_some());
    let sum = &answer.functions["sum"];
    assert_eq!((sum.summary.as_str(), sum.deprecation_message.as_str()), ("Adds.", "Add yourself."));
    assert_eq!(sum.parameters[0].description, "What they begin with.");
    assert_eq!(&sum.variadic_parameter.as_ref().unwrap().r#type[..], b"\"number\"");
    let echo = &answer.functions["echo"].parameters[0];
    assert!(echo.allow_null_value && echo.allow_unknown_values);
    let metadata = lab.0.get_metadata(Request::new(Default::default())).await.unwrap().into_inner();
    assert_eq!(metadata.resources.len(), 2);
    assert_eq!(
        metadata.functions.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(),
        ["broken", "echo", "sum"]
    );
    let identities = lab.0.get_resource_identity_schemas(Request::new(Default::default())).await.unwrap();
    assert!(identities.into_inner().identity_schemas.is_empty());
    let unserved = lab.0.generate_resource_config(Request::new(Default::default())).await.unwrap_err();
    assert_eq!(unserved.code(), tonic::Code::Unimplemented);
}

#[tokio::test]
async fn version_5_refuses_nested_attributes_by_name() {
    use tfplugin5::provider_server::Provider as _;
    let server = Server::new(LabProvider);
    let answer = server.get_schema(Request::new(Default::default())).await.unwrap().into_inner();
    let details: Vec<&str> = answer.diagnostics.iter().map(|d| d.detail.lines().next().unwrap()).collect();
    let nested = |name: &str| {
        format!("resource lab_thing {name}: version 5 of the protocol has no nested attributes.")
    };
    assert_eq!(details, ["disks", "lanes", "hosts", "net"].map(nested));
    assert_eq!(schema_is_valid_in_v5(LabProvider).unwrap_err().len(), 4);
    assert_eq!(schema_is_valid(LabProvider), Ok(()));
}

#[tokio::test]
async fn version_5_answers_as_version_6() {
    use tfplugin5::provider_server::Provider as _;
    let server = Server::new(Sick { block: Block::default() });
    let answer = server.get_schema(Request::new(Default::default())).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics, []);
    assert_eq!(answer.resource_schemas.keys().collect::<Vec<_>>(), ["sick_thing"]);
    let config =
        Some(proto::DynamicValue { msgpack: bytes::Bytes::from_static(b"\x80"), ..Default::default() });
    let request = tfplugin5::prepare_provider_config::Request { config: config.clone() };
    let prepared = server.prepare_provider_config(Request::new(request)).await.unwrap().into_inner();
    assert_eq!((prepared.diagnostics, prepared.prepared_config), (vec![], config.clone()));
    let request = tfplugin5::configure::Request { config, ..Default::default() };
    let configured = server.configure(Request::new(request)).await.unwrap().into_inner();
    assert_eq!(configured.diagnostics, []);
}

thread_local! {
    /// The block that the thing of the sick provider has in this test.
    static BLOCK: std::cell::RefCell<Block> = std::cell::RefCell::default();
}

/// A provider whose resource and data source have the block that a test puts in.
struct Sick {
    block: Block,
}

struct AnyModel;

impl Cty for AnyModel {
    fn cty_type() -> Type {
        BLOCK.with_borrow(Block::object_type)
    }

    fn to_cty(&self) -> Result<Value, tf_cty::ToCtyError> {
        Ok(Value::null(Self::cty_type()))
    }

    fn from_cty(_: &Value) -> Result<Self, tf_cty::FromCtyError> {
        Ok(Self)
    }
}

impl Model for AnyModel {
    fn block() -> Arc<Block> {
        BLOCK.with_borrow(|block| Arc::new(block.clone()))
    }
}

impl Provider for Sick {
    type Config = Empty;
    type Client = ();
    type Meta = Empty;
    const NAME: &'static str = "sick";
    const VERSION: &'static str = "0";

    fn components(&self, components: &mut Components<Self>) {
        BLOCK.set(self.block.clone());
        components.resource(SickThing);
    }

    async fn configure(&self, _: &mut Configure, _: Empty) -> Result<()> {
        Ok(())
    }
}

struct SickThing;

impl Resource for SickThing {
    type Provider = Sick;
    type Model = AnyModel;
    const NAME: &'static str = "thing";

    async fn create(&self, _: &mut Create<Self>, planned: AnyModel) -> Result<AnyModel> {
        Ok(planned)
    }

    async fn read(&self, _: &mut Read<Self>, state: AnyModel) -> Result<Option<AnyModel>> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &mut Delete<Self>, _: AnyModel) -> Result<()> {
        Ok(())
    }
}

fn plain(name: &str, ty: Type) -> Attribute {
    Attribute::new(name, AttributeKind::Plain { ty, checks: model::NO_CHECKS })
}

fn text(name: &str) -> Attribute {
    plain(name, Type::String)
}

fn nested(name: &str, nesting: Nesting, attributes: Vec<Attribute>) -> Attribute {
    let object = Arc::new(Block { attributes, ..Block::default() });
    Attribute::new(name, AttributeKind::Nested { nesting, object })
}

fn block(
    name: &str,
    nesting: BlockNesting,
    (min, max): (u64, u64),
    attributes: Vec<Attribute>,
) -> NestedBlock {
    NestedBlock {
        name: name.into(),
        nesting,
        block: Arc::new(Block { attributes, ..Block::default() }),
        min_items: min,
        max_items: max,
        plan_modifiers: Vec::new(),
        validators: Vec::new(),
    }
}

struct Fixed(Value);

impl tf_sdk::default::DefaultValue for Fixed {
    fn description(&self) -> String {
        String::new()
    }

    fn value(&self, _: &Path, _: &mut Diagnostics) -> Value {
        self.0.clone()
    }
}

fn with(attribute: Attribute, change: impl FnOnce(&mut Attribute)) -> Attribute {
    let mut attribute = attribute;
    change(&mut attribute);
    attribute
}

#[test]
fn what_terraform_would_refuse() {
    use BlockNesting::{Group, List, Map, Set as SetBlock, Single};
    let write_only = |a: Attribute| with(a, |a| a.write_only = true);
    let default = |a: Attribute, presence, value: Value| {
        with(a, |a| {
            a.presence = presence;
            a.default = Some(Arc::new(Fixed(value)));
        })
    };
    let attributes: Vec<(Vec<Attribute>, &str)> = vec![
        (vec![text("count")], "count: the name is reserved by Terraform"),
        (vec![text("for_each")], "for_each: the name is reserved by Terraform"),
        (vec![text("lifecycle")], "lifecycle: the name is reserved by Terraform"),
        (vec![text("Name")], "Name: the name must be of lower-case letters"),
        (vec![text("1st")], "1st: the name must be of lower-case letters"),
        (vec![text("a-b")], "a-b: the name must be of lower-case letters"),
        (vec![text("")], ": the name must be of lower-case letters"),
        (vec![text("a"), text("a")], "a: another attribute or block has the same name"),
        (
            vec![plain("a", Type::list(Type::Dynamic))],
            "a: there can be no dynamic type inside of a collection",
        ),
        (
            vec![plain("a", Type::object([("b", Type::map(Type::Dynamic))]))],
            "a: there can be no dynamic type inside of a collection",
        ),
        (
            vec![nested("a", Nesting::Set, vec![plain("b", Type::Dynamic)])],
            "a: there can be no dynamic type inside of a collection",
        ),
        (
            vec![plain("a", Type::object_with_optional([("b", Type::Bool)], ["b"]).unwrap())],
            "a: the type cannot be used in a schema",
        ),
        (
            vec![nested("a", Nesting::List, vec![text("b"), text("b")])],
            "a.b: another attribute or block has the same name",
        ),
        (
            vec![default(text("a"), Presence::Optional, Value::from("x"))],
            "a: only attributes that are optional and computed",
        ),
        (
            vec![default(text("a"), Presence::Required, Value::from("x"))],
            "a: only attributes that are optional and computed",
        ),
        (
            vec![default(text("a"), Presence::Computed, Value::from("x"))],
            "a: only attributes that are optional and computed",
        ),
        (
            vec![default(text("a"), Presence::OptionalComputed, Value::from(1))],
            "a: the default is of another type",
        ),
        (
            vec![write_only(default(text("a"), Presence::Optional, Value::from("x")))],
            "a: write-only attributes cannot have a default",
        ),
        (
            vec![write_only(with(text("a"), |a| a.presence = Presence::Computed))],
            "a: write-only attributes cannot be computed",
        ),
        (
            vec![nested("a", Nesting::Set, vec![write_only(text("b"))])],
            "a.b: there can be no write-only attribute inside of a set",
        ),
        (
            vec![write_only(nested("a", Nesting::List, vec![text("b")]))],
            "a.b: attributes inside of a write-only attribute",
        ),
        (
            vec![with(text("a"), |a| a.environment = Some("A".into()))],
            "a: only optional attributes of a primitive type",
        ),
    ];
    let blocks: Vec<(NestedBlock, &str)> = vec![
        (block("a", Single, (0, 1), vec![]), "a: a single block has 0 and 0, or 1 and 1"),
        (block("a", Single, (2, 2), vec![]), "a: a single block has 0 and 0, or 1 and 1"),
        (block("a", Group, (1, 1), vec![]), "a: a group or map of blocks has no least"),
        (block("a", Map, (0, 2), vec![]), "a: a group or map of blocks has no least"),
        (block("a", List, (3, 2), vec![]), "a: the least number of blocks is above the greatest"),
        (
            block("a", SetBlock, (0, 0), vec![plain("b", Type::Dynamic)]),
            "a: there can be no dynamic type inside",
        ),
        (
            block("a", SetBlock, (0, 0), vec![write_only(text("b"))]),
            "a.b: there can be no write-only attribute inside of a set",
        ),
        (block("connection", List, (0, 0), vec![]), "connection: the name is reserved by Terraform"),
        (block("x", List, (0, 0), vec![text("X")]), "x.X: the name must be of lower-case letters"),
    ];
    let cases = attributes
        .into_iter()
        .map(|(attributes, want)| (Block { attributes, ..Block::default() }, want))
        .chain(blocks.into_iter().map(|(b, want)| (Block { blocks: vec![b], ..Block::default() }, want)));
    for (block, want) in cases {
        let errors = schema_is_valid(Sick { block }).unwrap_err();
        let got: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let want = format!("resource sick_thing {want}");
        assert!(got.iter().any(|got| got.starts_with(&want)), "want {want}, got {got:?}");
    }
}

#[test]
fn what_terraform_accepts() {
    use BlockNesting::{Group, List, Map, Set as SetBlock, Single};
    let modified = with(text("a"), |a| a.plan_modifiers.push(Arc::new(plan_modifier::requires_replace())));
    let inner = nested("n", Nesting::List, vec![text("count"), text("version")]);
    let blocks = vec![
        block("b", Single, (1, 1), vec![text("count")]),
        block("c", Group, (0, 0), vec![]),
        block("d", Map, (0, 0), vec![]),
        block("e", List, (1, 0), vec![]),
        block("f", SetBlock, (1, 1), vec![]),
    ];
    let attributes = vec![modified, inner, plain("dyn", Type::Dynamic), text("_x"), text("version")];
    let block = Block { attributes, blocks, ..Block::default() };
    assert_eq!(schema_is_valid(Sick { block }), Ok(()));
}

#[tokio::test]
async fn terraform_is_told_instead_of_a_schema() {
    let server = Server::new(Sick { block: Block { attributes: vec![text("count")], ..Block::default() } });
    let answer = server.get_provider_schema(Request::new(Default::default())).await.unwrap().into_inner();
    assert_eq!(answer.provider, None);
    assert_eq!(answer.diagnostics[0].summary, "Invalid Provider Schema");
}
