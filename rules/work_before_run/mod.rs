use crate::engine::{ProjectContext, Sink};
use crate::lang::rust::work::WorkKind;

/// Reports migrations that `main` awaits before it takes requests.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.report_work(
        sink,
        &[WorkKind::Migration],
        |work| &work.init,
        |_| "schema migrations run before the function takes requests, at every cold start".to_string(),
    );
}
