use crate::engine::contracts::because;
use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::text;

/// Reports layers that no pattern of a contract means.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let contracts = &cx.project.contracts.only;
    for contract in contracts.iter().filter(|contract| contract.functions.holds(&cx.spec.name)) {
        for layer in cx.spec.layers.iter().map(|layer| &layer.path) {
            let name = layer.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or(layer);
            let is_meant = |pattern: &String| text::matches(pattern, layer) || text::matches(pattern, name);
            if contract.layers.iter().any(is_meant) {
                continue;
            }
            let reason = because(contract.reason.as_deref());
            let place = cx.spec.origin.clone().unwrap_or_else(|| cx.location());
            let message = format!("{} must not have the layer {name}{reason}", cx.spec.name);
            sink.report(Finding::new(place, message).about(name.to_owned()));
        }
    }
}
