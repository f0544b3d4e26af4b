//! Schemas as the provider sends them, taken apart.

#[cfg(test)]
pub(crate) mod fixtures;

use tf_cty::{Type, TypeJsonError, Value};
use tf_plugin_proto::tfplugin6::schema::nested_block::NestingMode as BlockNesting;
use tf_plugin_proto::tfplugin6::schema::object::NestingMode as ObjectNesting;
use tf_plugin_proto::tfplugin6::{Schema as WireSchema, schema as wire};

/// A schema of a resource, a data source, a provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schema {
    pub(crate) version: i64,
    pub(crate) block: Block,
}

/// Attributes and nested blocks. Attributes of nested attributes are a block without blocks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) blocks: Vec<NestedBlock>,
}

#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) is_required: bool,
    pub(crate) is_computed: bool,
    pub(crate) is_sensitive: bool,
    pub(crate) is_write_only: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Plain(Type),
    Nested(Nesting, Block),
}

#[derive(Clone, Debug)]
pub(crate) struct NestedBlock {
    pub(crate) name: String,
    pub(crate) nesting: Nesting,
    pub(crate) block: Block,
    pub(crate) min_items: i64,
    pub(crate) max_items: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nesting {
    Single,
    /// Of blocks only.
    Group,
    List,
    Set,
    Map,
}

/// A schema that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SchemaError {
    #[error("the schema has no block")]
    NoBlock,
    #[error("the type of {0:?} cannot be read")]
    Type(String, #[source] TypeJsonError),
    #[error("the type of {0:?} is no text")]
    NoText(String),
    #[error("{0:?} has no nesting mode that is known")]
    Nesting(String),
}

impl Schema {
    pub(crate) fn parse(schema: &WireSchema) -> Result<Self, SchemaError> {
        let block = schema.block.as_ref().ok_or(SchemaError::NoBlock)?;
        Ok(Self { version: schema.version, block: Block::parse(block)? })
    }

    pub(crate) fn ty(&self) -> Type {
        self.block.ty()
    }
}

impl Block {
    fn parse(block: &wire::Block) -> Result<Self, SchemaError> {
        Ok(Self {
            attributes: block.attributes.iter().map(Attribute::parse).collect::<Result<_, _>>()?,
            blocks: block.block_types.iter().map(NestedBlock::parse).collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|a| (a.name.as_str(), a.ty()));
        Type::object(attributes.chain(self.blocks.iter().map(|b| (b.name.as_str(), b.ty()))))
    }

    /// An object that no configuration has said anything of: nulls, and no blocks.
    pub(crate) fn empty(&self) -> Value {
        let attributes = self.attributes.iter().map(|a| (a.name.as_str(), Value::null(a.ty())));
        Value::object(attributes.chain(self.blocks.iter().map(|b| (b.name.as_str(), b.absent()))))
    }
}

impl Attribute {
    fn parse(attribute: &wire::Attribute) -> Result<Self, SchemaError> {
        let name = || attribute.name.clone();
        let kind = match &attribute.nested_type {
            Some(object) => {
                let nesting = match object.nesting() {
                    ObjectNesting::Single => Nesting::Single,
                    ObjectNesting::List => Nesting::List,
                    ObjectNesting::Set => Nesting::Set,
                    ObjectNesting::Map => Nesting::Map,
                    ObjectNesting::Invalid => return Err(SchemaError::Nesting(name())),
                };
                let attributes = object.attributes.iter().map(Self::parse).collect::<Result<_, _>>()?;
                Kind::Nested(nesting, Block { attributes, blocks: Vec::new() })
            }
            None => {
                let text = std::str::from_utf8(&attribute.r#type).map_err(|_| SchemaError::NoText(name()))?;
                Kind::Plain(Type::from_json(text).map_err(|error| SchemaError::Type(name(), error))?)
            }
        };
        Ok(Self {
            name: name(),
            kind,
            is_required: attribute.required,
            is_computed: attribute.computed,
            is_sensitive: attribute.sensitive,
            is_write_only: attribute.write_only,
        })
    }

    pub(crate) fn ty(&self) -> Type {
        match &self.kind {
            Kind::Plain(ty) => ty.clone(),
            Kind::Nested(nesting, block) => nesting.of(block.ty()),
        }
    }
}

impl NestedBlock {
    fn parse(nested: &wire::NestedBlock) -> Result<Self, SchemaError> {
        let nesting = match nested.nesting() {
            BlockNesting::Single => Nesting::Single,
            BlockNesting::Group => Nesting::Group,
            BlockNesting::List => Nesting::List,
            BlockNesting::Set => Nesting::Set,
            BlockNesting::Map => Nesting::Map,
            BlockNesting::Invalid => return Err(SchemaError::Nesting(nested.type_name.clone())),
        };
        let block = nested.block.as_ref().ok_or(SchemaError::NoBlock)?;
        Ok(Self {
            name: nested.type_name.clone(),
            nesting,
            block: Block::parse(block)?,
            min_items: nested.min_items,
            max_items: nested.max_items,
        })
    }

    /// Lists and maps of blocks with dynamic attributes are tuples and objects.
    pub(crate) fn ty(&self) -> Type {
        let object = self.block.ty();
        match self.nesting {
            Nesting::List | Nesting::Map if object.has_dynamic_types() => Type::Dynamic,
            nesting => nesting.of(object),
        }
    }

    /// What it is where the configuration has none.
    pub(crate) fn absent(&self) -> Value {
        match self.nesting {
            Nesting::Single => Value::null(self.block.ty()),
            Nesting::Group => self.block.empty(),
            nesting => nesting.collect(&self.block.ty(), Vec::new()),
        }
    }
}

impl Nesting {
    /// The type of so many objects.
    pub(crate) fn of(self, object: Type) -> Type {
        match self {
            Self::Single | Self::Group => object,
            Self::List => Type::list(object),
            Self::Set => Type::set(object),
            Self::Map => Type::map(object),
        }
    }

    /// A collection of objects, with their keys if it is a map. What are of several types become a tuple, or an object.
    pub(crate) fn collect(self, object: &Type, elements: Vec<(String, Value)>) -> Value {
        let values = || elements.iter().map(|(_, value)| value.clone());
        let is_dynamic = object.has_dynamic_types();
        let made = match self {
            Self::Map if is_dynamic => return Value::object(elements.iter().cloned()),
            Self::Map => Value::map_of(object.clone(), elements.clone()),
            Self::Set => Value::set_of(object.clone(), values().collect()),
            _ if is_dynamic => return Value::tuple(values()),
            _ => Value::list_of(object.clone(), values().collect()),
        };
        match (made, self) {
            (Ok(value), _) => value,
            (Err(_), Self::Map) => Value::object(elements),
            (Err(_), _) => Value::tuple(values()),
        }
    }
}

/// The elements of a known collection, with their keys; positions for what has none.
pub(crate) fn elements(value: &Value) -> Vec<(String, Value)> {
    if !value.is_known() || value.is_null() {
        return Vec::new();
    }
    if value.ty().is_map() || value.ty().is_object() {
        return value.entries().map(|(key, element)| (key.to_string(), element.clone())).collect();
    }
    let values = value.as_slice().unwrap_or_default().iter().enumerate();
    values.map(|(position, element)| (position.to_string(), element.clone())).collect()
}

/// An attribute of an object; null if the object is null, unknown if it is unknown.
pub(crate) fn member(object: &Value, name: &str, ty: &Type) -> Value {
    if !object.is_known() {
        return Value::unknown(ty.clone());
    }
    object.get(name).cloned().unwrap_or_else(|| Value::null(ty.clone()))
}
