//! Doc comments as descriptions.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path};

use crate::options::Flag;

/// What is said of an item: its doc comment, or `description = "…"` in its place.
#[derive(Default)]
pub(crate) struct Words {
    pub(crate) markdown: Flag,
    pub(crate) description: Option<LitStr>,
}

impl Words {
    /// The description as an expression of type `Description`; None if there is none.
    pub(crate) fn expression(&self, attrs: &[Attribute], krate: &Path) -> Option<TokenStream> {
        let text = match &self.description {
            Some(text) => text.value(),
            None => doc_comment(attrs, self.markdown.is_some()),
        };
        if text.is_empty() {
            return None;
        }
        let make = if self.markdown.is_some() { quote!(markdown) } else { quote!(plain) };
        Some(quote!(#krate::schema::Description::#make(#text)))
    }
}

/// The text of a doc comment. In plain text the lines of a paragraph become one; Markdown stays as it is, for there lines matter.
fn doc_comment(attrs: &[Attribute], markdown: bool) -> String {
    let lines: Vec<String> = attrs.iter().filter_map(doc_lines).flatten().collect();
    let lines = trimmed(&lines);
    if markdown {
        return lines.join("\n");
    }
    let mut text = String::new();
    for (i, line) in lines.iter().map(|line| line.trim()).enumerate() {
        let after_blank = i > 0 && lines[i - 1].trim().is_empty();
        match line {
            "" => {}
            _ if text.is_empty() => text.push_str(line),
            _ => {
                text.push_str(if after_blank { "\n\n" } else { " " });
                text.push_str(line);
            }
        }
    }
    text
}

fn doc_lines(attr: &Attribute) -> Option<Vec<String>> {
    let Meta::NameValue(doc) = &attr.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &doc.value else { return None };
    let line = |line: &str| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned();
    doc.path.is_ident("doc").then(|| text.value().split('\n').map(line).collect())
}

/// Without blank lines at both ends.
fn trimmed(lines: &[String]) -> &[String] {
    let blank = |line: &String| line.trim().is_empty();
    let begin = lines.iter().position(|line| !blank(line)).unwrap_or(lines.len());
    let end = lines.iter().rposition(|line| !blank(line)).map_or(begin, |last| last + 1);
    &lines[begin..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn lines_and_paragraphs() {
        let field: syn::ItemStruct = parse_quote! {
            ///
            /// One
            /// sentence.
            ///
            ///
            /// - Another.
            #[other]
            struct S;
        };
        assert_eq!(doc_comment(&field.attrs, false), "One sentence.\n\n- Another.");
        assert_eq!(doc_comment(&field.attrs, true), "One\nsentence.\n\n\n- Another.");
        assert_eq!(doc_comment(&[], false), "");
    }

    #[test]
    fn block_comments() {
        let field: syn::ItemStruct = parse_quote! {
            /** One
            two. */
            struct S;
        };
        assert_eq!(doc_comment(&field.attrs, false), "One two.");
    }
}
