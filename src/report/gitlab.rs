//! GitLab's code quality report: a list of issues in Code Climate's shape.

use std::io::{self, Write};

use serde::Serialize;

use super::left_out::{self, LeftOut};
use super::model::Report;
use super::{fingerprint, full_message, is_in_repository};
use crate::finding::Severity;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes the issues.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let identities = fingerprint::of(report);
    let mut issues: Vec<Issue<'_>> = report
        .findings
        .iter()
        .zip(identities)
        .map(|(finding, fingerprint)| {
            let here = is_in_repository(report, &finding.location);
            let place = &finding.location;
            let (begin, end) = if here { (place.line, place.end_line) } else { (1, 1) };
            Issue {
                description: full_message(finding, !here),
                check_name: &finding.rule,
                fingerprint,
                severity: severity(finding.severity),
                location: Location { path: &place.path, lines: Lines { begin, end } },
            }
        })
        .collect();
    let left = left_out::of(report);
    issues.extend(left.iter().map(uncovered));
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

/// What the issues do not cover, as one of the mildest kind.
fn uncovered<'a>(left: &'a LeftOut<'_>) -> Issue<'a> {
    let line = left.line_on_disk().unwrap_or(1);
    let identity =
        [left.lack.id(), left.function.unwrap_or_default(), left.path.as_deref().unwrap_or_default(), left.message];
    Issue {
        description: left.to_string(),
        check_name: left.lack.id(),
        fingerprint: fingerprint::of_words(&identity),
        severity: "info",
        location: Location { path: left.path.as_deref().unwrap_or("."), lines: Lines { begin: line, end: line } },
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Note => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;

    #[test]
    fn issues_have_what_gitlab_asks_for() {
        let mut out = Vec::new();
        super::write(&sample::report(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
