//! Unknown values where the provider will compute something.

use tf_cty::Value;

use super::member::{Member, comes_from, counterparts, rewrite, rewrite_objects};
use crate::schema::Block;

/// Makes unknown every computed attribute, at any depth, that the configuration does not set and that has no default.
pub(crate) fn computed_as_unknown(block: &Block, config: &Value, plan: &Value) -> Option<Value> {
    rewrite(block, plan, &mut |member, value| {
        let configured = super::member::child(config, member.name(), value);
        if let Member::Attribute(attribute) = member
            && configured.is_null()
            && attribute.presence.is_computed()
            && attribute.default.is_none()
        {
            return value.is_known().then(|| Value::unknown(attribute.ty()));
        }
        let nested = member.nested()?;
        let pairs = counterparts(value, &configured, &|planned, config| comes_from(nested, planned, config));
        rewrite_objects(value, &mut |number, _, object| computed_as_unknown(nested, &pairs[number], object))
    })
}
