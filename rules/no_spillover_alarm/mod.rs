use crate::engine::application::{AlarmText, Unwatched, Watched, alarm_snippet, needs_no_alarms, report_unwatched};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Severity;

/// Metrics that tell that warm environments do not suffice.
const METRICS: &[&str] = &[
    "ProvisionedConcurrencySpilloverInvocations",
    "ProvisionedConcurrencyUtilization",
    "ProvisionedConcurrentExecutions",
];

/// Reports functions that outgrow their warm environments without anybody noticing, as one finding.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    if needs_no_alarms(cx.application) {
        return;
    }
    let unwatched: Vec<Unwatched> = cx
        .own_functions()
        .filter(|(id, _)| {
            let warm = |amount: Option<&u32>| amount.is_some_and(|amount| *amount > 0);
            cx.application.provisioned_of(*id).any(|provisioned| warm(provisioned.amount.known()))
        })
        .filter(|(id, _)| cx.application.scalable_targets_of(*id).next().is_none())
        .filter(|(id, _)| !Watched::Function(*id).has_alarm(cx.application, METRICS))
        .map(Unwatched::function)
        .collect();
    let text = AlarmText {
        suffix: "Spillover",
        about: "Requests beyond what is kept warm",
        metric: "ProvisionedConcurrencySpilloverInvocations",
        ..AlarmText::function()
    };
    let snippet = unwatched.first().and_then(|first| alarm_snippet(cx.application.dialect, &first.name, &text));
    let message =
        |names: &str| format!("no alarm tells when requests to {names} find no warm environment and start cold");
    report_unwatched(cx, sink, Severity::Note, &unwatched, message, snippet);
}
