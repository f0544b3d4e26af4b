//! The `Cty` of a struct: its fields as the attributes of an object.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Path};

/// `to_cty` and `from_cty`. `cty_type` is the derive's own.
pub(crate) fn functions(fields: &[(&Ident, &str)], krate: &Path) -> TokenStream {
    let (idents, names): (Vec<_>, Vec<_>) = fields.iter().copied().unzip();
    let read = match fields.is_empty() {
        true => quote!(#krate::cty::Attributes::of(value, &[]).map(|_| Self {})),
        false => quote! {
            let attributes = #krate::cty::Attributes::of(value, &[#(#names),*])?;
            ::std::result::Result::Ok(Self { #(#idents: attributes.get(#names)?),* })
        },
    };
    quote! {
        fn to_cty(&self) -> ::std::result::Result<#krate::Value, #krate::cty::ToCtyError> {
            #krate::model::declare::object(
                ::std::vec![#((#names, #krate::Cty::to_cty(&self.#idents))),*]
            )
        }

        fn from_cty(value: &#krate::Value) -> ::std::result::Result<Self, #krate::cty::FromCtyError> {
            #read
        }
    }
}
