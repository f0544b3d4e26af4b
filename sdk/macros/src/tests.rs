//! What is refused without types, and in what words.

use proc_macro2::TokenStream;
use syn::{DeriveInput, Result, parse_quote};

use crate::{arguments, model, object};

type Expand = fn(&DeriveInput) -> Result<TokenStream>;

/// That an item is refused with messages that begin so, one for each mistake.
fn refused(expand: Expand, item: &DeriveInput, messages: &[&str]) {
    let error = expand(item).expect_err("not refused");
    let said: Vec<String> = error.into_iter().map(|error| error.to_string()).collect();
    assert_eq!(said.len(), messages.len(), "{said:#?}");
    for (said, message) in said.iter().zip(messages) {
        assert!(said.starts_with(message), "{said}\n{message}");
    }
}

#[test]
fn attributes_that_contradict_themselves() {
    let item = parse_quote! {
        struct S {
            #[attr(required, optional)]
            both: String,
            #[attr(required, computed)]
            set_by_two: Tf<String>,
            #[attr(required, default = "x")]
            required_default: String,
            #[attr(optional, default = "x")]
            optional_default: Option<String>,
            #[attr(optional, computed, write_only)]
            write_only: Tf<Option<String>>,
            #[attr(required, env = "X")]
            environment: String,
            #[attr(optional, env = "A=B")]
            variable: Option<String>,
            neither: String,
            #[attr(sensitive)]
            nobody: String,
            #[attr(optional, optional)]
            twice: Option<String>,
            #[attr(optional, requierd)]
            misspelt: Option<String>,
            #[attr(required, rename = "No Name")]
            renamed: String,
            #[attr(required)]
            Upper: String,
            #[attr(required)]
            #[block]
            two_things: String,
            #[block(maximum = 1)]
            option: Vec<M>,
            #[attr(required, nested)]
            itself: Vec<S>,
        }
    };
    refused(
        model::expand,
        &item,
        &[
            "an attribute is required or optional, not both",
            "what the configuration must set cannot be computed",
            "an attribute with a default is `optional, computed`",
            "an attribute with a default is `optional, computed`",
            "a write-only attribute is never in a plan",
            "an environment variable stands in for an attribute that is optional",
            "not the name of an environment variable",
            "say who sets it",
            "say who sets it",
            "said twice",
            "no such option; there are: required",
            "`No Name` is no name in Terraform",
            "`Upper` is no name in Terraform",
            "a field is an attribute or a block, not both",
            "no such option; there are: group",
            "a model cannot contain itself",
        ],
    );
}

#[test]
fn structs_that_are_no_models() {
    refused(
        model::expand,
        &parse_quote!(
            enum E {
                A,
            }
        ),
        &["Model can be derived for structs only"],
    );
    refused(
        model::expand,
        &parse_quote!(
            struct T(u8);
        ),
        &["Model can be derived for structs with named fields"],
    );
    refused(
        model::expand,
        &parse_quote!(
            struct G<T> {
                t: T,
            }
        ),
        &["Model can be derived for structs without parameters"],
    );
    refused(object::expand, &parse_quote!(union U { a: u8 }), &["Object can be derived for structs only"]);
    let doubled = parse_quote! {
        struct S {
            #[attr(required)]
            name: String,
            #[attr(required, rename = "name")]
            other: String,
        }
    };
    refused(model::expand, &doubled, &["`name` is named twice"]);
    let option = parse_quote!(
        #[model(versoin = 1)]
        struct S {}
    );
    refused(model::expand, &option, &["no such option; there are: version"]);
    refused(
        object::expand,
        &parse_quote!(
            struct S {
                #[object(name = "x")]
                a: u8,
            }
        ),
        &["no such option; there is: rename"],
    );
}

#[test]
fn parameters_that_cannot_be() {
    let early = parse_quote! {
        struct A {
            #[param(variadic)]
            first: Vec<Value>,
            last: Value,
        }
    };
    refused(arguments::expand, &early, &["the variadic parameter takes the rest"]);
    let alone = parse_quote!(
        struct A {
            #[param(variadic)]
            rest: String,
        }
    );
    refused(arguments::expand, &alone, &["the variadic parameter takes any number"]);
    refused(
        arguments::expand,
        &parse_quote!(
            struct A {
                #[param(null)]
                a: u8,
            }
        ),
        &["no such option; there are: variadic"],
    );
}
