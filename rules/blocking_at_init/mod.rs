use crate::engine::{ProjectContext, Sink};
use crate::lang::rust::work::WorkKind;

/// Reports what a Rust `main` waits for before it takes requests.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.report_work(
        sink,
        &[WorkKind::Sleep, WorkKind::Process, WorkKind::BlockOn],
        |work| &work.init,
        |item| match item.kind {
            WorkKind::Sleep => format!("`{}` sleeps before the function takes requests", item.what),
            WorkKind::Process => "a process is started before the function takes requests".to_string(),
            _ => format!("`{}` blocks before the function takes requests", item.what),
        },
    );
}
