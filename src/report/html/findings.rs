//! The findings with their code, and the filters over them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use rustc_hash::FxHashMap;

use super::markup::{escaped, escaped_lines};
use crate::finding::Severity;
use crate::report::model::{Finding, Report};
use crate::report::{Style, has_region, human, place_name};
use crate::text;

/// Columns of a code frame; the page scrolls where a phone has fewer.
const FRAME_WIDTH: usize = 100;
/// Findings on the page, gravest and most expensive first; the JSON report has all.
const MOST: usize = 1_500;
/// Functions that a finding names.
const NAMED: usize = 6;

/// Findings of a rule about the same thing at the same place, in several functions.
struct Group<'a> {
    finding: &'a Finding,
    functions: Vec<&'a str>,
}

/// Functions that share a package have its findings in common: they are shown as one, that of the function where it
/// costs most.
fn grouped(report: &Report) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known: FxHashMap<_, usize> = FxHashMap::default();
    for finding in &report.findings {
        let place = &finding.location;
        let subject = finding.subject.as_deref().or(Some(finding.message.as_str()));
        let key = (&*finding.rule, subject, place.path.as_str(), place.inner_path.as_deref(), place.line);
        let at = *known.entry(key).or_insert_with(|| {
            groups.push(Group { finding, functions: Vec::new() });
            groups.len() - 1
        });
        groups[at].functions.extend(finding.concerned());
    }
    groups
}

/// Writes the section.
pub(super) fn section(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>")?;
    if report.findings.is_empty() {
        return writeln!(out, "<p>No findings.</p>\n</section>");
    }
    let groups = grouped(report);
    let shown = groups.get(..MOST.min(groups.len())).unwrap_or_default();
    filters(shown, out)?;
    writeln!(out, "<ol class=\"findings\">")?;
    for group in shown {
        one(report, group, out)?;
    }
    writeln!(out, "</ol>")?;
    let rest = groups.len() - shown.len();
    if rest > 0 {
        writeln!(out, "<p>and {} that cost less</p>", text::plural(rest as u64, "finding"))?;
    }
    writeln!(out, "</section>")
}

/// Filters by severity, rule, function and words; without JavaScript they are not shown.
fn filters(shown: &[Group<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for group in shown {
        *rules.entry(&*group.finding.rule).or_default() += 1;
    }
    writeln!(out, "<form class=\"filters\" hidden aria-label=\"filter findings\"><fieldset><legend>severity</legend>")?;
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let count = shown.iter().filter(|group| group.finding.severity == severity).count();
        let word = severity.word();
        writeln!(
            out,
            "<label><input type=\"checkbox\" name=\"severity\" value=\"{word}\" checked> {word} ({count})</label>"
        )?;
    }
    writeln!(out, "</fieldset>\n<label>rule <select name=\"rule\"><option value=\"\">all</option>")?;
    for (rule, count) in rules {
        writeln!(out, "<option value=\"{rule}\">{rule} ({count})</option>")?;
    }
    writeln!(
        out,
        "</select></label>\n<label>words <input type=\"search\" name=\"words\" autocomplete=\"off\"></label>\n\
         <output aria-live=\"polite\"></output></form>"
    )
}

fn one(report: &Report, group: &Group<'_>, out: &mut dyn Write) -> io::Result<()> {
    let finding = group.finding;
    let word = finding.severity.word();
    let line = if has_region(&finding.location) { format!(":{}", finding.location.line) } else { String::new() };
    let named = if report.functions.len() > 1 { group.functions.as_slice() } else { &[] };
    let mut function = named.iter().take(NAMED).map(|name| escaped(name)).collect::<Vec<_>>().join(", ");
    if named.len() > NAMED {
        function += &format!(" and {} more", named.len() - NAMED);
    }
    if !function.is_empty() {
        function = format!("<span class=\"of\">{function}</span>");
    }
    writeln!(
        out,
        "<li class=\"finding {word}\" data-severity=\"{word}\" data-rule=\"{rule}\"><h3><span class=\"tag\">{word}</span> \
         <code>{rule}</code> {function}</h3>\n<p>{}</p>",
        escaped(&finding.message),
        rule = finding.rule
    )?;
    let style = Style { width: FRAME_WIDTH, ..Style::default() };
    match human::frame(finding, style) {
        Some(frame) => writeln!(
            out,
            "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"code\"><pre>{}</pre></div>",
            escaped_lines(&frame)
        )?,
        None => {
            writeln!(out, "<p class=\"place\">at <code>{}{line}</code></p>", escaped(&place_name(&finding.location)))?
        }
    }
    if let Some(help) = &finding.help {
        writeln!(out, "<p class=\"help\">{}</p>", escaped(help))?;
    }
    if let Some(snippet) = &finding.snippet {
        writeln!(
            out,
            "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"what to write\"><pre class=\"snippet\">{}</pre></div>",
            escaped_lines(snippet)
        )?;
    }
    if let Some(saves) = human::saves(finding) {
        writeln!(out, "<p class=\"saves\">{}</p>", escaped(&saves))?;
    }
    writeln!(out, "</li>")
}
