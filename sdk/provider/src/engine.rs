//! The rooms in which operations are carried out: values and diagnostics in and out, no wire. One module an operation.
//!
//! What is absent: repairs. What an author returns is checked against Terraform's laws and reported in Terraform's words. Two things
//! alone are done to it in silence, because they are forms and not facts: write-only attributes become null, and blocks that are
//! not there become empty collections.

pub(crate) mod apply;
mod blocks;
mod caught;
mod compatible;
pub(crate) mod component;
pub(crate) mod data_source;
mod defaults;
pub(crate) mod ephemeral;
pub(crate) mod erased;
pub(crate) mod function;
mod gaps;
pub(crate) mod import;
mod mark;
mod member;
mod modify;
pub(crate) mod moved;
pub(crate) mod plan;
mod planned;
pub(crate) mod read;
mod result;
mod semantic;
mod state_json;
pub(crate) mod upgrade;
pub(crate) mod validate;
mod write_only;

use caught::caught;
pub(crate) use gaps::forgiven;
pub(crate) use member::is_sensitive;
use tf_cty::{Path, Value};

pub(crate) use state_json::decode as decode_state_json;

/// A path as people write it.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string().trim_start_matches('.').to_owned()
}

/// A value as people write it.
fn in_words(value: &Value) -> String {
    match (value.is_known(), value.is_null()) {
        (false, _) => "unknown".to_owned(),
        (true, true) => "null".to_owned(),
        (true, false) => format!("{value:?}"),
    }
}
