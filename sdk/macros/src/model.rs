//! `#[derive(Model)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{DeriveInput, Error, Expr, Field, Ident, LitStr, Path, Result};

use crate::description::Words;
use crate::options;
use crate::structure::{self, Name};
use crate::{attr, block, conversion};

/// The options of the struct: `#[model(…)]`.
struct Options {
    krate: Path,
    version: Option<Expr>,
    words: Words,
    deprecated: Option<LitStr>,
}

impl Options {
    fn of(input: &DeriveInput) -> Result<Self> {
        let mut all = Self {
            krate: structure::default_crate(),
            version: None,
            words: Words::default(),
            deprecated: None,
        };
        for attr in structure::options(&input.attrs, "model") {
            attr.parse_nested_meta(|meta| {
                let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
                match name.as_str() {
                    "crate" => options::path(&mut all.krate, &meta),
                    "version" => options::expression(&mut all.version, &meta),
                    "markdown" => options::flag(&mut all.words.markdown, &meta),
                    "description" => options::text(&mut all.words.description, &meta),
                    "deprecated" => options::text(&mut all.deprecated, &meta),
                    _ => Err(meta.error(
                        "no such option; there are: version, markdown, description, deprecated, crate",
                    )),
                }
            })?;
        }
        Ok(all)
    }
}

/// Implements `Cty`, `Model` and `NestedType`.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let options = Options::of(input)?;
    let krate = &options.krate;
    let fields = structure::fields(input, "Model")?;
    let members = structure::all(fields.iter().map(|field| member(field, &input.ident, krate)))?;
    structure::distinct(members.iter().map(|(name, _)| name))?;
    let named: Vec<(&Ident, &str)> = fields
        .iter()
        .zip(&members)
        .filter_map(|(field, (name, _))| Some((field.ident.as_ref()?, name.text.as_str())))
        .collect();
    let functions = conversion::functions(&named, krate);
    let declarations = members.iter().map(|(_, declaration)| declaration);
    let description = options.words.expression(&input.attrs, krate).into_iter();
    let (version, deprecated) = (options.version.iter(), options.deprecated.iter());
    let name = &input.ident;
    Ok(quote! {
        const _: () = {
            static DECLARED: ::std::sync::LazyLock<#krate::model::declare::Declared> =
                ::std::sync::LazyLock::new(|| {
                    #krate::model::declare::Declared::new(::std::vec![#(#declarations),*])
                        #(.described(#description))*
                        #(.deprecated(#deprecated))*
                });

            #[automatically_derived]
            impl #krate::Cty for #name {
                fn cty_type() -> #krate::Type {
                    DECLARED.object_type()
                }

                #functions
            }

            #[automatically_derived]
            impl #krate::Model for #name {
                #(const VERSION: i64 = #version;)*

                fn block() -> ::std::sync::Arc<#krate::schema::Block> {
                    DECLARED.block()
                }
            }

            #[automatically_derived]
            impl #krate::model::NestedType for #name {
                type Base = Self;
                type Item = Self;
                type Kind = #krate::model::kind::Object;
                const NESTING: #krate::schema::Nesting = #krate::schema::Nesting::Single;
                const BLOCK_NESTING: #krate::schema::BlockNesting = #krate::schema::BlockNesting::Single;
            }
        };
    })
}

fn member(field: &Field, model: &Ident, krate: &Path) -> Result<(Name, TokenStream)> {
    if names(&field.ty, model) {
        return Err(Error::new(
            field.ty.span(),
            "a model cannot contain itself: its schema would have no end",
        ));
    }
    let attr = structure::options(&field.attrs, "attr").next();
    let block = structure::options(&field.attrs, "block").next();
    match (attr, block) {
        (Some(_), Some(block)) => {
            Err(Error::new(block.span(), "a field is an attribute or a block, not both"))
        }
        (None, Some(_)) => block::expand(field, krate),
        _ => attr::expand(field, krate),
    }
}

/// True if a type is, or has as an argument, the model itself.
fn names(ty: &syn::Type, model: &Ident) -> bool {
    let syn::Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| {
        let own = path.path.segments.len() == 1 && (last.ident == *model || last.ident == "Self");
        let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return own };
        own || arguments.args.iter().any(|argument| match argument {
            syn::GenericArgument::Type(inner) => names(inner, model),
            _ => false,
        })
    })
}
