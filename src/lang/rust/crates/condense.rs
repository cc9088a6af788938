//! Source without what says nothing about features: comments, and bodies of functions in which
//! nothing is conditional. What is left is a sixth of most crates, and parses that much faster.

use super::super::lexer::{Kind, Lexer, Token};

/// The text without comments and without unconditional bodies.
pub(super) fn condense(text: &str) -> String {
    let mut out = Condensed { text, out: String::with_capacity(text.len() / 3), last_end: 0 };
    let mut state = State::Outside;
    let mut depth = 0usize;
    for token in Lexer::new(text) {
        let word = &text[token.start..token.end];
        match token.kind {
            Kind::Open(_) => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        state = match state {
            State::Outside if token.kind == Kind::Word && word == "fn" => State::Keyword,
            State::Outside => State::Outside,
            State::Keyword if token.kind == Kind::Word => State::Signature(depth),
            // The type of a function, or a macro's `fn $name`.
            State::Keyword => State::Outside,
            State::Signature(outer) => match token.kind {
                Kind::Open(b'{') if depth == outer + 1 => {
                    out.push(&token);
                    state = State::Body { outer, start: out.out.len(), conditional: false };
                    continue;
                }
                Kind::Punct(b';') if depth == outer => State::Outside,
                Kind::Close if depth < outer => State::Outside,
                _ => State::Signature(outer),
            },
            State::Body { outer, start, .. } if token.kind == Kind::Close && depth == outer => {
                if let State::Body { conditional: false, .. } = state {
                    out.out.truncate(start);
                }
                State::Outside
            }
            State::Body { outer, start, conditional } => {
                let is_condition = token.kind == Kind::Word && word.starts_with("cfg");
                State::Body { outer, start, conditional: conditional || is_condition }
            }
        };
        out.push(&token);
    }
    out.out
}

#[derive(Clone, Copy)]
enum State {
    Outside,
    /// Behind `fn`.
    Keyword,
    /// Behind its name, and how many brackets are open around it.
    Signature(usize),
    Body {
        outer: usize,
        start: usize,
        conditional: bool,
    },
}

struct Condensed<'a> {
    text: &'a str,
    out: String,
    last_end: usize,
}

impl Condensed<'_> {
    fn push(&mut self, token: &Token) {
        if token.start > self.last_end {
            self.out.push(' ');
        }
        self.out.push_str(&self.text[token.start..token.end]);
        self.last_end = token.end;
    }
}

#[cfg(test)]
mod tests {
    use super::condense;

    #[test]
    fn bodies_without_conditions_go() {
        let text = "/// Doc {\npub fn f<F: Fn(u8) -> u8>(x: [u8; {4}]) -> T { if x { g() } }\nstruct S { f: fn(u8) }\nfn g() { #[cfg(unix)] h(); }\ntrait T { fn m(); fn n() {} }";
        let want = "pub fn f<F: Fn(u8) -> u8>(x: [u8; {4}]) -> T {} struct S { f: fn(u8) } fn g() { #[cfg(unix)] h(); } trait T { fn m(); fn n() {} }";
        assert_eq!(condense(text), want);
    }

    #[test]
    fn broken_text_stays_text() {
        for text in ["fn f() {", "fn", "fn f", "}}} fn f() { }", "fn f() { fn g() {"] {
            condense(text);
        }
    }
}
