use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::slim::unnamed_services;
use crate::text;

/// Adds up the folders of services that nothing names.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let services = unnamed_services(&cx.loaded(), &cx.strings("keep")).unwrap_or_default();
    let bytes: u64 = services.values().flatten().map(|id| cx.artifact.own_bytes(*id)).sum();
    let message = format!(
        "botocore describes {} that no code names, in {}",
        text::plural(services.len() as u64, "service"),
        text::bytes(bytes)
    );
    if !services.is_empty() {
        let saves = Saves { init_ms: None, bytes: Some(bytes) };
        sink.report(Finding::new(cx.location(), message).about("botocore").saving(saves));
    }
}
