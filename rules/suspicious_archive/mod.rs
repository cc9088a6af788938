use crate::artifact::{ArtifactKind, EntryProblem, EntryProblemKind};
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Severity};

/// Reports each problem that reading the archive met; in a folder, links that lead nowhere together.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let in_folder = cx.artifact.kind == ArtifactKind::Directory;
    let is_link = |problem: &&EntryProblem| in_folder && problem.kind == EntryProblemKind::BadLink;
    let (links, others): (Vec<&EntryProblem>, Vec<&EntryProblem>) = cx.artifact.problems.iter().partition(is_link);
    for problem in others {
        sink.report_as(severity(problem.kind), finding(cx, problem, ""));
    }
    if let Some((first, more)) = links.split_first() {
        let more = if more.is_empty() { String::new() } else { format!(", and {} more such links", more.len()) };
        // What a package manager's workspace looks like from within one of its packages.
        let help = "Point defrost at the workspace's root and say the handler's path from there, or at what the \
                    deployment tool builds: an archive of this folder lacks what the links lead to";
        sink.report_as(severity(first.kind), finding(cx, first, &more).help(help));
    }
}

fn finding(cx: &FunctionContext<'_>, problem: &EntryProblem, more: &str) -> Finding {
    let mut location = cx.location();
    location.inner_path = Some(problem.path.clone());
    Finding::new(location, format!("`{}`: {}{more}", problem.path, problem.detail)).about(problem.path.clone())
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
