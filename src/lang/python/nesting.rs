//! How deep a source nests, measured before it is parsed: parsers recurse, and a hostile file
//! must not overflow their stack. The limits are CPython's own (200 brackets, 100 indentations),
//! so a file that is refused here is one that the runtime refuses as well.

use memchr::{memchr, memchr2, memchr3};

const MAX_BRACKETS: usize = 200;
const MAX_INDENTS: usize = 100;
/// Operators in one expression: more than CPython's compiler can recurse into.
const MAX_CHAIN: usize = 6000;

/// Whether a byte can continue an ASCII word.
const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    table
};

/// Whether a byte is counted: every mark of ASCII, and the line end.
const IS_TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_punctuation() && !IN_WORD[byte] || byte as u8 == b'\n';
        byte += 1;
    }
    table
};

/// Whether a byte begins or ends what other bytes are in.
const IS_STRUCTURE: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"\n#\\()[]{}\"'";
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

/// What is nested too deeply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooDeep {
    pub(super) what: &'static str,
    /// Every version of CPython refuses it as well, with a `SyntaxError`.
    pub(super) is_refused: bool,
}

const fn refused(what: &'static str) -> TooDeep {
    TooDeep { what, is_refused: true }
}

/// Counts the operators, brackets, commas and lines of a text, unless something in it is nested
/// too deeply.
pub(super) fn too_deep(text: &str) -> Result<usize, TooDeep> {
    let bytes = text.as_bytes();
    let (mut tokens, mut at, mut open) = (0, 0, 0usize);
    let mut statement = 0;
    let mut indents: Vec<usize> = vec![0];
    at += indent(bytes, at, &mut indents)?;
    while let Some(byte) = bytes.get(at).copied() {
        at += 1;
        tokens += usize::from(IS_TOKEN[usize::from(byte)]);
        if !IS_STRUCTURE[usize::from(byte)] {
            continue;
        }
        match byte {
            b'\n' if open == 0 => {
                check_chain(&bytes[statement..at])?;
                statement = at;
                at += indent(bytes, at, &mut indents)?;
            }
            b'#' => at += comment(&bytes[at..]),
            b'\\' => at += 1,
            b'(' | b'[' | b'{' => {
                open += 1;
                if open > MAX_BRACKETS {
                    return Err(refused("brackets are nested more than 200 deep"));
                }
            }
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'"' | b'\'' => {
                let (end, depth) = string_end(bytes, at - 1);
                at = end;
                if depth > MAX_BRACKETS {
                    return Err(refused("an f-string nests more than 200 deep"));
                }
            }
            _ => {}
        }
    }
    check_chain(&bytes[statement..])?;
    Ok(tokens)
}

fn comment(rest: &[u8]) -> usize {
    memchr(b'\n', rest).unwrap_or(rest.len())
}

/// The width of a line's indentation, which is noted in `indents`, outermost first.
fn indent(bytes: &[u8], at: usize, indents: &mut Vec<usize>) -> Result<usize, TooDeep> {
    let width = bytes[at..].iter().take_while(|b| **b == b' ' || **b == b'\t').count();
    let first = bytes.get(at + width).copied().unwrap_or(b'\n');
    if !matches!(first, b'\n' | b'\r' | b'#') {
        while indents.last().is_some_and(|last| *last > width) {
            indents.pop();
        }
        if indents.last().is_none_or(|last| width > *last) {
            indents.push(width);
        }
        if indents.len() > MAX_INDENTS + 1 {
            return Err(refused("blocks are nested more than 100 deep"));
        }
    }
    Ok(width)
}

/// Whether a statement has an expression with too many operators. Few statements are long enough to be looked at.
fn check_chain(statement: &[u8]) -> Result<(), TooDeep> {
    if statement.len() > MAX_CHAIN && has_long_chain(statement) {
        return Err(TooDeep { what: "an expression chains more than 6000 operators", is_refused: false });
    }
    Ok(())
}

fn has_long_chain(bytes: &[u8]) -> bool {
    let mut at = 0;
    // The length of the chain around each open bracket, and the sum of them.
    let mut brackets: Vec<usize> = Vec::new();
    let (mut chain, mut outer) = (0usize, 0usize);
    while let Some(byte) = bytes.get(at).copied() {
        at += 1;
        match byte {
            b'#' => at += comment(&bytes[at..]),
            b'\\' => at += 1,
            b'(' | b'[' | b'{' => {
                outer += chain + 1;
                brackets.push(chain + 1);
                chain = 0;
            }
            b')' | b']' | b'}' => {
                if let Some(before) = brackets.pop() {
                    outer -= before;
                    chain = before;
                }
            }
            b',' | b';' => chain = 0,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'@' | b'&' | b'|' | b'^' | b'~' | b'.' | b'<' | b'>' => {
                chain += 1;
            }
            b'"' | b'\'' => at = string_end(bytes, at - 1).0,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let start = at - 1;
                while bytes.get(at).is_some_and(|b| IN_WORD[usize::from(*b)]) {
                    at += 1;
                }
                if matches!(
                    &bytes[start..at],
                    b"not" | b"lambda" | b"if" | b"await" | b"and" | b"or" | b"yield" | b"for"
                ) {
                    chain += 1;
                }
            }
            _ => {}
        }
        if outer + chain > MAX_CHAIN {
            return true;
        }
    }
    false
}

/// The end of the string that starts with the quote at `start`, and how deep braces and brackets
/// nest in it, which matters where it is an f-string.
fn string_end(bytes: &[u8], start: usize) -> (usize, usize) {
    let quote = bytes[start];
    let triple = bytes.get(start + 1) == Some(&quote) && bytes.get(start + 2) == Some(&quote);
    let mut at = start + if triple { 3 } else { 1 };
    let formatted = {
        let before = |back: usize| start.checked_sub(back).and_then(|i| bytes.get(i)).copied().unwrap_or(b' ');
        let is_f = |b: u8| matches!(b, b'f' | b'F' | b't' | b'T');
        is_f(before(1)) || (is_f(before(2)) && matches!(before(1), b'r' | b'R'))
    };
    let (mut depth, mut deepest, mut chain) = (0usize, 0usize, 0usize);
    while let Some(byte) = bytes.get(at).copied() {
        at += 1;
        if !formatted && !matches!(byte, b'\\' | b'\n') && byte != quote {
            let rest = &bytes[at..];
            let end = if triple { memchr2(b'\\', quote, rest) } else { memchr3(b'\\', b'\n', quote, rest) };
            at += end.unwrap_or(rest.len());
            continue;
        }
        match byte {
            b'\\' => at += 1,
            b'\n' if !triple => return (at - 1, deepest),
            _ if byte == quote => {
                if !triple {
                    return (at, deepest);
                }
                if bytes.get(at) == Some(&quote) && bytes.get(at + 1) == Some(&quote) {
                    return (at + 2, deepest);
                }
            }
            _ if !formatted => {}
            b'{' | b'(' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                chain = 0;
            }
            b'+' | b'-' | b'~' | b'.' | b'*' | b'/' if depth > 0 => {
                chain += 1;
                if chain > MAX_CHAIN {
                    return (at, MAX_BRACKETS + 1);
                }
            }
            _ => {}
        }
    }
    (at.min(bytes.len()), deepest)
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn what_cpython_refuses_is_refused() {
        assert!(too_deep(&format!("{}{}", "(".repeat(201), ")".repeat(201))).is_err());
        assert!(too_deep(&format!("x = {}1", "-".repeat(9000))).is_err());
        assert!(too_deep(&format!("x = {}1", "not ".repeat(9000))).is_err());
        assert!(too_deep(&format!("x = a{}", ".b".repeat(9000))).is_err());
        assert!(too_deep(&format!("x = a{}", "()".repeat(9000))).is_err());
        assert!(too_deep(&format!("x = f'{}'", "{(".repeat(300))).is_err());
        let mut blocks = String::new();
        for depth in 0..102 {
            blocks.push_str(&" ".repeat(depth));
            blocks.push_str("if x:\n");
        }
        assert!(too_deep(&blocks).is_err());
    }

    #[test]
    fn long_but_flat_code_passes() {
        assert!(too_deep(&format!("x = [{}]", "-1, a.b, ".repeat(90_000))).is_ok());
        assert!(too_deep(&"x = a.b(-1)\n".repeat(9000)).is_ok());
        assert!(too_deep(&format!("'''{}'''", "((( --- ".repeat(9000))).is_ok());
        assert!(too_deep("def f():\n    return '\\\n'\n# (((").is_ok());
    }

    #[test]
    fn what_makes_code_long_is_counted() {
        assert_eq!(too_deep("x = [1, 2]\n"), Ok(5));
        assert_eq!(too_deep("s = '(1, 2)'  # a, b\nword words\n"), Ok(5));
    }
}
