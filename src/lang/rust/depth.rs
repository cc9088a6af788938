//! How deep a source nests, measured on its bytes.

/// More open brackets, or more chained operators in one expression, than this are not parsed.
pub const MAX_DEPTH: usize = 400;
/// Method chains and operator runs recurse once a link, with smaller frames than brackets.
pub(super) const MAX_CHAIN: usize = 4_000;
/// Operators that chain.
pub(super) const CHAINING: [u8; 13] = *b".!&*-+|^?<=/%";

/// Whether a recursive parser may overflow on `text`. Counts brackets outside of strings and
/// comments, and tokens that can chain without brackets.
#[must_use]
pub fn is_too_deep(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut chain) = (0, 0usize, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => at = line_end(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let Some(end) = block_comment_end(bytes, at) else { return true };
                at = end;
                continue;
            }
            b'"' => at = string_end(bytes, at),
            b'r' if is_raw_start(bytes, at) => {
                at = raw_end(bytes, at);
                continue;
            }
            b'\'' => at = char_end(bytes, at),
            b'(' | b'[' | b'{' => {
                depth += 1;
                chain = if bytes[at] == b'{' { 0 } else { chain };
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b';' | b',' => chain = 0,
            byte if CHAINING.contains(&byte) => chain += 1,
            _ => {}
        }
        if depth > MAX_DEPTH || chain > MAX_CHAIN {
            return true;
        }
        at += 1;
    }
    false
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |n| at + n)
}

/// `None` when comments nest absurdly.
fn block_comment_end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut open) = (start, 0usize);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => {
                open += 1;
                at += 2;
            }
            b"*/" => {
                open -= 1;
                at += 2;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
        if open > MAX_DEPTH {
            return None;
        }
    }
    Some(bytes.len())
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at
}

fn is_raw_start(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map_or(b' ', |n| bytes[n]);
    let word = (before.is_ascii_alphanumeric() && before != b'b' && before != b'c') || before == b'_';
    let after = bytes[at + 1..].iter().find(|byte| **byte != b'#');
    !word && matches!(bytes.get(at + 1), Some(b'#' | b'"')) && after == Some(&b'"')
}

fn raw_end(bytes: &[u8], start: usize) -> usize {
    let hashes = bytes[start + 1..].iter().take_while(|byte| **byte == b'#').count();
    let mut at = start + hashes + 2;
    while at < bytes.len() {
        let closes =
            bytes[at] == b'"' && bytes[at + 1..].iter().take(hashes).filter(|byte| **byte == b'#').count() == hashes;
        if closes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    bytes.len()
}

/// A lifetime stays where it is; a character literal is skipped.
fn char_end(bytes: &[u8], start: usize) -> usize {
    match bytes.get(start + 1) {
        Some(b'\\') => {
            bytes[start + 2..].iter().skip(1).position(|byte| *byte == b'\'').map_or(start, |n| start + 3 + n)
        }
        Some(_) => {
            let rest = &bytes[start + 1..bytes.len().min(start + 6)];
            let width = rest.iter().position(|byte| *byte == b'\'');
            width
                .filter(|n| *n > 0 && !rest[..*n].iter().any(|b| b.is_ascii_whitespace() && *n > 1))
                .map_or(start, |n| start + 1 + n)
        }
        None => start,
    }
}

#[cfg(test)]
mod tests {
    use super::is_too_deep;

    #[test]
    fn brackets_count_only_in_code() {
        assert!(is_too_deep(&format!("fn f() {{ {}1{} }}", "(".repeat(9_000), ")".repeat(9_000))));
        assert!(is_too_deep(&format!("fn f() {{ {}x; }}", "!".repeat(90_000))));
        assert!(is_too_deep(&"/*".repeat(9_000)));
        assert!(!is_too_deep(&format!("// {}\nfn f() {{}}", "(".repeat(9_000))));
        assert!(!is_too_deep(&format!("fn f() {{ g(r#\"{}\"#); h('('); }}", "(".repeat(9_000))));
        assert!(!is_too_deep(&"fn f<'a>(x: &'a str) { g('\\'', x) }\n".repeat(500)));
    }
}
