use crate::engine::{FunctionContext, Sink, report_obstacles};

/// Reports what keeps the platform from starting the executable.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_obstacles(cx, sink, "broken-bootstrap");
}
