//! Code in which nothing depends on the features asked about: its modules, types and signatures, read from tokens.

use std::collections::BTreeSet;

use super::super::lexer::Kind;
use super::super::tokens::Tokens;

/// What such a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Skimmed {
    /// Modules in other files: the inline modules around, then the name.
    pub(super) modules: Vec<Vec<String>>,
    /// Types and traits defined.
    pub(super) types: BTreeSet<String>,
    /// Function or public field, its owner, and a type in its result.
    pub(super) returns: Vec<(String, Option<String>, String)>,
    /// First names of public imports.
    pub(super) reexports: BTreeSet<String>,
}

/// Reads a file, or those items of it in which nothing depends on what is asked about.
pub(super) fn skim(tokens: &Tokens<'_>) -> Skimmed {
    let mut reader = Reader { tokens, at: 0, around: Vec::new(), found: Skimmed::default() };
    while reader.at < tokens.list.len() {
        reader.step();
    }
    reader.found
}

/// What a pair of braces belongs to.
enum Around {
    Module(String),
    /// An implementation or a trait, and whose.
    Owner(String),
    Struct(String),
    Other,
}

struct Reader<'a> {
    tokens: &'a Tokens<'a>,
    at: usize,
    around: Vec<Around>,
    found: Skimmed,
}

impl<'a> Reader<'a> {
    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.kind(at)
    }

    fn word(&self, at: usize) -> &'a str {
        let word = self.tokens.word(at);
        word.strip_prefix("r#").unwrap_or(word)
    }

    fn punct(&self, at: usize, byte: u8) -> bool {
        self.tokens.punct(at, byte)
    }

    fn opens(&self, at: usize, byte: u8) -> bool {
        self.tokens.opens(at, byte)
    }

    /// Takes one token, or a whole head of an item up to its brace.
    fn step(&mut self) {
        let in_owner = matches!(self.around.last(), Some(Around::Owner(_)));
        let in_struct = matches!(self.around.last(), Some(Around::Struct(_)));
        match (self.word(self.at), self.word(self.at + 1)) {
            ("mod", name) if !name.is_empty() => self.module(name),
            ("struct" | "union", name) if !name.is_empty() => self.structure(name),
            ("enum", name) if !name.is_empty() => self.define(name),
            ("type", name) if !name.is_empty() && !in_owner => self.define(name),
            ("trait", name) if !name.is_empty() => {
                self.define(name);
                self.head(Around::Owner(name.to_string()));
            }
            // In the type of a function `impl Trait` has no braces of its own: `fn` skips those.
            ("impl", _) => self.implementation(),
            ("fn", name) if !name.is_empty() => self.function(name),
            ("const" | "static", _) => self.value(),
            ("pub", "use") => self.import(),
            ("pub", name) if in_struct && !name.is_empty() && self.punct(self.at + 2, b':') => self.field(name),
            _ => self.plain(),
        }
    }

    fn plain(&mut self) {
        match self.kind(self.at) {
            Some(Kind::Punct(b'#')) if self.opens(self.at + 1, b'[') => return self.attribute(),
            Some(Kind::Open(_)) => self.around.push(Around::Other),
            Some(Kind::Close) => {
                self.around.pop();
            }
            _ => {}
        }
        self.at += 1;
    }

    /// What only tests compile is left out.
    fn attribute(&mut self) {
        let end = self.tokens.behind(self.at + 1);
        let for_tests = self.word(self.at + 2) == "cfg" && end == self.at + 7 && self.word(self.at + 4) == "test";
        self.at = if for_tests { self.tokens.item_end(end) } else { end };
    }

    /// `const NAME: T = value;` says nothing; `const fn` is a function.
    fn value(&mut self) {
        let name = self.at + if self.word(self.at + 1) == "mut" { 2 } else { 1 };
        let is_value = !self.word(name).is_empty() && self.punct(name + 1, b':');
        self.at += 1;
        while is_value && !self.punct(self.at, b';') {
            match self.kind(self.at) {
                None | Some(Kind::Close) => return,
                Some(_) => self.at = self.tokens.behind(self.at),
            }
        }
    }

    fn define(&mut self, name: &str) {
        self.found.types.insert(name.to_string());
        self.at += 2;
    }

    fn module(&mut self, name: &str) {
        self.at += 2;
        if self.opens(self.at, b'{') {
            self.around.push(Around::Module(name.to_string()));
            self.at += 1;
        } else if self.punct(self.at, b';') {
            let inline = self.around.iter().filter_map(|around| match around {
                Around::Module(name) => Some(name.clone()),
                _ => None,
            });
            let path = inline.chain([name.to_string()]).collect();
            self.found.modules.push(path);
        }
    }

    fn structure(&mut self, name: &str) {
        self.define(name);
        self.head(Around::Struct(name.to_string()));
    }

    /// Skips to the brace of an item, or behind its semicolon.
    fn head(&mut self, around: Around) {
        let mut depth = 0usize;
        while let Some(kind) = self.kind(self.at) {
            match kind {
                Kind::Open(b'{') if depth == 0 => {
                    self.around.push(around);
                    self.at += 1;
                    return;
                }
                Kind::Punct(b';') if depth == 0 => return,
                Kind::Close if depth == 0 => return,
                Kind::Open(_) => depth += 1,
                Kind::Close => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// `impl<T> Trait for Type<T> where ... {`
    fn implementation(&mut self) {
        self.at += 1;
        if self.punct(self.at, b'<') {
            self.skip_angles();
        }
        let start = self.at;
        let mut end = start;
        while self.kind(end).is_some_and(|kind| !matches!(kind, Kind::Open(b'{') | Kind::Punct(b';'))) {
            end += 1;
        }
        let target = (start..end).find(|at| self.word(*at) == "for" && !self.punct(at + 1, b'<'));
        let owner = self.types(target.map_or(start, |at| at + 1), end).into_iter().next().unwrap_or_default();
        self.at = end;
        if self.opens(self.at, b'{') {
            self.around.push(Around::Owner(owner));
            self.at += 1;
        }
    }

    fn skip_angles(&mut self) {
        let mut depth = 0usize;
        while let Some(kind) = self.kind(self.at) {
            match kind {
                Kind::Punct(b'<') => depth += 1,
                Kind::Punct(b'>') if !self.punct(self.at.wrapping_sub(1), b'-') => depth = depth.saturating_sub(1),
                Kind::Open(b'{') | Kind::Punct(b';') => return,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    fn function(&mut self, name: &str) {
        let (mut depth, mut result) = (0usize, None);
        self.at += 2;
        while let Some(kind) = self.kind(self.at) {
            match kind {
                Kind::Punct(b'-') if depth == 0 && self.punct(self.at + 1, b'>') => result = Some(self.at + 2),
                Kind::Open(b'{') | Kind::Punct(b';') | Kind::Close if depth == 0 => break,
                Kind::Word if depth == 0 && self.word(self.at) == "where" => break,
                Kind::Open(_) => depth += 1,
                Kind::Close => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        if let Some(start) = result {
            self.add_types(name, start, self.at);
        }
        if self.opens(self.at, b'{') {
            self.at = self.tokens.behind(self.at);
        }
    }

    fn field(&mut self, name: &str) {
        let (start, mut depth) = (self.at + 3, 0usize);
        self.at = start;
        while let Some(kind) = self.kind(self.at) {
            match kind {
                Kind::Punct(b'<') | Kind::Open(_) => depth += 1,
                Kind::Close if depth == 0 => break,
                Kind::Punct(b'>') | Kind::Close => depth = depth.saturating_sub(1),
                Kind::Punct(b',') if depth == 0 => break,
                _ => {}
            }
            self.at += 1;
        }
        self.add_types(name, start, self.at);
    }

    fn add_types(&mut self, name: &str, start: usize, end: usize) {
        let owner = self.around.iter().rev().find_map(|around| match around {
            Around::Owner(owner) | Around::Struct(owner) => Some(owner.clone()),
            _ => None,
        });
        for ty in self.types(start, end) {
            if ty != "Self" && owner.as_ref() != Some(&ty) {
                self.found.returns.push((name.to_string(), owner.clone(), ty));
            }
        }
    }

    /// Last names of the paths between two places.
    fn types(&self, start: usize, end: usize) -> Vec<String> {
        let not_types = ["dyn", "impl", "mut", "const", "for", "as", "where", "unsafe", "extern", "fn", "_"];
        (start..end)
            .filter(|at| !self.punct(at + 1, b':') || !self.punct(at + 2, b':'))
            .filter(|at| !self.punct(at + 1, b'=') || self.punct(at + 2, b'>'))
            .map(|at| self.word(at))
            .filter(|word| !word.is_empty() && !not_types.contains(word))
            .map(str::to_string)
            .collect()
    }

    /// `pub use a::b;`, `pub use ::a::{b, c};`, `pub use {a::b, c::d};`
    fn import(&mut self) {
        self.at += 2;
        while self.punct(self.at, b':') {
            self.at += 1;
        }
        let grouped = self.opens(self.at, b'{');
        let (mut depth, mut starts) = (0usize, true);
        while let Some(kind) = self.kind(self.at).filter(|kind| *kind != Kind::Punct(b';')) {
            match kind {
                Kind::Word if starts => {
                    self.found.reexports.insert(self.word(self.at).to_string());
                    starts = false;
                }
                Kind::Open(_) => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                Kind::Punct(b',') if grouped && depth == 1 => starts = true,
                _ => {}
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_found_in_tokens() {
        let text = "pub use {a::b, c::{d, e}}; pub use ::f::g; mod x { mod y; impl<T: A<u8>> Tr for S<T> { type Out = u8; fn f(&self) -> Result<q::R, E> where T: C {} } }\npub struct S<T> { pub a: Vec<B>, c: D }\npub type T1 = u8; mod z; fn free() -> impl Iterator<Item = I> { fn inner() -> X {} }\n#[cfg(test)] mod tests { mod w; }\n#[mod(a)] const K: Y = { mod v; };";
        let found = skim(&Tokens::of(text));
        assert_eq!(found.modules, [vec!["x".to_string(), "y".into()], vec!["z".to_string()]]);
        assert_eq!(found.types.iter().collect::<Vec<_>>(), ["S", "T1"]);
        assert_eq!(found.reexports.iter().collect::<Vec<_>>(), ["a", "c", "f"]);
        let returns: Vec<String> = found
            .returns
            .iter()
            .map(|(name, owner, ty)| format!("{}.{name}:{ty}", owner.as_deref().unwrap_or("")))
            .collect();
        assert_eq!(returns, ["S.f:Result", "S.f:R", "S.f:E", "S.a:Vec", "S.a:B", ".free:Iterator", ".free:I"]);
    }

    #[test]
    fn any_text_has_an_end() {
        for text in ["}}} mod", "impl", "pub use {", "fn f", "struct S {", "impl<"] {
            assert_eq!(skim(&Tokens::of(text)).modules.len(), 0, "{text}");
        }
    }
}
