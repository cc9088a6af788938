use crate::engine::{ProjectContext, Sink};
use crate::lang::rust::work::WorkKind;

/// Reports clients that request code builds.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.report_work(
        sink,
        &[WorkKind::Client],
        |work| &work.handler,
        |item| format!("`{}` builds a client for every request, without open connections", item.what),
    );
}
