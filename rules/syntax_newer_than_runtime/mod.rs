use crate::engine::{FunctionContext, Sink, report_causes};

/// Reports what the code has and the runtime does not know yet.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_causes(cx, sink, "syntax-newer-than-runtime");
}
