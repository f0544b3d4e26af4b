//! Functions: the reference's standard library, and the protocol by which functions are called.
//!
//! A [`Function`] knows its parameters and infers its return type from arguments that may be unknown. [`Function::call`] deals with
//! nulls, unknowns and marks before the implementation sees an argument, so that implementations work with plain values
//! unless they ask for more. Start with [`get`]; [`table`] lists what there is.

mod bytes;
mod collection;
mod combine;
mod csv;
mod date;
mod duration;
mod error;
mod format;
mod logic;
mod number;
mod pattern;
mod rational;
mod regex;
mod set;
mod spec;
mod string;
mod to;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

pub use bytes::{as_bytes, bytes, bytes_type};
pub use error::FunctionError;
pub use spec::{Function, Parameter};

static ALL: LazyLock<BTreeMap<&'static str, Function>> = LazyLock::new(|| {
    let groups = [
        bytes::all(),
        collection::all(),
        combine::all(),
        csv::all(),
        date::all(),
        format::all(),
        logic::all(),
    ];
    let more = [number::all(), pattern::all(), set::all(), string::all(), to::all()];
    groups.into_iter().chain(more).flatten().map(|f| (f.name(), f)).collect()
});

/// The function of a name.
///
/// ```
/// use tf_cty::{Value, functions};
/// let upper = functions::get("upper").expect("a standard function");
/// assert_eq!(upper.call(&[Value::from("né")])?.as_str(), Some("NÉ"));
/// assert_eq!(upper.call(&[]).unwrap_err().to_string(), "wrong number of arguments (1 required; 0 given)");
/// # Ok::<(), tf_cty::functions::FunctionError>(())
/// ```
pub fn get(name: &str) -> Option<&'static Function> {
    ALL.get(name)
}

/// All functions, by name.
pub fn all() -> impl Iterator<Item = &'static Function> {
    ALL.values()
}

/// A table of all functions in Markdown: signature and description.
pub fn table() -> String {
    let mut out = String::from("| function | what it does |\n| --- | --- |\n");
    for f in all() {
        // Writing into a String cannot fail.
        let _ = writeln!(out, "| `{}` | {} |", f.signature(), f.description());
    }
    out
}
