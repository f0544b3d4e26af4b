//! The checks of custom types.

use tf_cty::{Cty, Value};

use super::Misfit;
use crate::AttributeType;
use crate::schema::Checks;
use crate::types::CustomType;

/// What a [`CustomType`] demands of values; for [`crate::custom_type`].
pub const fn custom_checks<T: CustomType + Cty>() -> Checks {
    Checks { conversion: fits::<T>, semantically_equal: same::<T> }
}

fn fits<T: CustomType + Cty>(value: &Value) -> Result<(), Misfit> {
    (T::Wire::CHECKS.conversion)(value)?;
    if value.is_null() || !value.is_wholly_known() {
        return Ok(());
    }
    T::from_cty(value)
        .map(|_| ())
        .map_err(|error| Misfit { detail: crate::diagnostic::sentence(&error.to_string()), path: error.path })
}

/// What cannot be read is the same as what is equal to it, and nothing else.
fn same<T: CustomType + Cty>(a: &Value, b: &Value) -> bool {
    if a.raw_equals(b) {
        return true;
    }
    match (T::from_cty(a), T::from_cty(b)) {
        (Ok(a), Ok(b)) => a.is_same(&b),
        _ => false,
    }
}
