//! The engines behind regular expressions: one in linear time, and one that looks around and back as well and gives
//! up after so many steps. Back-references by name stay unknown.

use ::regex::{Regex, RegexBuilder};
use fancy_regex::{Regex as LookingRegex, RegexBuilder as LookingBuilder};

/// Longest pattern that is read.
const PATTERN_LIMIT: usize = 10_000;
/// Memory for one compiled pattern, in bytes.
const SIZE_LIMIT: usize = 1 << 20;
/// Steps of one search that looks around.
const STEPS: usize = 5_000;
/// Longest text that is searched by looking around: a step may read all of it.
const LOOKING_LIMIT: usize = 2_000;
/// What a search that was given up counts as, in steps of the machine.
const GIVEN_UP: u64 = 100_000;

/// Where a match and its groups are, in bytes.
pub(super) type Found = Vec<Option<(usize, usize)>>;

/// A compiled regular expression.
pub(super) struct Engine {
    kind: Kind,
    /// Whether it speaks of halves of characters, which texts here are not made of.
    halves: bool,
}

enum Kind {
    /// In linear time.
    Linear(Regex),
    /// With look-around.
    Looking(Box<LookingRegex>),
}

/// A pattern in the words of the engines.
struct Translated {
    pattern: String,
    /// Whether it looks around, or back at what a group has matched.
    looks: bool,
    halves: bool,
}

impl Engine {
    /// The engine for a JavaScript pattern; `None` when it cannot be had.
    pub(super) fn new(pattern: &str, flags: &str) -> Option<Self> {
        if pattern.len() > PATTERN_LIMIT || flags.contains('v') {
            return None;
        }
        let Translated { pattern, looks, halves } = translated(pattern)?;
        let set = |flag: char| flags.contains(flag);
        if halves && set('u') {
            return None;
        }
        if looks {
            // This one knows no flags for a part of the pattern; its words are of Unicode.
            let pattern = pattern.replace("(?-u:\\b)", "\\b").replace("(?-u:\\B)", "\\B");
            let mut builder = LookingBuilder::new(&pattern);
            builder.case_insensitive(set('i')).multi_line(set('m')).dot_matches_new_line(set('s'));
            builder.backtrack_limit(STEPS).delegate_size_limit(SIZE_LIMIT);
            return builder.build().ok().map(|regex| Self { kind: Kind::Looking(Box::new(regex)), halves });
        }
        let mut builder = RegexBuilder::new(&pattern);
        builder.case_insensitive(set('i')).multi_line(set('m')).dot_matches_new_line(set('s')).size_limit(SIZE_LIMIT);
        builder.build().ok().map(|regex| Self { kind: Kind::Linear(regex), halves })
    }

    /// What a search costs at most, in steps of the machine, by the length of the text and its outcome.
    pub(super) fn cost(&self, length: usize, found: Option<&Option<Found>>) -> u64 {
        match &self.kind {
            Kind::Linear(_) => 2 + length as u64 / 8,
            Kind::Looking(_) if length > LOOKING_LIMIT => 2,
            Kind::Looking(_) if found.is_none() => GIVEN_UP,
            Kind::Looking(_) => 100 + 16 * length as u64,
        }
    }

    /// The first match from a place on; the outer `None` says that nobody knows.
    pub(super) fn find(&self, text: &str, from: usize) -> Option<Option<Found>> {
        if self.halves && text.chars().any(|c| c > '\u{ffff}') {
            return None;
        }
        Some(match &self.kind {
            Kind::Linear(regex) => regex
                .captures_at(text, from)
                .map(|found| found.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect()),
            Kind::Looking(_) if text.len() > LOOKING_LIMIT => return None,
            Kind::Looking(regex) => regex
                .captures_from_pos(text, from)
                .ok()?
                .map(|found| found.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect()),
        })
    }

    /// The names of the groups.
    pub(super) fn names(&self) -> Vec<Option<String>> {
        match &self.kind {
            Kind::Linear(regex) => regex.capture_names().map(|name| name.map(str::to_owned)).collect(),
            Kind::Looking(regex) => regex.capture_names().map(|name| name.map(str::to_owned)).collect(),
        }
    }
}

/// A JavaScript pattern as the engines read it; `None` for what they have no words for.
fn translated(pattern: &str) -> Option<Translated> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    let mut in_class = false;
    let mut looks = false;
    let mut halves = false;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                halves |= is_half(rest);
                looks |= !in_class && rest.starts_with(|next: char| matches!(next, '1'..='9'));
                rest = escape(rest, in_class, &mut out)?;
            }
            '[' if !in_class => {
                if let Some(after) = rest.strip_prefix("^]") {
                    out.push_str(r"[\s\S]");
                    rest = after;
                } else {
                    in_class = true;
                    out.push('[');
                    if let Some(after) = rest.strip_prefix('^') {
                        out.push('^');
                        rest = after;
                    }
                    if rest.starts_with(']') {
                        return None;
                    }
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '-' if in_class && rest.starts_with('-') => return None,
            '[' | '&' | '~' if in_class => out.extend(['\\', c]),
            '{' if !in_class && !is_count(rest) => out.push_str(r"\{"),
            ']' => out.push_str(r"\]"),
            '(' if !in_class => {
                looks |= ["?=", "?!", "?<=", "?<!"].iter().any(|look| rest.starts_with(look));
                out.push('(');
            }
            c => out.push(c),
        }
    }
    Some(Translated { pattern: out, looks, halves })
}

/// Half of a character beyond the first plane, as an escape.
fn is_half(escape: &str) -> bool {
    let half = escape.strip_prefix('u').and_then(|digits| u32::from_str_radix(digits.get(..4)?, 16).ok());
    half.is_some_and(|half| (0xd800..0xe000).contains(&half))
}

/// Whether what follows a brace is the rest of a count such as `{2,3}`.
fn is_count(rest: &str) -> bool {
    let Some((inside, _)) = rest.split_once('}') else { return false };
    let (low, high) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !low.is_empty() && digits(low) && digits(high)
}

/// Reads what follows a backslash; answers with what is left.
fn escape<'p>(rest: &'p str, in_class: bool, out: &mut String) -> Option<&'p str> {
    let c = rest.chars().next()?;
    let after = &rest[c.len_utf8()..];
    let code = |digits: &str| match u32::from_str_radix(digits, 16).ok()? {
        // Stands for itself only, in an order that keeps ranges.
        half @ 0xd800..0xe000 => char::from_u32(0x10_f000 + half - 0xd800),
        code => char::from_u32(code),
    };
    let mut literal = |c: char| out.push_str(&format!("\\x{{{:x}}}", u32::from(c)));
    match c {
        'd' => out.push_str("[0-9]"),
        'D' => out.push_str("[^0-9]"),
        'w' => out.push_str("[0-9A-Za-z_]"),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        's' | 'S' | 'n' | 'r' | 't' | 'v' | 'f' => out.extend(['\\', c]),
        'b' if in_class => literal('\u{8}'),
        'b' | 'B' => out.push_str(&format!("(?-u:\\{c})")),
        'p' | 'P' => {
            out.extend(['\\', c]);
        }
        'x' => {
            literal(code(after.get(..2)?)?);
            return after.get(2..);
        }
        'u' => {
            let (digits, left) = match after.strip_prefix('{') {
                Some(braced) => braced.split_once('}')?,
                None => (after.get(..4)?, after.get(4..)?),
            };
            literal(code(digits)?);
            return Some(left);
        }
        '0' if !after.starts_with(|next: char| next.is_ascii_digit()) => literal('\0'),
        // Only where the group has matched; one that has not matches nothing in JavaScript.
        '1'..='9' if !in_class && !after.starts_with(|next: char| next.is_ascii_digit()) => out.extend(['\\', c]),
        'k' | 'c' | '0'..='9' => return None,
        c => literal(c),
    }
    Some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> Option<bool> {
        Some(Engine::new(pattern, "")?.find(text, 0)?.is_some())
    }

    #[test]
    fn patterns_mean_what_they_mean_in_javascript() {
        for (pattern, text, expected) in [
            (r"^\d+$", "42", true),
            (r"^\d$", "\u{664}", false),
            (r"{{\w+}}", "{{name}}", true),
            (r"a{2,3}$", "aaa", true),
            (r"[^]b", "\nb", true),
            (r"[[&~]", "&", true),
            (r"\/x\/", "/x/", true),
            (r"[\w.-]+@", "a-b@", true),
            (r"\u0041\x42", "AB", true),
            (r"<b\>", "<b>", true),
            (r"\bfoo\b", "a foo b", true),
            (r"(?!^)\/{2,}", "//a", false),
            (r"(?!^)\/{2,}", "a//b", true),
            (r"^(?:src\/(?!\.)(?=.)[^/]*?\.js)$", "src/a.js", true),
            (r"^(?:src\/(?!\.)(?=.)[^/]*?\.js)$", "src/.a.js", false),
            (r"(?<=a)b\b", "ab", true),
            (r"[\ud800-\udfff\u200d]", "plain", false),
            (r"[\ud800-\udfff\u200d]", "a\u{200d}", true),
            (r"(a|b)\1", "abb", true),
            (r"(a|b)\1", "ab", false),
        ] {
            assert_eq!(matches(pattern, text), Some(expected), "{pattern}");
        }
    }

    #[test]
    fn what_the_engine_cannot_do_is_unknown() {
        for pattern in [r"(?<n>a)\k<n>", "[]", "a\\"] {
            assert_eq!(matches(pattern, "a"), None, "{pattern}");
        }
    }

    #[test]
    fn halves_of_characters_say_nothing_of_whole_ones() {
        let engine = Engine::new(r"[\ud800-\udfff]", "").unwrap();
        assert_eq!(engine.find("\u{1f600}", 0), None);
    }

    #[test]
    fn patterns_that_run_away_are_given_up() {
        let engine = Engine::new(r"^(?:(?=a)a|a)+b", "").unwrap();
        assert_eq!(engine.find(&"a".repeat(200), 0), None);
    }
}
