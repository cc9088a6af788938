//! A file's items apart by whether anything in them is conditional: only those that are need to be
//! parsed.

use super::super::lexer::{Kind, Lexer, Token};

/// The two parts of a file, each with the heads of the modules and blocks around its items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) plain: String,
    pub(super) conditional: String,
}

/// Blocks deeper than this stay whole.
const DEEPEST: usize = 8;

/// Takes a file apart. `wraps` names macros that put conditions on what they are given.
pub(super) fn split(text: &str, wraps: impl Fn(&str) -> bool) -> Parts {
    let tokens: Vec<Token> = Lexer::new(text).collect();
    let mut splitter = Splitter { text, tokens: &tokens, wraps, parts: Parts::default() };
    splitter.items(0, tokens.len(), DEEPEST);
    splitter.parts
}

struct Splitter<'a, W> {
    text: &'a str,
    tokens: &'a [Token],
    wraps: W,
    parts: Parts,
}

impl<'a, W: Fn(&str) -> bool> Splitter<'a, W> {
    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn word(&self, at: usize) -> &'a str {
        let token = self.tokens.get(at).filter(|token| token.kind == Kind::Word);
        token.map_or("", |token| &self.text[token.start..token.end])
    }

    fn punct(&self, at: usize, byte: u8) -> bool {
        self.kind(at) == Some(Kind::Punct(byte))
    }

    fn written(&self, start: usize, end: usize) -> &'a str {
        match (self.tokens.get(start), end.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if start < end => &self.text[first.start..last.end],
            _ => "",
        }
    }

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
            self.parts.plain.push_str(self.written(start, end));
            self.parts.plain.push('\n');
            return;
        }
        let body = self.block_of(start, end).filter(|open| depth > 0 && !self.is_conditional(start, *open));
        let Some(open) = body else {
            self.parts.conditional.push_str(self.written(start, end));
            self.parts.conditional.push('\n');
            return;
        };
        let head = self.written(start, open + 1);
        self.parts.plain.push_str(head);
        self.parts.conditional.push_str(head);
        self.items(open + 1, end - 1, depth - 1);
        self.parts.plain.push_str("}\n");
        self.parts.conditional.push_str("}\n");
    }

    /// Whether something in it is conditional, or lies elsewhere than its name says.
    fn is_conditional(&self, start: usize, end: usize) -> bool {
        (start..end).any(|at| {
            let word = self.word(at);
            word.starts_with("cfg")
                || word == "path" && self.punct(at + 1, b'=')
                || !word.is_empty() && self.punct(at + 1, b'!') && (self.wraps)(word)
        })
    }

    /// Where the items begin of a module, an implementation or a trait that ends at `end`.
    fn block_of(&self, start: usize, end: usize) -> Option<usize> {
        let open = self.first_brace(start, end)?;
        let closes = self.behind(open, end) == end && self.kind(end - 1) == Some(Kind::Close);
        let of_items = matches!(self.keyword(start, open), "mod" | "impl" | "trait");
        (closes && of_items).then_some(open)
    }

    /// The first open brace that stands in no other brackets.
    fn first_brace(&self, start: usize, end: usize) -> Option<usize> {
        let mut at = start;
        while at < end {
            match self.kind(at)? {
                Kind::Open(b'{') => return Some(at),
                Kind::Open(_) => at = self.behind(at, end),
                _ => at += 1,
            }
        }
        None
    }

    /// The word that says what kind of item it is.
    fn keyword(&self, start: usize, end: usize) -> &'a str {
        let mut at = start;
        while at < end {
            match self.kind(at) {
                Some(Kind::Open(_)) => at = self.behind(at, end),
                _ => match self.word(at) {
                    "" | "pub" | "unsafe" | "async" | "default" | "extern" | "auto" => at += 1,
                    "const" if matches!(self.word(at + 1), "fn" | "unsafe" | "async" | "extern" | "trait") => at += 1,
                    word => return word,
                },
            }
        }
        ""
    }

    /// Behind the bracket that closes the one at `open`.
    fn behind(&self, open: usize, end: usize) -> usize {
        let mut depth = 0usize;
        for at in open..end {
            match self.tokens[at].kind {
                Kind::Open(_) => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return at + 1;
            }
        }
        end
    }

    /// Behind the item that starts at `start`.
    fn item_end(&self, start: usize, end: usize) -> usize {
        let mut at = start;
        while at < end {
            match self.kind(at) {
                Some(Kind::Open(bracket)) => {
                    let brace = at;
                    at = self.behind(at, end);
                    let ends = bracket == b'{' && !self.punct(at, b';');
                    let has_value = |word: &str| matches!(word, "const" | "static" | "use" | "type" | "let");
                    if ends && !has_value(self.keyword(start, brace)) {
                        return at;
                    }
                }
                // `#![...]` stands for itself.
                Some(Kind::Punct(b'#')) if self.punct(at + 1, b'!') => return self.behind(at + 2, end).max(at + 1),
                Some(Kind::Punct(b';')) => return at + 1,
                _ => at += 1,
            }
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_conditional_items_are_to_be_parsed() {
        let text = "#![a(b)] use a::{b, c}; #[cfg(x)] pub use d::{e}; const A: B = if cfg!(x) { 1 } else { 2 };\n\
            impl<T> S<T> { fn f() { } #[cfg(x)] fn g() -> U {} const fn h() {} }\n\
            mod m { #[cfg(y)] struct V { w: u8 } struct W(u8); } fn p() {} wrap! { fn q() {} } other! { r }";
        let parts = split(text, |name| name == "wrap");
        assert_eq!(
            parts.plain,
            "#![a(b)]\nuse a::{b, c};\nimpl<T> S<T> {fn f() { }\nconst fn h() {}\n}\nmod m {struct W(u8);\n}\nfn p() {}\nother! { r }\n"
        );
        assert_eq!(
            parts.conditional,
            "#[cfg(x)] pub use d::{e};\nconst A: B = if cfg!(x) { 1 } else { 2 };\nimpl<T> S<T> {#[cfg(x)] fn g() -> U {}\n}\nmod m {#[cfg(y)] struct V { w: u8 }\n}\nwrap! { fn q() {} }\n"
        );
    }

    #[test]
    fn what_has_no_end_ends_with_the_text() {
        for text in ["fn f() { #[cfg(", "impl X { cfg", "#!", "}}} cfg", "const A: { cfg", "mod m { cfg }", "use {"] {
            let parts = split(text, |_| false);
            assert!(!parts.plain.is_empty() || !parts.conditional.is_empty(), "{text}");
        }
    }
}
