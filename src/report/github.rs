//! Annotations of GitHub Actions: one workflow command per finding.

use std::io::{self, Write};

use super::left_out::{self, Lack};
use super::model::{Finding, Report};
use super::{full_message, human, is_in_repository};
use crate::finding::Severity;

/// Writes one command per finding, and the totals as a plain line of the log.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        let here = is_in_repository(report, &finding.location);
        let place = if here { anchor(finding) } else { String::new() };
        let title = property(&format!("defrost: {}", finding.rule));
        let command = command(finding.severity);
        writeln!(out, "::{command} {place}title={title}::{}", data(&full_message(finding, !here)))?;
    }
    for left in left_out::of(report) {
        // Annotations are few; what concerns the whole run is worth one, the rest is in the log.
        match left.lack {
            Lack::Analysis => {
                writeln!(out, "::warning title={}::{}", property("defrost: not-analysed"), data(&left.to_string()))?
            }
            Lack::Content | Lack::Certainty | Lack::Start => writeln!(out, "{left}")?,
        }
    }
    let verdicts: String = human::verdicts(report).iter().map(|verdict| format!(" {verdict}")).collect();
    writeln!(out, "defrost: {}.{verdicts}", human::counts(report.summary.findings))
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

/// File and lines; columns only within one line, where GitHub accepts them.
fn anchor(finding: &Finding) -> String {
    let place = &finding.location;
    let file = property(&place.path);
    let lines = format!("file={file},line={},endLine={},", place.line, place.end_line);
    if place.line == place.end_line && place.end_column > place.column {
        return format!("{lines}col={},endColumn={},", place.column, place.end_column);
    }
    lines
}

/// Text behind the `::` of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::sample;

    #[test]
    fn each_finding_and_what_is_not_analysed_is_one_command_on_one_line() {
        let mut out = Vec::new();
        super::write(&sample::report(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().filter(|line| line.starts_with("::")).count(), 4, "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn what_means_something_to_github_is_escaped() {
        assert_eq!(super::property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
        assert_eq!(super::data("a:b,c%\r"), "a:b,c%25%0D");
    }
}
