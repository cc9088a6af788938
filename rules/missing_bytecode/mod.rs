use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::graph::Phase;
use crate::text;

/// Reports once per function how much source is compiled at each cold start and what that costs.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let eager = cx.graph.modules.iter().filter(|module| module.loaded == Phase::Init);
    let compiled: Vec<u64> = eager.map(|module| module.weight.compiled_bytes).filter(|bytes| *bytes > 0).collect();
    let saved = cx.estimate.compile_ms;
    let message = format!(
        "{} ({}) without valid bytecode are compiled at every cold start, about {}",
        text::plural(compiled.len() as u64, "module"),
        text::bytes(compiled.iter().sum()),
        text::ms(saved)
    );
    if !compiled.is_empty() {
        let saves = Saves { init_ms: Some(saved), bytes: None };
        sink.report(Finding::new(cx.location(), message).saving(saves));
    }
}
