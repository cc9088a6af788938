//! A file's items apart by whether the features asked about have to do with them: only those need
//! to be parsed.

use std::collections::BTreeSet;

use super::super::lexer::Kind;
use super::super::tokens::Tokens;

/// The two parts of a file, each with the heads of the modules and blocks around its items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) plain: String,
    pub(super) conditional: String,
}

/// Blocks deeper than this stay whole.
const DEEPEST: usize = 8;

/// Takes a file apart. `literals` name features as conditions do, `wraps` says which macros put
/// conditions on what they are given.
pub(super) fn split(text: &str, literals: &BTreeSet<String>, wraps: impl Fn(&str) -> bool) -> Parts {
    let tokens = Tokens::of(text);
    let mut splitter = Splitter { tokens: &tokens, literals, wraps, parts: Parts::default() };
    splitter.items(0, tokens.list.len(), DEEPEST);
    splitter.parts
}

struct Splitter<'a, W> {
    tokens: &'a Tokens<'a>,
    literals: &'a BTreeSet<String>,
    wraps: W,
    parts: Parts,
}

impl<'a, W: Fn(&str) -> bool> Splitter<'a, W> {
    fn items(&mut self, start: usize, end: usize, depth: usize) {
        let mut at = start;
        while at < end {
            let next = self.item_end(at, end);
            self.item(at, next, depth);
            at = next;
        }
    }

    fn item(&mut self, start: usize, end: usize, depth: usize) {
        if !self.is_conditional(start, end) {
            self.parts.plain.push_str(self.tokens.written(start, end));
            self.parts.plain.push('\n');
            return;
        }
        let body = self.block_of(start, end).filter(|open| depth > 0 && !self.is_conditional(start, *open));
        let Some(open) = body else {
            self.parts.conditional.push_str(self.tokens.written(start, end));
            self.parts.conditional.push('\n');
            return;
        };
        let head = self.tokens.written(start, open + 1);
        self.parts.plain.push_str(head);
        self.parts.conditional.push_str(head);
        self.items(open + 1, end - 1, depth - 1);
        self.parts.plain.push_str("}\n");
        self.parts.conditional.push_str("}\n");
    }

    fn is_conditional(&self, start: usize, end: usize) -> bool {
        is_conditional(self.tokens, start, end, self.literals, &self.wraps)
    }

    /// Where the items begin of a module, an implementation or a trait that ends at `end`.
    fn block_of(&self, start: usize, end: usize) -> Option<usize> {
        let open = self.first_brace(start, end)?;
        let closes = self.tokens.behind(open).min(end) == end && self.tokens.kind(end - 1) == Some(Kind::Close);
        let of_items = matches!(self.keyword(start, open), "mod" | "impl" | "trait");
        (closes && of_items).then_some(open)
    }

    /// The first open brace that stands in no other brackets.
    fn first_brace(&self, start: usize, end: usize) -> Option<usize> {
        let mut at = start;
        while at < end {
            match self.tokens.kind(at)? {
                Kind::Open(b'{') => return Some(at),
                Kind::Open(_) => at = self.tokens.behind(at).min(end),
                _ => at += 1,
            }
        }
        None
    }

    /// The word that says what kind of item it is.
    fn keyword(&self, start: usize, end: usize) -> &'a str {
        let mut at = start;
        while at < end {
            match self.tokens.kind(at) {
                Some(Kind::Open(_)) => at = self.tokens.behind(at).min(end),
                _ => match self.tokens.word(at) {
                    "" | "pub" | "unsafe" | "async" | "default" | "extern" | "auto" => at += 1,
                    "const" if matches!(self.tokens.word(at + 1), "fn" | "unsafe" | "async" | "extern" | "trait") => {
                        at += 1
                    }
                    word => return word,
                },
            }
        }
        ""
    }

    /// Behind the item that starts at `start`.
    fn item_end(&self, start: usize, end: usize) -> usize {
        let mut at = start;
        while at < end {
            match self.tokens.kind(at) {
                Some(Kind::Open(bracket)) => {
                    let brace = at;
                    at = self.tokens.behind(at).min(end);
                    let ends = bracket == b'{' && !self.tokens.punct(at, b';');
                    let has_value = |word: &str| matches!(word, "const" | "static" | "use" | "type" | "let");
                    if ends && !has_value(self.keyword(start, brace)) {
                        return at;
                    }
                }
                // `#![...]` stands for itself.
                Some(Kind::Punct(b'#')) if self.tokens.punct(at + 1, b'!') => {
                    return self.tokens.behind(at + 2).min(end).max(at + 1);
                }
                Some(Kind::Punct(b';')) => return at + 1,
                _ => at += 1,
            }
        }
        end
    }
}

/// Whether something in it depends on one of the features, or it says under a condition what other
/// files there are, or where they lie.
pub(super) fn is_conditional(
    tokens: &Tokens<'_>,
    start: usize,
    end: usize,
    literals: &BTreeSet<String>,
    wraps: &impl Fn(&str) -> bool,
) -> bool {
    let (mut has_condition, mut has_feature, mut has_file) = (false, false, false);
    for at in start..end {
        match tokens.kind(at) {
            Some(Kind::Literal) if has_condition && !has_feature => {
                has_feature = literals.contains(tokens.written(at, at + 1));
            }
            Some(Kind::Word) => {
                let word = tokens.word(at);
                if tokens.punct(at + 1, b'!') && wraps(word) {
                    return true;
                }
                has_condition |= word.starts_with("cfg") || word == "path" && tokens.punct(at + 1, b'=');
                has_file |= word == "mod" && tokens.punct(at + 2, b';');
            }
            _ => {}
        }
    }
    has_condition && (has_feature || has_file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Parts {
        split(text, &BTreeSet::from(["\"x\"".to_string()]), |name| name == "wrap")
    }

    #[test]
    fn only_conditional_items_are_to_be_parsed() {
        let text = "#![a(b)] use a::{b, c}; #[cfg(feature = \"x\")] pub use d::{e}; const A: B = if cfg!(feature = \"x\") { 1 } else { 2 };\n\
            impl<T> S<T> { fn f() { } #[cfg(feature = \"x\")] fn g() -> U {} const fn h() {} }\n\
            mod m { #[cfg(unix)] struct V { w: u8 } struct W(u8); #[cfg(y)] mod n; } fn p() {} wrap! { fn q() {} } other! { r }";
        let parts = parts(text);
        assert_eq!(
            parts.plain,
            "#![a(b)]\nuse a::{b, c};\nimpl<T> S<T> {fn f() { }\nconst fn h() {}\n}\nmod m {#[cfg(unix)] struct V { w: u8 }\nstruct W(u8);\n}\nfn p() {}\nother! { r }\n"
        );
        assert_eq!(
            parts.conditional,
            "#[cfg(feature = \"x\")] pub use d::{e};\nconst A: B = if cfg!(feature = \"x\") { 1 } else { 2 };\nimpl<T> S<T> {#[cfg(feature = \"x\")] fn g() -> U {}\n}\nmod m {#[cfg(y)] mod n;\n}\nwrap! { fn q() {} }\n"
        );
    }

    #[test]
    fn what_has_no_end_ends_with_the_text() {
        for text in
            ["fn f() { #[cfg(\"x\"", "impl X { cfg \"x\"", "#!", "}}} cfg", "const A: { cfg", "mod m { cfg }", "use {"]
        {
            let parts = parts(text);
            assert!(!parts.plain.is_empty() || !parts.conditional.is_empty(), "{text}");
        }
    }
}
