use crate::engine::{ProjectContext, Sink};
use crate::lang::rust::work::WorkKind;

/// Reports lazies that `main` forces.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.report_work(
        sink,
        &[WorkKind::EagerStatic],
        |work| &work.init,
        |item| format!("`{}` builds the static before the function takes requests", item.what),
    );
}
