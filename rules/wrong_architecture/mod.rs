use crate::engine::{FunctionContext, Sink, report_obstacles};

/// Reports native files for another machine than the function's.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_obstacles(cx, sink, "wrong-architecture");
}
