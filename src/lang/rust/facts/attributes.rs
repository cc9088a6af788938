//! Names in attributes and in the documentation that some of them are.

use std::sync::Arc;

use syn::visit::Visit;
use syn::{Attribute, Expr, Lit, Meta};

use super::super::pieces::{Piece, pieces, string_value};
use super::super::scope::plain;
use super::super::{doctest, is_too_deep, template};
use super::{Include, Reader};

/// Keys of attribute strings that hold names for people or for the wire, never paths.
const NAME_KEYS: [&str; 22] = [
    "rename",
    "rename_all",
    "rename_all_fields",
    "alias",
    "tag",
    "content",
    "doc",
    "feature",
    "name",
    "note",
    "since",
    "reason",
    "message",
    "help",
    "about",
    "expecting",
    "target_os",
    "target_arch",
    "description",
    "title",
    "example",
    "value",
];

impl Reader<'_> {
    pub(super) fn attributes(&mut self, attributes: &[Attribute]) {
        let mut doc = String::new();
        for attribute in attributes {
            self.attribute(attribute, &mut doc);
        }
        if !doc.is_empty() {
            self.docs.push_str(&doc);
            // A fence that never closes ends with its comment.
            self.docs.push('\u{0}');
        }
    }

    pub(super) fn attribute(&mut self, attribute: &Attribute, doc: &mut String) {
        if attribute.path().is_ident("doc") {
            if let Meta::NameValue(pair) = &attribute.meta {
                match &pair.value {
                    Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => {
                        let text = text.value();
                        doc.push_str(text.strip_prefix(' ').unwrap_or(&text));
                        doc.push('\n');
                    }
                    Expr::Macro(call) if call.mac.path.is_ident("include_str") => {
                        if let Ok(path) = call.mac.parse_body::<syn::LitStr>() {
                            self.facts.includes.push(Include { path: path.value(), doc: true, test: self.test });
                        }
                    }
                    _ => {}
                }
            }
            return;
        }
        let segments: Vec<String> = attribute.path().segments.iter().map(|s| plain(&s.ident)).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if let Some(last) = segments.last() {
            self.name_macro(last);
        }
        self.path(&segments, attribute.path().leading_colon.is_some(), false);
        match &attribute.meta {
            Meta::Path(_) => {}
            Meta::List(list) => self.attribute_tokens(&segments, &list.tokens.to_string()),
            Meta::NameValue(pair) => self.visit_expr(&pair.value),
        }
    }

    fn attribute_tokens(&mut self, name: &[&str], text: &str) {
        if name == ["cfg"] {
            return;
        }
        let derives = name.last().is_some_and(|name| matches!(*name, "derive" | "cfg_attr"));
        pieces(text, &mut |piece| match piece {
            Piece::Text { key, literal } if key.is_none_or(|key| !NAME_KEYS.contains(&key)) => {
                if let Some(value) = string_value(literal) {
                    self.attribute_text(&value, key.is_some());
                }
            }
            Piece::Ident(name) if derives => self.name_macro(name),
            Piece::Path { segments, absolute } => {
                if derives && let Some(last) = segments.last() {
                    self.name_macro(last);
                }
                self.path(segments, absolute, false);
            }
            other => self.piece(other),
        });
    }

    /// `with = "humantime_serde"`, `crate = "rt"`, `as = "serde_with::base64::Base64"`; and code within other text, such
    /// as the template in `source = "{{ humantime::format_duration(*wait) }}"`.
    fn attribute_text(&mut self, value: &str, has_key: bool) {
        let is_path =
            |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric() || "_:<>, &'".contains(c)) && !part.is_empty();
        if !has_key || !is_path(value) {
            template::named(value).iter().for_each(|name| self.path(&[name], false, true));
            return;
        }
        if value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            self.path(&[value], false, true);
        } else {
            self.tokens(value);
        }
    }

    pub(super) fn finish_docs(&mut self) {
        let docs = std::mem::take(&mut self.docs);
        for code in docs.split('\u{0}').flat_map(doctest::blocks) {
            if is_too_deep(&code) {
                continue;
            }
            let file = syn::parse_file(&code).or_else(|_| syn::parse_file(&format!("fn main() {{\n{code}\n}}")));
            let mut inner = Reader { in_doc: true, test: true, ..Reader::default() };
            match file {
                Ok(file) => inner.module(&file.items),
                Err(_) => {
                    inner.scopes.push(Arc::default());
                    inner.tokens(&code);
                }
            }
            self.facts.doc_crates.extend(inner.facts.doc_crates);
            self.facts.test_macros.extend(inner.facts.test_macros);
        }
    }
}
