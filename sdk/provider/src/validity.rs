//! Schemas that Terraform accepts.
//!
//! [`schema_is_valid`] belongs into a test of every provider. The same check runs when Terraform asks for the schema; what it finds
//! are errors of the provider's author, shown to its user as diagnostics.

mod attribute;
mod block;
mod names;

use tf_cty::{Path, Type};

use crate::engine::component::{Catalog, Component};
use crate::engine::erased::{Described, ErasedFunction, ErasedProvider, TypedProvider};
use crate::engine::shown;
use crate::provider::Components;
use crate::{Diagnostic, Provider};

/// Checks everything that a provider has.
///
/// # Errors
///
/// All that Terraform would refuse, or that could never work.
pub fn schema_is_valid<P: Provider>(provider: P) -> Result<(), Vec<SchemaError>> {
    let catalog = Components::of(&provider);
    let errors = check(&Component::new(P::NAME.to_owned(), Box::new(TypedProvider(provider))), &catalog);
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Checks what version 5 of the protocol cannot say, besides everything of [`schema_is_valid`].
///
/// # Errors
///
/// As [`schema_is_valid`], and every nested attribute.
pub fn schema_is_valid_in_v5<P: Provider>(provider: P) -> Result<(), Vec<SchemaError>> {
    let catalog = Components::of(&provider);
    let component =
        Component::<dyn ErasedProvider>::new(P::NAME.to_owned(), Box::new(TypedProvider(provider)));
    let mut errors = check(&component, &catalog);
    errors.extend(check_v5(&component, &catalog));
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Something in a schema that Terraform refuses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{component}{}: {problem}", place(.path))]
pub struct SchemaError {
    /// What it is in: `resource acc_item`, `function sum`.
    pub component: String,
    /// The attribute or block; empty for the component itself.
    pub path: Path,
    /// What is wrong.
    pub problem: SchemaProblem,
}

fn place(path: &Path) -> String {
    if path.is_empty() { String::new() } else { format!(" {}", shown(path)) }
}

impl SchemaError {
    /// For the user of the provider.
    pub(crate) fn diagnostic(&self) -> Diagnostic {
        let detail = format!("{self}.\n\nThis is a bug of the provider.");
        Diagnostic::error("Invalid Provider Schema", detail)
    }
}

/// What is wrong with a schema.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaProblem {
    /// Two components of one kind.
    #[error("another one has the same name")]
    DuplicateComponent,
    /// Two attributes, two blocks, or one of each.
    #[error("another attribute or block has the same name")]
    DuplicateName,
    /// Not an identifier.
    #[error(
        "the name must be of lower-case letters, digits and underscores, and must not begin with a digit"
    )]
    BadName,
    /// Terraform itself uses the name there.
    #[error("the name is reserved by Terraform")]
    ReservedName,
    /// A negative number.
    #[error("the version of the schema is negative")]
    NegativeVersion,
    /// A model whose `Cty` says another type than its block.
    #[error("the model's type differs from its schema's: {0}")]
    ModelType(String),
    /// Nothing but the configuration can set it.
    #[error("only attributes of resources, data sources and ephemeral resources can be computed")]
    ComputedConfiguration,
    /// The default would contradict the configuration, or never be used.
    #[error("only attributes that are optional and computed can have a default")]
    DefaultNotComputed,
    /// Terraform never stores it.
    #[error("write-only attributes cannot have a default")]
    DefaultWriteOnly,
    /// The default has another type than the attribute.
    #[error("the default is of another type: {0}")]
    DefaultType(String),
    /// Terraform knows them in managed resources only.
    #[error("only managed resources can have write-only attributes")]
    WriteOnlyPlace,
    /// A write-only attribute cannot be computed.
    #[error("write-only attributes cannot be computed")]
    WriteOnlyComputed,
    /// Elements of a set are told apart by their values.
    #[error("there can be no write-only attribute inside of a set")]
    WriteOnlyInSet,
    /// The nested attributes of a write-only attribute are write-only too.
    #[error("attributes inside of a write-only attribute must be write-only")]
    NotWriteOnlyInside,
    /// Terraform has no dynamic types inside of collections.
    #[error("there can be no dynamic type inside of a collection")]
    DynamicInCollection,
    /// A type that cannot be sent.
    #[error("the type cannot be used in a schema")]
    UnusableType,
    /// A nested attribute is made of attributes only.
    #[error("a nested attribute cannot have blocks")]
    BlocksInAttribute,
    /// Only managed resources are planned.
    #[error("only managed resources have plan modifiers")]
    PlanModifierPlace,
    /// Environment variables stand in for optional attributes of the provider's configuration.
    #[error(
        "only optional attributes of a primitive type in the provider's own configuration can have an environment variable"
    )]
    EnvironmentPlace,
    /// A single block is there or not.
    #[error("a single block has 0 and 0, or 1 and 1, as its least and greatest number")]
    SingleBlockItems,
    /// Groups and maps of blocks have no limits.
    #[error("a group or map of blocks has no least or greatest number")]
    BlockItems,
    /// The least number is above the greatest.
    #[error("the least number of blocks is above the greatest")]
    BlockItemsOrder,
    /// Nested attributes need version 6.
    #[error("version 5 of the protocol has no nested attributes")]
    NestedInV5,
}

/// Where a schema is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Provider,
    Meta,
    Resource,
    DataSource,
    Ephemeral,
}

/// The errors of one component.
pub(crate) struct Found<'a> {
    component: String,
    used: Use,
    errors: &'a mut Vec<SchemaError>,
}

impl Found<'_> {
    fn push(&mut self, path: &Path, problem: SchemaProblem) {
        self.errors.push(SchemaError { component: self.component.clone(), path: path.clone(), problem });
    }
}

/// Everything that is wrong.
pub(crate) fn check(provider: &Component<dyn ErasedProvider>, catalog: &Catalog) -> Vec<SchemaError> {
    let mut errors = Vec::new();
    component(provider, Use::Provider, "provider", &mut errors);
    let meta = provider.calls.meta_block();
    let mut found = Found { component: "provider_meta".into(), used: Use::Meta, errors: &mut errors };
    block::check(&meta, &Path::new(), block::Inside::Root, &mut found);
    components(&catalog.resources, Use::Resource, "resource", &mut errors);
    components(&catalog.data_sources, Use::DataSource, "data source", &mut errors);
    components(&catalog.ephemerals, Use::Ephemeral, "ephemeral resource", &mut errors);
    functions(&catalog.functions, &mut errors);
    errors
}

/// What version 5 cannot say.
pub(crate) fn check_v5(provider: &Component<dyn ErasedProvider>, catalog: &Catalog) -> Vec<SchemaError> {
    let mut errors = Vec::new();
    let mut one = |name: String, block: &crate::schema::Block| {
        let mut found = Found { component: name, used: Use::Resource, errors: &mut errors };
        block::check_v5(block, &Path::new(), &mut found);
    };
    one(format!("provider {}", provider.name), &provider.shape().block);
    one("provider_meta".into(), &provider.calls.meta_block());
    catalog.resources.iter().for_each(|c| one(format!("resource {}", c.name), &c.shape().block));
    catalog.data_sources.iter().for_each(|c| one(format!("data source {}", c.name), &c.shape().block));
    catalog.ephemerals.iter().for_each(|c| one(format!("ephemeral resource {}", c.name), &c.shape().block));
    errors
}

fn components<C: Described + ?Sized>(
    list: &[Component<C>],
    used: Use,
    kind: &str,
    errors: &mut Vec<SchemaError>,
) {
    for (i, one) in list.iter().enumerate() {
        component(one, used, kind, errors);
        if i > 0 && list[i - 1].name == one.name {
            let mut found = Found { component: format!("{kind} {}", one.name), used, errors };
            found.push(&Path::new(), SchemaProblem::DuplicateComponent);
        }
    }
}

fn component<C: Described + ?Sized>(
    component: &Component<C>,
    used: Use,
    kind: &str,
    errors: &mut Vec<SchemaError>,
) {
    let mut found = Found { component: format!("{kind} {}", component.name), used, errors };
    let root = Path::new();
    let name_is_good = match used {
        Use::Provider => names::is_provider(&component.name),
        _ => names::is_identifier(&component.name) && !component.calls.short_name().is_empty(),
    };
    if !name_is_good {
        found.push(&root, SchemaProblem::BadName);
    }
    let shape = component.shape();
    if shape.version < 0 {
        found.push(&root, SchemaProblem::NegativeVersion);
    }
    let model = component.calls.model_type();
    if model != shape.ty {
        let why = model.conformance_errors(&shape.ty).first().map(ToString::to_string).unwrap_or_default();
        found.push(&root, SchemaProblem::ModelType(why));
    }
    block::check(&shape.block, &root, block::Inside::Root, &mut found);
}

fn functions(list: &[Box<dyn ErasedFunction>], errors: &mut Vec<SchemaError>) {
    for (i, function) in list.iter().enumerate() {
        let name = function.name();
        let mut found = Found { component: format!("function {name}"), used: Use::DataSource, errors };
        if !names::is_identifier(name) {
            found.push(&Path::new(), SchemaProblem::BadName);
        }
        if i > 0 && list[i - 1].name() == name {
            found.push(&Path::new(), SchemaProblem::DuplicateComponent);
        }
        let parameters = function.parameters();
        let mut seen: Vec<String> = Vec::new();
        for parameter in parameters.positional.into_iter().chain(parameters.variadic) {
            let path = Path::new().attr(&parameter.name);
            if !names::is_identifier(&parameter.name) {
                found.push(&path, SchemaProblem::BadName);
            }
            if seen.contains(&parameter.name) {
                found.push(&path, SchemaProblem::DuplicateName);
            }
            usable(&parameter.ty, &path, &mut found);
            seen.push(parameter.name);
        }
        usable(&function.output_type(), &Path::new(), &mut found);
    }
}

/// Checks a type that is sent.
fn usable(ty: &Type, path: &Path, found: &mut Found<'_>) {
    if *ty != ty.without_optional_attributes() || ty.try_to_json().is_err() {
        found.push(path, SchemaProblem::UnusableType);
    }
    if dynamic_in_collection(ty) {
        found.push(path, SchemaProblem::DynamicInCollection);
    }
}

fn dynamic_in_collection(ty: &Type) -> bool {
    match ty {
        Type::List(e) | Type::Set(e) | Type::Map(e) => e.has_dynamic_types(),
        Type::Tuple(types) => types.iter().any(dynamic_in_collection),
        Type::Object(object) => object.attributes().iter().any(|a| dynamic_in_collection(a.ty())),
        _ => false,
    }
}
