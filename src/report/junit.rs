//! JUnit XML: a suite per function, a case per finding, and one that holds the estimate.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::left_out::{self, LeftOut};
use super::model::{Finding, Function, Report};
use super::{full_message, place_name, printable};
use crate::finding::Severity;
use crate::text;

/// Writes the suites. Errors and warnings are failures, notes are passed cases with a text.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut junit = quick_junit::Report::new("defrost");
    let left = left_out::of(report);
    for function in &report.functions {
        let mut suite = TestSuite::new(printable::line(&function.name).into_owned());
        suite.add_test_case(estimate(function));
        let mine = report.findings.iter().filter(|finding| finding.function.as_deref() == Some(&function.name));
        suite.add_test_cases(mine.map(case));
        let here = left.iter().filter(|left| left.function == Some(&function.name));
        suite.add_test_cases(here.map(uncovered));
        junit.add_test_suite(suite);
    }
    let project: Vec<&Finding> = report.findings.iter().filter(|finding| finding.function.is_none()).collect();
    let elsewhere: Vec<&LeftOut<'_>> = left.iter().filter(|left| left.function.is_none()).collect();
    if !project.is_empty() || !elsewhere.is_empty() {
        let mut suite = TestSuite::new("project");
        suite.add_test_cases(project.into_iter().map(case));
        suite.add_test_cases(elsewhere.into_iter().map(uncovered));
        junit.add_test_suite(suite);
    }
    junit.serialize(&mut *out).map_err(io::Error::other)?;
    Ok(())
}

/// What the other cases do not cover: a skipped one.
fn uncovered(left: &LeftOut<'_>) -> TestCase {
    let mut status = TestCaseStatus::skipped();
    status.set_message(left.to_string());
    let place = left.path.as_ref().map_or_else(String::new, |path| format!(": {}", printable::line(path)));
    let mut case = TestCase::new(format!("{}{place}", left.lack.id()), status);
    case.set_classname(left.lack.id());
    case
}

/// The function's own case, which always passes: its time is not that of a test.
fn estimate(function: &Function) -> TestCase {
    let init = &function.init;
    let mut case = TestCase::new("cold start estimate", TestCaseStatus::success());
    case.set_classname(printable::line(&function.handler).into_owned());
    case.set_system_out(format!(
        "Init {} ({} to {}), download {}, {}",
        text::ms(init.estimated_ms),
        text::ms(init.low_ms),
        text::ms(init.high_ms),
        text::ms(init.download_ms),
        function.mark()
    ));
    case
}

fn case(finding: &Finding) -> TestCase {
    let place = &finding.location;
    let whole = full_message(finding, true);
    let name = match &finding.subject {
        Some(subject) => format!("{}: {}", finding.rule, printable::line(subject)),
        None => format!("{}: {}:{}", finding.rule, place_name(place), place.line),
    };
    let status = if finding.severity == Severity::Note {
        TestCaseStatus::success()
    } else {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(finding.severity.word());
        status.set_message(printable::line(&finding.message).into_owned());
        status.set_description(whole.clone());
        status
    };
    let mut case = TestCase::new(name, status);
    case.set_classname(&*finding.rule);
    if finding.severity == Severity::Note {
        case.set_system_out(whole);
    }
    case
}

#[cfg(test)]
mod tests {
    use super::super::sample;

    #[test]
    fn suites_are_functions_and_cases_are_findings() {
        let mut out = Vec::new();
        super::write(&sample::report(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
