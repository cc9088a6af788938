//! Measures how deep a source text nests before it is given to the parser, which recurses
//! without a guard: a few thousand parentheses would end the process.

/// Deepest nesting of brackets that is parsed.
pub(crate) const MAX_BRACKETS: u32 = 1_500;
/// Longest run of operators that may each open a level (`a ? b : c ? ..`, `!!!..`, `else if`).
pub(crate) const MAX_CHAIN: u32 = 8_000;

/// Whether `text` nests too deep to be parsed safely. Strings, comments, templates and regular
/// expressions are told apart well enough for code; a wrong guess can only refuse a file.
#[must_use]
pub fn too_deep(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Short texts have no room for a long chain, and most files are short.
    let openers = |bytes: &[u8]| bytes.iter().filter(|byte| matches!(byte, b'(' | b'[' | b'{')).count();
    if bytes.len() <= MAX_CHAIN as usize && openers(bytes) <= MAX_BRACKETS as usize {
        return false;
    }
    Scanner::default().run(bytes)
}

#[derive(Default)]
struct Scanner {
    /// For each open bracket: whether it opened a template hole, and the chain count outside it.
    open: Vec<(bool, u32)>,
    chain: u32,
    total: u32,
    elses: u32,
    /// Whether a statement has just ended: only an `else` goes on with it.
    ended: bool,
}

impl Scanner {
    fn run(&mut self, text: &[u8]) -> bool {
        let mut at = 0;
        let mut before = b';';
        while let Some(&byte) = text.get(at) {
            let next = text.get(at + 1).copied().unwrap_or(0);
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {
                    at += 1;
                    continue;
                }
                b'/' if next == b'/' => {
                    at = skip_until(text, at, b'\n');
                    continue;
                }
                b'/' if next == b'*' => {
                    at = skip_comment(text, at + 2);
                    continue;
                }
                _ if self.ended && !is_word(byte) => self.settle(),
                _ => {}
            }
            match byte {
                b'/' if regex_may_follow(before) => at = skip_regex(text, at),
                b'"' | b'\'' => at = skip_string(text, at),
                b'`' => at = self.template(text, at + 1),
                b'(' | b'[' | b'{' => self.push(false),
                b')' | b']' => self.pop(),
                b'}' => {
                    if self.open.last().is_some_and(|(hole, _)| *hole) {
                        self.pop();
                        at = self.template(text, at + 1);
                    } else {
                        self.pop();
                        self.segment_end(byte);
                    }
                }
                b';' | b',' => self.segment_end(byte),
                b'?' | b'!' | b'~' | b'=' | b'-' | b'+' | b'*' | b'<' | b':' | b'&' | b'|' => {
                    self.link();
                }
                _ if is_word(byte) => {
                    let end = word_end(text, at);
                    self.word(text.get(at..end).unwrap_or_default());
                    before = text.get(end - 1).copied().unwrap_or(b'a');
                    if matches!(
                        text.get(at..end),
                        Some(b"return" | b"typeof" | b"case" | b"in" | b"of" | b"delete" | b"void")
                    ) {
                        before = b'=';
                    }
                    at = end;
                    if self.over() {
                        return true;
                    }
                    continue;
                }
                _ => {}
            }
            if self.over() {
                return true;
            }
            before = byte;
            at += 1;
        }
        false
    }

    fn over(&self) -> bool {
        self.open.len() as u32 > MAX_BRACKETS || self.total + self.chain > MAX_CHAIN || self.elses > MAX_CHAIN
    }

    fn push(&mut self, hole: bool) {
        self.open.push((hole, self.chain));
        self.total = self.total.saturating_add(self.chain);
        self.chain = 0;
    }

    fn pop(&mut self) {
        if let Some((_, chain)) = self.open.pop() {
            self.total = self.total.saturating_sub(chain);
            self.chain = chain;
        }
    }

    fn link(&mut self) {
        self.chain = self.chain.saturating_add(1);
    }

    fn segment_end(&mut self, byte: u8) {
        self.chain = 0;
        self.ended = byte == b';';
    }

    /// The statement that ended does not go on.
    fn settle(&mut self) {
        self.elses = self.elses.saturating_sub(1);
        self.ended = false;
    }

    fn word(&mut self, word: &[u8]) {
        if self.ended && word != b"else" {
            self.settle();
        }
        self.ended = false;
        match word {
            b"else" => self.elses += 1,
            b"new" | b"await" | b"typeof" | b"void" | b"delete" | b"yield" | b"async" | b"if" | b"for" | b"while"
            | b"do" | b"with" => self.link(),
            b"function" | b"var" | b"const" | b"let" | b"class" => self.elses = 0,
            _ => {}
        }
    }

    /// Skips template text from `at`; leaves the position on its last byte.
    fn template(&mut self, text: &[u8], mut at: usize) -> usize {
        while let Some(&byte) = text.get(at) {
            match byte {
                b'\\' => at += 1,
                b'`' => return at,
                b'$' if text.get(at + 1) == Some(&b'{') => {
                    self.push(true);
                    return at + 1;
                }
                _ => {}
            }
            at += 1;
        }
        at
    }
}

/// The bytes that words are made of.
const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 256 {
        table[at] = is_word(at as u8);
        at += 1;
    }
    table
};

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn word_end(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|byte| WORD[*byte as usize]) {
        at += 1;
    }
    at
}

fn regex_may_follow(before: u8) -> bool {
    !(is_word(before) || matches!(before, b')' | b']' | b'}' | b'"' | b'\'' | b'`'))
}

fn skip_until(text: &[u8], at: usize, end: u8) -> usize {
    text.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == end)).map_or(text.len(), |found| at + found)
}

fn skip_comment(text: &[u8], mut at: usize) -> usize {
    while at < text.len() {
        if text[at] == b'*' && text.get(at + 1) == Some(&b'/') {
            return at + 2;
        }
        at += 1;
    }
    at
}

fn skip_string(text: &[u8], start: usize) -> usize {
    let quote = text[start];
    let mut at = start + 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return at,
            _ if byte == quote => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

fn skip_regex(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    let mut class = false;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 1,
            // A line end means that this was a division after all.
            b'\n' => return start,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => return at,
            _ => {}
        }
        at += 1;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_code_passes_and_towers_do_not() {
        assert!(!too_deep("const a = /[(]/.test('(((') ? `x${b ? `${c}` : 1}` : (d, [e]);"));
        for tower in ["(", "[", "!", "a=>", "a?b:", "`${", "new ", "if(a)b;else ", "-"] {
            assert!(too_deep(&tower.repeat(20_000)), "{tower}");
        }
    }

    #[test]
    fn long_flat_code_is_not_deep() {
        assert!(!too_deep(&"if (a) { b(!c); } else { d = e ? f : g; }\n".repeat(20_000)));
        assert!(!too_deep(&"x = a + b, ".repeat(50_000)));
    }
}
