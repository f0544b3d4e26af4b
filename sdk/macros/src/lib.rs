//! The derives of tf-sdk: `Model`, `Object` and `Arguments`.
//!
//! What they make is small: tables of names and calls into `tf_sdk::model::declare`, where the work is done once for all models. They
//! refuse here what can be seen here (contradicting options), and leave to the compiler what needs types (a default of another
//! type, a validator of another kind). Authors find them, documented, in `tf_sdk`.
#![forbid(unsafe_code)]

mod arguments;
mod attr;
mod block;
mod conversion;
mod description;
mod model;
mod object;
mod options;
mod structure;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use syn::{DeriveInput, Error, parse_macro_input};

/// A struct as schema, model and documentation. See `tf_sdk::Model`.
#[proc_macro_derive(Model, attributes(model, attr, block))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    model::expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// A struct as the object type of an attribute. See `tf_sdk::Object`.
#[proc_macro_derive(Object, attributes(object))]
pub fn derive_object(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    object::expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// A struct as the parameters of a function. See `tf_sdk::Arguments`.
#[proc_macro_derive(Arguments, attributes(arguments, param))]
pub fn derive_arguments(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    arguments::expand(&input).unwrap_or_else(Error::into_compile_error).into()
}
