//! One line per function: reports of one function each, and one of what belongs to none.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::model::{Counts, Finding, Function, Report, Summary};
use crate::finding::Severity;

/// Writes the records.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    records(report.clone()).iter().try_for_each(|record| out.write_all(&line(record)?))
}

/// A record as a line, with its newline.
///
/// # Errors
/// Never in practice: a record is plain data.
pub fn line(record: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    Ok(line)
}

/// The report of each function, in their order, and one of what belongs to no function, where there is any. A finding
/// that several functions share stands with the first of them, once.
#[must_use]
pub fn records(mut report: Report) -> Vec<Report> {
    let functions = std::mem::take(&mut report.functions);
    let application = functions.first().and_then(|function| function.application);
    let place: BTreeMap<String, usize> =
        functions.iter().enumerate().map(|(at, function)| (function.name.clone(), at)).collect();
    let mut own: Vec<Vec<Finding>> = functions.iter().map(|_| Vec::new()).collect();
    let mut rest = Vec::new();
    for finding in std::mem::take(&mut report.findings) {
        let at = finding.function.as_ref().and_then(|name| place.get(name));
        match at.and_then(|at| own.get_mut(*at)) {
            Some(own) => own.push(finding),
            None => rest.push(finding),
        }
    }
    let whole = report.summary;
    let says_more = !report.applications.is_empty() || !report.projects.is_empty() || !report.problems.is_empty();
    let has_rest = functions.is_empty()
        || says_more
        || !rest.is_empty()
        || whole.suppressed + whole.baselined + whole.untouched > 0;
    let mut records: Vec<Report> = functions
        .into_iter()
        .zip(own)
        .map(|(function, findings)| Report {
            schema: report.schema.clone(),
            tool: report.tool.clone(),
            summary: Summary {
                functions: 1,
                findings: Counts::of_reported(&findings),
                suppressed: 0,
                baselined: 0,
                untouched: 0,
                ..whole
            },
            // The application is in another record.
            functions: vec![Function { application: None, ..function }],
            applications: Vec::new(),
            projects: Vec::new(),
            problems: Vec::new(),
            findings,
            rules: Vec::new(),
        })
        .collect();
    // One function alone keeps what is said of the run.
    if let ([only], true) = (&mut *records, rest.is_empty()) {
        only.summary = whole;
        only.functions.iter_mut().for_each(|function| function.application = application);
        (only.applications, only.projects, only.problems) = (report.applications, report.projects, report.problems);
    } else if has_rest {
        report.summary = Summary { functions: 0, findings: Counts::of_reported(&rest), ..whole };
        records.push(Report { findings: rest, ..report });
    }
    records
}

impl Counts {
    /// Counts findings of a report by severity.
    #[must_use]
    pub fn of_reported(findings: &[Finding]) -> Self {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        Self { error: count(Severity::Error), warning: count(Severity::Warning), note: count(Severity::Note) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn each_function_has_its_findings_and_the_rest_is_one_more() {
        let mut report = sample::report();
        let mut second = report.functions[0].clone();
        second.name = "bills".to_owned();
        report.functions.push(second);
        report.findings[2].function = None;
        let records = records(report);
        let shape: Vec<(usize, usize, usize)> = records
            .iter()
            .map(|record| (record.functions.len(), record.findings.len(), record.problems.len()))
            .collect();
        assert_eq!(shape, [(1, 2, 0), (1, 0, 0), (0, 1, 1)]);
        assert_eq!(records[0].summary.findings.note, 0);
    }

    #[test]
    fn one_function_alone_keeps_everything() {
        let mut out = Vec::new();
        write(&sample::report(), &mut out).unwrap();
        let lines: Vec<&[u8]> = out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 1);
        let read: Report = serde_json::from_slice(lines[0]).unwrap();
        let whole = serde_json::to_value(sample::report()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), whole);
    }
}
