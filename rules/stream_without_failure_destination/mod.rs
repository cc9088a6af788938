use crate::declare::model::{Destination, Mapping, Setting};
use crate::engine::application::live_mappings;
use crate::engine::{ApplicationContext, Sink};

/// Reports streams in which one bad record blocks its shard, or is lost.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, _) in cx.own_functions() {
        for mapping in live_mappings(cx, id).filter(|mapping| mapping.kind.is_stream()) {
            let endless = endless(&mapping.retries) && endless(&mapping.max_age_s);
            let splits = mapping.bisects.or_default(false) != Some(false);
            let hours = hours(cx, mapping);
            let message = if mapping.on_failure.is_unset() && endless {
                format!("a record that fails is tried again for {hours} hours and holds up its shard, and then is lost")
            } else if mapping.on_failure.is_unset() {
                "records that still fail after their retries are dropped: no destination takes them".to_owned()
            } else if endless && !splits {
                format!("retries have no end: a record that fails holds up its shard for {hours} hours")
            } else {
                continue;
            };
            let finding = cx.about(id, mapping.origin.place, message);
            let snippet = if mapping.on_failure.is_unset() { "stream-failure" } else { "stream-retries" };
            sink.report(finding.snippet(cx.snippet(snippet, &[])));
        }
    }
}

/// Whether nothing limits it: not written, or -1.
fn endless(limit: &Setting<i64>) -> bool {
    limit.or_default(-1) == Some(-1)
}

/// How long the stream keeps records.
fn hours(cx: &ApplicationContext<'_>, mapping: &Mapping) -> u32 {
    let Destination::Stream(stream) = mapping.source else { return 24 };
    cx.application.streams[stream].retention_h.or_default(24).unwrap_or(24)
}
