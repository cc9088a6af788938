use crate::engine::{ProjectContext, Sink};
use crate::lang::rust::work::WorkKind;

/// Reports constant patterns that request code compiles.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.report_work(
        sink,
        &[WorkKind::Regex],
        |work| &work.handler,
        |item| format!("`{}` compiles the same pattern for every request", item.what),
    );
}
