use rustc_hash::FxHashSet;

use crate::artifact::{ArtifactKind, EntryProblemKind};
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Severity};

/// Reports each problem that reading the archive met, and modules whose content cannot be had.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let mut listed: FxHashSet<&str> = FxHashSet::default();
    for problem in &cx.artifact.problems {
        listed.insert(&problem.path);
        report(cx, sink, &problem.path, &problem.detail, severity(problem.kind));
    }
    // Only what Init or a request loads was surely asked for; other reads depend on who came first.
    let entries: FxHashSet<_> = cx.graph.modules.iter().filter_map(|module| module.entry).collect();
    let mut unread: Vec<_> = entries.into_iter().filter_map(|id| Some((id, cx.artifact.failure(id)?))).collect();
    unread.sort_by_key(|(id, _)| *id);
    let severity = if cx.artifact.kind == ArtifactKind::Directory { Severity::Warning } else { Severity::Error };
    for (id, failure) in unread {
        let path = &*cx.artifact.entry(id).path;
        if !listed.contains(path) {
            report(cx, sink, path, &failure.message, severity);
        }
    }
}

fn report(cx: &FunctionContext<'_>, sink: &mut Sink<'_>, path: &str, detail: &str, severity: Severity) {
    let mut location = cx.location();
    location.inner_path = Some(path.to_owned());
    sink.report_as(severity, Finding::new(location, format!("`{path}`: {detail}")).about(path.to_owned()));
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
