//! Attributes.

use std::fmt;
use std::sync::Arc;

use tf_cty::{Type, Value};

use super::{Block, Description};
use crate::default::DefaultValue;
use crate::plan_modifier::PlanModifier;
use crate::validator::Validator;

/// One attribute: its type, who sets it, and what is done with it.
#[derive(Clone)]
pub struct Attribute {
    /// Lower-case letters, digits and underscores.
    pub name: String,
    /// Its type.
    pub kind: AttributeKind,
    /// Who sets it.
    pub presence: Presence,
    /// Terraform does not show its value.
    pub sensitive: bool,
    /// It is in the configuration only, never in plan or state.
    pub write_only: bool,
    /// For people.
    pub description: Description,
    /// What to use instead; Some makes a warning where it is set.
    pub deprecation: Option<String>,
    /// What it is when the configuration does not say.
    pub default: Option<Arc<dyn DefaultValue>>,
    /// The environment variable that stands in for it when the configuration does not say; for provider attributes.
    pub environment: Option<String>,
    /// Asked in this order while planning.
    pub plan_modifiers: Vec<Arc<dyn PlanModifier>>,
    /// All of them are asked while validating.
    pub validators: Vec<Arc<dyn Validator>>,
}

impl Attribute {
    /// An attribute of a type, optional, with nothing else said of it.
    pub fn new(name: &str, kind: AttributeKind) -> Self {
        Self {
            name: name.into(),
            kind,
            presence: Presence::Optional,
            sensitive: false,
            write_only: false,
            description: Description::default(),
            deprecation: None,
            default: None,
            environment: None,
            plan_modifiers: Vec::new(),
            validators: Vec::new(),
        }
    }

    /// The type of its values.
    pub fn ty(&self) -> Type {
        match &self.kind {
            AttributeKind::Plain { ty, .. } => ty.clone(),
            AttributeKind::Nested { nesting, object } => nesting.of(object.object_type()),
        }
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Attribute");
        shown.field("name", &self.name).field("type", &self.ty()).field("presence", &self.presence);
        shown.finish_non_exhaustive()
    }
}

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// The configuration must.
    Required,
    /// The configuration may.
    Optional,
    /// The provider does.
    Computed,
    /// The configuration may, else the provider does.
    OptionalComputed,
}

impl Presence {
    /// True if the configuration may set it.
    pub fn is_configurable(self) -> bool {
        self != Self::Computed
    }

    /// True if the provider may set it.
    pub fn is_computed(self) -> bool {
        matches!(self, Self::Computed | Self::OptionalComputed)
    }
}

/// What an attribute's values are.
#[derive(Clone)]
pub enum AttributeKind {
    /// Values of a type.
    Plain {
        /// The type.
        ty: Type,
        /// What the Rust type adds to it.
        checks: Checks,
    },
    /// Objects whose attributes have descriptions, defaults and so on of their own. Protocol 6 only.
    Nested {
        /// How many, and how they are told apart.
        nesting: Nesting,
        /// Only its attributes count; it has no blocks.
        object: Arc<Block>,
    },
}

/// What a Rust type demands of values beyond their type, and when two of them are the same to it.
///
/// Both are given whole values, null and unknown ones and collections too, and go down into them by themselves.
#[derive(Clone, Copy)]
pub struct Checks {
    /// Err says what is wrong in words for the user, with the path inside the value.
    pub conversion: fn(&Value) -> Result<(), crate::model::Misfit>,
    /// True if the remote side may answer the second where the first was written. Known, non-null values only.
    pub semantically_equal: fn(&Value, &Value) -> bool,
}

/// How objects of a nested attribute are nested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nesting {
    /// One object.
    Single,
    /// In order.
    List,
    /// Without order, each once.
    Set,
    /// By key.
    Map,
}

impl Nesting {
    /// The type of these many objects.
    pub fn of(self, object: Type) -> Type {
        match self {
            Self::Single => object,
            Self::List => Type::list(object),
            Self::Set => Type::set(object),
            Self::Map => Type::map(object),
        }
    }
}
