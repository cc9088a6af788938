use crate::engine::{FunctionContext, Sink, report_causes};

/// Reports names that modules do not have and that Init asks for.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_causes(cx, sink, "missing-name");
}
