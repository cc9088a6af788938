//! Comments that silence findings: `# defrost: allow(rule-name) reason` and the same after `//`,
//! on the line of the finding or on the line before.

use crate::artifact::{Location, SourceText};
use crate::span::Span;

use super::Finding;

/// What stands between the start of a comment and the rule names.
const MARK: &str = "defrost: allow(";

/// How a file marks its comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comments {
    /// `#`, with strings that may span lines (Python, TOML).
    Hash,
    /// `#` at the start of a line or after a space (YAML, requirements).
    SpacedHash,
    /// `//`, with template strings and block comments (JavaScript, TypeScript, Rust).
    Slashes,
}

impl Comments {
    /// How the file of this name marks them; `None` when it is not looked at.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (_, extension) = name.rsplit_once('.')?;
        match extension {
            "py" | "pyi" | "toml" => Some(Self::Hash),
            "yaml" | "yml" | "template" => Some(Self::SpacedHash),
            "txt" | "in" if name.contains("requirements") => Some(Self::SpacedHash),
            "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "rs" => Some(Self::Slashes),
            _ => None,
        }
    }
}

/// One rule name in one comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The rule as written.
    pub rule: String,
    /// Where its name stands.
    pub span: Span,
    /// Line of the comment, from 1.
    pub line: u32,
    /// Line that it is about, when that is another one: the next one with code.
    pub below: Option<u32>,
}

/// The rules that the comments of a text allow, in order.
#[must_use]
pub fn allowed(text: &str, comments: Comments) -> Vec<Allowed> {
    if !text.contains(MARK) {
        return Vec::new();
    }
    let mut allowed = Vec::new();
    let mut string = None;
    let mut start = 0;
    for (line, content) in (1u32..).zip(text.split_inclusive('\n')) {
        if let Some(comment) = comment_start(content, comments, &mut string) {
            let own_line = content[..comment].trim().is_empty();
            let below = own_line.then(|| line + 1 + followed_by_comments(&text[start + content.len()..], comments));
            names(content, comment, |rule, at| {
                let from = (start + at) as u32;
                let span = Span::new(from, from + rule.len() as u32);
                allowed.push(Allowed { rule: rule.to_owned(), span, line, below });
            });
        }
        start += content.len();
    }
    allowed
}

/// How many lines directly below are nothing but comments.
fn followed_by_comments(rest: &str, comments: Comments) -> u32 {
    let marker = if comments == Comments::Slashes { "//" } else { "#" };
    rest.lines().take_while(|line| line.trim_start().starts_with(marker)).count() as u32
}

/// Calls with each rule name of a comment and its offset in the line.
fn names(line: &str, comment: usize, mut each: impl FnMut(&str, usize)) {
    let body = &line[comment..];
    let text = body.trim_start_matches(['#', '/', '!']).trim_start();
    let at = comment + (body.len() - text.len());
    let Some((list, _)) = text.strip_prefix(MARK).and_then(|rest| rest.split_once(')')) else { return };
    let mut from = at + MARK.len();
    for part in list.split(',') {
        let name = part.trim();
        if !name.is_empty() {
            each(name, from + (part.len() - part.trim_start().len()));
        }
        from += part.len() + 1;
    }
}

/// Where the comment of a line starts. `string` is what ends the string or block comment that the
/// line begins in, and then the one that it ends in.
fn comment_start(line: &str, comments: Comments, string: &mut Option<&'static str>) -> Option<usize> {
    if comments == Comments::SpacedHash {
        let mut marks = line.match_indices('#').map(|(at, _)| at);
        return marks.find(|at| *at == 0 || line[..*at].ends_with([' ', '\t']));
    }
    let mut at = 0;
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        let step = rest.chars().next().map_or(1, char::len_utf8);
        if let Some(end) = *string {
            if rest.starts_with('\\') && end != "*/" {
                at += 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
            } else if rest.starts_with(end) {
                *string = None;
                at += end.len();
            } else {
                at += step;
            }
            continue;
        }
        match opened(rest, comments) {
            Some("") => return Some(at),
            Some(end) => {
                *string = Some(end);
                at += end.len();
            }
            None => at += step,
        }
    }
    // Strings in simple quotes end with their line.
    string.take_if(|end| matches!(*end, "\"" | "'"));
    None
}

/// What ends the string that starts here; `""` for a comment that ends with its line.
fn opened(rest: &str, comments: Comments) -> Option<&'static str> {
    let starts: &[(&str, &'static str)] = match comments {
        Comments::Slashes => &[("//", ""), ("/*", "*/"), ("`", "`"), ("\"", "\""), ("'", "'")],
        _ => &[("#", ""), ("\"\"\"", "\"\"\""), ("'''", "'''"), ("\"", "\""), ("'", "'")],
    };
    starts.iter().find(|(start, _)| rest.starts_with(start)).map(|(_, end)| *end)
}

/// The comments of one file.
#[derive(Clone, Debug)]
pub struct File {
    /// The file.
    pub location: Location,
    /// Its text.
    pub text: SourceText,
    /// What its comments allow, each with whether it silenced something.
    pub allowed: Vec<(Allowed, bool)>,
}

impl File {
    /// Looks for comments in a text; `None` when there are none.
    #[must_use]
    pub fn read(location: Location, text: std::sync::Arc<str>, comments: Comments) -> Option<Self> {
        let allowed: Vec<_> = allowed(&text, comments).into_iter().map(|allowed| (allowed, false)).collect();
        (!allowed.is_empty()).then(|| Self { location, text: SourceText::new(text), allowed })
    }

    /// Whether a comment silences a finding; remembers which.
    fn silences(&mut self, finding: &Finding) -> bool {
        let place = &finding.location;
        if place.path != self.location.path || place.inner_path != self.location.inner_path {
            return false;
        }
        let span = place.span.unwrap_or_default();
        let first = self.text.position(span.start).line;
        let last = self.text.position(span.end).line.max(first);
        let mut silenced = false;
        for (allowed, used) in self.allowed.iter_mut().filter(|(allowed, _)| allowed.rule == finding.rule) {
            if (first..=last).contains(&allowed.line) || allowed.below == Some(first) {
                *used = true;
                silenced = true;
            }
        }
        silenced
    }
}

/// Takes out the findings that comments silence, and says how many there were.
pub fn silence(findings: &mut Vec<Finding>, files: &mut [File]) -> usize {
    let before = findings.len();
    findings.retain(|finding| !files.iter_mut().any(|file| file.silences(finding)));
    before - findings.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str, comments: Comments) -> Vec<(String, u32, Option<u32>)> {
        let found = allowed(text, comments);
        for allowed in &found {
            assert_eq!(&text[allowed.span.range_in(text.len())], allowed.rule);
        }
        found.into_iter().map(|allowed| (allowed.rule, allowed.line, allowed.below)).collect()
    }

    fn one(rule: &str, line: u32, below: Option<u32>) -> (String, u32, Option<u32>) {
        (rule.to_owned(), line, below)
    }

    #[test]
    fn comments_name_rules_for_their_line_or_the_next_one_with_code() {
        let text = "import a  # defrost: allow(x-y) because\n# defrost: allow(a, b)\n# and more\nimport b\n";
        let expected = [one("x-y", 1, None), one("a", 2, Some(4)), one("b", 2, Some(4))];
        assert_eq!(rules(text, Comments::Hash), expected);
        let text = "const a = 1; // defrost: allow(x)\n\t// defrost: allow(y)\nf()\n";
        assert_eq!(rules(text, Comments::Slashes), [one("x", 1, None), one("y", 2, Some(3))]);
        assert_eq!(
            rules("boto3  # defrost: allow(x)\nb#defrost: allow(y)\n", Comments::SpacedHash),
            [one("x", 1, None)]
        );
    }

    #[test]
    fn strings_are_no_comments() {
        let text = "\"\"\"\n# defrost: allow(a)\n\"\"\"\ns = '# defrost: allow(b)'\nt = \"it's\" # defrost: allow(c)\nü = '\\'' # defrost: allow(d)\n";
        assert_eq!(rules(text, Comments::Hash), [one("c", 5, None), one("d", 6, None)]);
        let text = "/*\n// defrost: allow(a)\n*/ const b = `\n// defrost: allow(b)\n`; // defrost: allow(c)\n";
        assert_eq!(rules(text, Comments::Slashes), [one("c", 5, None)]);
        let lifetime = "fn f<'a>(x: &'a str) {} // defrost: allow(a)\n// defrost: allow(b)\nfn g() {}\n";
        assert!(rules(lifetime, Comments::Slashes).contains(&one("b", 2, Some(3))));
    }

    #[test]
    fn broken_comments_allow_nothing() {
        for text in ["# defrost: allow(", "# defrost: allow()", "# defrost: allow", "# defrost: allow(,", "\\", "'\\"] {
            assert!(rules(text, Comments::Hash).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_finding_is_silenced_at_its_lines_and_the_comment_counts_as_used() {
        let text = "# defrost: allow(r)\nimport (\n  x)  # defrost: allow(s)\nimport y\n";
        let location = |span| Location { path: "a.py".to_owned(), inner_path: None, span };
        let mut files = [File::read(location(None), text.into(), Comments::Hash).unwrap()];
        let at = |rule, start: usize, end: usize| {
            let span = Some(Span::new(start as u32, end as u32));
            Finding { rule, ..Finding::new(location(span), "m") }
        };
        let import = text.find("import (").unwrap();
        let mut findings = vec![at("r", import, import + 12), at("s", import, import + 12), at("r", 50, 55)];
        assert_eq!(silence(&mut findings, &mut files), 2);
        assert_eq!(findings.len(), 1);
        assert!(files[0].allowed.iter().all(|(_, used)| *used));
    }
}
