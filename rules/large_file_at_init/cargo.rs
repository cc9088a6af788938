use crate::engine::{ProjectContext, Sink};
use crate::lang::rust::work::WorkKind;
use crate::text;

/// Reports files and embedded data that a Rust `main` works through before it takes requests.
pub(in crate::rules) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.report_work(
        sink,
        &[WorkKind::File],
        |work| &work.init,
        |item| match item.bytes {
            Some(bytes) => {
                format!("`{}` works through {} before the function takes requests", item.what, text::bytes(bytes))
            }
            None => format!("`{}` reads a file before the function takes requests", item.what),
        },
    );
}
