//! `#[derive(Cty)]`: a Rust struct as an object type, its fields as attributes.
//!
//! A struct with one unnamed field is that field. Options: `#[cty(rename = "…")]` on a field names the attribute;
//! `#[cty(crate = "path")]` on the struct says where tf-cty is found when it is re-exported.
#![forbid(unsafe_code)]

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{
    Data, DeriveInput, Error, Field, Fields, Generics, LitStr, Path, Result, parse_macro_input, parse_quote,
};

/// Implements `Cty` for a struct.
#[proc_macro_derive(Cty, attributes(cty))]
pub fn derive_cty(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> Result<Tokens> {
    let krate = crate_path(input)?;
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "Cty can be derived for structs only"));
    };
    let body = match &data.fields {
        Fields::Named(fields) => object(&fields.named.iter().collect::<Vec<_>>(), &input.generics, &krate)?,
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => transparent(&fields.unnamed[0], &krate),
        _ => {
            let message = "Cty can be derived for structs with named fields or with a single field";
            return Err(Error::new_spanned(&input.ident, message));
        }
    };
    let mut generics = input.generics.clone();
    for param in generics.type_params_mut() {
        param.bounds.push(parse_quote!(#krate::Cty));
    }
    let (params, _, bounds) = generics.split_for_impl();
    let (_, arguments, _) = input.generics.split_for_impl();
    let name = &input.ident;
    Ok(quote! {
        #[automatically_derived]
        impl #params #krate::Cty for #name #arguments #bounds {
            #body
        }
    })
}

fn crate_path(input: &DeriveInput) -> Result<Path> {
    let mut path: Path = parse_quote!(::tf_cty);
    for attr in input.attrs.iter().filter(|a| a.path().is_ident("cty")) {
        attr.parse_nested_meta(|meta| {
            if !meta.path.is_ident("crate") {
                return Err(meta.error("expected `crate = \"…\"`"));
            }
            path = meta.value()?.parse::<LitStr>()?.parse()?;
            Ok(())
        })?;
    }
    Ok(path)
}

/// The name of a field's attribute.
fn attribute_name(field: &Field) -> Result<String> {
    let ident = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut name = ident.trim_start_matches("r#").to_owned();
    for attr in field.attrs.iter().filter(|a| a.path().is_ident("cty")) {
        attr.parse_nested_meta(|meta| {
            if !meta.path.is_ident("rename") {
                return Err(meta.error("expected `rename = \"…\"`"));
            }
            name = meta.value()?.parse::<LitStr>()?.value();
            Ok(())
        })?;
    }
    Ok(name)
}

fn object(fields: &[&Field], generics: &Generics, krate: &Path) -> Result<Tokens> {
    let names: Vec<String> = fields.iter().map(|f| attribute_name(f)).collect::<Result<_>>()?;
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            return Err(Error::new_spanned(fields[i], format!("attribute {name:?} is named twice")));
        }
    }
    let idents: Vec<_> = fields.iter().map(|f| &f.ident).collect();
    let types: Vec<_> = fields.iter().map(|f| &f.ty).collect();
    let build = quote! {
        let attributes: ::std::vec::Vec<(&str, #krate::Type)> =
            ::std::vec![#((#names, <#types as #krate::Cty>::cty_type())),*];
        #krate::Type::object(attributes)
    };
    // A type without parameters is worked out once.
    let cty_type = if generics.params.is_empty() {
        quote! {
            static TYPE: ::std::sync::OnceLock<#krate::Type> = ::std::sync::OnceLock::new();
            TYPE.get_or_init(|| { #build }).clone()
        }
    } else {
        build
    };
    Ok(quote! {
        fn cty_type() -> #krate::Type {
            #cty_type
        }

        fn to_cty(&self) -> ::std::result::Result<#krate::Value, #krate::ToCtyError> {
            let attributes: ::std::vec::Vec<(&str, #krate::Value)> = ::std::vec![
                #((#names, #krate::Cty::to_cty(&self.#idents).map_err(|e| e.in_attribute(#names))?)),*
            ];
            ::std::result::Result::Ok(#krate::Value::object(attributes))
        }

        fn from_cty(value: &#krate::Value) -> ::std::result::Result<Self, #krate::FromCtyError> {
            let attributes = #krate::Attributes::of(value, &[#(#names),*])?;
            ::std::result::Result::Ok(Self { #(#idents: attributes.get(#names)?),* })
        }
    })
}

fn transparent(field: &Field, krate: &Path) -> Tokens {
    let ty = &field.ty;
    quote! {
        fn cty_type() -> #krate::Type {
            <#ty as #krate::Cty>::cty_type()
        }

        fn to_cty(&self) -> ::std::result::Result<#krate::Value, #krate::ToCtyError> {
            #krate::Cty::to_cty(&self.0)
        }

        fn from_cty(value: &#krate::Value) -> ::std::result::Result<Self, #krate::FromCtyError> {
            <#ty as #krate::Cty>::from_cty(value).map(Self)
        }
    }
}
