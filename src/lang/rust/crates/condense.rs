//! Source without what says nothing about features: comments, tests, most attributes, parameters,
//! values, and bodies of functions but for their conditions. What is left is a small part
//! of most crates, and parses that much faster.

use super::super::lexer::Kind;
use super::super::tokens::Tokens;

/// The text with only what tells features, types and results of functions.
pub(super) fn condense(tokens: &Tokens<'_>) -> String {
    let out = String::with_capacity(tokens.text.len() / 4);
    let mut condenser = Condenser { tokens, at: 0, out, last_end: 0 };
    while condenser.at < tokens.list.len() {
        condenser.step();
    }
    condenser.out
}

struct Condenser<'a> {
    tokens: &'a Tokens<'a>,
    at: usize,
    out: String,
    last_end: usize,
}

impl Condenser<'_> {
    /// Copies tokens up to `end`.
    fn copy(&mut self, end: usize) {
        let list = &self.tokens.list;
        for token in &list[self.at.min(end)..end.min(list.len())] {
            if token.start() > self.last_end {
                self.out.push(' ');
            }
            self.out.push_str(&self.tokens.text[token.start()..token.end()]);
            self.last_end = token.end();
        }
        self.at = end;
    }

    fn step(&mut self) {
        let taken = match self.tokens.kind(self.at) {
            Some(Kind::Punct(b'#')) => self.attribute(),
            Some(Kind::Word) => match self.tokens.word(self.at) {
                "fn" => self.function(),
                "const" | "static" => self.value(),
                _ => None,
            },
            _ => None,
        };
        if taken.is_none() {
            self.copy(self.at + 1);
        }
    }

    /// Attributes other than conditions go, and so does what only tests compile.
    fn attribute(&mut self) -> Option<()> {
        if self.tokens.kind(self.at + 1) != Some(Kind::Open(b'[')) {
            return None;
        }
        let (end, name) = (self.tokens.behind(self.at + 1), self.tokens.word(self.at + 2));
        match name {
            "cfg" if end == self.at + 7 && self.tokens.word(self.at + 4) == "test" => {
                self.at = self.tokens.item_end(end)
            }
            "cfg_attr" if self.tokens.word(self.at + 4) == "docsrs" => self.at = end,
            "cfg" | "cfg_attr" | "path" | "macro_export" | "macro_use" | "" => self.copy(end),
            _ => self.at = end,
        }
        Some(())
    }

    /// `fn name<T: X>(a: A) -> R where T: Y { body }` to `fn name() -> R {}`.
    fn function(&mut self) -> Option<()> {
        let found = self.tokens.function(self.at)?;
        self.copy(self.at + 2);
        self.out.push_str("()");
        self.at = found.result;
        self.copy(found.bounds);
        self.at = found.end;
        if self.tokens.punct(found.end, b';') {
            self.copy(found.end + 1);
        } else {
            self.body(self.tokens.behind(found.end));
        }
        Some(())
    }

    fn is_conditional(&self, start: usize, end: usize) -> bool {
        (start..end.min(self.tokens.list.len())).any(|at| self.tokens.word(at).starts_with("cfg"))
    }

    /// Of a body only its conditions stay.
    fn body(&mut self, end: usize) {
        self.out.push_str(" {");
        for at in self.at..end {
            let is_attribute = self.tokens.punct(at, b'#') && self.tokens.opens(at + 1, b'[');
            let stays = match self.tokens.word(if is_attribute { at + 2 } else { at }) {
                "cfg" | "cfg_attr" if is_attribute => Some((at + 1, " ();")),
                "cfg" if self.tokens.punct(at + 1, b'!') && self.tokens.opens(at + 2, b'(') => Some((at + 2, ";")),
                _ => None,
            };
            if let Some((open, rest)) = stays {
                self.at = at;
                self.copy(self.tokens.behind(open).min(end));
                self.out.push_str(rest);
            }
        }
        self.out.push('}');
        self.at = end;
    }

    /// `const NAME: T = value;` to `const NAME: T = 0;`
    fn value(&mut self) -> Option<()> {
        let in_generics = self.at > 0 && (self.tokens.punct(self.at - 1, b'<') || self.tokens.punct(self.at - 1, b','));
        let name = self.at + if self.tokens.word(self.at + 1) == "mut" { 2 } else { 1 };
        if in_generics || self.tokens.word(name).is_empty() || !self.tokens.punct(name + 1, b':') {
            return None;
        }
        let mut at = name + 2;
        while !self.tokens.punct(at, b'=') {
            at = match self.tokens.kind(at)? {
                Kind::Open(b'{') | Kind::Punct(b';') | Kind::Close => return None,
                Kind::Open(_) => self.tokens.behind(at),
                _ => at + 1,
            };
        }
        let mut end = at + 1;
        while !self.tokens.punct(end, b';') {
            end = match self.tokens.kind(end)? {
                Kind::Close => return None,
                Kind::Open(_) => self.tokens.behind(end),
                _ => end + 1,
            };
        }
        if self.is_conditional(at, end) {
            return None;
        }
        self.copy(at + 1);
        self.out.push_str(" 0");
        self.at = end;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_goes() {
        let rows = [
            (
                "/// Doc {\npub fn f<F: Fn(u8) -> u8>(x: [u8; {4}]) -> T where F: X { if x { g() } }",
                " pub fn f() -> T {}",
            ),
            ("struct S { f: fn(u8) -> u8 }", "struct S { f: fn(u8) -> u8 }"),
            ("fn g(a: A) { #[cfg(unix)] h(); i(!cfg!(x), #[y] z) }", "fn g() { #[cfg(unix)] (); cfg!(x);}"),
            ("trait T { fn m(&self); fn n() -> Vec<[u8; 4]> {} }", "trait T { fn m() ; fn n() -> Vec<[u8; 4]> {} }"),
            (
                "#[inline]\n#[cfg(feature = \"x\")] #[cfg_attr(docsrs, doc(cfg(y)))] mod a;",
                " #[cfg(feature = \"x\")] mod a;",
            ),
            ("#[cfg(test)] #[path = \"t.rs\"] mod t { x } use b;", " use b;"),
            (
                "struct A<const N: usize = 3>([u8; N]); const B: &[u8] = &[1, 2]; static mut C: D = x;",
                "struct A<const N: usize = 3>([u8; N]); const B: &[u8] = 0 ; static mut C: D = 0 ;",
            ),
            (
                "macro_rules! m { ($(#[$a:meta])* $n:ident) => { fn $n() { x } } }",
                "macro_rules! m { ($(#[$a:meta])* $n:ident) => { fn $n() { x } } }",
            ),
        ];
        for (text, want) in rows {
            assert_eq!(condense(&Tokens::of(text)), want);
        }
    }

    #[test]
    fn broken_text_stays_text() {
        for text in [
            "fn f() {",
            "fn",
            "fn f",
            "}}} fn f() { }",
            "fn f<",
            "#[",
            "#[cfg(test)]",
            "const A: ",
            "static A: B =",
            "fn f<T>(",
            "fn f() ->",
        ] {
            condense(&Tokens::of(text));
        }
    }
}
