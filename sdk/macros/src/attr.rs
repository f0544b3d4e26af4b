//! `#[attr(…)]`: what a field says of its attribute.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Field, LitStr, Path, Result};

use crate::description::Words;
use crate::options::{self, Flag, refuse};
use crate::structure::{self, Name};

/// The options of one attribute.
#[derive(Default)]
struct Options {
    required: Flag,
    optional: Flag,
    computed: Flag,
    sensitive: Flag,
    write_only: Flag,
    nested: Flag,
    words: Words,
    deprecated: Option<LitStr>,
    rename: Option<LitStr>,
    env: Option<LitStr>,
    default: Option<Expr>,
    plan: Vec<Expr>,
    validate: Vec<Expr>,
}

/// The name of a field's attribute, and the expression that declares it.
pub(crate) fn expand(field: &Field, krate: &Path) -> Result<(Name, TokenStream)> {
    let options = Options::of(field)?;
    options.check(field)?;
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
        for attr in structure::options(&field.attrs, "attr") {
            attr.parse_nested_meta(|meta| {
                let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
                match name.as_str() {
                    "required" => options::flag(&mut all.required, &meta),
                    "optional" => options::flag(&mut all.optional, &meta),
                    "computed" => options::flag(&mut all.computed, &meta),
                    "sensitive" => options::flag(&mut all.sensitive, &meta),
                    "write_only" => options::flag(&mut all.write_only, &meta),
                    "nested" => options::flag(&mut all.nested, &meta),
                    "markdown" => options::flag(&mut all.words.markdown, &meta),
                    "description" => options::text(&mut all.words.description, &meta),
                    "deprecated" => options::text(&mut all.deprecated, &meta),
                    "rename" => options::text(&mut all.rename, &meta),
                    "env" => options::text(&mut all.env, &meta),
                    "default" => options::expression(&mut all.default, &meta),
                    "plan" => options::expressions(&mut all.plan, &meta),
                    "validate" => options::expressions(&mut all.validate, &meta),
                    _ => Err(meta.error(
                        "no such option; there are: required, optional, computed, sensitive, write_only, nested, \
                         markdown, description, deprecated, rename, env, default, plan, validate",
                    )),
                }
            })?;
        }
        Ok(all)
    }

    /// Refuses options that contradict one another.
    fn check(&self, field: &Field) -> Result<()> {
        match (self.required, self.optional, self.computed) {
            (Some(span), Some(_), _) => {
                return refuse(span, "an attribute is required or optional, not both");
            }
            (Some(span), _, Some(_)) => {
                return refuse(
                    span,
                    "what the configuration must set cannot be computed: drop one of the two",
                );
            }
            (None, None, None) => {
                let message = "say who sets it: `#[attr(required)]`, `#[attr(optional)]`, `#[attr(computed)]` or \
                               `#[attr(optional, computed)]`; a block is `#[block]`";
                return refuse(field.ident.span(), message);
            }
            _ => {}
        }
        if let (Some(default), true) = (&self.default, self.optional.is_none() || self.computed.is_none()) {
            let message = "an attribute with a default is `optional, computed`: what the configuration leaves out, \
                           the provider sets";
            return refuse(default.span(), message);
        }
        if let (Some(span), Some(_)) = (self.write_only, self.computed) {
            return refuse(span, "a write-only attribute is never in a plan: it cannot be computed");
        }
        match &self.env {
            Some(env) if self.optional.is_none() => {
                refuse(env.span(), "an environment variable stands in for an attribute that is optional")
            }
            Some(env) if env.value().is_empty() || env.value().contains(['=', '\0']) => {
                refuse(env.span(), "not the name of an environment variable")
            }
            _ => Ok(()),
        }
    }

    fn presence(&self) -> TokenStream {
        match (self.required, self.optional, self.computed) {
            (Some(_), _, _) => quote!(Required),
            (_, Some(_), None) => quote!(Optional),
            (_, Some(_), Some(_)) => quote!(OptionalComputed),
            _ => quote!(Computed),
        }
    }

    /// What the field must be able to hold: checked by the compiler, for it knows types.
    fn holds(&self, field: &Field, kind: &TokenStream) -> TokenStream {
        let (ty, span) = (&field.ty, field.ty.span());
        if self.default.is_some() || self.required.is_some() {
            return TokenStream::new();
        }
        if self.computed.is_some() {
            let message = "a computed attribute may be unknown in a plan: its field is a `Tf<…>`, or `Tf<Option<…>>` \
                           if it can be null too";
            return quote_spanned!(span=> const _: () = ::std::assert!(<#ty as #kind>::UNKNOWN, #message););
        }
        let message =
            "an optional attribute is null when the configuration leaves it out: its field is an `Option<…>`";
        quote_spanned!(span=> const _: () = ::std::assert!(<#ty as #kind>::NULL, #message);)
    }

    fn declaration(&self, field: &Field, name: &str, krate: &Path) -> TokenStream {
        let ty = &field.ty;
        let (kind, make) = match self.nested {
            Some(_) => (quote!(#krate::model::NestedType), quote!(nested)),
            None => (quote!(#krate::AttributeType), quote!(plain)),
        };
        let presence = self.presence();
        let holds = self.holds(field, &kind);
        let made = quote_spanned!(ty.span()=> #krate::model::declare::Field::#make::<#ty>);
        let flags = [(self.sensitive, quote!(sensitive)), (self.write_only, quote!(write_only))];
        let flags = flags.into_iter().filter_map(|(flag, method)| flag.map(|_| method));
        let description = self.words.expression(&field.attrs, krate).into_iter();
        let (deprecated, env) = (self.deprecated.iter(), self.env.iter());
        let default = self.default.iter().map(|default| {
            quote_spanned! {default.span()=>
                #krate::default::IntoDefault::<<#ty as #kind>::Base>::into_default(#default)
            }
        });
        let plan = self.plan.iter().map(|expr| quote_spanned!(expr.span()=> .plan(#expr)));
        let validate = self.validate.iter().map(|expr| quote_spanned!(expr.span()=> .validate(#expr)));
        quote! {{
            #holds
            #made(#name, #krate::schema::Presence::#presence)
                #(.#flags())*
                #(.described(#description))*
                #(.deprecated(#deprecated))*
                #(.environment(#env))*
                #(.default(#default))*
                #(#plan)*
                #(#validate)*
                .member()
        }}
    }
}
