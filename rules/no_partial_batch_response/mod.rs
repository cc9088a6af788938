use crate::declare::model::SourceKind;
use crate::engine::application::{is_fifo, live_mappings};
use crate::engine::{ApplicationContext, Sink};

/// Reports queues of which one bad message brings back its whole batch.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, _) in cx.own_functions() {
        for mapping in live_mappings(cx, id).filter(|mapping| mapping.kind == SourceKind::Sqs) {
            let Some(batch) = mapping.batch_size.or_default(10).filter(|batch| *batch > 1) else { continue };
            let whole = mapping.reports_item_failures.or_default(false) == Some(false);
            // A queue in order stops at the first failure by design.
            if !whole || is_fifo(cx.application, mapping) != Some(false) {
                continue;
            }
            let message = format!("one message that fails brings back all of its batch, up to {batch}");
            let place = mapping.reports_item_failures.place_or(&mapping.origin);
            sink.report(cx.about(id, place, message).snippet(cx.snippet("item-failures", &[])));
        }
    }
}
