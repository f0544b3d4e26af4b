//! What every function promises: names, types and nulls as the seed publishes them, and words for people.

use tf_sdk::function::{Arguments, Function, Parameter};
use tf_sdk::{Cty, Type};

use super::{
    arithmetic, case, collection, convert, extreme, format, join, lens, prose, rounding, size, test_only,
    text,
};

/// Every function. `?` takes null. Where the seed has a list or map of the dynamic type here is the dynamic type alone.
const SIGNATURES: [&str; 26] = [
    "add(a: number?, b: number?) -> number",
    "subtract(a: number?, b: number?) -> number",
    "multiply(a: number?, b: number?) -> number",
    "divide(a: number?, b: number?) -> number",
    "sum(numbers: list of number?) -> number",
    "min(numbers: list of number?) -> number",
    "max(numbers: list of number?) -> number",
    "round(number: number?, options: number?...) -> number",
    "format_size(size_bytes: number?, options: number?...) -> string",
    "upper(input_str: string?) -> string",
    "lower(input_str: string?) -> string",
    "split(delimiter: string?, string: string?) -> list of string",
    "replace(string: string?, search: string?, replacement: string?) -> string",
    "join(delimiter: string?, strings: dynamic?) -> string",
    "format(template: string?, values: dynamic?) -> string",
    "to_snake_case(text: string?) -> string",
    "to_kebab_case(text: string?) -> string",
    "to_camel_case(text: string?, options: bool?...) -> string",
    "truncate(text: string?, options: dynamic?...) -> string",
    "pluralize(word: string?, options: dynamic?...) -> string",
    "tostring(value: dynamic?) -> string",
    "length(collection: dynamic?) -> number",
    "contains(list_to_check: dynamic?, element: dynamic) -> bool",
    "lookup(map_to_search: dynamic?, key: string, defaults: dynamic?...) -> dynamic",
    "lens_jq(input_data: dynamic?, query: string) -> dynamic",
    "foundry_nested_data_processor(input_json: string, processing_mode: string?...) -> string",
];

#[test]
fn signatures_are_as_published() {
    let signatures = [
        signature(arithmetic::Add),
        signature(arithmetic::Subtract),
        signature(arithmetic::Multiply),
        signature(arithmetic::Divide),
        signature(arithmetic::Sum),
        signature(extreme::Min),
        signature(extreme::Max),
        signature(rounding::Round),
        signature(size::FormatSize),
        signature(text::Upper),
        signature(text::Lower),
        signature(text::Split),
        signature(text::Replace),
        signature(join::Join),
        signature(format::Format),
        signature(case::ToSnakeCase),
        signature(case::ToKebabCase),
        signature(case::ToCamelCase),
        signature(prose::Truncate),
        signature(prose::Pluralize),
        signature(convert::ToString),
        signature(collection::Length),
        signature(collection::Contains),
        signature(collection::Lookup),
        signature(lens::LensJq),
        signature(test_only::NestedDataProcessor),
    ];
    assert_eq!(signatures, SIGNATURES);
}

/// The signature of a function, which has words for all there is.
fn signature<F: Function>(function: F) -> String {
    let parameters = F::Arguments::parameters();
    let sentences = [F::SUMMARY, &function.description().text];
    for sentence in sentences {
        assert!(sentence.ends_with('.'), "{}: {sentence:?}", F::NAME);
    }
    for parameter in parameters.positional.iter().chain(&parameters.variadic) {
        assert!(parameter.description.text.ends_with('.'), "{}: {}", F::NAME, parameter.name);
        assert!(!parameter.allow_unknown, "{}: {}", F::NAME, parameter.name);
    }
    let mut written: Vec<String> = parameters.positional.iter().map(write).collect();
    written.extend(parameters.variadic.iter().map(|parameter| format!("{}...", write(parameter))));
    format!("{}({}) -> {}", F::NAME, written.join(", "), name(&F::Output::cty_type()))
}

fn write(parameter: &Parameter) -> String {
    let null = if parameter.allow_null { "?" } else { "" };
    format!("{}: {}{null}", parameter.name, name(&parameter.ty))
}

fn name(ty: &Type) -> String {
    ty.friendly_name()
}
