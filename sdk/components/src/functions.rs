//! Functions: numbers, text, collections, jq.
//!
//! They need no configuration, for Terraform calls functions before a provider has one. Where a function has the name of one of
//! Terraform's own, it gives what that one gives; null in place of the main argument gives null. Options are what the variadic
//! parameter takes: one null is an option left out, and one too many is an error.
//!
//! A parameter that takes a list or map of anything has the dynamic type, not a list or map of it: Terraform would make all its
//! elements of one type first. `contains([1, "a"], 1)` would look for 1 in `["1", "a"]`, and `format("{} {}", [1, true])` be refused.

mod argument;
mod arithmetic;
mod case;
mod collection;
mod convert;
mod extreme;
mod format;
mod join;
mod lens;
mod limits;
mod prose;
mod rounding;
mod sequence;
#[cfg(test)]
mod signatures;
mod size;
mod standard;
mod test_only;
mod text;

use tf_sdk::{Components, Provider};

use crate::{Audience, Options, jq};

/// Adds every function.
pub fn register<P: Provider>(components: &mut Components<P>, options: &Options) {
    numbers(components);
    texts(components);
    collections(components);
    if options.audience == Audience::Tests {
        components.function(test_only::NestedDataProcessor);
    }
}

fn numbers<P: Provider>(components: &mut Components<P>) {
    components.function(arithmetic::Add);
    components.function(arithmetic::Subtract);
    components.function(arithmetic::Multiply);
    components.function(arithmetic::Divide);
    components.function(extreme::Min);
    components.function(extreme::Max);
    components.function(arithmetic::Sum);
    components.function(rounding::Round);
    components.function(size::FormatSize);
}

fn texts<P: Provider>(components: &mut Components<P>) {
    components.function(text::Upper);
    components.function(text::Lower);
    components.function(text::Split);
    components.function(text::Replace);
    components.function(join::Join);
    components.function(format::Format);
    components.function(case::ToSnakeCase);
    components.function(case::ToKebabCase);
    components.function(case::ToCamelCase);
    components.function(prose::Truncate);
    components.function(prose::Pluralize);
    components.function(convert::ToString);
}

fn collections<P: Provider>(components: &mut Components<P>) {
    components.function(collection::Length);
    components.function(collection::Contains);
    components.function(collection::Lookup);
    components.function(lens::LensJq);
    components.helper(jq::HELPER);
}
