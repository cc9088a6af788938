use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::graph::Argument;

/// What makes a client; its first argument is the service.
const MAKERS: [&str; 6] = [
    "boto3.client",
    "boto3.resource",
    "boto3.session.Session().client",
    "boto3.session.Session().resource",
    "boto3.Session().client",
    "boto3.Session().resource",
];

/// Reports clients whose name is never read.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    for site in &cx.graph.leftovers.unread_results {
        let call = cx.graph.calls.iter().find(|call| call.module == site.importer && call.span == site.span);
        let Some(call) = call.filter(|call| MAKERS.contains(&&*call.callee)) else { continue };
        let service = match call.arguments.first() {
            Some(Argument::Text(service)) => service.to_string(),
            _ => "some service".to_owned(),
        };
        let message = format!("a client for {service} is made during Init and never used");
        sink.report(Finding::new(cx.locate_import(*site), message).about(service).noting("never read"));
    }
}
