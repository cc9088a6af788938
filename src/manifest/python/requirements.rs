use super::{Place, Reader};
use crate::manifest::dependency::Scope;
use crate::span::Span;

/// How deep `-r` includes are followed.
const DEEPEST_INCLUDE: usize = 8;

/// A line with its continuation lines joined, and what its comments say.
struct Logical {
    text: String,
    span: Span,
    /// All its lines, with the resolver's comments below it.
    removal: Span,
    /// A comment says that it is there for others only: pip-compile's `# via requests`, without `-r`, or the remark of
    /// what pins versions of what others bring.
    via_packages: bool,
}

impl Logical {
    fn place(&self) -> Place {
        Place { span: self.span, removal: Some(self.removal) }
    }
}

/// Reads a requirements file with what it includes.
pub(super) fn read(reader: &mut Reader<'_>, path: &str, scope: &Scope) {
    read_included(reader, path, scope, 0);
}

fn read_included(reader: &mut Reader<'_>, path: &str, scope: &Scope, depth: usize) {
    if !reader.read.insert(path.to_owned()) {
        return;
    }
    let Some(text) = reader.open(path) else {
        // A list that another one includes and that is not here may declare anything.
        reader.declared.is_open |= depth > 0;
        return;
    };
    let lines = logical_lines(&text);
    let frozen = is_frozen(&text, &lines);
    for line in lines {
        if reader.is_full() {
            return;
        }
        if let Some(included) = option_value(&line.text, &["-r", "--requirement"]) {
            if depth < DEEPEST_INCLUDE {
                read_included(reader, &beside(path, included), scope, depth + 1);
            }
            continue;
        }
        let before = reader.declared.dependencies.len();
        let is_in_list = frozen && is_pinned(&line.text);
        read_line(reader, line, scope, path);
        let its = reader.declared.dependencies.get_mut(before..).unwrap_or_default();
        its.iter_mut().for_each(|dependency| dependency.frozen = is_in_list);
    }
}

/// Reads a line that includes no other file.
fn read_line(reader: &mut Reader<'_>, line: Logical, scope: &Scope, path: &str) {
    if let Some(editable) = option_value(&line.text, &["-e", "--editable"]) {
        return add_url(reader, editable, scope, path, line.place());
    }
    if line.text.starts_with('-') {
        return;
    }
    let requirement = without_options(&line.text);
    if is_url(requirement) || is_path(requirement) {
        add_url(reader, requirement, scope, path, line.place());
    } else {
        reader.add_requirement(requirement, scope, path, line.place(), line.via_packages);
    }
}

/// Fewer lines than this are what a person may have written.
const FEWEST_FROZEN: usize = 6;
/// Of this many lines one may be out of order or without a version: people add to such a list by hand.
const LINES_FOR_ONE_ADDED: usize = 10;

/// Whether a line names one version.
fn is_pinned(line: &str) -> bool {
    line.contains("==") || line.contains(" @ ") || line.starts_with('-')
}

/// Whether a file lists everything that was installed, as `pip freeze` does: exact versions, in the order of the
/// alphabet, and no word about any of them.
fn is_frozen(text: &str, lines: &[Logical]) -> bool {
    let lines: Vec<&str> = lines.iter().map(|line| &*line.text).filter(|line| !line.starts_with('-')).collect();
    let (pinned, added): (Vec<&str>, Vec<&str>) = lines.iter().partition(|line| is_pinned(line));
    let is_remark = |line: &str| line.trim_start().starts_with('#') || line.contains(" #");
    let by_hand = lines.len() / LINES_FOR_ONE_ADDED;
    if pinned.len() < FEWEST_FROZEN || added.len() > by_hand || text.lines().any(is_remark) {
        return false;
    }
    let name = |line: &&str| line.split(['=', ' ', '[']).next().unwrap_or(line).to_ascii_lowercase().replace('_', "-");
    let names: Vec<String> = pinned.iter().map(name).collect();
    names.windows(2).filter(|pair| pair[0] > pair[1]).count() <= by_hand
}

/// An unnamed URL or path declares what its `#egg=` or the name of the wheel says, and something unknown otherwise; the
/// project itself says in its own manifest what it is.
fn add_url(reader: &mut Reader<'_>, text: &str, scope: &Scope, path: &str, place: Place) {
    let egg = text.split_once("#egg=").or_else(|| text.split_once("&egg="));
    let Some(name) = egg.map(|(_, name)| name).or_else(|| wheel_name(text)) else {
        let own = text.split('[').next().unwrap_or(text).trim_end_matches('/');
        reader.declared.is_open |= own != ".";
        return;
    };
    let name = name.split(['[', '&']).next().unwrap_or(name);
    reader.add_named(name, scope, path, place);
}

/// A URL that no `name @` stands before; it may have an `@` of its own.
fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(before, _)| !before.contains('@'))
}

/// The distribution that a wheel's file name begins with.
fn wheel_name(text: &str) -> Option<&str> {
    let file = text.split(['#', '?']).next()?.rsplit('/').next()?;
    file.strip_suffix(".whl")?.split('-').next()
}

fn is_path(text: &str) -> bool {
    text.starts_with("./") || text.starts_with("../") || text.starts_with('/') || text == "." || text.starts_with(".[")
}

fn option_value<'a>(line: &'a str, options: &[&str]) -> Option<&'a str> {
    options.iter().find_map(|option| {
        let rest = line.strip_prefix(option)?;
        // pip takes the value of a short option without a space too.
        let is_short = !option.starts_with("--") && !rest.is_empty();
        (is_short || rest.starts_with([' ', '=', '\t'])).then(|| rest.trim_start_matches([' ', '=', '\t']).trim())
    })
}

/// The requirement without per-requirement options such as `--hash=...`.
fn without_options(line: &str) -> &str {
    line.split(" --").next().unwrap_or(line).trim()
}

fn beside(path: &str, included: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in included.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn logical_lines(text: &str) -> Vec<Logical> {
    let mut lines: Vec<Logical> = Vec::new();
    let mut continued = false;
    let mut offset = 0;
    for raw in text.split_inclusive('\n') {
        let mark = if offset == 0 && raw.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let start = offset + mark;
        offset += raw.len();
        let raw = &raw[mark..];
        let raw = raw.trim_end_matches(['\n', '\r']);
        let (code, comment) = split_comment(raw);
        if raw.starts_with([' ', '\t']) && code.trim().is_empty() {
            note_via(&mut lines, comment, offset);
        }
        let (code, goes_on) = match code.trim_end().strip_suffix('\\') {
            Some(code) => (code, true),
            None => (code, false),
        };
        let code = code.trim();
        if continued {
            if let Some(last) = lines.last_mut() {
                last.text.push(' ');
                last.text.push_str(code);
                last.removal.end = offset as u32;
            }
        } else if !code.is_empty() {
            let lead = raw.len() - raw.trim_start().len();
            let begin = (start + lead) as u32;
            let span = Span::new(begin, begin + code.len() as u32);
            let removal = Span::new(start as u32, offset as u32);
            lines.push(Logical { text: code.to_owned(), span, removal, via_packages: is_via_package(comment) });
        }
        continued = goes_on;
    }
    lines
}

/// A comment starts at the line's start or after white space.
fn split_comment(line: &str) -> (&str, &str) {
    let at = line.match_indices('#').map(|(at, _)| at).find(|at| *at == 0 || line[..*at].ends_with([' ', '\t']));
    at.map_or((line, ""), |at| (&line[..at], &line[at + 1..]))
}

/// What Snyk writes beside each line that it adds to a list.
const ADDED: &str = "not directly required, pinned by Snyk";

fn is_via_package(comment: &str) -> bool {
    if comment.contains(ADDED) {
        return true;
    }
    let named = comment.trim().strip_prefix("via").map(str::trim).unwrap_or_default();
    !named.is_empty() && !named.starts_with('-') && !named.contains(".in") && !named.contains("pyproject")
}

/// Indented comment lines below a requirement belong to it: `# via` and then one source per line.
fn note_via(lines: &mut [Logical], comment: &str, end: usize) {
    let Some(last) = lines.last_mut().filter(|_| !comment.is_empty()) else { return };
    last.removal.end = end as u32;
    let comment = comment.trim();
    let direct = comment.contains("-r ") || comment.contains(".in") || comment.contains("pyproject");
    if direct {
        last.via_packages = false;
    } else if is_via_package(comment) || comment == "via" {
        last.via_packages = true;
    }
}
