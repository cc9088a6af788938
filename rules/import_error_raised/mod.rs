use crate::engine::{FunctionContext, Sink, report_causes};

/// Reports errors that code raises itself, and exits, that end Init.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_causes(cx, sink, "import-error-raised");
}
