//! A lexer for the sources of other people's crates, of which there is too much to parse: it
//! allocates nothing, and leaves comments out.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier, a keyword or a number.
    Word,
    /// A string, a character or a lifetime.
    Literal,
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close,
    /// Any other character.
    Punct(u8),
}

/// A token and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    start: u32,
    end: u32,
}

impl Token {
    pub(super) fn start(self) -> usize {
        self.start as usize
    }

    pub(super) fn end(self) -> usize {
        self.end as usize
    }
}

/// The tokens of a text.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Bytes of identifiers, keywords and numbers.
const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < table.len() {
        table[at] = (at as u8).is_ascii_alphanumeric() || at as u8 == b'_' || at >= 0x80;
        at += 1;
    }
    table
};

impl<'a> Lexer<'a> {
    /// No file is as large as the places can say; a text that is has no tokens.
    pub(super) fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        Self { bytes: if u32::try_from(bytes.len()).is_ok() { bytes } else { &[] }, at: 0 }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_blank(&mut self) {
        let bytes = self.bytes;
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b' ' | b'\n' | b'\t' | b'\r' => self.at += 1,
                b'/' if self.byte(1) == b'/' => self.at = find(bytes, self.at, b'\n'),
                b'/' if self.byte(1) == b'*' => self.skip_block_comment(),
                _ => return,
            }
        }
    }

    fn skip_block_comment(&mut self) {
        let mut open = 0usize;
        while self.at < self.bytes.len() {
            match (self.byte(0), self.byte(1)) {
                (b'/', b'*') => {
                    open += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    open -= 1;
                    self.at += 2;
                    if open == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
        self.at = self.bytes.len();
    }

    fn skip_word(&mut self) {
        let (bytes, mut at) = (self.bytes, self.at);
        while at < bytes.len() && WORD[usize::from(bytes[at])] {
            at += 1;
        }
        self.at = at;
    }

    fn word(&mut self) -> Kind {
        let start = self.at;
        self.skip_word();
        let next = self.byte(0);
        if !matches!(next, b'"' | b'\'' | b'#') {
            return Kind::Word;
        }
        match (&self.bytes[start..self.at], next) {
            (b"b" | b"c", b'"') => self.string(),
            (b"b", b'\'') => self.quote(),
            (b"r" | b"br" | b"cr", b'"' | b'#') => self.raw(),
            _ => Kind::Word,
        }
    }

    fn string(&mut self) -> Kind {
        self.at += 1;
        while self.at < self.bytes.len() && self.byte(0) != b'"' {
            self.at += if self.byte(0) == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        Kind::Literal
    }

    /// Behind `r`: a raw string, or a raw identifier.
    fn raw(&mut self) -> Kind {
        let hashes = self.bytes[self.at..].iter().take_while(|byte| **byte == b'#').count();
        if self.byte(hashes) != b'"' {
            self.at += hashes;
            self.skip_word();
            return Kind::Word;
        }
        self.at += hashes + 1;
        while self.at < self.bytes.len() {
            self.at = find(self.bytes, self.at, b'"') + 1;
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            if rest.iter().take(hashes).filter(|byte| **byte == b'#').count() == hashes {
                self.at += hashes;
                break;
            }
        }
        Kind::Literal
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) -> Kind {
        self.at += 1;
        if self.byte(0) == b'\\' {
            self.at = find(self.bytes, self.at + 2, b'\'') + 1;
            return Kind::Literal;
        }
        let width = match self.byte(0) {
            0xF0.. => 4,
            0xE0.. => 3,
            0xC0.. => 2,
            _ => 1,
        };
        if self.byte(width) == b'\'' {
            self.at += width + 1;
            return Kind::Literal;
        }
        self.skip_word();
        Kind::Literal
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_blank();
        let start = self.at;
        let byte = *self.bytes.get(start)?;
        let kind = match byte {
            b'"' => self.string(),
            b'\'' => self.quote(),
            byte if is_word(byte) => self.word(),
            b'(' | b'[' | b'{' => {
                self.at += 1;
                Kind::Open(byte)
            }
            b')' | b']' | b'}' => {
                self.at += 1;
                Kind::Close
            }
            byte => {
                self.at += 1;
                Kind::Punct(byte)
            }
        };
        self.at = self.at.min(self.bytes.len());
        let place = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Some(Token { kind, start: place(start), end: place(self.at) })
    }
}

fn is_word(byte: u8) -> bool {
    WORD[usize::from(byte)]
}

fn find(bytes: &[u8], from: usize, byte: u8) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr::memchr(byte, rest).map_or(bytes.len(), |at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_what_rust_says() {
        let text = "/* /* */ x */ r#fn 'a 'b' '\\'' '}' \"}\\\"\" br##\"}\"# \"## b'{' é::{ // y\n z";
        let found: Vec<&str> = Lexer::new(text).map(|token| &text[token.start()..token.end()]).collect();
        let want =
            ["r#fn", "'a", "'b'", "'\\''", "'}'", "\"}\\\"\"", "br##\"}\"# \"##", "b'{'", "é", ":", ":", "{", "z"];
        assert_eq!(found, want);
    }

    #[test]
    fn any_end_is_an_end() {
        for text in ["'", "\"", "\"\\", "r#\"", "b'", "/*", "'\\", "r#", "br", "'é"] {
            assert!(Lexer::new(text).all(|token| text.is_char_boundary(token.end())), "{text}");
        }
    }
}
