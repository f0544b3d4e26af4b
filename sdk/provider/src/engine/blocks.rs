//! Blocks that are not there: to Terraform an empty list or set, never null.

use tf_cty::{Type, Value};

use super::member::{Member, rewrite, rewrite_objects};
use crate::schema::{Block, BlockNesting};

/// Makes every null collection of blocks empty, and every null group an object of nulls, at any depth.
pub(crate) fn reified(block: &Block, object: &Value) -> Option<Value> {
    rewrite(block, object, &mut |member, value| {
        let Member::Block(nested) = member else { return None };
        if value.is_null() {
            return absent(nested.nesting, &nested.ty(), &nested.block);
        }
        rewrite_objects(value, &mut |_, _, object| reified(&nested.block, object))
    })
}

/// What stands for a block that is not there; None where null does.
fn absent(nesting: BlockNesting, ty: &Type, block: &Block) -> Option<Value> {
    match (nesting, ty) {
        (BlockNesting::Single, _) => None,
        (BlockNesting::Group, _) => {
            let object = null_members(block);
            Some(reified(block, &object).unwrap_or(object))
        }
        (_, Type::List(element)) => Some(Value::empty_list((**element).clone())),
        (_, Type::Set(element)) => Some(Value::empty_set((**element).clone())),
        (_, Type::Map(element)) => Some(Value::empty_map((**element).clone())),
        (BlockNesting::Map, _) => Some(Value::object::<&str>([])),
        (_, _) => Some(Value::tuple([])),
    }
}

/// The object of a block with nothing set.
pub(crate) fn null_members(block: &Block) -> Value {
    Value::object(super::member::members(block).map(|m| (m.name(), Value::null(m.ty()))))
}
