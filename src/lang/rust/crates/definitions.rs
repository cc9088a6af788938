//! Where a file defines macros by example, found without reading the rest of it.

use super::super::depth::MAX_DEPTH;
use super::super::lexer::{Kind, Lexer};

/// A `macro_rules!` in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Definition<'a> {
    pub(super) name: &'a str,
    /// Its rules with the brackets around them.
    pub(super) body: &'a str,
}

const START: &str = "macro_rules!";
/// How far in front of it the start of a comment is looked for.
const LONGEST_COMMENT: usize = 256;

/// All definitions in the order of the text, nested ones too. Nothing is read behind one that does
/// not end, so that each byte is read as often as brackets may nest, and no more.
pub(super) fn find(text: &str) -> Vec<Definition<'_>> {
    let mut found = Vec::new();
    for at in memchr::memmem::find_iter(text.as_bytes(), START.as_bytes()) {
        if is_comment(text.as_bytes(), at) {
            continue;
        }
        match text.get(at + START.len()..).and_then(definition) {
            Some(definition) => found.push(definition),
            None => break,
        }
    }
    found
}

fn is_comment(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[at.saturating_sub(LONGEST_COMMENT)..at];
    let line = memchr::memrchr(b'\n', before).map_or(before, |end| &before[end..]);
    memchr::memmem::find(line, b"//").is_some()
}

/// The name and the rules behind the `!`.
fn definition(text: &str) -> Option<Definition<'_>> {
    let mut tokens = Lexer::new(text);
    let name = tokens.next().filter(|token| token.kind == Kind::Word)?;
    let open = tokens.next().filter(|token| matches!(token.kind, Kind::Open(_)))?;
    let mut depth = 1usize;
    for token in tokens {
        match token.kind {
            Kind::Open(_) => depth += 1,
            Kind::Close => depth -= 1,
            _ => {}
        }
        if depth > MAX_DEPTH {
            return None;
        }
        if depth == 0 {
            return Some(Definition {
                name: text.get(name.start()..name.end())?,
                body: text.get(open.start()..token.end())?,
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_found_anywhere() {
        let text = "// macro_rules! no { () => {} }\nmod x { macro_rules! a { () => { \"}\" } } }\nmacro_rules! b(() => {});\nmacro_rules! c { (";
        let found: Vec<(&str, &str)> = find(text).iter().map(|found| (found.name, found.body)).collect();
        assert_eq!(found, [("a", "{ () => { \"}\" } }"), ("b", "(() => {})")]);
    }
}
