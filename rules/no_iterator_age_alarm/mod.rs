use crate::declare::model::{Destination, Function, Id, Mapping, SourceKind};
use crate::engine::application::{
    AlarmText, Unwatched, Watched, alarm_snippet, live_mappings, needs_no_alarms, report_unwatched,
};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Severity;

/// Metrics that tell how far the reader of a stream is behind.
const STREAM: &[&str] = &["IteratorAge", "OffsetLag", "GetRecords.IteratorAgeMilliseconds"];
/// Metrics that tell how far the worker of a queue is behind, or that messages were set aside.
const QUEUE: &[&str] = &["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"];

/// Reports streams and queues that can fall behind without anybody noticing, as one finding.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    if needs_no_alarms(cx.application) {
        return;
    }
    let mut unwatched = Vec::new();
    let mut snippet = None;
    for (id, function) in cx.own_functions() {
        for mapping in live_mappings(cx, id) {
            let Some(text) = missing(cx, id, mapping) else { continue };
            let name = match mapping.source {
                Destination::Queue(queue) => cx.application.queues[queue].origin.id.clone(),
                _ => function.origin.id.clone(),
            };
            snippet = snippet.or_else(|| alarm_snippet(cx.application.dialect, &name, &text));
            let place = mapping.origin.place;
            unwatched.push(Unwatched { name: format!("{} ({name})", function.origin.id), place, function: Some(id) });
        }
    }
    for one in &mut unwatched {
        // A stream's alarm is the function's own.
        if let Some((function, name)) = one.name.split_once(" (")
            && name.trim_end_matches(')') == function
        {
            one.name = function.to_owned();
        }
    }
    let message = |names: &str| format!("no alarm tells when {names} falls behind: records expire in silence");
    report_unwatched(cx, sink, Severity::Warning, &unwatched, message, snippet);
}

/// The alarm that a mapping lacks.
fn missing(cx: &ApplicationContext<'_>, id: Id<Function>, mapping: &Mapping) -> Option<AlarmText<'static>> {
    let app = cx.application;
    if mapping.kind.is_stream() {
        let stream = match mapping.source {
            Destination::Stream(stream) => Watched::Stream(stream.index()).has_alarm(app, STREAM),
            _ => false,
        };
        let watched = stream || Watched::Function(id).has_alarm(app, STREAM);
        let about = "How far the reader is behind, milliseconds";
        return (!watched).then_some(AlarmText {
            suffix: "Age",
            about,
            metric: "IteratorAge",
            statistic: "Maximum",
            periods: "5",
            threshold: "600000",
            ..AlarmText::function()
        });
    }
    let Destination::Queue(queue) = mapping.source else { return None };
    if mapping.kind != SourceKind::Sqs || app.queues[queue].is_dead_letter {
        return None;
    }
    let dead = app.queues[queue].redrive.known().map(|redrive| &redrive.target);
    let dead_is_watched = match dead {
        Some(Destination::Queue(dead)) => Watched::Queue(*dead).has_alarm(app, QUEUE),
        _ => false,
    };
    (!dead_is_watched && !Watched::Queue(queue).has_alarm(app, QUEUE)).then(AlarmText::queue)
}
