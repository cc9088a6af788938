//! Bodies of functions taken out of a file before it is parsed. Most of a file is in them, and all
//! that is asked of most of them are the names they mention, which tokens tell as well.

use super::lexer::Kind;
use super::tokens::Tokens;

/// Suffix of the number that stands for a body; no code that compiles has such a number, and none of
/// its letters reads as a part of the number.
const MARK: &str = "lifted";
/// Words with which something begins that only the parser understands.
const PARSED: [&str; 10] =
    ["use", "mod", "extern", "struct", "enum", "trait", "type", "macro_rules", "include", "include_proto"];

/// A file with its bodies apart.
pub(super) struct Lifted<'a> {
    /// The file; in place of a body stands its number.
    pub(super) text: String,
    /// Documentation comments that may hold examples; each ends with a NUL.
    pub(super) docs: String,
    tokens: &'a Tokens<'a>,
    bodies: Vec<(usize, usize)>,
}

impl<'a> Lifted<'a> {
    /// The tokens, and where among them the body is that a block stands for.
    pub(super) fn body(&self, block: &syn::Block) -> Option<(&'a Tokens<'a>, usize, usize)> {
        let [syn::Stmt::Expr(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }), None)] = &block.stmts[..]
        else {
            return None;
        };
        let at: usize = number.base10_parse().ok().filter(|_| number.suffix() == MARK)?;
        self.bodies.get(at).map(|(start, end)| (self.tokens, *start, *end))
    }
}

/// Takes out the bodies in which nothing needs to be parsed, and all comments.
pub(super) fn lift<'a>(tokens: &'a Tokens<'a>) -> Lifted<'a> {
    let has = |mark: &str| memchr::memmem::find(tokens.text.as_bytes(), mark.as_bytes()).is_some();
    let docs = if has("```") || has("~~~") { documentation(tokens) } else { String::new() };
    let out = String::with_capacity(tokens.text.len() / 2);
    let mut lifter = Lifter { tokens, out, copied: 0, last_end: 0, bodies: Vec::new() };
    let mut at = 0;
    while at < tokens.list.len() {
        at = lifter.step(at);
    }
    lifter.copy(tokens.list.len());
    Lifted { text: lifter.out, docs, tokens, bodies: lifter.bodies }
}

/// What stands between tokens and is documentation.
fn documentation(tokens: &Tokens<'_>) -> String {
    let mut found = String::new();
    let mut end = 0;
    let starts = tokens.list.iter().map(|token| (token.start(), token.end()));
    for (start, next) in starts.chain([(tokens.text.len(), 0)]) {
        let before = found.len();
        document(&tokens.text[end..start], &mut found);
        // A fence that never closes ends with its comment.
        if found.len() > before {
            found.push('\u{0}');
        }
        end = next;
    }
    found
}

/// Adds the documentation in a text that is only comments.
fn document(comments: &str, found: &mut String) {
    let mut rest = comments.trim_start();
    while !rest.is_empty() {
        let block = rest.starts_with("/*");
        let end = if block { rest.find("*/").map(|end| end + 2) } else { rest.find('\n') };
        let (comment, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let text = match comment.get(..3) {
            Some("///") if !comment.starts_with("////") => &comment[3..],
            Some("/**" | "/*!") => comment[3..].strip_suffix("*/").unwrap_or_default(),
            Some("//!") => &comment[3..],
            _ => "",
        };
        if comment.len() > text.len() && !text.is_empty() || matches!(comment.trim_end(), "///" | "//!") {
            found.push_str(text.strip_prefix(' ').unwrap_or(text));
            found.push('\n');
        }
        rest = behind.trim_start();
    }
}

struct Lifter<'a> {
    tokens: &'a Tokens<'a>,
    out: String,
    /// Tokens that are in `out`, or stand apart.
    copied: usize,
    /// Where the last of them ends.
    last_end: usize,
    bodies: Vec<(usize, usize)>,
}

impl Lifter<'_> {
    /// Looks at one token; returns the next that is to be looked at.
    fn step(&mut self, at: usize) -> usize {
        let tokens = self.tokens;
        match tokens.kind(at) {
            Some(Kind::Punct(b'#')) if tokens.opens(at + 1, b'[') => tokens.behind(at + 1),
            // What a macro does with its content only the parser of items can tell.
            Some(Kind::Word) if tokens.punct(at + 1, b'!') => {
                let open = at + if tokens.word(at + 2).is_empty() { 2 } else { 3 };
                if matches!(tokens.kind(open), Some(Kind::Open(_))) { tokens.behind(open) } else { at + 1 }
            }
            Some(Kind::Word) if tokens.word(at) == "fn" => self.function(at).unwrap_or(at + 1),
            _ => at + 1,
        }
    }

    fn function(&mut self, at: usize) -> Option<usize> {
        let open = self.tokens.function(at)?.end;
        let close = self.tokens.behind(open) - 1;
        if !self.tokens.opens(open, b'{') || open + 1 >= close || self.needs_parser(open + 1, close) {
            return None;
        }
        self.copy(open + 1);
        let mark = format!(" {}{MARK} ", self.bodies.len());
        self.out.push_str(&mark);
        self.bodies.push((open + 1, close));
        self.copied = close;
        self.last_end = self.tokens.list.get(close)?.start();
        Some(close)
    }

    fn needs_parser(&self, start: usize, end: usize) -> bool {
        let tokens = self.tokens;
        (start..end).any(|at| match tokens.kind(at) {
            Some(Kind::Punct(b'#')) => tokens.opens(at + 1, b'[') || tokens.punct(at + 1, b'!'),
            Some(Kind::Word) => {
                let word = tokens.word(at);
                PARSED.contains(&word) || word == "union" && !tokens.word(at + 1).is_empty()
            }
            _ => false,
        })
    }

    /// Copies tokens up to `end`.
    fn copy(&mut self, end: usize) {
        for token in self.tokens.list.get(self.copied..end).unwrap_or_default() {
            if token.start() > self.last_end {
                self.out.push(' ');
            }
            self.out.push_str(&self.tokens.text[token.start()..token.end()]);
            self.last_end = token.end();
        }
        self.copied = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lifted(text: &str) -> String {
        lift(&Tokens::of(text)).text
    }

    #[test]
    fn only_plain_bodies_are_lifted() {
        let rows = [
            ("fn f() { g(); } // c\nfn h() {}", "fn f() { 0lifted } fn h() {}"),
            (
                "impl T { fn f() -> U { use a::b; fn g() { x } } }",
                "impl T { fn f() -> U { use a::b; fn g() { 0lifted } } }",
            ),
            ("m! { fn f() { x } }\nfn g() { #[cfg(x)] y; }", "m! { fn f() { x } } fn g() { #[cfg(x)] y; }"),
            ("trait T { fn f(); fn g(self) { a.union(b) } }", "trait T { fn f(); fn g(self) { 0lifted } }"),
        ];
        for (text, want) in rows {
            assert_eq!(lifted(text), want);
        }
    }

    #[test]
    fn documentation_is_kept_apart() {
        let text = "//! ```\n//!  x\n//! ```\n\n// no\n//// no\n/** y */\n#[a]\n/// z\n///\nfn f() {}\n/// end";
        let tokens = Tokens::of(text);
        let lifted = lift(&tokens);
        assert_eq!(lifted.docs, "```\n x\n```\ny \n\u{0}z\n\n\u{0}end\n\u{0}");
        assert_eq!(lifted.text, " #[a] fn f() {}");
    }

    #[test]
    fn a_number_leads_to_its_body() {
        let tokens = Tokens::of("fn f() { a } fn g() { b(c) } fn h() { if x { use y; 1 } else { 0 } }");
        let lifted = lift(&tokens);
        let file = syn::parse_file(&lifted.text).expect("a file");
        let bodies = file.items.iter().map(|item| match item {
            syn::Item::Fn(item) => lifted.body(&item.block).map(|(tokens, start, end)| tokens.written(start, end)),
            _ => None,
        });
        assert_eq!(bodies.collect::<Vec<_>>(), [Some("a"), Some("b(c)"), None]);
    }

    #[test]
    fn any_text_can_be_lifted() {
        for text in ["fn f() {", "fn f() { x", "}", "fn f() { x }}", "m! {", "#[", "fn", "fn f() { ( }"] {
            lifted(text);
        }
    }
}
