use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::graph::Argument;
use crate::platform::sdk;

/// Reports clients whose name is never read.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    for site in &cx.graph.leftovers.unread_results {
        let call = cx.graph.calls.iter().find(|call| call.module == site.importer && call.span == site.span);
        let Some(call) = call.filter(|call| sdk::makes_client(&call.callee)) else { continue };
        let service = match call.arguments.first() {
            Some(Argument::Text(service)) => service.to_string(),
            _ => "some service".to_owned(),
        };
        let message = format!("a client for {service} is made during Init and never used");
        sink.report(Finding::new(cx.locate_import(*site), message).about(service).noting("never read"));
    }
}
