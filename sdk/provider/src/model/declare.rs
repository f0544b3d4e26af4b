//! What the derives call. An author who writes a model by hand may call it too.
//!
//! Generated code is a list of names, types and options; all that is done with them is done here, once for all models. A field's
//! declaration knows its [`kind`](super::kind), so that a validator for another kind does not compile.

mod parameter;

use std::marker::PhantomData;
use std::sync::Arc;

pub use parameter::{ParameterField, argument, at_least_arguments, exactly_arguments, rest};
use tf_cty::{Path, PathStep, ToCtyError, Type, Value};

use super::{AttributeType, Misfit, Model, NestedType};
use crate::default::DefaultValue;
use crate::plan_modifier::PlanModifierOf;
use crate::schema::{
    Attribute, AttributeKind, Block, BlockNesting, Checks, Description, NestedBlock, Presence,
};
use crate::validator::ValidatorOf;

/// A model's block and its type, worked out once.
pub struct Declared {
    block: Arc<Block>,
    object_type: Type,
}

impl Declared {
    /// Of a model's members, in the order of its fields.
    pub fn new(members: Vec<Member>) -> Self {
        let mut block = Block::default();
        for member in members {
            match member {
                Member::Attribute(attribute) => block.attributes.push(attribute),
                Member::Block(nested) => block.blocks.push(nested),
            }
        }
        Self { object_type: block.object_type(), block: Arc::new(block) }
    }

    /// With words for people.
    #[must_use]
    pub fn described(mut self, description: Description) -> Self {
        Arc::make_mut(&mut self.block).description = description;
        self
    }

    /// With what to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: &str) -> Self {
        Arc::make_mut(&mut self.block).deprecation = Some(message.into());
        self
    }

    /// The block.
    pub fn block(&self) -> Arc<Block> {
        self.block.clone()
    }

    /// The type of the objects that it describes.
    pub fn object_type(&self) -> Type {
        self.object_type.clone()
    }
}

/// One field of a model.
#[derive(Debug)]
pub enum Member {
    /// An attribute.
    Attribute(Attribute),
    /// Nested blocks.
    Block(NestedBlock),
}

/// An attribute of a kind, being declared.
#[must_use]
pub struct Field<K> {
    attribute: Attribute,
    kind: PhantomData<fn() -> K>,
}

impl Field<()> {
    /// An attribute of a plain type.
    pub fn plain<T: AttributeType>(name: &str, presence: Presence) -> Field<T::Kind> {
        Field::new(name, presence, AttributeKind::Plain { ty: T::cty_type(), checks: T::CHECKS })
    }

    /// An attribute whose own attributes are described by a model.
    pub fn nested<T: NestedType>(name: &str, presence: Presence) -> Field<T::Kind> {
        Field::new(name, presence, AttributeKind::Nested { nesting: T::NESTING, object: T::Item::block() })
    }
}

impl<K> Field<K> {
    fn new(name: &str, presence: Presence, kind: AttributeKind) -> Self {
        Self { attribute: Attribute { presence, ..Attribute::new(name, kind) }, kind: PhantomData }
    }

    /// Terraform does not show its value.
    pub fn sensitive(mut self) -> Self {
        self.attribute.sensitive = true;
        self
    }

    /// It is in the configuration only.
    pub fn write_only(mut self) -> Self {
        self.attribute.write_only = true;
        self
    }

    /// With words for people.
    pub fn described(mut self, description: Description) -> Self {
        self.attribute.description = description;
        self
    }

    /// With what to use instead.
    pub fn deprecated(mut self, message: &str) -> Self {
        self.attribute.deprecation = Some(message.into());
        self
    }

    /// With the environment variable that stands in for it.
    pub fn environment(mut self, variable: &str) -> Self {
        self.attribute.environment = Some(variable.into());
        self
    }

    /// With what it is when the configuration does not say.
    pub fn default(mut self, default: Arc<dyn DefaultValue>) -> Self {
        self.attribute.default = Some(default);
        self
    }

    /// With one more plan modifier.
    pub fn plan(mut self, modifier: impl PlanModifierOf<K>) -> Self {
        self.attribute.plan_modifiers.push(Arc::new(modifier));
        self
    }

    /// With one more validator.
    pub fn validate(mut self, validator: impl ValidatorOf<K>) -> Self {
        self.attribute.validators.push(Arc::new(validator));
        self
    }

    /// Declared.
    pub fn member(self) -> Member {
        Member::Attribute(self.attribute)
    }
}

/// Nested blocks of a kind, being declared.
#[must_use]
pub struct NestedField<K> {
    block: NestedBlock,
    kind: PhantomData<fn() -> K>,
}

impl NestedField<()> {
    /// Blocks that are described by a model.
    pub fn of<T: NestedType>(name: &str) -> NestedField<T::Kind> {
        let block = NestedBlock {
            name: name.into(),
            nesting: T::BLOCK_NESTING,
            block: T::Item::block(),
            min_items: 0,
            max_items: 0,
            plan_modifiers: Vec::new(),
            validators: Vec::new(),
        };
        NestedField { block, kind: PhantomData }
    }
}

impl<K> NestedField<K> {
    /// Always one, with null attributes if it is not written.
    pub fn group(mut self) -> Self {
        self.block.nesting = BlockNesting::Group;
        self
    }

    /// The least number of them.
    pub fn min(mut self, items: u64) -> Self {
        self.block.min_items = items;
        self
    }

    /// The greatest number of them.
    pub fn max(mut self, items: u64) -> Self {
        self.block.max_items = items;
        self
    }

    /// With one more plan modifier.
    pub fn plan(mut self, modifier: impl PlanModifierOf<K>) -> Self {
        self.block.plan_modifiers.push(Arc::new(modifier));
        self
    }

    /// With one more validator.
    pub fn validate(mut self, validator: impl ValidatorOf<K>) -> Self {
        self.block.validators.push(Arc::new(validator));
        self
    }

    /// Declared.
    pub fn member(mut self) -> Member {
        // Of a single one that must be there, there is one.
        if self.block.nesting == BlockNesting::Single && self.block.max_items == 0 {
            self.block.max_items = self.block.min_items;
        }
        Member::Block(self.block)
    }
}

/// An object of the values of its attributes. An error says in which of them it arose.
pub fn object(attributes: Vec<(&str, Result<Value, ToCtyError>)>) -> Result<Value, ToCtyError> {
    let attribute = |(name, value): (_, Result<_, ToCtyError>)| match value {
        Ok(value) => Ok((name, value)),
        Err(error) => Err(error.in_attribute(name)),
    };
    let attributes: Vec<_> = attributes.into_iter().map(attribute).collect::<Result<_, _>>()?;
    Ok(Value::object(attributes))
}

/// The first attribute of an object that its Rust type cannot hold.
pub fn object_conversion(fields: &[(&str, Checks)], value: &Value) -> Result<(), Misfit> {
    fields.iter().try_for_each(|(name, checks)| match value.get(name) {
        Some(inner) => {
            (checks.conversion)(inner).map_err(|misfit| misfit.under(PathStep::Attr((*name).into())))
        }
        None => Ok(()),
    })
}

/// True if all attributes of two objects are the same to their Rust types.
pub fn object_equality(fields: &[(&str, Checks)], a: &Value, b: &Value) -> bool {
    fields.iter().all(|(name, checks)| match (a.get(name), b.get(name)) {
        (Some(a), Some(b)) => super::types::same(checks, a, b),
        (a, b) => a == b,
    })
}

impl Misfit {
    /// About the value itself.
    pub fn new(detail: impl Into<String>) -> Self {
        Self { path: Path::new(), detail: detail.into() }
    }

    /// The same seen from one step further out.
    #[must_use]
    pub fn under(self, step: PathStep) -> Self {
        Self { path: std::iter::once(step).collect::<Path>().join(&self.path), detail: self.detail }
    }
}
