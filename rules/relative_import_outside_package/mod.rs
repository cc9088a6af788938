use crate::engine::{FunctionContext, Sink, report_causes};

/// Reports relative imports that have no package to start from.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_causes(cx, sink, "relative-import-outside-package");
}
