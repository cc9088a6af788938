//! Names and texts from the input, made safe to print: no control character of theirs reaches a
//! terminal.

use std::borrow::Cow;

/// Whether a character moves the cursor, reorders text or does not show at all.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A name or a sentence on one line, with control characters and invisible ones escaped.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Lines of code with the same byte offsets: what would not print becomes question marks.
pub(super) fn code(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            '\r' => shown.push(' '),
            hidden if is_hidden(hidden) => shown.extend(std::iter::repeat_n('?', hidden.len_utf8())),
            other => shown.push(other),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_do_not_reach_the_terminal() {
        assert_eq!(line("pandas"), "pandas");
        assert_eq!(line("a\u{1b}[31m\n\u{202e}b"), "a\\u{1b}[31m\\n\\u{202e}b");
        assert_eq!(code("x\u{1b}\u{202e}\ty\r\n"), "x????\ty \n");
    }
}
