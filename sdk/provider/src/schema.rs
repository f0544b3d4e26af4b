//! Schemas: what a provider, a resource, a data source or an ephemeral resource is made of, with all that its author said of it.
//!
//! These are plain values; `#[derive(Model)]` makes them. [`Schema`] is where to start. Their wire form is made in `server`.

mod attribute;
mod block;

pub use attribute::{Attribute, AttributeKind, Checks, Nesting, Presence};
pub use block::{Block, BlockNesting, NestedBlock};

/// Text for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// The text; empty if there is none.
    pub text: String,
    /// Whether it is Markdown.
    pub format: TextFormat,
}

impl Description {
    /// Text as it stands.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), format: TextFormat::Plain }
    }

    /// Markdown.
    pub fn markdown(text: impl Into<String>) -> Self {
        Self { text: text.into(), format: TextFormat::Markdown }
    }
}

/// How a description is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextFormat {
    /// As it stands.
    #[default]
    Plain,
    /// Markdown.
    Markdown,
}

/// A schema with its version.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Counts up when stored state has to be rewritten.
    pub version: i64,
    /// The attributes and blocks.
    pub block: Block,
}
