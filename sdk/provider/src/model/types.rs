//! Rust types as types of attributes.

use std::collections::BTreeMap;

use tf_cty::{Number, Tf, Value};

use super::{AttributeType, Model, NO_CHECKS, NestedType, kind};
use crate::schema::{BlockNesting, Checks, Nesting};

macro_rules! plain {
    ($($t:ty => $kind:ty;)*) => {$(
        impl AttributeType for $t {
            type Base = Self;
            type Kind = $kind;
            const CHECKS: Checks = NO_CHECKS;
        }
    )*};
}
plain! {
    String => kind::Text;
    bool => kind::Bool;
    Number => kind::Number;
    Value => kind::Dynamic;
}

impl<T: AttributeType> AttributeType for Option<T> {
    type Base = T::Base;
    type Kind = T::Kind;
    const CHECKS: Checks = T::CHECKS;
}

impl<T: AttributeType> AttributeType for Tf<T> {
    type Base = T::Base;
    type Kind = T::Kind;
    const CHECKS: Checks = T::CHECKS;
}

impl<T: NestedType> NestedType for Option<T> {
    type Item = T::Item;
    type Kind = T::Kind;
    const NESTING: Nesting = T::NESTING;
    const BLOCK_NESTING: BlockNesting = T::BLOCK_NESTING;
}

impl<T: NestedType> NestedType for Tf<T> {
    type Item = T::Item;
    type Kind = T::Kind;
    const NESTING: Nesting = T::NESTING;
    const BLOCK_NESTING: BlockNesting = T::BLOCK_NESTING;
}

impl<M: Model> NestedType for Vec<M> {
    type Item = M;
    type Kind = kind::List<kind::Object>;
    const NESTING: Nesting = Nesting::List;
    const BLOCK_NESTING: BlockNesting = BlockNesting::List;
}

impl<M: Model> NestedType for BTreeMap<String, M> {
    type Item = M;
    type Kind = kind::Map<kind::Object>;
    const NESTING: Nesting = Nesting::Map;
    const BLOCK_NESTING: BlockNesting = BlockNesting::Map;
}
