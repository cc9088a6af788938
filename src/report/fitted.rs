use textwrap::core::display_width;

use super::human;

/// Narrower terminals get lines that are too long: nothing can be read in fewer columns.
const NARROWEST: usize = 40;

/// Text whose lines fit a terminal: what is longer goes on below, two columns further in. Alignment within a line stays.
#[must_use]
pub fn fitted(text: &str, width: usize) -> String {
    let width = width.max(NARROWEST);
    let mut fitted = String::with_capacity(text.len() + 64);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        if display_width(bare) <= width {
            fitted.push_str(line);
            continue;
        }
        let further = " ".repeat((bare.len() - bare.trim_start_matches(' ').len() + 2).min(width / 2));
        let options = human::wrapping(width).subsequent_indent(&further);
        fitted.push_str(&textwrap::wrap(bare, options).join("\n"));
        fitted.push_str(line.get(bare.len()..).unwrap_or_default());
    }
    fitted
}

#[cfg(test)]
mod tests {
    use super::fitted;

    #[test]
    fn long_lines_go_on_further_in() {
        let text = "short\n  a line of words that is longer than the terminal is wide\n";
        let expected = "short\n  a line of words that is longer than the\n    terminal is wide\n";
        assert_eq!(fitted(text, 42), expected);
    }

    #[test]
    fn colours_take_no_room() {
        let text = "\u{1b}[1m0123456789012345678901234567890123456789\u{1b}[0m\n";
        assert_eq!(fitted(text, 40), text);
    }
}
