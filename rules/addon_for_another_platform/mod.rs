use crate::engine::{FunctionContext, Sink, report_obstacles};

/// Reports loaded native modules that are here for other systems alone.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_obstacles(cx, sink, "addon-for-another-platform");
}
