use crate::engine::{FunctionContext, Sink, report_obstacles};

/// Reports, once per package, a file that needs a newer C library than the base image has.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_obstacles(cx, sink, "glibc-too-new");
}
