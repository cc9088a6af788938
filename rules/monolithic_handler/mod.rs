use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::text;

/// Routes named per part.
const NAMED: usize = 4;

/// Reports a handler whose split plan pays, with the plan and with what lazy imports would do.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let Some(plan) = cx.routes.plan.as_ref().filter(|plan| plan.pays) else { return };
    let Some(handler) = cx.handler_location() else { return };
    let message = format!(
        "{} routes in one function: as {} functions, Init is {} on average instead of {}",
        cx.routes.routes.len(),
        plan.groups.len(),
        text::ms(plan.weighted_after_ms),
        text::ms(plan.before_ms)
    );
    let mut finding = Finding::new(handler, message).about(cx.spec.handler.clone());
    for (number, group) in (1..).zip(&plan.groups) {
        let routes = || group.routes.iter().filter_map(|route| cx.routes.routes.get(*route));
        let Some(first) = routes().next() else { continue };
        let names: Vec<&str> = routes().take(NAMED).map(|route| route.label.as_str()).collect();
        let more = group.routes.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let text = format!("{number}: {}{more}, Init {}", names.join(", "), text::ms(group.closure.init_ms));
        finding = finding.label(cx.locate_in_module(first.place.0, Some(first.place.1)), text);
    }
    let split = "Split it as `defrost split` shows";
    let help = if plan.moves.is_empty() {
        split.to_owned()
    } else {
        let lazy = text::ms(plan.lazy_ms[0]);
        format!("{split}; or leave it whole and move the imports that few routes need: Init {lazy}")
    };
    let saves = Saves { init_ms: Some(plan.before_ms - plan.weighted_after_ms), bytes: None };
    sink.report(finding.help(help).saving(saves));
}
