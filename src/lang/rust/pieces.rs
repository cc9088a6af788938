//! What can be said about code that nobody parsed: arguments and bodies of macros, bodies of functions.

use super::lexer::Kind;
use super::tokens::Tokens;

/// A path, a name before `!` or a name behind `.` among tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a, 'b> {
    /// `a::b::c`; whether it starts with `::`.
    Path { segments: &'b [&'a str], absolute: bool },
    /// `::name` behind a type.
    Member(&'a str),
    /// `name!`.
    Macro(&'a str),
    /// `.name(`.
    Method(&'a str),
    /// `.name`.
    Field(&'a str),
    /// `use name;`, `use {name, ..}`, `extern crate name;`
    Import(&'a str),
    /// A lone identifier.
    Ident(&'a str),
    /// A string literal, with the identifier before `=` if there is one.
    Text { key: Option<&'a str>, literal: &'a str },
}

/// Calls `found` for each piece of a text. `$crate` paths are left out.
pub(super) fn pieces(text: &str, found: &mut dyn FnMut(Piece<'_, '_>)) {
    let tokens = Tokens::of(text);
    pieces_in(&tokens, 0, tokens.list.len(), found);
}

/// The same for the tokens from one place up to another.
pub(super) fn pieces_in(tokens: &Tokens<'_>, start: usize, end: usize, found: &mut dyn FnMut(Piece<'_, '_>)) {
    let mut reader = Reader { tokens, segments: Vec::new(), inner: vec![(start, end)], listed: 0, found };
    while let Some((mut at, end)) = reader.inner.pop() {
        while at < end {
            at = reader.step(at);
        }
    }
}

/// The value of a string literal.
pub(super) fn string_value(literal: &str) -> Option<String> {
    syn::parse_str::<syn::LitStr>(literal).ok().map(|text| text.value())
}

/// Words behind which a path begins, not goes on.
const BEFORE_PATHS: [&str; 16] = [
    "as", "break", "dyn", "else", "for", "if", "impl", "in", "let", "match", "move", "mut", "return", "use", "where",
    "while",
];

struct Reader<'a, 'f> {
    tokens: &'f Tokens<'a>,
    segments: Vec<&'a str>,
    /// Parts that are still to be read: generic arguments inside of paths.
    inner: Vec<(usize, usize)>,
    /// Where the braces end behind the last `use`.
    listed: usize,
    found: &'f mut dyn FnMut(Piece<'_, '_>),
}

impl<'a> Reader<'a, '_> {
    fn step(&mut self, at: usize) -> usize {
        match self.tokens.kind(at) {
            Some(Kind::Literal) => {
                let literal = self.tokens.written(at, at + 1);
                if literal.starts_with(['"', 'r']) {
                    let key = self.key_before(at);
                    (self.found)(Piece::Text { key, literal });
                }
                at + 1
            }
            Some(Kind::Word) if self.tokens.word(at) == "use" && self.tokens.opens(at + 1, b'{') => {
                self.listed = self.tokens.behind(at + 1);
                at + 2
            }
            Some(Kind::Word) if BEFORE_PATHS.contains(&self.tokens.word(at)) => at + 1,
            Some(Kind::Word) if self.ident(at).is_some() => self.path(at),
            // A path behind `$crate` or a `$name` belongs to someone else.
            Some(Kind::Punct(b'$')) if self.ident(at + 1).is_some() => self.skip_path(at + 1),
            _ => at + 1,
        }
    }

    fn ident(&self, at: usize) -> Option<&'a str> {
        let word = self.tokens.word(at);
        let is_name = !word.is_empty() && !word.as_bytes()[0].is_ascii_digit();
        is_name.then(|| word.strip_prefix("r#").unwrap_or(word))
    }

    fn skip_path(&self, mut at: usize) -> usize {
        at += 1;
        while self.tokens.colons(at) && self.ident(at + 2).is_some() {
            at += 3;
        }
        at
    }

    fn key_before(&self, at: usize) -> Option<&'a str> {
        let key = at.checked_sub(2).and_then(|key| self.ident(key));
        key.filter(|_| self.tokens.punct(at - 1, b'='))
    }

    /// Whether a type or a path ends in front of a place, so that `::` there goes on with it.
    fn goes_on(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        self.tokens.punct(before, b'>') || self.ident(before).is_some_and(|word| !BEFORE_PATHS.contains(&word))
    }

    /// Where the path goes on whose segment is at `at`.
    fn next_segment(&mut self, at: usize) -> Option<usize> {
        if !self.tokens.colons(at + 1) {
            return None;
        }
        if self.ident(at + 3).is_some() {
            return Some(at + 3);
        }
        let end = self.tokens.behind_angles(at + 3).filter(|end| *end > at + 3)?;
        let goes_on = self.tokens.colons(end) && self.ident(end + 2).is_some();
        goes_on.then(|| {
            self.inner.push((at + 4, end - 1));
            end + 2
        })
    }

    /// Whether the name at a place is a crate's where it stands alone: behind `use`, in its outermost braces, behind
    /// `extern crate`.
    fn is_imported(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        match self.tokens.kind(before) {
            Some(Kind::Word) => match self.tokens.word(before) {
                "use" => true,
                "crate" => before > 0 && self.tokens.word(before - 1) == "extern",
                _ => false,
            },
            // A list in it is that of a path, unless it stands first: what it names then is one crate more.
            Some(Kind::Open(b'{') | Kind::Punct(b',')) => at < self.listed,
            _ => false,
        }
    }

    fn path(&mut self, start: usize) -> usize {
        let behind_colons = start >= 2 && self.tokens.colons(start - 2);
        let continues = behind_colons && self.goes_on(start - 2);
        let absolute = behind_colons && !continues;
        let method = !behind_colons
            && start > 0
            && self.tokens.punct(start - 1, b'.')
            && !(start >= 2 && self.tokens.punct(start - 2, b'.'));
        self.segments.clear();
        let mut at = start;
        loop {
            self.segments.extend(self.ident(at));
            match self.next_segment(at) {
                Some(next) => at = next,
                None => break,
            }
        }
        let bang = self.tokens.punct(at + 1, b'!') && matches!(self.tokens.kind(at + 2), Some(Kind::Open(_)));
        let (Some(first), Some(last)) = (self.segments.first(), self.segments.last()) else { return at + 1 };
        if bang {
            (self.found)(Piece::Macro(last));
        }
        let open_ended = self.tokens.colons(at + 1);
        let piece = if method {
            let called = open_ended || self.tokens.opens(at + 1, b'(');
            if called { Piece::Method(first) } else { Piece::Field(first) }
        } else if continues {
            Piece::Member(last)
        } else if self.segments.len() > 1 || absolute || open_ended {
            Piece::Path { segments: &self.segments, absolute }
        } else if self.is_imported(start) {
            Piece::Import(first)
        } else {
            Piece::Ident(first)
        };
        (self.found)(piece);
        at + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        pieces(text, &mut |piece| {
            all.push(match piece {
                Piece::Path { segments, absolute } => {
                    format!("{}{}", if absolute { "::" } else { "" }, segments.join("::"))
                }
                Piece::Member(name) => format!("<>{name}"),
                Piece::Macro(name) => format!("{name}!"),
                Piece::Method(name) => format!(".{name}()"),
                Piece::Field(name) => format!(".{name}"),
                Piece::Import(name) => format!("use {name}"),
                Piece::Ident(name) => name.to_string(),
                Piece::Text { key, literal } => format!("{}={literal}", key.unwrap_or_default()),
            });
        });
        all
    }

    #[test]
    fn paths_are_found_without_parsing() {
        let text = "::serde_json::json!({ k = \"a\": $x.b(c::d).e }); $crate::inner::f() 1.max(0..z) as ::q::T";
        let want = ["json!", "::serde_json::json", "k", "k=\"a\"", ".b()", "c::d", ".e", ".max()", "z", "::q::T"];
        assert_eq!(shown(text), want);
    }

    #[test]
    fn generic_arguments_do_not_end_a_path() {
        let text = "a::B::<c::D<E>, fn(F) -> G>::new(x.collect::<Vec<h::I>>()) <J as k::L>::m a::n::<O>()";
        let want = [
            "a::B::new",
            "x",
            ".collect()",
            "Vec",
            "h::I",
            "J",
            "k::L",
            "<>m",
            "a::n",
            "O",
            "c::D",
            "E",
            "fn",
            "F",
            "G",
        ];
        assert_eq!(shown(text), want);
    }

    #[test]
    fn crates_are_imported_by_name_alone() {
        let text =
            "use a; pub use b as _; use {c, d::e, f as g}; extern crate h as _; use self::i; x as j; $crate::k, l";
        let want = [
            "use a", "pub", "use b", "_", "use c", "d::e", "use f", "g", "extern", "crate", "use h", "_", "self::i",
            "x", "j", "l",
        ];
        assert_eq!(shown(text), want);
    }

    #[test]
    fn any_text_has_an_end() {
        for text in ["use {", "use", "use { a", "a::<", "::", "a::<b", "$", "a::<b>::", ".", "r#", "a::<(>::b"] {
            shown(text);
        }
    }
}
