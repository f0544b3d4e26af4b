//! `#[block(…)]`: what a field says of its nested blocks.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Field, LitStr, Path, Result};

use crate::options::{self, Flag};
use crate::structure::{self, Name};

/// The options of one block.
#[derive(Default)]
struct Options {
    group: Flag,
    rename: Option<LitStr>,
    min: Option<Expr>,
    max: Option<Expr>,
    plan: Vec<Expr>,
    validate: Vec<Expr>,
}

/// The name of a field's block, and the expression that declares it.
pub(crate) fn expand(field: &Field, krate: &Path) -> Result<(Name, TokenStream)> {
    let options = Options::of(field)?;
    let mut name = Name::of(field);
    if let Some(rename) = &options.rename {
        name = Name { text: rename.value(), span: rename.span() };
    }
    name.check()?;
    let declaration = options.declaration(field, &name.text, krate);
    Ok((name, declaration))
}

impl Options {
    fn of(field: &Field) -> Result<Self> {
        let mut all = Self::default();
        for attr in structure::options(&field.attrs, "block") {
            if matches!(attr.meta, syn::Meta::Path(_)) {
                continue;
            }
            attr.parse_nested_meta(|meta| {
                let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
                match name.as_str() {
                    "group" => options::flag(&mut all.group, &meta),
                    "rename" => options::text(&mut all.rename, &meta),
                    "min" => options::expression(&mut all.min, &meta),
                    "max" => options::expression(&mut all.max, &meta),
                    "plan" => options::expressions(&mut all.plan, &meta),
                    "validate" => options::expressions(&mut all.validate, &meta),
                    _ => {
                        Err(meta.error("no such option; there are: group, rename, min, max, plan, validate"))
                    }
                }
            })?;
        }
        Ok(all)
    }

    fn declaration(&self, field: &Field, name: &str, krate: &Path) -> TokenStream {
        let ty = &field.ty;
        let made = quote_spanned!(ty.span()=> #krate::model::declare::NestedField::of::<#ty>);
        let holds = self.holds(field, krate);
        let group = self.group.iter().map(|span| quote_spanned!(*span=> .group()));
        let (min, max) = (self.min.iter(), self.max.iter());
        let plan = self.plan.iter().map(|expr| quote_spanned!(expr.span()=> .plan(#expr)));
        let validate = self.validate.iter().map(|expr| quote_spanned!(expr.span()=> .validate(#expr)));
        quote! {{
            #holds
            #made(#name)
                #(#group)*
                #(.min(#min))*
                #(.max(#max))*
                #(#plan)*
                #(#validate)*
                .member()
        }}
    }

    /// What the field must be able to hold: checked by the compiler, for it knows types.
    fn holds(&self, field: &Field, krate: &Path) -> TokenStream {
        let (ty, span) = (&field.ty, field.ty.span());
        let single = quote!(::std::matches!(
            <#ty as #krate::model::NestedType>::BLOCK_NESTING,
            #krate::schema::BlockNesting::Single
        ));
        if self.group.is_some() {
            let message = "a group is one block: its field is the model itself";
            return quote_spanned!(span=> const _: () = ::std::assert!(#single, #message););
        }
        if self.min.is_some() {
            return TokenStream::new();
        }
        let message = "a block that is not written is null: its field is an `Option<…>`; `min = 1` demands it, and \
                       `group` makes it one with null attributes";
        quote_spanned! {span=>
            const _: () =
                ::std::assert!(!#single || <#ty as #krate::model::NestedType>::NULL, #message);
        }
    }
}
