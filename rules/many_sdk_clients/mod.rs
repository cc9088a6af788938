use std::collections::BTreeMap;

use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::graph::{Argument, LoadCall};

/// Counts services by the first call that makes a client for each.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let mut services: BTreeMap<&str, &LoadCall> = BTreeMap::new();
    for call in &cx.graph.calls {
        let made = call.callee.rsplit_once('.').is_some_and(|(of, name)| {
            matches!(name, "client" | "resource")
                && matches!(of, "boto3" | "boto3.Session()" | "boto3.session.Session()")
        });
        if let Some(Argument::Text(service)) = call.arguments.first().filter(|_| made) {
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
