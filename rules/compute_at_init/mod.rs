use crate::engine::{ProjectContext, Sink};
use crate::lang::rust::work::WorkKind;

/// Reports computations before requests are taken.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.report_work(
        sink,
        &[WorkKind::Compute],
        |work| &work.init,
        |item| format!("this computation ({}) runs before the function takes requests", item.what),
    );
}
