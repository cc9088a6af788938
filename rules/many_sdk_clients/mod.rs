use std::collections::BTreeMap;

use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::graph::{Argument, LoadCall};
use crate::platform::sdk;

/// Counts services by the first call that makes a client for each.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let mut services: BTreeMap<&str, &LoadCall> = BTreeMap::new();
    for call in cx.graph.calls.iter().filter(|call| cx.package_of(call.module).is_none()) {
        let made = call.arguments.first().filter(|_| sdk::makes_client(&call.callee));
        if let Some(Argument::Text(service)) = made {
            services.entry(service).or_insert(call);
        }
    }
    if services.len() as f64 <= cx.number("max") {
        return;
    }
    let mut calls: Vec<(&&str, &&LoadCall)> = services.iter().collect();
    calls.sort_by_key(|(_, call)| (call.module, call.span));
    let Some((_, first)) = calls.first() else { return };
    let names: Vec<&str> = services.keys().copied().collect();
    let message = format!("clients for {} services are made during Init: {}", services.len(), names.join(", "));
    let mut finding = Finding::new(cx.locate_in_module(first.module, Some(first.span)), message).noting("the first");
    for (_, call) in calls.iter().skip(1) {
        finding = finding.label(cx.locate_in_module(call.module, Some(call.span)), "and here");
    }
    sink.report(finding);
}
