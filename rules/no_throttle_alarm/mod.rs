use crate::declare::model::Invocation;
use crate::engine::application::{AlarmText, Unwatched, Watched, alarm_snippet, needs_no_alarms, report_unwatched};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Severity;

/// Reports functions that can be throttled without anybody noticing, as one finding.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    if needs_no_alarms(cx.application) {
        return;
    }
    let unwatched: Vec<Unwatched> = cx
        .own_functions()
        .filter(|(id, function)| {
            let waits = |invocation| invocation == Invocation::Synchronous;
            let refused = cx.live_triggers(*id).any(|trigger| waits(trigger.invocation) && trigger.is_on());
            refused || function.reserved.known().is_some_and(|reserved| *reserved > 0)
        })
        .filter(|(id, _)| !Watched::Function(*id).has_alarm(cx.application, &["Throttles"]))
        .map(Unwatched::function)
        .collect();
    let text = AlarmText {
        suffix: "Throttles",
        about: "Requests that were refused",
        metric: "Throttles",
        ..AlarmText::function()
    };
    let snippet = unwatched.first().and_then(|first| alarm_snippet(cx.application.dialect, &first.name, &text));
    let message =
        |names: &str| format!("no alarm watches throttles of {names}: they leave no line in the function's log");
    report_unwatched(cx, sink, Severity::Warning, &unwatched, message, snippet);
}
