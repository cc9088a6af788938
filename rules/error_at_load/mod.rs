use crate::engine::{FunctionContext, Sink, report_causes};

/// Reports errors that the interpreter raises in own code, and that end Init.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_causes(cx, sink, "error-at-load");
}
