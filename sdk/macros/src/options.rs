//! Options in brackets: flags, texts and expressions, each said at most once.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Error, Expr, LitStr, Result, Token, bracketed, token};

/// A flag: where it is said, if it is.
pub(crate) type Flag = Option<Span>;

/// Sets a flag.
pub(crate) fn flag(flag: &mut Flag, meta: &ParseNestedMeta<'_>) -> Result<()> {
    once(flag, meta, meta.path.span())
}

/// Sets a text: `name = "…"`.
pub(crate) fn text(slot: &mut Option<LitStr>, meta: &ParseNestedMeta<'_>) -> Result<()> {
    let value = meta.value()?.parse()?;
    once(slot, meta, value)
}

/// Sets an expression: `name = EXPR`.
pub(crate) fn expression(slot: &mut Option<Expr>, meta: &ParseNestedMeta<'_>) -> Result<()> {
    let value = meta.value()?.parse()?;
    once(slot, meta, value)
}

/// Sets a path: `crate = "…"`.
pub(crate) fn path(slot: &mut syn::Path, meta: &ParseNestedMeta<'_>) -> Result<()> {
    *slot = meta.value()?.parse::<LitStr>()?.parse()?;
    Ok(())
}

/// Adds expressions: `name = EXPR` or `name = [EXPR, …]`.
pub(crate) fn expressions(slot: &mut Vec<Expr>, meta: &ParseNestedMeta<'_>) -> Result<()> {
    let input = meta.value()?;
    if input.peek(token::Bracket) {
        let inner;
        bracketed!(inner in input);
        slot.extend(Punctuated::<Expr, Token![,]>::parse_terminated(&inner)?);
    } else {
        slot.push(input.parse()?);
    }
    Ok(())
}

fn once<T>(slot: &mut Option<T>, meta: &ParseNestedMeta<'_>, value: T) -> Result<()> {
    if slot.is_some() {
        return Err(meta.error("said twice"));
    }
    *slot = Some(value);
    Ok(())
}

/// Refuses an option.
pub(crate) fn refuse<T>(span: Span, message: &str) -> Result<T> {
    Err(Error::new(span, message))
}
