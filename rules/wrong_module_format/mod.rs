use crate::engine::{FunctionContext, Sink, report_causes};

/// Reports each module or name that Node refuses for its format, where it is asked for.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_causes(cx, sink, "wrong-module-format");
}
