use crate::engine::{FunctionContext, Sink, report_obstacles};

/// Reports each library that a loaded file needs and nothing has.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let provided = cx.strings("provided");
    report_obstacles(cx, sink, "missing-shared-library");
    sink.drop_about(&provided);
}
