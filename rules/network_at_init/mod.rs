use crate::engine::{ProjectContext, Sink};
use crate::lang::rust::work::WorkKind;

/// Reports requests and connections that a Rust `main` awaits before it takes requests.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.report_work(
        sink,
        &[WorkKind::Network, WorkKind::Connection],
        |work| &work.init,
        |item| match item.kind {
            WorkKind::Connection => {
                format!("`{}` connects before the function takes requests, so every cold start waits for it", item.what)
            }
            _ => format!(
                "`{}` asks a service before the function takes requests, so every cold start waits for it",
                item.what
            ),
        },
    );
}
