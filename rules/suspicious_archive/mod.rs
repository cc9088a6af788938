use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::artifact::EntryProblemKind;
use crate::assemble::Installs;
use crate::engine::{PackageContext, Sink};
use crate::finding::{Finding, Severity};
use crate::text;

/// Entries of one kind that have a finding each; more are one finding together.
const EACH: usize = 3;

/// Reports what reading the archive met, and modules whose content cannot be had.
pub(super) fn check(cx: &PackageContext<'_>, sink: &mut Sink<'_>) {
    let mut kinds: BTreeMap<EntryProblemKind, Vec<(&str, &str)>> = BTreeMap::new();
    let mut listed: FxHashSet<&str> = FxHashSet::default();
    for problem in &cx.artifact.problems {
        listed.insert(&problem.path);
        kinds.entry(problem.kind).or_default().push((&problem.path, &problem.detail));
    }
    // What a tool packs of a source tree it follows links for.
    if cx.artifact.is_tree() && cx.functions.iter().all(|function| function.spec.installs != Installs::Nothing) {
        kinds.remove(&EntryProblemKind::BadLink);
    }
    for (kind, entries) in &kinds {
        report(cx, sink, severity(*kind), (what(*kind), help(*kind)), entries);
    }
    // Only what Init or a request loads was surely asked for; other reads depend on who came first.
    let entries: FxHashSet<_> =
        cx.functions.iter().flat_map(|function| &function.graph.modules).filter_map(|module| module.entry).collect();
    let mut unread: Vec<_> = entries.into_iter().filter_map(|id| Some((id, cx.artifact.failure(id)?))).collect();
    unread.sort_by_key(|(id, _)| *id);
    let unread: Vec<(&str, &str)> = unread
        .iter()
        .map(|(id, failure)| (&*cx.artifact.entry(*id).path, &*failure.message))
        .filter(|(path, _)| !listed.contains(path))
        .collect();
    let severity = if cx.artifact.is_tree() { Severity::Warning } else { Severity::Error };
    let kind = EntryProblemKind::Unreadable;
    report(cx, sink, severity, (what(kind), help(kind)), &unread);
}

fn report(
    cx: &PackageContext<'_>,
    sink: &mut Sink<'_>,
    severity: Severity,
    (what, help): (&str, &str),
    entries: &[(&str, &str)],
) {
    if entries.len() <= EACH {
        for (path, detail) in entries {
            let mut location = cx.location();
            let message = if *path == cx.artifact.path {
                (*detail).to_owned()
            } else {
                location.inner_path = Some((*path).to_owned());
                format!("`{path}`: {detail}")
            };
            sink.report_as(severity, Finding::new(location, message).about(*path).help(help));
        }
        return;
    }
    let named: Vec<String> = entries.iter().take(EACH).map(|(path, _)| format!("`{path}`")).collect();
    let number = text::count(entries.len() as u64);
    let further = text::count((entries.len() - EACH) as u64);
    let message = format!("{number} entries {what}: {} and {further} more", named.join(", "));
    sink.report_as(severity, Finding::new(cx.location(), message).about(what).help(help));
}

fn severity(kind: EntryProblemKind) -> Severity {
    match kind {
        EntryProblemKind::UnsafeName
        | EntryProblemKind::Encrypted
        | EntryProblemKind::UnknownCompression
        | EntryProblemKind::LyingHeader
        | EntryProblemKind::TooLarge => Severity::Error,
        EntryProblemKind::OddName
        | EntryProblemKind::DuplicateName
        | EntryProblemKind::CaseClash
        | EntryProblemKind::NestedArchive
        | EntryProblemKind::BadLink
        | EntryProblemKind::TooManyLinks
        | EntryProblemKind::Unreadable => Severity::Warning,
    }
}

/// What many entries of a kind are, behind "12 entries".
fn what(kind: EntryProblemKind) -> &'static str {
    match kind {
        EntryProblemKind::UnsafeName => "have unsafe names",
        EntryProblemKind::OddName => "have names that are not valid UTF-8",
        EntryProblemKind::DuplicateName => "occur more than once",
        EntryProblemKind::CaseClash => "differ from another one only by case",
        EntryProblemKind::Encrypted => "are encrypted",
        EntryProblemKind::UnknownCompression => "are compressed with an unsupported method",
        EntryProblemKind::LyingHeader => "have headers that are not true",
        EntryProblemKind::TooLarge => "are larger than is read",
        EntryProblemKind::BadLink => "are symbolic links that lead nowhere",
        EntryProblemKind::TooManyLinks => "are symbolic links to too many files",
        EntryProblemKind::Unreadable => "cannot be read",
        EntryProblemKind::NestedArchive => "are archives in the archive",
    }
}

fn help(kind: EntryProblemKind) -> &'static str {
    match kind {
        EntryProblemKind::UnsafeName => "Name entries by relative paths below the package's root, with `/`",
        EntryProblemKind::OddName => "Write names as UTF-8; what unpacks may see others than the code asks for",
        EntryProblemKind::DuplicateName => "Build the archive from a clean folder and not by adding to an old one",
        EntryProblemKind::CaseClash => "Rename one: where case does not count, it replaces the other",
        EntryProblemKind::Encrypted => "Build the archive without a password; secrets belong in a secret store",
        EntryProblemKind::UnknownCompression => "Build the archive with `zip`, which deflates",
        EntryProblemKind::LyingHeader => "The archive is damaged or was tampered with: build it again",
        EntryProblemKind::TooLarge => {
            "What is left out is in no estimate: take it out of the package, or load it from storage"
        }
        EntryProblemKind::BadLink => "Put the file itself in the package, or remove the link",
        EntryProblemKind::TooManyLinks => "Put the files themselves in the package instead of links to folders",
        EntryProblemKind::Unreadable => "Correct the file or its permissions; the other entries were analysed",
        EntryProblemKind::NestedArchive => "Upload the inner archive",
    }
}
