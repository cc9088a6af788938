use std::collections::BTreeMap;

use crate::assemble::Absence;
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Severity};
use crate::graph::{Phase, StartCause, Unresolved};

/// Reports each missing name once, at the place that asks for it first.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let mut missing: BTreeMap<&str, &Unresolved> = BTreeMap::new();
    for import in cx.graph.unresolved.iter().filter(|import| import.phase == Phase::Init && ends_init(cx, import)) {
        missing.entry(&import.import).or_insert(import);
    }
    if missing.is_empty() {
        return;
    }
    // A source tree gets its packages when it is built: what the manifest names will be there.
    let unbuilt = cx.artifact.is_tree() && cx.packages.packages.is_empty();
    for (name, import) in missing {
        let absence = cx.absence(name);
        if absence == Absence::Unknown || (unbuilt && cx.usage.awaits(name)) {
            continue;
        }
        // A declared distribution may bring it under another name: `unmatched-import-name` says so.
        if cx.usage.unmatched().may_match() && cx.usage.unmatched().imports.contains(name) {
            continue;
        }
        let why = match &import.why {
            Some(why) => why,
            None if name.starts_with("./") || name.starts_with("../") => "there is no such file",
            None => "neither package, layers nor runtime provide it",
        };
        let message = format!("`{name}` is imported during Init, and {why}");
        let finding = Finding::new(cx.locate_import(import.site), message).about(name).noting("fails during Init");
        // What is declared and not installed may need it in turn.
        let severity = if absence == Absence::Likely { Severity::Warning } else { Severity::Error };
        sink.report_as(
            severity,
            match cause_help(cx, name) {
                Some(help) => finding.help(help),
                None => finding,
            },
        );
    }
}

/// Whether the failure of an import ends Init: nothing is around it that could catch it, or what is there did not.
fn ends_init(cx: &FunctionContext<'_>, import: &Unresolved) -> bool {
    let is_cause = |cause: &StartCause| cause.rule == "unresolved-import" && cause.subject == import.import;
    if !import.guarded {
        return !cx
            .graph
            .causes
            .iter()
            .any(|cause| cause.rule != "unresolved-import" && cause.subject == import.import);
    }
    cx.graph.causes.iter().any(is_cause)
}

/// What the simulation knows about the cure.
fn cause_help(cx: &FunctionContext<'_>, name: &str) -> Option<String> {
    if cx.spec.is_left_outside(name) {
        return Some(format!(
            "The bundler is told to leave `{name}` outside, and nothing installs it beside the bundle: take it off that \
             list, or bring it in a layer"
        ));
    }
    let mut causes = cx.graph.causes.iter().filter(|cause| cause.rule == "unresolved-import");
    causes.find(|cause| &*cause.subject == name)?.help.clone()
}
