//! What to take out of a text together with an entry of a list or table, so that the rest stays
//! well-formed and as it was.

use crate::span::Span;

/// The whole lines that a range touches, line ends included.
#[must_use]
pub fn lines(text: &str, span: Span) -> Span {
    let range = span.range_in(text.len());
    let bytes = text.as_bytes();
    let start = bytes[..range.start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    // A range that ends behind a line end touches no further line.
    let last = if range.end > range.start { range.end - 1 } else { range.end };
    let end = bytes[last..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| last + at + 1);
    Span::new(start as u32, end as u32)
}

/// An element of a TOML array with the comma that belongs to it: its whole lines when it has them
/// to itself, with the comment behind it.
#[must_use]
pub fn element(text: &str, span: Span) -> Span {
    let whole = lines(text, span);
    let range = span.range_in(text.len());
    let before = &text[whole.range_in(text.len()).start..range.start];
    let behind = &text[range.end..whole.range_in(text.len()).end];
    let after_comma = behind.trim_start().strip_prefix(',').unwrap_or(behind.trim_start());
    let rest = after_comma.trim();
    if before.trim().is_empty() && (rest.is_empty() || rest.starts_with('#')) {
        return whole;
    }
    if behind.trim_start().starts_with(',') {
        let blanks = after_comma.len() - after_comma.trim_start_matches([' ', '\t']).len();
        let end = range.end + (behind.len() - after_comma.len()) + blanks;
        let last_on_line = rest.is_empty() || rest.starts_with('#');
        let start = if last_on_line { text[..range.start].trim_end_matches([' ', '\t']).len() } else { range.start };
        return Span::new(start as u32, end as u32);
    }
    // The last element takes the comma before it.
    let kept = text[..range.start].trim_end();
    let start = kept.strip_suffix(',').map_or(range.start, str::len);
    Span::new(start as u32, span.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(text: &str, word: &str, of: fn(&str, Span) -> Span) -> String {
        let at = text.find(word).unwrap_or_default() as u32;
        let mut text = text.to_owned();
        let range = of(&text, Span::new(at, at + word.len() as u32)).range_in(text.len());
        text.replace_range(range, "");
        text
    }

    #[test]
    fn lines_are_whole() {
        assert_eq!(without("a\n  b c\nd", "b", lines), "a\nd");
        assert_eq!(without("a\nb\n", "b\n", lines), "a\n");
        assert_eq!(without("a\nb", "b", lines), "a\n");
        assert_eq!(lines("", Span::new(0, 9)), Span::new(0, 0));
    }

    #[test]
    fn an_element_alone_on_its_line_takes_the_line() {
        assert_eq!(without("a = [\n  'x',  # why\n  'y',\n]\n", "'x'", element), "a = [\n  'y',\n]\n");
        assert_eq!(without("a = [\n  'x',\n  'y'\n]\n", "'y'", element), "a = [\n  'x',\n]\n");
    }

    #[test]
    fn an_element_among_others_takes_one_comma() {
        assert_eq!(without("a = ['x', 'y']", "'x'", element), "a = ['y']");
        assert_eq!(without("a = ['x', 'y']", "'y'", element), "a = ['x']");
        assert_eq!(without("a = ['x']", "'x'", element), "a = []");
        assert_eq!(without("a = ['x',\n  'y', 'z']", "'x'", element), "a = [\n  'y', 'z']");
        assert_eq!(without("a = [\n  'x', 'y',\n]", "'y'", element), "a = [\n  'x',\n]");
    }
}
