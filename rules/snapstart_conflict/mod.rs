use crate::declare::model::{Function, Id, Place, SnapStart};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Severity;

/// Reports settings under which snapshots are refused or never taken.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions() {
        if function.snap_start.known() != Some(&SnapStart::PublishedVersions) {
            continue;
        }
        if let Some((place, why, snippet)) = conflict(cx, id, function) {
            let finding = cx.about(id, place, format!("SnapStart {why}"));
            let finding =
                finding.label(cx.at(cx.place(&function.snap_start, &function.origin)), "SnapStart is asked for here");
            sink.report(finding.snippet(snippet));
        } else if nothing_is_published(cx, id, function) {
            let message = "SnapStart works on published versions, and no version of the function is published";
            let finding = cx.about(id, cx.place(&function.snap_start, &function.origin), message);
            sink.report_as(
                Severity::Warning,
                finding.snippet(cx.snippet_about(&function.origin.id, "alias", &[("n", "1")])),
            );
        }
    }
}

/// Where, why, and what to write instead.
fn conflict(
    cx: &ApplicationContext<'_>,
    id: Id<Function>,
    function: &Function,
) -> Option<(Place, String, Option<String>)> {
    let most = cx.facts().memory.ephemeral_mb;
    if let Some(size) = function.ephemeral_mb.known().copied().filter(|size| *size > most) {
        let why = format!("is refused with {size} MB of /tmp: {most} MB is the most");
        let snippet = cx.snippet("ephemeral", &[("n", &most.to_string())]);
        return Some((cx.place(&function.ephemeral_mb, &function.origin), why, snippet));
    }
    if let Some(system) = function.file_systems.first() {
        return Some((system.place_or(&function.origin), "is refused with a file system".to_owned(), None));
    }
    let warm = cx.application.provisioned_of(id).find(|warm| warm.amount.known().is_some_and(|amount| *amount > 0));
    if let Some(warm) = warm {
        let why = "is refused together with provisioned concurrency".to_owned();
        return Some((warm.amount.place_or(&warm.origin), why, None));
    }
    let runtime = function.runtime_name.text().filter(|_| !function.is_image)?;
    if cx.facts().snapshots.supports(runtime) == Some(false) {
        let why = format!("is not there for {runtime}: {}", cx.facts().snapshots.told());
        return Some((cx.place(&function.runtime_name, &function.origin), why, None));
    }
    None
}

/// Whether certainly no version is published.
fn nothing_is_published(cx: &ApplicationContext<'_>, id: Id<Function>, function: &Function) -> bool {
    let published = function.publishes.or_default(false) != Some(false);
    let version = cx.application.versions.iter().any(|version| version.function.function().is_none_or(|of| of == id));
    let alias = cx.application.aliases.iter().any(|alias| alias.function.function().is_none_or(|of| of == id));
    !published && !version && !alias
}
