use std::collections::BTreeSet;

use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::graph::{ModuleId, Phase};
use crate::text;

/// Reports once per function how much source without bytecode is compiled at each cold start and what that costs.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    // What has bytecode that is not used is reported as stale.
    let stale: BTreeSet<ModuleId> = cx.graph.stale_bytecode.iter().map(|stale| stale.module).collect();
    let (mut modules, mut bytes, mut saved) = (0, 0, 0.0);
    for (id, module) in cx.graph.modules() {
        if module.loaded == Phase::Init && module.weight.compiled_bytes > 0 && !stale.contains(&id) {
            modules += 1;
            bytes += module.weight.compiled_bytes;
            saved += cx.estimate.module(id).compile_ms;
        }
    }
    let message = format!(
        "{} ({}) without bytecode {} compiled at every cold start, about {}",
        text::plural(modules, "module"),
        text::bytes(bytes),
        if modules == 1 { "is" } else { "are" },
        text::ms(saved)
    );
    if modules > 0 {
        let saves = Saves { init_ms: Some(saved), bytes: None };
        sink.report(Finding::new(cx.location(), message).saving(saves));
    }
}
