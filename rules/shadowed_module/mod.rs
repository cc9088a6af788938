use crate::engine::{FunctionContext, Sink, report_causes};

/// Reports imports that find another module than the one in the package.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_causes(cx, sink, "shadowed-module");
}
