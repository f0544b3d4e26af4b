//! `#[derive(Arguments)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Expr, Field, LitStr, Path, Result, Type};

use crate::description::Words;
use crate::options::{self, Flag, refuse};
use crate::structure::{self, Name};

/// The options of one parameter: `#[param(…)]`.
#[derive(Default)]
struct Options {
    variadic: Flag,
    allow_null: Flag,
    allow_unknown: Flag,
    words: Words,
    rename: Option<LitStr>,
    validate: Vec<Expr>,
}

struct Parameter<'a> {
    name: Name,
    field: &'a Field,
    /// The type of one argument.
    ty: &'a Type,
    options: Options,
}

/// Implements `Arguments`.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let krate = &crate_path(input)?;
    let fields = structure::fields(input, "Arguments")?;
    let parameters = structure::all(fields.iter().map(|field| Parameter::of(field)))?;
    structure::distinct(parameters.iter().map(|p| &p.name))?;
    let count = parameters.iter().filter(|p| p.options.variadic.is_none()).count();
    for early in parameters.iter().take(parameters.len().saturating_sub(1)) {
        if let Some(span) = early.options.variadic {
            return refuse(span, "the variadic parameter takes the rest: it is the last one");
        }
    }
    let positional = parameters[..count].iter().map(|p| p.declaration(krate));
    let variadic = parameters[count..].iter().map(|p| p.declaration(krate));
    let idents = parameters.iter().map(|p| &p.field.ident);
    let readings = parameters.iter().enumerate().map(|(i, p)| match p.options.variadic {
        Some(_) => quote!(#krate::model::declare::rest(values, #i)?),
        None => quote!(#krate::model::declare::argument(values, #i)?),
    });
    let is_variadic = count < parameters.len();
    let length = match is_variadic {
        true => quote!(at_least_arguments),
        false => quote!(exactly_arguments),
    };
    let name = &input.ident;
    Ok(quote! {
        #[automatically_derived]
        impl #krate::function::Arguments for #name {
            fn parameters() -> #krate::function::Parameters {
                #krate::function::Parameters {
                    positional: ::std::vec![#(#positional),*],
                    variadic: ::std::option::Option::<#krate::function::Parameter>::None #(.or(::std::option::Option::Some(#variadic)))*,
                }
            }

            fn from_values(
                values: &[#krate::Value],
            ) -> ::std::result::Result<Self, #krate::FunctionError> {
                #krate::model::declare::#length(values, #count)?;
                ::std::result::Result::Ok(Self { #(#idents: #readings),* })
            }
        }
    })
}

fn crate_path(input: &DeriveInput) -> Result<Path> {
    let mut krate = structure::default_crate();
    for attr in structure::options(&input.attrs, "arguments") {
        attr.parse_nested_meta(|meta| match meta.path.is_ident("crate") {
            true => options::path(&mut krate, &meta),
            false => Err(meta.error("no such option; there is: crate")),
        })?;
    }
    Ok(krate)
}

impl Options {
    fn of(field: &Field) -> Result<Self> {
        let mut all = Self::default();
        for attr in structure::options(&field.attrs, "param") {
            attr.parse_nested_meta(|meta| {
                let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
                match name.as_str() {
                    "variadic" => options::flag(&mut all.variadic, &meta),
                    "allow_null" => options::flag(&mut all.allow_null, &meta),
                    "allow_unknown" => options::flag(&mut all.allow_unknown, &meta),
                    "markdown" => options::flag(&mut all.words.markdown, &meta),
                    "description" => options::text(&mut all.words.description, &meta),
                    "rename" => options::text(&mut all.rename, &meta),
                    "validate" => options::expressions(&mut all.validate, &meta),
                    _ => Err(meta.error(
                        "no such option; there are: variadic, allow_null, allow_unknown, markdown, description, \
                         rename, validate",
                    )),
                }
            })?;
        }
        Ok(all)
    }
}

impl<'a> Parameter<'a> {
    fn of(field: &'a Field) -> Result<Self> {
        let options = Options::of(field)?;
        let mut name = Name::of(field);
        if let Some(rename) = &options.rename {
            name = Name { text: rename.value(), span: rename.span() };
        }
        name.check()?;
        let ty = match (options.variadic, structure::argument_of(&field.ty, "Vec")) {
            (None, _) => &field.ty,
            (Some(_), Some(element)) => element,
            (Some(_), None) => {
                return refuse(
                    field.ty.span(),
                    "the variadic parameter takes any number: its field is a `Vec<…>`",
                );
            }
        };
        Ok(Self { name, field, ty, options })
    }

    fn declaration(&self, krate: &Path) -> TokenStream {
        let (ty, name) = (self.ty, &self.name.text);
        let unwrapped = structure::argument_of(ty, "Tf");
        let optional = structure::argument_of(unwrapped.unwrap_or(ty), "Option").is_some();
        let holds = self.holds(krate);
        let allow_null = (optional || self.options.allow_null.is_some()).then(|| quote!(.allow_null()));
        let allow_unknown =
            (unwrapped.is_some() || self.options.allow_unknown.is_some()).then(|| quote!(.allow_unknown()));
        let description = self.options.words.expression(&self.field.attrs, krate).into_iter();
        let validate =
            self.options.validate.iter().map(|expr| quote_spanned!(expr.span()=> .validate(#expr)));
        let made = quote_spanned!(ty.span()=> #krate::model::declare::ParameterField::of::<#ty>);
        quote! {{
            #holds
            #made(#name)
                #allow_null
                #allow_unknown
                #(.described(#description))*
                #(#validate)*
                .parameter()
        }}
    }

    /// What the field must be able to hold: checked by the compiler, for it knows types.
    fn holds(&self, krate: &Path) -> TokenStream {
        let ty = self.ty;
        let null = self.options.allow_null.map(|span| {
            let message = "a parameter that takes null is an `Option<…>`";
            quote_spanned!(span=> const _: () = ::std::assert!(<#ty as #krate::AttributeType>::NULL, #message);)
        });
        let unknown = self.options.allow_unknown.map(|span| {
            let message = "a parameter that takes unknown values is a `Tf<…>`";
            quote_spanned!(span=> const _: () = ::std::assert!(<#ty as #krate::AttributeType>::UNKNOWN, #message);)
        });
        quote!(#null #unknown)
    }
}
