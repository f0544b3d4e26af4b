//! The traits behind the derives: which Rust types are attributes, nested attributes and blocks. The guide to the derives follows.
//!
#![doc = include_str!("../docs/MODELS.md")]

mod custom;
pub mod declare;
mod set;
mod types;

use std::sync::Arc;

use tf_cty::{Cty, FromCtyError, Path, ToCtyError, Type, Value};

pub use custom::custom_checks;
pub use set::Set;

use crate::schema::{Block, BlockNesting, Checks, Nesting};

/// A struct that is schema, model and documentation. Made by `#[derive(Model)]`.
pub trait Model: Cty + Send + Sync + 'static {
    /// The version of the schema, `#[model(version = …)]`.
    const VERSION: i64 = 0;

    /// What it is made of. Worked out once.
    fn block() -> Arc<Block>;
}

/// A model without attributes: of a provider that has no configuration, or reads no `provider_meta`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Empty;

impl Cty for Empty {
    fn cty_type() -> Type {
        Type::empty_object()
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        Ok(Value::object::<&str>([]))
    }

    fn from_cty(_: &Value) -> Result<Self, FromCtyError> {
        Ok(Self)
    }
}

impl Model for Empty {
    fn block() -> Arc<Block> {
        Arc::default()
    }
}

/// A type that can be the type of an attribute's field. Beside what implements it here, a struct with `#[derive(Object)]` does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of an attribute",
    note = "an object type has `#[derive(Object)]`; a model's field is a nested attribute, `#[attr(…, nested)]`, or a `#[block]`"
)]
pub trait AttributeType: Cty {
    /// The type without `Option` and [`tf_cty::Tf`]: what defaults are given as.
    type Base: Cty;

    /// Which validators and defaults fit: one of [`kind`].
    type Kind;

    /// True if a field of it can hold null.
    const NULL: bool = false;

    /// True if a field of it can hold what is not known yet.
    const UNKNOWN: bool = false;

    /// What it demands of values beyond their type.
    const CHECKS: Checks;
}

/// What attributes hold, so that the compiler refuses a validator of strings on a number.
pub mod kind {
    /// Text.
    pub struct Text;
    /// True or false.
    pub struct Bool;
    /// A number of any size.
    pub struct Number;
    /// An integer.
    pub struct Integer;
    /// A 64-bit float.
    pub struct Float;
    /// A list of elements of a kind.
    pub struct List<E>(std::marker::PhantomData<E>);
    /// A set of elements of a kind.
    pub struct Set<E>(std::marker::PhantomData<E>);
    /// A map of elements of a kind.
    pub struct Map<E>(std::marker::PhantomData<E>);
    /// An object or a tuple.
    pub struct Object;
    /// Anything.
    pub struct Dynamic;
}

/// A type that can be the type of a `nested` attribute's or a block's field: a model, or a collection of models.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a model nor a collection of models",
    note = "`nested` attributes and blocks hold a type with `#[derive(Model)]`, or `Option`, `Vec`, `Set` or `BTreeMap<String, …>` of one"
)]
pub trait NestedType: Cty {
    /// The type without `Option` and [`tf_cty::Tf`]: what defaults are given as.
    type Base: Cty;

    /// The model of one.
    type Item: Model;

    /// Which validators fit: one of [`kind`].
    type Kind;

    /// True if a field of it can hold null.
    const NULL: bool = false;

    /// True if a field of it can hold what is not known yet.
    const UNKNOWN: bool = false;

    /// How a nested attribute is nested.
    const NESTING: Nesting;

    /// How a block is nested.
    const BLOCK_NESTING: BlockNesting;
}

/// Why a value of the right type is none for a Rust type.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// Where inside the value.
    pub path: Path,
    /// In words for the user, a sentence: `Value 1.5 is no 64-bit integer.`
    pub detail: String,
}

/// Nothing is demanded, and only equal values are the same.
pub const NO_CHECKS: Checks = Checks { conversion: |_| Ok(()), semantically_equal: Value::raw_equals };
