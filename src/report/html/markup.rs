//! Text from the input on its way into HTML: it stays text.

use super::super::printable;

/// A name or sentence inside an element or a quoted attribute, on one line.
pub(crate) fn escaped(text: &str) -> String {
    escape(&printable::line(text))
}

/// Lines of code or of a frame, with their line ends.
pub(super) fn escaped_lines(text: &str) -> String {
    escape(&printable::code(text))
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_text() {
        assert_eq!(
            escaped("<img src=x onerror='a'>\u{1b}&\""),
            "&lt;img src=x onerror=&#39;a&#39;&gt;\\u{1b}&amp;&quot;"
        );
        assert_eq!(escaped_lines("a < b\n"), "a &lt; b\n");
    }
}
