//! Write-only attributes: in the configuration only.

use tf_cty::Value;

use super::member::{Member, rewrite, rewrite_objects};
use crate::schema::Block;

/// Makes null every write-only attribute, at any depth.
pub(crate) fn as_null(block: &Block, object: &Value) -> Option<Value> {
    rewrite(block, object, &mut |member, value| {
        if matches!(member, Member::Attribute(a) if a.write_only) {
            return (!value.is_null()).then(|| Value::null(member.ty()));
        }
        let nested = member.nested()?;
        rewrite_objects(value, &mut |_, _, object| as_null(nested, object))
    })
}
