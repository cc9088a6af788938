use crate::artifact::EntryProblemKind;
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Severity};

/// Reports each problem that reading the archive met.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.artifact.problems {
        let mut location = cx.location();
        location.inner_path = Some(problem.path.clone());
        let finding =
            Finding::new(location, format!("`{}`: {}", problem.path, problem.detail)).about(problem.path.clone());
        sink.report_as(severity(problem.kind), finding);
    }
}

fn severity(kind: EntryProblemKind) -> Severity {
    match kind {
        EntryProblemKind::UnsafeName
        | EntryProblemKind::Encrypted
        | EntryProblemKind::UnknownCompression
        | EntryProblemKind::LyingHeader
        | EntryProblemKind::TooLarge => Severity::Error,
        EntryProblemKind::DuplicateName
        | EntryProblemKind::CaseClash
        | EntryProblemKind::NestedArchive
        | EntryProblemKind::BadLink
        | EntryProblemKind::Unreadable => Severity::Warning,
    }
}
