use crate::engine::{FunctionContext, Sink, report_obstacles};

/// Reports native files that loaders refuse.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_obstacles(cx, sink, "damaged-library");
}
