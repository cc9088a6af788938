//! Measures how deep a source text nests before it is given to the parser, which recurses
//! without a guard: a few thousand parentheses would end the process.

/// Deepest nesting of brackets that is parsed.
pub(crate) const MAX_BRACKETS: u32 = 1_500;
/// Longest run of operators that may each open a level (`a ? b : c ? ..`, `!!!..`, `else if`).
pub(crate) const MAX_CHAIN: u32 = 8_000;

/// Counts the operators, brackets and commas of a text; `None` when it nests too deep to be parsed
/// safely. Strings, comments, templates and regular expressions are told apart well enough for
/// code; a wrong guess can only refuse a file. Short texts are counted roughly.
pub(super) fn measure(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // Short texts have no room for a long chain, and most files are short.
    let openers = |bytes: &[u8]| bytes.iter().filter(|byte| matches!(byte, b'(' | b'[' | b'{')).count();
    if bytes.len() <= MAX_CHAIN as usize && openers(bytes) <= MAX_BRACKETS as usize {
        return Some(roughly(bytes));
    }
    let mut scanner = Scanner::default();
    (!scanner.run(bytes)).then_some(scanner.tokens)
}

/// What a text without a count of its own counts as: most of its marks, wherever they stand.
fn roughly(bytes: &[u8]) -> usize {
    let marks = bytes.iter().filter(|byte| matches!(byte, b'(' | b'[' | b'{' | b',' | b';')).count();
    marks + 2 * memchr::memchr_iter(b'\n', bytes).count()
}

#[derive(Default)]
struct Scanner {
    /// For each open bracket: whether it opened a template hole, and the chain count outside it.
    open: Vec<(bool, u32)>,
    chain: u32,
    total: u32,
    elses: u32,
    /// Marks that are no part of a word, a string or a comment.
    tokens: usize,
    /// Whether a statement has just ended: only an `else` goes on with it.
    ended: bool,
    /// Whether one of the limits may have been passed since it was last looked at.
    grown: bool,
}

impl Scanner {
    /// Whether the text nests too deep.
    fn run(&mut self, text: &[u8]) -> bool {
        let mut at = 0;
        let mut before = b';';
        while let Some(&byte) = text.get(at) {
            let class = CLASS[byte as usize];
            match class {
                Class::Space => {
                    // A line end may end a statement, which takes more than a mark.
                    self.tokens += if byte == b'\n' { 2 } else { 0 };
                    at += 1;
                    continue;
                }
                Class::Word => {
                    let end = word_end(text, at);
                    before = self.word(&text[at..end]);
                    at = end;
                    if self.grown && self.over() {
                        return true;
                    }
                    continue;
                }
                Class::Slash if text.get(at + 1) == Some(&b'/') => {
                    at = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |found| at + found);
                    continue;
                }
                Class::Slash if text.get(at + 1) == Some(&b'*') => {
                    at = skip_comment(text, at + 2);
                    continue;
                }
                _ => {}
            }
            if self.ended {
                self.settle();
            }
            self.tokens += 1;
            at = self.mark(text, at, class, before);
            if self.grown && self.over() {
                return true;
            }
            before = byte;
            at += 1;
        }
        false
    }

    /// A mark, which is no part of a word; answers where it ends.
    fn mark(&mut self, text: &[u8], at: usize, class: Class, before: u8) -> usize {
        match class {
            Class::Slash if regex_may_follow(before) => return skip_regex(text, at),
            Class::Quote => return skip_string(text, at),
            Class::Template => return self.template(text, at + 1),
            Class::Open => self.push(false),
            Class::Close => self.pop(),
            Class::Brace if self.open.last().is_some_and(|(hole, _)| *hole) => {
                self.pop();
                return self.template(text, at + 1);
            }
            Class::Brace => {
                self.pop();
                self.segment_end(b'}');
            }
            Class::End => self.segment_end(text[at]),
            Class::Link => self.link(),
            Class::Slash | Class::Other | Class::Word | Class::Space => {}
        }
        at
    }

    fn over(&mut self) -> bool {
        self.grown = false;
        self.open.len() as u32 > MAX_BRACKETS || self.total + self.chain > MAX_CHAIN || self.elses > MAX_CHAIN
    }

    fn push(&mut self, hole: bool) {
        self.open.push((hole, self.chain));
        self.total = self.total.saturating_add(self.chain);
        self.chain = 0;
        self.grown = true;
    }

    fn pop(&mut self) {
        if let Some((_, chain)) = self.open.pop() {
            self.total = self.total.saturating_sub(chain);
            self.chain = chain;
        }
    }

    fn link(&mut self) {
        self.chain = self.chain.saturating_add(1);
        self.grown = true;
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

    /// Answers with what stands for the word before what follows it.
    fn word(&mut self, word: &[u8]) -> u8 {
        let keyword = (2..=LONGEST_KEYWORD).contains(&word.len());
        if self.ended && word != b"else" {
            self.settle();
        }
        self.ended = false;
        if !keyword {
            return b'a';
        }
        match word {
            b"else" => {
                self.elses += 1;
                self.grown = true;
            }
            b"typeof" | b"void" | b"delete" => {
                self.link();
                return b'=';
            }
            b"return" | b"case" | b"in" | b"of" => return b'=',
            b"new" | b"await" | b"yield" | b"async" | b"if" | b"for" | b"while" | b"do" | b"with" => self.link(),
            b"function" | b"var" | b"const" | b"let" | b"class" => self.elses = 0,
            _ => {}
        }
        b'a'
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

/// The longest of the words that are looked at: `function`.
const LONGEST_KEYWORD: usize = 8;

/// What a byte begins, outside strings and comments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    Space,
    Slash,
    Quote,
    Template,
    Open,
    Close,
    Brace,
    End,
    Link,
    Other,
}

const CLASS: [Class; 256] = {
    let mut table = [Class::Other; 256];
    let mut at = 0;
    while at < 256 {
        table[at] = class_of(at as u8);
        at += 1;
    }
    table
};

const fn class_of(byte: u8) -> Class {
    match byte {
        b' ' | b'\t' | b'\r' | b'\n' => Class::Space,
        b'/' => Class::Slash,
        b'"' | b'\'' => Class::Quote,
        b'`' => Class::Template,
        b'(' | b'[' | b'{' => Class::Open,
        b')' | b']' => Class::Close,
        b'}' => Class::Brace,
        b';' | b',' => Class::End,
        b'?' | b'!' | b'~' | b'=' | b'-' | b'+' | b'*' | b'<' | b':' | b'&' | b'|' => Class::Link,
        _ if is_word(byte) => Class::Word,
        _ => Class::Other,
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn word_end(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|byte| CLASS[*byte as usize] == Class::Word) {
        at += 1;
    }
    at
}

fn regex_may_follow(before: u8) -> bool {
    !(is_word(before) || matches!(before, b')' | b']' | b'}' | b'"' | b'\'' | b'`'))
}

fn skip_comment(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let mut ends = memchr::memchr_iter(b'/', rest).filter(|end| *end > 0 && rest[end - 1] == b'*');
    ends.next().map_or(text.len(), |end| at + end + 1)
}

fn skip_string(text: &[u8], start: usize) -> usize {
    let quote = text[start];
    let mut at = start + 1;
    while let Some(found) = memchr::memchr3(b'\\', b'\n', quote, text.get(at..).unwrap_or_default()) {
        at += found;
        if text[at] != b'\\' {
            return at;
        }
        at += 2;
    }
    text.len()
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

    fn too_deep(text: &str) -> bool {
        measure(text).is_none()
    }

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

    #[test]
    fn what_makes_code_long_is_counted() {
        assert_eq!(measure(&"x(1,2);// (,)\n".repeat(10_000)), Some(60_000));
        assert_eq!(measure(&"word \n".repeat(10_000)), Some(20_000));
    }
}
