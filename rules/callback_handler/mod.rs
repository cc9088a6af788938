use crate::engine::{FunctionContext, Sink, report_causes};

/// Reports a handler that the runtime refuses for its third parameter.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_causes(cx, sink, "callback-handler");
}
