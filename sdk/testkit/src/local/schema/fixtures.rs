//! Schemas for the tests of this lane.

use super::{Attribute, Block, Kind, NestedBlock, Nesting};
use tf_cty::Type;

/// An attribute that the letters describe: r required, o optional, c computed, s sensitive, w write-only.
pub(crate) fn attribute(name: &str, letters: &str, kind: Kind) -> Attribute {
    let has = |letter| letters.contains(letter);
    Attribute {
        name: name.into(),
        kind,
        is_required: has('r'),
        is_computed: has('c'),
        is_sensitive: has('s'),
        is_write_only: has('w'),
    }
}

pub(crate) fn text(name: &str, letters: &str) -> Attribute {
    attribute(name, letters, Kind::Plain(Type::String))
}

pub(crate) fn nested(name: &str, letters: &str, nesting: Nesting) -> Attribute {
    let attributes = vec![text("key", "r"), text("made", "oc")];
    attribute(name, letters, Kind::Nested(nesting, Block { attributes, blocks: Vec::new() }))
}

pub(crate) fn blocks(name: &str, nesting: Nesting) -> NestedBlock {
    let block = Block { attributes: vec![text("key", "r"), text("made", "oc")], blocks: Vec::new() };
    NestedBlock { name: name.into(), nesting, block, min_items: 0, max_items: 2 }
}

/// One of everything.
pub(crate) fn everything() -> Block {
    Block {
        attributes: vec![
            text("name", "r"),
            text("id", "c"),
            text("size", "oc"),
            text("secret", "os"),
            text("password", "ow"),
            attribute("tags", "o", Kind::Plain(Type::map(Type::String))),
            attribute("ports", "o", Kind::Plain(Type::set(Type::Number))),
            nested("one", "o", Nesting::Single),
            nested("list", "o", Nesting::List),
            nested("set", "o", Nesting::Set),
            nested("map", "o", Nesting::Map),
            nested("maybe", "oc", Nesting::List),
        ],
        blocks: vec![
            blocks("rule", Nesting::List),
            blocks("bag", Nesting::Set),
            blocks("meta", Nesting::Single),
            blocks("group", Nesting::Group),
            blocks("by", Nesting::Map),
        ],
    }
}
