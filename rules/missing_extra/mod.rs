use crate::engine::{FunctionContext, Sink, report_causes};

/// Reports imports of libraries that an extra would answer.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_causes(cx, sink, "missing-extra");
}
