//! The tokens of a text, looked at by their place.

use super::depth::{CHAINING, MAX_CHAIN, MAX_DEPTH};
use super::lexer::{Kind, Lexer, Token};

/// Bytes of text that a token takes on average, at least.
const BYTES_OF_TOKEN: usize = 6;
/// Tokens in the generic parameters of a function, and between its parameters and its body.
const LONGEST_HEAD: usize = 2_000;

/// A text and its tokens.
pub(super) struct Tokens<'a> {
    pub(super) text: &'a str,
    pub(super) list: Vec<Token>,
    /// For each opening bracket the place behind the one that closes it.
    behind: Vec<u32>,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let place = |at| u32::try_from(at).unwrap_or(u32::MAX);
        let mut list = Vec::with_capacity(text.len() / BYTES_OF_TOKEN);
        let (mut behind, mut open) = (Vec::with_capacity(list.capacity()), Vec::new());
        for token in Lexer::new(text) {
            behind.push(0);
            match token.kind {
                Kind::Open(_) => open.push(list.len()),
                Kind::Close => {
                    if let Some(partner) = open.pop() {
                        behind[partner] = place(list.len() + 1);
                    }
                }
                _ => {}
            }
            list.push(token);
        }
        open.into_iter().for_each(|at| behind[at] = place(list.len()));
        Self { text, list, behind }
    }

    /// Whether a recursive parser may overflow, as `is_too_deep` says of a text.
    pub(super) fn are_too_deep(&self) -> bool {
        let (mut depth, mut chain) = (0usize, 0usize);
        self.list.iter().any(|token| {
            match token.kind {
                Kind::Open(bracket) => {
                    depth += 1;
                    chain = if bracket == b'{' { 0 } else { chain };
                }
                Kind::Close => depth = depth.saturating_sub(1),
                Kind::Punct(b';' | b',') => chain = 0,
                Kind::Punct(byte) => chain += usize::from(CHAINING.contains(&byte)),
                _ => {}
            }
            depth > MAX_DEPTH || chain > MAX_CHAIN
        })
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.list.get(at).map(|token| token.kind)
    }

    /// The identifier, keyword or number at a place; empty for everything else.
    pub(super) fn word(&self, at: usize) -> &'a str {
        let token = self.list.get(at).filter(|token| token.kind == Kind::Word);
        token.map_or("", |token| &self.text[token.start()..token.end()])
    }

    pub(super) fn punct(&self, at: usize, byte: u8) -> bool {
        self.kind(at) == Some(Kind::Punct(byte))
    }

    pub(super) fn opens(&self, at: usize, byte: u8) -> bool {
        self.kind(at) == Some(Kind::Open(byte))
    }

    /// `::`
    pub(super) fn colons(&self, at: usize) -> bool {
        self.punct(at, b':') && self.punct(at + 1, b':')
    }

    /// What is written from one token up to another.
    pub(super) fn written(&self, start: usize, end: usize) -> &'a str {
        match (self.list.get(start), end.checked_sub(1).and_then(|last| self.list.get(last))) {
            (Some(first), Some(last)) if start < end => &self.text[first.start()..last.end()],
            _ => "",
        }
    }

    /// Behind the bracket that closes the one at `open`; behind the token itself if it opens nothing.
    pub(super) fn behind(&self, open: usize) -> usize {
        match self.kind(open) {
            Some(Kind::Open(_)) => self.behind[open] as usize,
            _ => (open + 1).min(self.list.len()),
        }
    }

    /// Behind the item, field or statement that starts at `start`.
    pub(super) fn item_end(&self, start: usize) -> usize {
        let mut at = start;
        while let Some(kind) = self.kind(at) {
            match kind {
                Kind::Open(b'{') => return self.behind(at),
                Kind::Open(_) => at = self.behind(at),
                Kind::Punct(b';' | b',') => return at + 1,
                Kind::Close => return at,
                _ => at += 1,
            }
        }
        at
    }

    /// Behind the angle brackets that start at `start`, which is `start` itself where there are none.
    /// `None` when they do not close.
    pub(super) fn behind_angles(&self, start: usize) -> Option<usize> {
        let (mut at, mut depth) = (start, 0usize);
        if !self.punct(start, b'<') {
            return Some(start);
        }
        let last = start + LONGEST_HEAD;
        while at < last {
            match self.kind(at)? {
                Kind::Punct(b'<') => depth += 1,
                Kind::Punct(b'>') if !self.punct(at - 1, b'-') && !self.punct(at - 1, b'=') => depth -= 1,
                Kind::Open(_) => at = self.behind(at) - 1,
                Kind::Punct(b';') | Kind::Close => return None,
                _ => {}
            }
            at += 1;
            if depth == 0 {
                return Some(at);
            }
        }
        None
    }

    /// Where the body of the function begins whose `fn` is at `start`, or the semicolon that it has
    /// instead; with it the places behind its parameters and of its `where`. `None` for types of
    /// functions and for what macros make up.
    pub(super) fn function(&self, start: usize) -> Option<Function> {
        if self.word(start + 1).is_empty() {
            return None;
        }
        let parameters = self.behind_angles(start + 2)?;
        if !self.opens(parameters, b'(') {
            return None;
        }
        let result = self.behind(parameters);
        let (mut at, mut bounds) = (result, None);
        for _ in 0..LONGEST_HEAD {
            match self.kind(at)? {
                Kind::Open(b'{') | Kind::Punct(b';') => {
                    return Some(Function { result, bounds: bounds.unwrap_or(at), end: at });
                }
                Kind::Open(_) => at = self.behind(at),
                Kind::Close => return None,
                Kind::Word if self.word(at) == "where" => {
                    bounds.get_or_insert(at);
                    at += 1;
                }
                _ => at += 1,
            }
        }
        None
    }
}

/// Places in a function.
pub(super) struct Function {
    /// Behind its parameters.
    pub(super) result: usize,
    /// Its `where`, or its end.
    pub(super) bounds: usize,
    /// Its opening brace, or the semicolon in place of a body.
    pub(super) end: usize,
}

#[cfg(test)]
mod tests {
    use super::super::is_too_deep;
    use super::*;

    #[test]
    fn depth_is_counted_as_in_texts() {
        for (text, want) in [
            ("(".repeat(9_000), true),
            (format!("let _ = {}x;", "!".repeat(90_000)), true),
            ("f(x, -y); ".repeat(9_000), false),
            (format!("// {}", "(".repeat(9_000)), false),
        ] {
            assert_eq!((Tokens::of(&text).are_too_deep(), is_too_deep(&text)), (want, want));
        }
    }

    #[test]
    fn parts_of_functions_are_found() {
        let tokens = Tokens::of("fn f<F: Fn(u8) -> u8>(x: [u8; {4}]) -> T where F: X { if x { g() } } fn g();");
        let found = tokens.function(0).expect("a function");
        let words = [found.result, found.bounds, found.end].map(|at| tokens.written(at, at + 1));
        assert_eq!(words, ["-", "where", "{"]);
        assert_eq!(tokens.word(tokens.behind(found.end)), "fn");
        for text in ["fn(u8) -> u8", "fn $name() {}", "fn f", "fn f<", "fn f(", "fn f() ->"] {
            assert!(Tokens::of(text).function(0).is_none(), "{text}");
        }
    }
}
