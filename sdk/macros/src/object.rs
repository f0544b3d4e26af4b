//! `#[derive(Object)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Field, Ident, Path, Result};

use crate::structure::{self, Name};
use crate::{conversion, options};

/// Implements `Cty` and `AttributeType`.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let krate = &crate_path(input)?;
    let fields = structure::fields(input, "Object")?;
    let names = structure::all(fields.iter().map(|field| field_name(field)))?;
    structure::distinct(&names)?;
    let texts: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
    let named: Vec<(&Ident, &str)> =
        fields.iter().zip(&texts).filter_map(|(field, name)| Some((field.ident.as_ref()?, *name))).collect();
    let functions = conversion::functions(&named, krate);
    let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    let checks = types.iter().map(|ty| quote_spanned!(ty.span()=> <#ty as #krate::AttributeType>::CHECKS));
    let name = &input.ident;
    Ok(quote! {
        const _: () = {
            static TYPE: ::std::sync::LazyLock<#krate::Type> = ::std::sync::LazyLock::new(|| {
                #krate::Type::object(::std::vec::Vec::<(&str, #krate::Type)>::from([
                    #((#texts, <#types as #krate::Cty>::cty_type())),*
                ]))
            });
            const FIELDS: &[(&str, #krate::schema::Checks)] = &[#((#texts, #checks)),*];

            #[automatically_derived]
            impl #krate::Cty for #name {
                fn cty_type() -> #krate::Type {
                    TYPE.clone()
                }

                #functions
            }

            #[automatically_derived]
            impl #krate::AttributeType for #name {
                type Base = Self;
                type Kind = #krate::model::kind::Object;
                const CHECKS: #krate::schema::Checks = #krate::schema::Checks {
                    conversion: |value| #krate::model::declare::object_conversion(FIELDS, value),
                    semantically_equal: |a, b| #krate::model::declare::object_equality(FIELDS, a, b),
                };
            }
        };
    })
}

fn crate_path(input: &DeriveInput) -> Result<Path> {
    let mut krate = structure::default_crate();
    for attr in structure::options(&input.attrs, "object") {
        attr.parse_nested_meta(|meta| match meta.path.is_ident("crate") {
            true => options::path(&mut krate, &meta),
            false => Err(meta.error("no such option; there is: crate")),
        })?;
    }
    Ok(krate)
}

fn field_name(field: &Field) -> Result<Name> {
    let mut name = Name::of(field);
    for attr in structure::options(&field.attrs, "object") {
        attr.parse_nested_meta(|meta| {
            if !meta.path.is_ident("rename") {
                return Err(meta.error("no such option; there is: rename"));
            }
            let text: syn::LitStr = meta.value()?.parse()?;
            name = Name { text: text.value(), span: text.span() };
            Ok(())
        })?;
    }
    name.check()?;
    Ok(name)
}
