//! Byte ranges, and the only place that turns them into lines and columns.

use std::ops::Range;

/// A half-open range of bytes in one text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `start` up to, not including, `end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// Whether another span lies in this one.
    #[must_use]
    pub const fn holds(self, inner: Self) -> bool {
        self.start <= inner.start && inner.end <= self.end
    }

    /// The span as a range of `usize`, cut to a text of `len` bytes.
    #[must_use]
    pub fn range_in(self, len: usize) -> Range<usize> {
        let start = (self.start as usize).min(len);
        start..(self.end as usize).clamp(start, len)
    }
}

/// A place in a text as people count it: lines and columns from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// The line starts of one text, for turning offsets into [`Position`]s.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// Characters before each [`STRIDE`] bytes: a minified file is one line.
    characters: Vec<u32>,
}

const STRIDE: usize = 1024;

fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count()
}

impl LineIndex {
    /// Indexes `text`. Offsets past 4 GiB are not representable; inputs are limited far below.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect();
        let mut before = 0;
        let characters = text.as_bytes().chunks(STRIDE).map(|chunk| {
            let here = before;
            before += count_characters(chunk) as u32;
            here
        });
        Self { characters: characters.collect(), starts }
    }

    /// The position of byte `offset` in `text`, which must be the indexed text.
    /// An offset inside a character counts as that character's; one past the end as the end.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset).max(1) - 1;
        let start = self.starts[line] as usize;
        let end = (offset as usize).min(text.len());
        let column = self.characters_before(text, end).saturating_sub(self.characters_before(text, start));
        Position { line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// The line and column of byte `offset`, both from 0 and in UTF-16 code units, as editors count.
    #[must_use]
    pub fn utf16(&self, text: &str, offset: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= offset).max(1) - 1;
        let before = text.get(self.starts[line] as usize..(offset as usize).min(text.len())).unwrap_or_default();
        (line as u32, before.encode_utf16().count() as u32)
    }

    /// The byte at a line and column as editors count; the end of the line for columns past it.
    #[must_use]
    pub fn offset_of_utf16(&self, text: &str, line: u32, column: u32) -> u32 {
        let Some(start) = self.starts.get(line as usize) else { return text.len() as u32 };
        let rest = text.get(*start as usize..).unwrap_or_default();
        let mut units = 0;
        let mut bytes = 0;
        for c in rest.chars().take_while(|c| *c != '\n') {
            if units >= column {
                break;
            }
            units += c.len_utf16() as u32;
            bytes += c.len_utf8() as u32;
        }
        start + bytes
    }

    /// How many characters start before byte `end`.
    fn characters_before(&self, text: &str, end: usize) -> usize {
        let chunk = (end / STRIDE).min(self.characters.len().saturating_sub(1));
        let rest = text.as_bytes().get(chunk * STRIDE..end).unwrap_or_default();
        self.characters.get(chunk).map_or(0, |before| *before as usize) + count_characters(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let text = "a\nüx = 1\n";
        let index = LineIndex::new(text);
        assert_eq!(index.position(text, 0), Position { line: 1, column: 1 });
        assert_eq!(index.position(text, 4), Position { line: 2, column: 2 });
        assert_eq!(index.position(text, 999), Position { line: 3, column: 1 });
    }

    #[test]
    fn columns_of_a_long_line_are_exact() {
        let text = format!("a\n{}x", "ü-".repeat(3000));
        let index = LineIndex::new(&text);
        let end = text.len() as u32;
        assert_eq!(index.position(&text, end - 1), Position { line: 2, column: 6001 });
        assert_eq!(index.position(&text, end), Position { line: 2, column: 6002 });
        assert_eq!(index.position(&text, 2 + 3 * 1500), Position { line: 2, column: 3001 });
    }

    #[test]
    fn editors_count_code_units_from_zero() {
        let text = "a\n😀x = 1\n";
        let index = LineIndex::new(text);
        assert_eq!(index.utf16(text, 6), (1, 2));
        assert_eq!(index.offset_of_utf16(text, 1, 2), 6);
        assert_eq!(index.offset_of_utf16(text, 1, 99), text.len() as u32 - 1);
        assert_eq!(index.offset_of_utf16(text, 9, 0), text.len() as u32);
    }

    #[test]
    fn ranges_never_leave_the_text() {
        assert_eq!(Span::new(3, 9).range_in(5), 3..5);
        assert_eq!(Span::new(7, 9).range_in(5), 5..5);
    }
}
