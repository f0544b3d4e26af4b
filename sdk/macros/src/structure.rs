//! What all derives read of a struct: its fields with their names in Terraform.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Error, Field, Fields, GenericArgument, PathArguments, Result, Type,
    parse_quote,
};

/// The fields of a struct with named fields and without parameters.
pub(crate) fn fields<'a>(input: &'a DeriveInput, derive: &str) -> Result<Vec<&'a Field>> {
    let refuse =
        |span: Span, what: &str| Err(Error::new(span, format!("{derive} can be derived for {what}")));
    let Data::Struct(data) = &input.data else {
        return refuse(input.ident.span(), "structs only");
    };
    if !input.generics.params.is_empty() {
        return refuse(input.generics.span(), "structs without parameters only");
    }
    match &data.fields {
        Fields::Named(fields) => Ok(fields.named.iter().collect()),
        _ => refuse(input.ident.span(), "structs with named fields only"),
    }
}

/// The options under one name: `#[name(…)]`, of which there may be several.
pub(crate) fn options<'a>(attrs: &'a [Attribute], name: &'a str) -> impl Iterator<Item = &'a Attribute> {
    attrs.iter().filter(move |a| a.path().is_ident(name))
}

/// What a field is called in Terraform, and where that is said.
#[derive(Clone)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Name {
    /// The field's own name.
    pub(crate) fn of(field: &Field) -> Self {
        let ident = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        Self { text: ident.trim_start_matches("r#").to_owned(), span: field.ident.span() }
    }

    /// Refuses what Terraform does not take as a name.
    pub(crate) fn check(&self) -> Result<()> {
        let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let first = self.text.chars().next();
        if self.text.chars().all(valid) && first.is_some_and(|c| c.is_ascii_lowercase() || c == '_') {
            return Ok(());
        }
        let message = format!(
            "`{}` is no name in Terraform: lower-case letters, digits and underscores, not a digit first; \
             `rename = \"…\"` gives another",
            self.text
        );
        Err(Error::new(self.span, message))
    }
}

/// Refuses names that occur twice.
pub(crate) fn distinct<'a>(names: impl IntoIterator<Item = &'a Name>) -> Result<()> {
    let mut seen: Vec<&Name> = Vec::new();
    for name in names {
        if seen.iter().any(|other| other.text == name.text) {
            return Err(Error::new(name.span, format!("`{}` is named twice", name.text)));
        }
        seen.push(name);
    }
    Ok(())
}

/// The argument of `Outer<…>` if a type is written so.
pub(crate) fn argument_of<'a>(ty: &'a Type, outer: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == outer)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match (arguments.args.first(), arguments.args.len()) {
        (Some(GenericArgument::Type(inner)), 1) => Some(inner),
        _ => None,
    }
}

/// Results of every field, or all of their errors.
pub(crate) fn all<T>(results: impl IntoIterator<Item = Result<T>>) -> Result<Vec<T>> {
    let mut good = Vec::new();
    let mut bad: Option<Error> = None;
    for result in results {
        match (result, &mut bad) {
            (Ok(value), _) => good.push(value),
            (Err(error), None) => bad = Some(error),
            (Err(error), Some(all)) => all.combine(error),
        }
    }
    bad.map_or(Ok(good), Err)
}

/// Where tf-sdk is found unless `crate = "…"` says otherwise.
pub(crate) fn default_crate() -> syn::Path {
    parse_quote!(::tf_sdk)
}
