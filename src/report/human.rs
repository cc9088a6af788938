//! The report for people: the cold start of each function, then the findings with code frames.

mod frame;
pub(super) mod paint;
mod summary;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::left_out::{self, Lack};
use super::model::{Counts, Finding, Function, Problem, Report, Verdict};
use super::{Style, has_region, place_name, printable};
use crate::finding::Severity;
use crate::text;
use paint::{GOOD, PLACE, STRONG, paint};

/// Columns from which a line about a function has its size, and its runtime and handler.
const FOR_BYTES: usize = 66;
const FOR_HANDLER: usize = 90;
/// Columns of the names in such lines.
const SHORTEST_NAME: usize = 28;
const LONGEST_NAME: usize = 40;
/// Longest text to be written that a note shows whole, and the lines that it shows of a longer one.
const LONGEST_OF_NOTE: usize = 6;
const BEGINNING: usize = 2;
/// Functions from which only few are shown in full, unless more is asked for: those that fail, then the dearest.
const MANY: usize = 12;
const IN_FULL: usize = 4;
/// Notes from which those of a rule become one line where they are more than some, likewise.
const MANY_NOTES: usize = 20;
const NOTES_OF_A_RULE: usize = 3;
/// Further places that a finding shows, likewise.
const PLACES: usize = 6;
/// Verdicts on budgets that the closing line names.
const VERDICTS: usize = 3;

/// Writes the report for people.
pub(super) fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let style = Style { width: style.width.max(40), ..style };
    if style.quiet {
        for group in grouped(&report.findings) {
            one_line(group.finding, style, out)?;
        }
        omitted(report, style, out)?;
        for left in left_out::of(report).iter().filter(|left| left.lack == Lack::Start) {
            writeln!(out, "{left}")?;
        }
        return closing(report, style, out);
    }
    if report.functions.len() > 1 {
        let longest = report.functions.iter().map(|function| function.name.chars().count()).max().unwrap_or_default();
        for function in &report.functions {
            summary_line(function, longest.clamp(SHORTEST_NAME, LONGEST_NAME), style, out)?;
        }
        writeln!(out)?;
    }
    let in_full = in_full(report, style);
    for function in &in_full {
        details(function, style, out)?;
    }
    if in_full.len() < report.functions.len() {
        let others = report.functions.len() - in_full.len();
        writeln!(out, "--verbose shows the other {others} functions like this\n")?;
    }
    omitted(report, style, out)?;
    let groups = grouped(&report.findings);
    let counted = counted(&groups, style);
    for mut group in groups {
        match counted.get(&*group.finding.rule).filter(|_| group.finding.severity == Severity::Note) {
            Some((times, first)) if std::ptr::eq(*first, group.finding) => {
                let times = text::plural(*times as u64, "time");
                let place = paint(style.color, PLACE, &position(group.finding));
                let line = format!("{}: {times}, first at {place}; --verbose shows all", head(group.finding, style));
                writeln!(out, "{line}\n")?;
            }
            Some(_) => {}
            None => {
                if report.functions.len() == 1 {
                    group.functions.clear();
                }
                explained(&group, style, out)?;
            }
        }
    }
    closing(report, style, out)
}

/// The functions that are shown in full: of many only those that do not start, and the dearest.
fn in_full(report: &Report, style: Style) -> Vec<&Function> {
    if report.functions.len() <= MANY || style.verbose {
        return report.functions.iter().collect();
    }
    let rank = |function: &&Function| {
        let fails = function.start.verdict == Verdict::Fails;
        (!fails, std::cmp::Reverse(function.init.estimated_ms.to_bits()))
    };
    let mut ranked: Vec<&Function> = report.functions.iter().collect();
    ranked.sort_by_key(rank);
    ranked.truncate(IN_FULL);
    report.functions.iter().filter(|function| ranked.iter().any(|kept| std::ptr::eq(*kept, *function))).collect()
}

/// Rules whose notes are too many to be shown one by one: how many, and the first of them.
fn counted<'a>(groups: &[Group<'a>], style: Style) -> BTreeMap<&'a str, (usize, &'a Finding)> {
    let mut counted: BTreeMap<&str, (usize, &Finding)> = BTreeMap::new();
    let notes = groups.iter().filter(|group| group.finding.severity == Severity::Note);
    if style.verbose || notes.clone().count() <= MANY_NOTES {
        return counted;
    }
    for group in notes {
        counted.entry(&group.finding.rule).or_insert((0, group.finding)).0 += 1;
    }
    counted.retain(|_, (times, _)| *times > NOTES_OF_A_RULE);
    counted
}

/// What was asked for and is not analysed. Functions that one file declares and one reason leaves out follow the first.
fn omitted(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let width = if style.quiet { usize::MAX } else { style.width };
    let mut problems = report.problems.iter().peekable();
    while let Some(problem) = problems.next() {
        let line = problem.line.map_or_else(String::new, |line| format!(":{line}"));
        let place = problem.path.as_ref().map_or_else(String::new, |path| format!("{path}{line}: "));
        let head = "not analysed";
        let text = format!("{head}: {place}{}", problem.message);
        let text = textwrap::fill(&printable::line(&text), wrapping(width).subsequent_indent("  "));
        writeln!(out, "{}{}", paint(style.color, STRONG, head), text.strip_prefix(head).unwrap_or(&text))?;
        let mut likewise = Vec::new();
        while let Some(next) = problems.next_if(|next| left_out_alike(problem, next)) {
            let line = next.line.map_or_else(String::new, |line| format!(" (line {line})"));
            likewise.push(format!("{}{line}", next.message.split(LEFT_OUT).next().unwrap_or_default()));
        }
        let likewise: Vec<&str> = likewise.iter().map(String::as_str).collect();
        names("likewise", &likewise, Style { width: width.min(10_000), ..style }, out)?;
    }
    if report.problems.is_empty() { Ok(()) } else { writeln!(out) }
}

/// What follows the name of a function that is left out.
const LEFT_OUT: &str = " is left out: ";

/// Whether two functions of one file are left out for the same reason.
fn left_out_alike(one: &Problem, other: &Problem) -> bool {
    let reason = |problem: &'_ Problem| problem.message.split_once(LEFT_OUT).map(|(_, reason)| reason.to_owned());
    one.path == other.path && reason(one).is_some() && reason(one) == reason(other)
}

/// Findings that are shown as one.
struct Group<'a> {
    finding: &'a Finding,
    /// Functions it is about: functions that share their code share its findings.
    functions: Vec<&'a str>,
    /// Subjects of further findings that the same change resolves.
    also: Vec<&'a str>,
}

fn grouped(findings: &[Finding]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for finding in findings {
        let kind = |of: &Finding| (of.rule.clone(), of.severity);
        let group = groups.last_mut().filter(|group| kind(group.finding) == kind(finding));
        let same = |of: &Finding| (&of.location, &of.message) == (&finding.location, &finding.message);
        match (group, finding.subject.as_deref()) {
            (Some(group), _) if same(group.finding) => group.functions.extend(finding.concerned()),
            (Some(group), Some(subject)) if one_change(group.finding, finding) => {
                if !group.also.contains(&subject) {
                    group.also.push(subject);
                }
            }
            _ => groups.push(Group { finding, functions: finding.concerned(), also: Vec::new() }),
        }
    }
    groups
}

/// Whether what resolves one of two findings of a rule resolves the other: the change that they
/// carry, or, where they carry none, the help at one place.
fn one_change(a: &Finding, b: &Finding) -> bool {
    let place = |of: &Finding| (of.location.clone(), of.help.clone());
    a.fix == b.fix && (a.fix.is_some() || (a.help.is_some() && place(a) == place(b) && a.subject != b.subject))
}

/// One of several functions on one line.
fn summary_line(function: &Function, columns: usize, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let letter = function.grade.map_or("-", |grade| grade.letter());
    let grade = paint(style.color, paint::grade(function.grade), letter);
    let state = if function.start.verdict == Verdict::Fails { "  does not start" } else { "" };
    let name = printable::line(&function.name);
    let mut line = format!("{grade}  {name:<columns$}  Init {:>9}", text::ms(function.init.estimated_ms));
    // What a narrow terminal has no room for stands with the function below.
    let further = [
        (style.width >= FOR_BYTES, format!("  {:>9}", text::bytes(function.package.bytes))),
        (style.width >= FOR_HANDLER, format!("  {:<11}  {}", function.runtime, printable::line(&function.handler))),
    ];
    for (_, part) in further.iter().filter(|(fits, _)| *fits) {
        line.push_str(part);
    }
    writeln!(out, "{}{state}", line.trim_end())
}

fn details(function: &Function, style: Style, out: &mut dyn Write) -> io::Result<()> {
    summary::headline(function, style, out)?;
    summary::start(function, style, out)?;
    summary::numbers(function, style, out)?;
    summary::open(function, style, out)?;
    summary::where_init_goes(function, style, out)?;
    summary::linked(function, style, out)?;
    match style.verbose {
        true => summary::inexact(function, out)?,
        false => summary::unread(function, out)?,
    }
    writeln!(out)
}

/// `path:line:column: severity: rule: message`, as editors and `grep` like it.
fn one_line(finding: &Finding, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let place = paint(style.color, PLACE, &position(finding));
    writeln!(out, "{place}: {}: {}", head(finding, style), printable::line(&finding.message))
}

fn position(finding: &Finding) -> String {
    let place = &finding.location;
    let name = place_name(place);
    let exact = finding.frame.is_some() || has_region(place);
    if exact { format!("{name}:{}:{}", place.line, place.column) } else { name }
}

fn head(finding: &Finding, style: Style) -> String {
    let severity = paint(style.color, paint::severity(finding.severity), finding.severity.word());
    format!("{severity}: {}", paint(style.color, STRONG, &finding.rule))
}

/// A finding with its frame, help and savings.
fn explained(group: &Group<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let finding = group.finding;
    let message = printable::line(&finding.message);
    let first = finding.severity.word().len() + finding.rule.len() + 3;
    let options = wrapping(style.width).subsequent_indent("  ");
    // The coloured head is as wide as blanks in its place, which wrap the same.
    let wrapped = textwrap::fill(&format!("{} {message}", "_".repeat(first)), options);
    writeln!(out, "{}:{}", head(finding, style), wrapped.get(first..).unwrap_or_default())?;
    match frame::render(finding, style) {
        Some(frame) => write!(out, "{frame}")?,
        None => writeln!(out, "  at {}", paint(style.color, PLACE, &position(finding)))?,
    }
    let most = if style.verbose { usize::MAX } else { PLACES };
    let others = finding.related.iter().filter(|related| !same_file(finding, related));
    let shown = finding.related.len() - others.clone().count();
    for related in others.clone().take(most) {
        let place = &related.location;
        let at = paint(style.color, PLACE, &format!("{}:{}:{}", place_name(place), place.line, place.column));
        writeln!(out, "  see {at}  {}", printable::line(&related.message))?;
    }
    let hidden = shown.saturating_sub(most) + others.count().saturating_sub(most);
    if hidden > 0 {
        writeln!(out, "  and {} more with --verbose", text::plural(hidden as u64, "place"))?;
    }
    let noun = if group.functions.len() == 1 { "function" } else { "functions" };
    names(noun, &group.functions, style, out)?;
    names("likewise", &group.also, style, out)?;
    if let Some(help) = &finding.help {
        let options = wrapping(style.width).initial_indent("  help: ").subsequent_indent("        ");
        writeln!(out, "{}", textwrap::fill(&printable::line(help), options))?;
    }
    written(finding, style, out)?;
    if let Some(saves) = saves(finding) {
        writeln!(out, "  {}", paint(style.color, GOOD, &saves))?;
    }
    writeln!(out)
}

/// What to write into the template; of a note no more than its beginning, unless more is asked for.
fn written(finding: &Finding, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<&str> = finding.snippet.iter().flat_map(|snippet| snippet.lines()).collect();
    let is_cut = finding.severity == Severity::Note && !style.verbose && lines.len() > LONGEST_OF_NOTE;
    let shown = if is_cut { BEGINNING } else { lines.len() };
    for (number, line) in lines.iter().take(shown).enumerate() {
        let lead = if number == 0 { "  write: " } else { "         " };
        writeln!(out, "{lead}{}", printable::line(line))?;
    }
    if is_cut {
        writeln!(out, "         ... {} more lines with --verbose", lines.len() - shown)?;
    }
    Ok(())
}

/// Lines end between words only: names, paths and options stay in one piece, to be copied.
pub(super) fn wrapping(width: usize) -> textwrap::Options<'static> {
    textwrap::Options::new(width)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
}

fn names(what: &str, names: &[&str], style: Style, out: &mut dyn Write) -> io::Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let text = format!("{what}: {}", names.join(", "));
    let options = wrapping(style.width).initial_indent("  ").subsequent_indent("    ");
    writeln!(out, "{}", textwrap::fill(&printable::line(&text), options))
}

fn same_file(finding: &Finding, related: &super::model::Related) -> bool {
    let (a, b) = (&finding.location, &related.location);
    finding.frame.is_some() && a.path == b.path && a.inner_path == b.inner_path
}

/// `saves 612 ms of Init and 1.2 MB`.
pub(super) fn saves(finding: &Finding) -> Option<String> {
    let time = finding.saves.init_ms.filter(|ms| *ms > 0.0).map(|ms| format!("{} of Init", text::ms(ms)));
    let size = finding.saves.bytes.filter(|bytes| *bytes > 0).map(text::bytes);
    let both: Vec<String> = [time, size].into_iter().flatten().collect();
    (!both.is_empty()).then(|| format!("saves {}", both.join(" and ")))
}

/// The code around a finding as text; nothing when it has none to show.
pub(super) fn frame(finding: &Finding, style: Style) -> Option<String> {
    frame::render(finding, style)
}

/// Counts, the verdict on budgets, and where to read more.
fn closing(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut line = counts(report.summary.findings);
    let summary = report.summary;
    let silenced = [
        (summary.suppressed, "suppressed"),
        (summary.baselined, "in the baseline"),
        (summary.untouched, "not touched by the change"),
    ];
    for (number, word) in silenced.into_iter().filter(|(number, _)| *number > 0) {
        line.push_str(&format!(", {number} {word}"));
    }
    line.push('.');
    let verdicts = verdicts(report);
    for verdict in verdicts.iter().take(VERDICTS) {
        line.push(' ');
        line.push_str(verdict);
    }
    if verdicts.len() > VERDICTS {
        line.push_str(&format!(" And {} more.", verdicts.len() - VERDICTS));
    }
    if let Some(finding) = report.findings.first().filter(|_| !style.quiet) {
        line.push_str(&format!("   defrost explain {}", finding.rule));
    }
    writeln!(out, "{line}")
}

/// `3 warnings, 2 notes`.
pub(super) fn counts(counts: Counts) -> String {
    let kinds = [(counts.error, "error"), (counts.warning, "warning"), (counts.note, "note")];
    let words = kinds.into_iter().filter(|(number, _)| *number > 0);
    let words: Vec<String> = words.map(|(number, noun)| text::plural(number as u64, noun)).collect();
    if words.is_empty() { "No findings".to_owned() } else { words.join(", ") }
}

/// What the budgets say about each function that has a budget to keep.
pub(super) fn verdicts(report: &Report) -> Vec<String> {
    let mut verdicts = Vec::new();
    for function in &report.functions {
        let name =
            if report.functions.len() > 1 { format!("{}: ", printable::line(&function.name)) } else { String::new() };
        let broken = function.budgets.broken_by(function);
        verdicts.extend(broken.into_iter().map(|broken| format!("{name}{broken}.")));
    }
    let set = |function: &Function| function.budgets.are_set();
    let is_whole = report.problems.iter().all(|problem| problem.left_out.is_none());
    if verdicts.is_empty() && is_whole && report.functions.iter().any(set) {
        verdicts.push("Within budget.".to_owned());
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(style: Style) -> String {
        let mut out = Vec::new();
        write(&super::super::sample::report(), style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_report_has_the_shape_of_the_design() {
        let style = Style { width: 100, ..Style::default() };
        insta::assert_snapshot!(written(style));
        insta::assert_snapshot!(written(Style { verbose: true, width: 60, ..style }));
        insta::assert_snapshot!(written(Style { quiet: true, ..style }));
    }

    #[test]
    fn of_many_things_some_are_shown_and_the_others_counted() {
        let mut report = super::super::sample::report();
        let first = report.functions[0].clone();
        report.functions = (0..20).map(|number| Function { name: format!("f{number}"), ..first.clone() }).collect();
        let note = Finding { severity: Severity::Note, rule: "some-note".into(), ..report.findings[0].clone() };
        let notes = (0..30).map(|number| Finding { message: format!("note {number}"), ..note.clone() });
        report.findings = notes.collect();
        let left = |name: &str, line| Problem {
            path: Some("serverless.yml".to_owned()),
            line: Some(line),
            message: format!("{name} is left out: its handler is not known"),
            left_out: None,
        };
        report.problems = vec![left("a", 1), left("b", 2), left("c", 3)];
        let written = |style| {
            let mut out = Vec::new();
            write(&report, style, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let text = written(Style { width: 100, ..Style::default() });
        assert_eq!(text.matches("\n  Init  ").count(), IN_FULL, "{text}");
        assert!(text.contains("--verbose shows the other 16 functions like this"));
        assert_eq!(text.matches("some-note: 30 times, first at ").count(), 1, "{text}");
        assert!(
            text.contains("a is left out: its handler is not known\n  likewise: b (line 2), c (line 3)\n"),
            "{text}"
        );
        let text = written(Style { width: 100, verbose: true, ..Style::default() });
        assert_eq!((text.matches("\n  Init  ").count(), text.matches("note: some-note: note").count()), (20, 30));
    }

    #[test]
    fn no_control_character_of_a_name_is_printed() {
        let text = written(Style { verbose: true, ..Style::default() });
        assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "{text}");
        assert!(written(Style { color: true, ..Style::default() }).contains("evil\\u{1b}[2J"));
    }
}
