use crate::engine::{FunctionContext, Sink, report_causes};

/// Reports files that Init reads and that are not in the package.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    report_causes(cx, sink, "missing-data-file");
}
