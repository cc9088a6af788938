//! Other crates' sources: what their macros expand to, and what their features switch on.

use std::collections::BTreeSet;

use super::is_too_deep;
use super::pieces::{Piece, pieces_in};
use super::tokens::Tokens;

mod condense;
mod conditions;
mod definitions;
mod gates;
mod skim;
mod split;
mod wrappers;

pub use gates::{CrateFiles, Gate, GateKind, Gates, Types};

/// One `macro_rules!`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MacroRules {
    /// Heads of paths in its bodies, without those behind `$crate`.
    pub crates: BTreeSet<String>,
    /// Macros that it invokes.
    pub macros: BTreeSet<String>,
}

/// The `macro_rules!` of a file, by name.
#[must_use]
pub fn macro_rules(text: &str) -> Vec<(String, MacroRules)> {
    let definitions = definitions::find(text).into_iter().filter(|found| !is_too_deep(found.body));
    definitions.map(|found| (found.name.to_string(), rules_of(found.body))).collect()
}

/// Names of the `macro_rules!` of a file.
pub fn macro_names(text: &str) -> impl Iterator<Item = &str> {
    definitions::find(text).into_iter().map(|found| found.name)
}

fn rules_of(body: &str) -> MacroRules {
    let mut rules = MacroRules::default();
    let tokens = Tokens::of(body);
    pieces_in(&tokens, 0, tokens.list.len(), &mut |piece| {
        if let Piece::Path { segments: [head, ..], .. } = piece {
            rules.crates.insert((*head).to_string());
        }
    });
    // `$crate::inner!` is a macro of the same crate.
    let called = (0..tokens.list.len()).filter(|at| tokens.punct(at + 1, b'!'));
    rules.macros.extend(called.map(|at| tokens.word(at).to_string()).filter(|name| !name.is_empty()));
    rules
}

/// Where a part stands in a text.
fn places<'a>(text: &'a str, part: &'a str) -> impl Iterator<Item = usize> + 'a {
    memchr::memmem::find_iter(text.as_bytes(), part.as_bytes())
}

/// Names of the procedural macros that a file defines.
#[must_use]
pub fn proc_macros(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for at in places(text, "#[proc_macro_derive(") {
        let rest = &text[at + "#[proc_macro_derive(".len()..];
        found.push(rest.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect());
    }
    for mark in ["#[proc_macro]", "#[proc_macro_attribute]"] {
        for at in places(text, mark) {
            let rest = &text[at..];
            if let Some(start) = rest.find("pub fn ") {
                found.push(rest[start + 7..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect());
            }
        }
    }
    found
}

/// Whether a procedural macro's source seems to write paths of crate `name` into its output:
/// `::name`, `extern crate name`, an identifier or path made of the name, or `name::` where the
/// macro itself does not depend on it.
#[must_use]
pub fn quotes(text: &str, name: &str, is_own_dependency: bool) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for at in places(text, name) {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let bounded = !before.ends_with(word) && !after.starts_with(word);
        let line = before.rsplit('\n').next().unwrap_or_default();
        if !bounded || line.trim_start().starts_with("//") {
            continue;
        }
        let close = before.trim_end();
        if let Some(head) = close.strip_suffix("::") {
            // `a::name` and `T>::name` continue a path; behind a space, as in `impl ::name`, one begins.
            if !head.ends_with(|c: char| word(c) || matches!(c, '>' | ')' | '}')) {
                return true;
            }
        } else if close.ends_with("extern crate")
            || ["Ident::new(\"", "crate_name(\"", "parse_str(\"", "format_ident!(\""]
                .iter()
                .any(|start| before.ends_with(start))
            || (!is_own_dependency
                && after.trim_start().starts_with("::")
                && !close.ends_with("use")
                && !close.ends_with('`'))
        {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expansions_name_crates() {
        let rules =
            macro_rules("macro_rules! envelope { ($v:expr) => { ::serde_json::json!({ \"a\": $crate::f($v) }) } }");
        assert_eq!(rules[0].1.crates.iter().collect::<Vec<_>>(), ["serde_json"]);
        assert!(quotes("quote! { impl ::strum::EnumString for X {} }", "strum", false));
        assert!(quotes(
            "quote! { #[automatically_derived] fn f() -> ::strum::X { <::strum::Y>::g() } }",
            "strum",
            false
        ));
        assert!(!quotes("<T as Tr>::strum()", "strum", false));
        assert!(quotes("quote! { extern crate serde as _serde; }", "serde", true));
        assert!(!quotes("// ::strum is great\nlet x = a::strum;", "strum", false));
    }
}
