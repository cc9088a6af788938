//! Source without what says nothing about features: comments, tests, most attributes, parameters,
//! values, and bodies of functions in which nothing is conditional. What is left is a small part
//! of most crates, and parses that much faster.

use super::super::lexer::{Kind, Lexer, Token};

/// The text with only what tells features, types and results of functions.
pub(super) fn condense(text: &str) -> String {
    let tokens: Vec<Token> = Lexer::new(text).collect();
    let out = String::with_capacity(text.len() / 4);
    let mut condenser = Condenser { text, tokens: &tokens, at: 0, out, last_end: 0 };
    while condenser.at < tokens.len() {
        condenser.step();
    }
    condenser.out
}

struct Condenser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    out: String,
    last_end: usize,
}

impl<'a> Condenser<'a> {
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

    /// Copies tokens up to `end`.
    fn copy(&mut self, end: usize) {
        for token in &self.tokens[self.at.min(end)..end.min(self.tokens.len())] {
            if token.start > self.last_end {
                self.out.push(' ');
            }
            self.out.push_str(&self.text[token.start..token.end]);
            self.last_end = token.end;
        }
        self.at = end;
    }

    fn step(&mut self) {
        let taken = match self.kind(self.at) {
            Some(Kind::Punct(b'#')) => self.attribute(),
            Some(Kind::Word) => match self.word(self.at) {
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

    /// Behind the bracket that closes the one at `open`.
    fn behind(&self, open: usize) -> usize {
        let mut depth = 0usize;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            match token.kind {
                Kind::Open(_) => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return at + 1;
            }
        }
        self.tokens.len()
    }

    /// Attributes other than conditions go, and so does what only tests compile.
    fn attribute(&mut self) -> Option<()> {
        if self.kind(self.at + 1) != Some(Kind::Open(b'[')) {
            return None;
        }
        let (end, name) = (self.behind(self.at + 1), self.word(self.at + 2));
        match name {
            "cfg" if end == self.at + 7 && self.word(self.at + 4) == "test" => self.at = self.item_end(end),
            "cfg_attr" if self.word(self.at + 4) == "docsrs" => self.at = end,
            "cfg" | "cfg_attr" | "path" | "macro_export" | "macro_use" | "" => self.copy(end),
            _ => self.at = end,
        }
        Some(())
    }

    /// Behind the item, field or statement that starts at `start`.
    fn item_end(&self, start: usize) -> usize {
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

    /// Behind the generic parameters that start at `start`.
    fn generics_end(&self, start: usize) -> Option<usize> {
        let (mut at, mut depth) = (start, 0usize);
        if !self.punct(start, b'<') {
            return Some(start);
        }
        loop {
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
    }

    /// `fn name<T: X>(a: A) -> R where T: Y { body }` to `fn name() -> R {}`. `None` for types of
    /// functions and for what macros make up.
    fn function(&mut self) -> Option<()> {
        if self.word(self.at + 1).is_empty() {
            return None;
        }
        let parameters = self.generics_end(self.at + 2)?;
        if self.kind(parameters) != Some(Kind::Open(b'(')) {
            return None;
        }
        let result = self.behind(parameters);
        let (mut at, mut bounds) = (result, None);
        let end = loop {
            match self.kind(at)? {
                Kind::Open(b'{') | Kind::Punct(b';') => break at,
                Kind::Open(_) => at = self.behind(at),
                Kind::Close => return None,
                Kind::Word if self.word(at) == "where" => {
                    bounds.get_or_insert(at);
                    at += 1;
                }
                _ => at += 1,
            }
        };
        self.copy(self.at + 2);
        self.out.push_str("()");
        self.at = result;
        self.copy(bounds.unwrap_or(end));
        self.at = end;
        if self.punct(end, b';') {
            self.copy(end + 1);
        } else {
            self.body(self.behind(end));
        }
        Some(())
    }

    fn is_conditional(&self, start: usize, end: usize) -> bool {
        (start..end.min(self.tokens.len())).any(|at| self.word(at).starts_with("cfg"))
    }

    fn body(&mut self, end: usize) {
        if self.is_conditional(self.at, end) {
            self.copy(end);
        } else {
            self.out.push_str(" {}");
            self.at = end;
        }
    }

    /// `const NAME: T = value;` to `const NAME: T = 0;`
    fn value(&mut self) -> Option<()> {
        let in_generics = self.at > 0 && (self.punct(self.at - 1, b'<') || self.punct(self.at - 1, b','));
        let name = self.at + if self.word(self.at + 1) == "mut" { 2 } else { 1 };
        if in_generics || self.word(name).is_empty() || !self.punct(name + 1, b':') {
            return None;
        }
        let mut at = name + 2;
        while !self.punct(at, b'=') {
            at = match self.kind(at)? {
                Kind::Open(b'{') | Kind::Punct(b';') | Kind::Close => return None,
                Kind::Open(_) => self.behind(at),
                _ => at + 1,
            };
        }
        let mut end = at + 1;
        while !self.punct(end, b';') {
            end = match self.kind(end)? {
                Kind::Close => return None,
                Kind::Open(_) => self.behind(end),
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
    use super::condense;

    #[test]
    fn what_says_nothing_goes() {
        let rows = [
            (
                "/// Doc {\npub fn f<F: Fn(u8) -> u8>(x: [u8; {4}]) -> T where F: X { if x { g() } }",
                " pub fn f() -> T {}",
            ),
            ("struct S { f: fn(u8) -> u8 }", "struct S { f: fn(u8) -> u8 }"),
            ("fn g(a: A) { #[cfg(unix)] h(); }", "fn g() { #[cfg(unix)] h(); }"),
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
            assert_eq!(condense(text), want);
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
            condense(text);
        }
    }
}
