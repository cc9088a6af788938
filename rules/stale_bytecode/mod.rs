use std::collections::BTreeMap;

use crate::engine::{FunctionContext, Sink, report_causes};
use crate::finding::{Finding, Saves};
use crate::graph::{ModuleKind, Phase, StaleReason};
use crate::text;

/// Reports bytecode that ends Init, and once per function the bytecode of modules loaded during Init that the runtime does not use.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_causes(cx, sink, "stale-bytecode");
    let mut reasons: BTreeMap<StaleReason, u64> = BTreeMap::new();
    let mut saved = 0.0;
    let mut first = None;
    for stale in &cx.graph.stale_bytecode {
        let module = cx.graph.module(stale.module);
        // Without a source beside it, it ends Init.
        if module.loaded == Phase::Init && module.kind == ModuleKind::Source {
            *reasons.entry(stale.reason).or_default() += 1;
            saved += cx.estimate.module(stale.module).compile_ms;
            first.get_or_insert(stale.entry);
        }
    }
    let Some(first) = first else { return };
    let listed: Vec<String> =
        reasons.iter().map(|(reason, modules)| format!("{modules} {}", explain(*reason))).collect();
    let message = format!(
        "{} of modules that Init loads cannot be used: {}",
        text::plural(reasons.values().sum(), "bytecode file"),
        listed.join(", ")
    );
    let saves = Saves { init_ms: Some(saved), bytes: None };
    sink.report(Finding::new(cx.locate(first, None), message).saving(saves));
}

fn explain(reason: StaleReason) -> &'static str {
    match reason {
        StaleReason::OtherVersion => "written by another Python version",
        StaleReason::TimeStamp => "tied to a time of the source that unpacking the package does not give",
        StaleReason::Changed => "tied to another size of the source",
        StaleReason::Damaged => "without a valid header",
    }
}
