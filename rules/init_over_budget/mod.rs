use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Severity};
use crate::text;

/// Warns when the estimate is above the budget, and errs when even its low end is.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let option = Some(cx.number("budget_ms")).filter(|ms| *ms > 0.0);
    let limit = cx.spec.platform.limits().init_ms;
    let budget = cx.budgets.init_ms.or(option).unwrap_or(limit);
    let estimate = &cx.estimate;
    if estimate.init_ms <= budget {
        return;
    }
    let message = format!(
        "Init is estimated at {} ({} to {}), over the budget of {}",
        text::ms(estimate.init_ms),
        text::ms(estimate.low_ms),
        text::ms(estimate.high_ms),
        text::ms(budget)
    );
    let severity = if estimate.low_ms > budget { Severity::Error } else { Severity::Warning };
    sink.report_as(severity, Finding::new(cx.location(), message));
}
