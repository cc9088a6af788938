use crate::engine::application::{AlarmText, Unwatched, Watched, alarm_snippet, needs_no_alarms, report_unwatched};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Severity;

/// Reports functions whose errors no alarm watches, as one finding.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    if needs_no_alarms(cx.application) {
        return;
    }
    // What an API answers with 5xx are the errors of its functions.
    let api_is_watched = cx.application.alarms.iter().flat_map(|alarm| &alarm.metrics).any(|query| {
        query.namespace.text() == Some("AWS/ApiGateway")
            && query.metric.text().is_some_and(|name| name.starts_with("5"))
    });
    let unwatched: Vec<Unwatched> = cx
        .own_functions()
        .filter(|(id, _)| cx.live_triggers(*id).next().is_some())
        .filter(|(id, _)| !Watched::Function(*id).has_alarm(cx.application, &["Errors"]))
        .filter(|(id, _)| !(api_is_watched && cx.answers_http(*id)))
        .map(Unwatched::function)
        .collect();
    let snippet =
        unwatched.first().and_then(|first| alarm_snippet(cx.application.dialect, &first.name, &AlarmText::function()));
    let message = |names: &str| format!("no alarm watches the errors of {names}");
    report_unwatched(cx, sink, Severity::Warning, &unwatched, message, snippet);
}
