//! The findings with their code, and the filters over them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::markup::{escaped, escaped_lines};
use crate::finding::Severity;
use crate::report::model::{Finding, Report};
use crate::report::{Style, has_region, human, place_name};

/// Columns of a code frame; the page scrolls where a phone has fewer.
const FRAME_WIDTH: usize = 100;

/// Writes the section.
pub(super) fn section(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>")?;
    if report.findings.is_empty() {
        return writeln!(out, "<p>No findings.</p>\n</section>");
    }
    filters(report, out)?;
    writeln!(out, "<ol class=\"findings\">")?;
    for finding in &report.findings {
        one(report, finding, out)?;
    }
    writeln!(out, "</ol>\n</section>")
}

/// Filters by severity, rule, function and words; without JavaScript they are not shown.
fn filters(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        *rules.entry(&*finding.rule).or_default() += 1;
    }
    writeln!(out, "<form class=\"filters\" hidden aria-label=\"filter findings\"><fieldset><legend>severity</legend>")?;
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let count = report.findings.iter().filter(|finding| finding.severity == severity).count();
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

fn one(report: &Report, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let word = finding.severity.word();
    let line = if has_region(&finding.location) { format!(":{}", finding.location.line) } else { String::new() };
    let function: String = match report.functions.len() {
        0 | 1 => String::new(),
        _ => finding.concerned().iter().map(|name| format!("<span class=\"of\">{}</span> ", escaped(name))).collect(),
    };
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
    if let Some(saves) = human::saves(finding) {
        writeln!(out, "<p class=\"saves\">{}</p>", escaped(&saves))?;
    }
    writeln!(out, "</li>")
}
