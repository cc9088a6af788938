//! Code moved within a file, as imports into the functions that use them: what is common to all languages.

use crate::span::Span;

/// What to change in one file, and what that does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Replacements that do not overlap, in order.
    pub edits: Vec<(Span, String)>,
    /// The statements that move, as they are written at their new places.
    pub statements: Vec<String>,
    /// The names that they bind.
    pub names: Vec<String>,
    /// The functions that they move into, by name, in the order of the code.
    pub into: Vec<String>,
}

/// Why code cannot move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The end of a sentence that begins with "not moved:".
    pub why: String,
    /// Where the reason stands in the file.
    pub at: Option<u32>,
}

impl Refusal {
    /// A reason that has no place.
    #[must_use]
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), at: None }
    }

    /// A reason with its place.
    #[must_use]
    pub fn at(offset: u32, why: impl Into<String>) -> Self {
        Self { why: why.into(), at: Some(offset) }
    }
}

/// Refuses a text in whose first line nothing is where it seems to be.
///
/// # Errors
/// When it begins with a byte order mark.
pub(super) fn refuse_mark(text: &str) -> Result<(), Refusal> {
    if text.starts_with('\u{feff}') { Err(Refusal::new("the file begins with a byte order mark")) } else { Ok(()) }
}

/// A text with replacements that do not overlap and stand in order.
pub(super) fn applied(text: &str, edits: &[(Span, String)]) -> String {
    let mut changed = text.to_owned();
    for (span, replacement) in edits.iter().rev() {
        changed.replace_range(span.range_in(text.len()), replacement);
    }
    changed
}

/// The start of the line that an offset is in.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |found| found + 1)
}

/// Behind the line end of the line that an offset is in.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|behind| behind.find('\n')).map_or(text.len(), |found| at + found + 1)
}

/// The line that an offset is in, without its end.
pub(super) fn line(text: &str, at: usize) -> &str {
    text.get(line_start(text, at)..next_line(text, at)).unwrap_or_default().trim_end_matches(['\n', '\r'])
}

/// Whether there is a line at an offset, and nothing on it.
pub(super) fn is_blank(text: &str, at: usize) -> bool {
    at < text.len() && line(text, at).trim().is_empty()
}

/// The line end that the file uses.
pub(crate) fn line_end(text: &str) -> &'static str {
    let first = text.find('\n').and_then(|at| at.checked_sub(1)).and_then(|at| text.as_bytes().get(at));
    if first == Some(&b'\r') { "\r\n" } else { "\n" }
}

/// What stands before a place on its line, when that is nothing but blanks.
pub(super) fn indent(text: &str, at: usize) -> Option<&str> {
    let before = text.get(line_start(text, at)..at)?;
    before.chars().all(|c| matches!(c, ' ' | '\t')).then_some(before)
}

/// The whole lines of some statements, in order, with the smaller of the gaps around them.
pub(super) fn lines_to_remove(text: &str, statements: &[Span]) -> Vec<Span> {
    let mut removed: Vec<Span> = Vec::new();
    let lines =
        statements.iter().map(|span| (line_start(text, span.start as usize), next_line(text, span.end as usize)));
    for (start, end) in lines {
        match removed.last_mut() {
            Some(last) if last.end as usize == start => last.end = end as u32,
            _ => removed.push(Span::new(start as u32, end as u32)),
        }
    }
    for span in &mut removed {
        let mut before = span.start as usize;
        while is_blank(text, span.end as usize) {
            if before > 0 {
                before = line_start(text, before - 1);
                if !is_blank(text, before) {
                    break;
                }
            }
            span.end = next_line(text, span.end as usize) as u32;
        }
    }
    removed
}

/// Whether a word stands in a text by itself.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    text.match_indices(word).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + word.len()..]);
        !before.ends_with(is_part) && !behind.starts_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_with_one_of_two_gaps() {
        let removed = |text: &str, start, end| lines_to_remove(text, &[Span::new(start, end)]);
        assert_eq!(removed("a\n\nb\n\nc\n", 3, 4), [Span::new(3, 6)]);
        assert_eq!(removed("a\nb\n\nc", 2, 3), [Span::new(2, 4)]);
        assert_eq!(removed("a\n\n\nb", 0, 1), [Span::new(0, 4)]);
        assert_eq!(removed("a", 0, 1), [Span::new(0, 1)]);
        let two = [Span::new(3, 4), Span::new(5, 6)];
        assert_eq!(lines_to_remove("a\n\nb\nc\n\nd\n", &two), [Span::new(3, 8)]);
    }

    #[test]
    fn words_stand_by_themselves() {
        assert!(has_word("List[pd.DataFrame]", "pd") && !has_word("spd.x pdx", "pd"));
    }
}
