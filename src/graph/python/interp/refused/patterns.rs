//! Regular expressions that Python's `re` refuses, in its own words. Only what is sure is said.

/// Why a pattern without flags is no regular expression in a minor version of Python 3; `None` where it is one, or may be.
pub(super) fn refusal(pattern: &str, minor: u16) -> Option<String> {
    let letters: Vec<char> = pattern.chars().collect();
    let mut parser = Parser { letters: &letters, at: 0, minor, groups: 0, names: Vec::new(), is_start: true };
    match parser.whole() {
        Err(Stop::Refused(what)) => Some(what),
        Ok(()) | Err(Stop::Unsure) => None,
    }
}

/// What ends the reading of a pattern.
enum Stop {
    Refused(String),
    /// What follows means something that is not looked into.
    Unsure,
}

type Read<T> = Result<T, Stop>;

fn refused<T>(what: impl Into<String>) -> Read<T> {
    Err(Stop::Refused(what.into()))
}

/// What stands before a quantifier.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    Nothing,
    /// A place, such as `^`.
    Place,
    Repeat,
    Other,
}

struct Parser<'p> {
    letters: &'p [char],
    at: usize,
    minor: u16,
    groups: u32,
    names: Vec<String>,
    is_start: bool,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek();
        self.at += usize::from(letter.is_some());
        letter
    }

    fn eat(&mut self, wanted: char) -> bool {
        let is_it = self.peek() == Some(wanted);
        self.at += usize::from(is_it);
        is_it
    }

    fn whole(&mut self) -> Read<()> {
        self.branches(0)?;
        if self.peek().is_some() { refused(format!("unbalanced parenthesis at position {}", self.at)) } else { Ok(()) }
    }

    fn branches(&mut self, depth: u32) -> Read<()> {
        // Deeper ones are read by others.
        if depth > 50 {
            return Err(Stop::Unsure);
        }
        loop {
            self.branch(depth)?;
            if !self.eat('|') {
                return Ok(());
            }
        }
    }

    fn branch(&mut self, depth: u32) -> Read<()> {
        let mut before = Item::Nothing;
        while let Some(letter) = self.peek().filter(|letter| !matches!(letter, '|' | ')')) {
            let place = self.at;
            self.at += 1;
            before = match letter {
                '\\' => self.escape(place)?,
                '[' => self.set(place)?,
                '(' => self.group(place, depth, before)?,
                '^' | '$' => Item::Place,
                '*' | '+' | '?' => self.repeat(place, before)?,
                '{' if self.is_count(place)? => self.repeat(place, before)?,
                _ => Item::Other,
            };
            self.is_start = false;
        }
        Ok(())
    }

    /// What follows a quantifier's sign.
    fn repeat(&mut self, place: usize, before: Item) -> Read<Item> {
        match before {
            Item::Nothing | Item::Place => return refused(format!("nothing to repeat at position {place}")),
            Item::Repeat => return refused(format!("multiple repeat at position {place}")),
            Item::Other => {}
        }
        if !self.eat('?') && self.minor >= 11 {
            self.eat('+');
        }
        Ok(Item::Repeat)
    }

    /// Whether what follows a brace makes it a quantifier; it is read then.
    fn is_count(&mut self, place: usize) -> Read<bool> {
        let start = self.at;
        if self.peek() == Some('}') {
            return Ok(false);
        }
        let low = self.digits();
        let high = if self.eat(',') { self.digits() } else { low.clone() };
        if !self.eat('}') {
            self.at = start;
            return Ok(false);
        }
        let number = |digits: &str| digits.parse::<u32>().ok();
        match (number(&low), number(&high)) {
            (Some(low), Some(high)) if low > high => {
                refused(format!("min repeat greater than max repeat at position {place}"))
            }
            _ => Ok(true),
        }
    }

    fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
            digits.push(digit);
            self.at += 1;
        }
        digits
    }

    fn hex(&mut self, count: usize, place: usize) -> Read<()> {
        for _ in 0..count {
            if !self.peek().is_some_and(|letter| letter.is_ascii_hexdigit()) {
                return refused(format!("incomplete escape at position {place}"));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn escape(&mut self, place: usize) -> Read<Item> {
        let Some(letter) = self.next() else {
            return refused(format!("bad escape (end of pattern) at position {place}"));
        };
        match letter {
            'A' | 'b' | 'B' | 'Z' => return Ok(Item::Place),
            'd' | 'D' | 's' | 'S' | 'w' | 'W' | 'a' | 'f' | 'n' | 'r' | 't' | 'v' => {}
            'x' => self.hex(2, place)?,
            'u' => self.hex(4, place)?,
            'U' | 'N' | '0' => return Err(Stop::Unsure),
            '1'..='9' if self.peek().is_some_and(|next| next.is_ascii_digit()) => return Err(Stop::Unsure),
            '1'..='9' if letter.to_digit(10).is_some_and(|group| group > self.groups) => {
                return refused(format!("invalid group reference {letter} at position {}", place + 1));
            }
            letter if letter.is_ascii_alphabetic() => {
                return refused(format!("bad escape \\{letter} at position {place}"));
            }
            _ => {}
        }
        Ok(Item::Other)
    }

    /// A set, behind its bracket.
    fn set(&mut self, place: usize) -> Read<Item> {
        self.eat('^');
        let first = self.at;
        loop {
            let at = self.at;
            let Some(letter) = self.next() else {
                return refused(format!("unterminated character set at position {place}"));
            };
            if letter == ']' && at != first {
                return Ok(Item::Other);
            }
            let low = self.member(letter, at)?;
            if self.peek() != Some('-') || self.letters.get(self.at + 1) == Some(&']') {
                continue;
            }
            self.at += 1;
            let behind = self.at;
            let Some(letter) = self.next() else {
                return refused(format!("unterminated character set at position {place}"));
            };
            let high = self.member(letter, behind)?;
            match (low, high) {
                (Some(low), Some(high)) if low > high => {
                    return refused(format!("bad character range {low}-{high} at position {at}"));
                }
                (Some(_), Some(_)) => {}
                _ => return Err(Stop::Unsure),
            }
        }
    }

    /// A member of a set: the letter that it stands for, if it is one as it is written.
    fn member(&mut self, letter: char, place: usize) -> Read<Option<char>> {
        if letter != '\\' {
            return Ok(Some(letter));
        }
        let Some(letter) = self.next() else {
            return refused(format!("bad escape (end of pattern) at position {place}"));
        };
        match letter {
            'x' => self.hex(2, place)?,
            'u' => self.hex(4, place)?,
            'd' | 'D' | 's' | 'S' | 'w' | 'W' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' => {}
            'U' | 'N' | '0'..='9' => return Err(Stop::Unsure),
            letter if letter.is_ascii_alphabetic() => {
                return refused(format!("bad escape \\{letter} at position {place}"));
            }
            letter => return Ok(Some(letter)),
        }
        Ok(None)
    }

    /// A group, behind its parenthesis; gives what a quantifier behind it repeats.
    fn group(&mut self, place: usize, depth: u32, before: Item) -> Read<Item> {
        if !self.eat('?') {
            self.groups += 1;
            return self.inner(place, depth);
        }
        let at = place + 1;
        let Some(sign) = self.next() else { return refused("unexpected end of pattern") };
        match sign {
            'P' => self.named(place, depth),
            ':' | '=' | '!' => self.inner(place, depth),
            '#' => loop {
                match self.next() {
                    Some(')') => return Ok(before),
                    Some(_) => {}
                    None => return refused(format!("missing ), unterminated comment at position {place}")),
                }
            },
            '<' => match self.next() {
                // That what stands in it has one length is not looked into.
                Some('=' | '!') => self.inner(place, depth),
                Some(other) => refused(format!("unknown extension ?<{other} at position {at}")),
                None => refused("unexpected end of pattern"),
            },
            '>' if self.minor >= 11 => self.inner(place, depth),
            // Flags, and what asks whether a group has matched.
            'a' | 'i' | 'L' | 'm' | 's' | 'u' | 'x' | '-' | '(' => self.flags(sign, place, depth, before),
            other => refused(format!("unknown extension ?{other} at position {at}")),
        }
    }

    fn flags(&mut self, sign: char, place: usize, depth: u32, before: Item) -> Read<Item> {
        let mut letter = Some(sign);
        while let Some(flag @ ('a' | 'i' | 'm' | 's' | 'u')) = letter {
            letter = self.next();
            let _ = flag;
        }
        match letter {
            Some(')') if self.is_start && depth == 0 => Ok(before),
            Some(')') if self.minor >= 11 => {
                refused(format!("global flags not at the start of the expression at position {place}"))
            }
            // Combinations of flags are not looked into.
            Some(':') if sign != 'a' && sign != 'u' => self.inner(place, depth),
            _ => Err(Stop::Unsure),
        }
    }

    fn named(&mut self, place: usize, depth: u32) -> Read<Item> {
        match self.next() {
            Some('<') => {}
            Some('=') => return Err(Stop::Unsure),
            Some(other) => return refused(format!("unknown extension ?P{other} at position {}", place + 1)),
            None => return refused("unexpected end of pattern"),
        }
        let mut name = String::new();
        loop {
            match self.next() {
                Some('>') => break,
                Some(letter) => name.push(letter),
                None => return refused("missing >, unterminated name"),
            }
        }
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        if name.is_empty() {
            return refused("missing group name");
        }
        if !name.is_ascii() {
            return Err(Stop::Unsure);
        }
        if !name.chars().all(is_plain) || name.starts_with(|letter: char| letter.is_ascii_digit()) {
            return refused(format!("bad character in group name '{name}' at position {}", place + 4));
        }
        if self.names.contains(&name) {
            return refused(format!("redefinition of group name '{name}'"));
        }
        self.names.push(name);
        self.groups += 1;
        self.inner(place, depth)
    }

    fn inner(&mut self, place: usize, depth: u32) -> Read<Item> {
        self.is_start = false;
        self.branches(depth + 1)?;
        if self.eat(')') {
            return Ok(Item::Other);
        }
        refused(format!("missing ), unterminated subpattern at position {place}"))
    }
}

#[cfg(test)]
mod tests {
    use super::refusal;

    /// As CPython 3.9 to 3.13 answer.
    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in [
            "(",
            ")",
            "a)",
            "*a",
            "a|*",
            "(*)",
            "a**",
            "[a",
            "[]",
            "[z-a]",
            "a{3,1}",
            "(?P<a>x)(?P<a>y)",
            "(?P<a-b>x)",
            "(?<a>x)",
            "\\y",
            "\\p{L}",
            "\\",
            "(a)\\2",
            "(?Pa)",
            "(?",
            "(?#",
            "^*",
            "\\xg",
            "[\\q]",
            "(?z)",
        ] {
            assert!(refusal(pattern, 12).is_some(), "{pattern}");
        }
        assert!(refusal("a(?i)b", 11).is_some() && refusal("a(?i)b", 10).is_none());
        assert!(refusal("a++", 10).is_some() && refusal("a++", 11).is_none());
        assert!(refusal("(?>a)", 10).is_some() && refusal("(?>a)", 11).is_none());
    }

    #[test]
    fn patterns_are_taken() {
        for pattern in [
            "",
            "a{x}{",
            "a{}",
            "[]a]",
            "[^]a]",
            "(?i)ab",
            "(?:a*)*",
            "(?=a)*",
            "(a)(?(1)b|c)",
            "(?P<a>x)(?P=a)",
            "\\.\\/\\-",
            "[a-]",
            "[\\w-]",
            "(?<=ab)c",
            "a{2,}",
            "a{,3}b",
            "(?#x)a",
            "a(?#x)*",
            "^$",
            "(?i:a)",
            "a*?",
            "[\\]]",
            "\\d+\\Z",
            "(?s-i:a)",
            "\u{e9}+",
        ] {
            assert_eq!(refusal(pattern, 12), None, "{pattern}");
        }
    }
}
