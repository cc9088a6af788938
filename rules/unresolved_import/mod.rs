use std::collections::BTreeMap;

use crate::artifact::ArtifactKind;
use crate::assemble::Absence;
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Severity};
use crate::graph::{Phase, Unresolved, misplaced};
use crate::platform::Language;

/// Reports each missing name once, at the place that asks for it first.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let mut missing: BTreeMap<&str, &Unresolved> = BTreeMap::new();
    for import in cx.graph.unresolved.iter().filter(|import| import.phase == Phase::Init && !import.guarded) {
        missing.entry(&import.import).or_insert(import);
    }
    if missing.is_empty() {
        return;
    }
    // A source tree gets its packages when it is built: what the manifest names will be there.
    let unbuilt = cx.artifact.kind == ArtifactKind::Directory && cx.packages.packages.is_empty();
    for (name, import) in missing {
        let absence = cx.absence(name);
        if absence == Absence::Unknown || (unbuilt && cx.usage.awaits(name)) {
            continue;
        }
        // A declared distribution may bring it under another name: `unmatched-import-name` says so.
        if cx.usage.unmatched().may_match() && cx.usage.unmatched().imports.contains(name) {
            continue;
        }
        let why = match name.starts_with("./") || name.starts_with("../") {
            true => "there is no such file",
            false => "neither package, layers nor runtime provide it",
        };
        let message = format!("`{name}` is imported during Init, and {why}");
        let finding = Finding::new(cx.locate_import(import.site), message).about(name).noting("fails during Init");
        let meant = with_extension(cx, import)
            .map(|meant| format!("An import in an ES module says the whole name: `{meant}`"))
            .or_else(|| cause_help(cx, name))
            .or_else(|| in_layer(cx, name));
        // What is declared and not installed may need it in turn.
        let severity = if absence == Absence::Likely { Severity::Warning } else { Severity::Error };
        sink.report_as(
            severity,
            match meant {
                Some(help) => finding.help(help),
                None => finding,
            },
        );
    }
}

/// Where a layer has an npm package that nothing finds.
fn in_layer(cx: &FunctionContext<'_>, name: &str) -> Option<String> {
    let is_package = cx.spec.runtime.language() == Language::Node && !name.starts_with(['.', '/']);
    let parts = if name.starts_with('@') { 2 } else { 1 };
    let package: Vec<&str> = name.split('/').take(parts).collect();
    misplaced::node_hint(&cx.artifact, &package.join("/")).filter(|_| is_package)
}

/// What the simulation knows about the cure.
fn cause_help(cx: &FunctionContext<'_>, name: &str) -> Option<String> {
    let mut causes = cx.graph.causes.iter().filter(|cause| cause.rule == "unresolved-import");
    causes.find(|cause| &*cause.subject == name)?.help.clone()
}

/// What a relative import without an extension means, where that file is there: `require` would
/// have found it, `import` does not.
fn with_extension(cx: &FunctionContext<'_>, import: &Unresolved) -> Option<String> {
    const ENDINGS: [&str; 5] = [".js", ".mjs", ".cjs", ".json", "/index.js"];
    let request = import.import.strip_prefix("./").map(|rest| (0, rest));
    let (up, rest) = request.or_else(|| {
        let up = import.import.split('/').take_while(|part| *part == "..").count();
        (up > 0).then(|| (up, import.import.get(up * 3..).unwrap_or_default()))
    })?;
    let importer = &cx.artifact.entry(cx.graph.module(import.site.importer).entry?).path;
    let mut folders: Vec<&str> = importer.split('/').collect();
    folders.truncate(folders.len().checked_sub(1 + up)?);
    folders.push(rest);
    let path = folders.join("/");
    let ending = ENDINGS.iter().find(|ending| cx.artifact.find(&format!("{path}{ending}")).is_some())?;
    Some(format!("{}{ending}", import.import))
}
