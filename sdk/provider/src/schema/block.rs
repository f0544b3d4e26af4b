//! Blocks: attributes and further blocks.

use std::sync::Arc;

use tf_cty::Type;

use super::{Attribute, Description};
use crate::plan_modifier::PlanModifier;
use crate::validator::Validator;

/// Attributes and nested blocks.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// In the order of the struct's fields.
    pub attributes: Vec<Attribute>,
    /// In the order of the struct's fields.
    pub blocks: Vec<NestedBlock>,
    /// For people.
    pub description: Description,
    /// What to use instead.
    pub deprecation: Option<String>,
}

impl Block {
    /// The type of the objects that it describes.
    pub fn object_type(&self) -> Type {
        let attributes = self.attributes.iter().map(|a| (a.name.as_str(), a.ty()));
        Type::object(attributes.chain(self.blocks.iter().map(|b| (b.name.as_str(), b.ty()))))
    }

    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }

    /// The nested block of this name.
    pub fn nested(&self, name: &str) -> Option<&NestedBlock> {
        self.blocks.iter().find(|b| b.name == name)
    }
}

/// A block within a block.
#[derive(Clone)]
pub struct NestedBlock {
    /// Lower-case letters, digits and underscores.
    pub name: String,
    /// How many, and how they are told apart.
    pub nesting: BlockNesting,
    /// What each is made of.
    pub block: Arc<Block>,
    /// The least number of them; 0 for no least.
    pub min_items: u64,
    /// The greatest number of them; 0 for no greatest.
    pub max_items: u64,
    /// Asked in this order while planning, with the whole of it as the value.
    pub plan_modifiers: Vec<Arc<dyn PlanModifier>>,
    /// All of them are asked while validating, with the whole of it as the value.
    pub validators: Vec<Arc<dyn Validator>>,
}

impl NestedBlock {
    /// The type of its values.
    pub fn ty(&self) -> Type {
        let object = self.block.object_type();
        match self.nesting {
            BlockNesting::Single | BlockNesting::Group => object,
            BlockNesting::List if object.has_dynamic_types() => Type::Dynamic,
            BlockNesting::List => Type::list(object),
            BlockNesting::Set => Type::set(object),
            BlockNesting::Map if object.has_dynamic_types() => Type::Dynamic,
            BlockNesting::Map => Type::map(object),
        }
    }
}

impl std::fmt::Debug for NestedBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("NestedBlock");
        shown.field("name", &self.name).field("nesting", &self.nesting).field("block", &self.block);
        shown.finish_non_exhaustive()
    }
}

/// How blocks are nested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockNesting {
    /// One or none; none is null.
    Single,
    /// Always one; one that is not written has null attributes.
    Group,
    /// In order.
    List,
    /// Without order, each once.
    Set,
    /// By label.
    Map,
}
