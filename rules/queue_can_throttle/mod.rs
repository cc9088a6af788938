use crate::declare::model::{Destination, Mapping, SourceKind};
use crate::engine::application::{is_fifo, live_mappings};
use crate::engine::{ApplicationContext, Sink};

/// Reports queues whose poller begins with more batches than the function may take at once.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let start = cx.facts().queue.start;
    let most = cx.number("most") as u32;
    for (id, function) in cx.own_functions() {
        let Some(reserved) = function.reserved.known().copied().filter(|reserved| (1..=most).contains(reserved)) else {
            continue;
        };
        for mapping in live_mappings(cx, id).filter(|mapping| is_open(cx, mapping)) {
            let receives = receives(cx, mapping);
            // From five on the first batches fit; only a queue that gives up soon loses messages.
            if reserved >= start && receives.is_none_or(|receives| receives >= cx.facts().queue.deliveries) {
                continue;
            }
            let lost = receives.map_or_else(String::new, |receives| {
                format!(", and after {receives} deliveries goes to the dead-letter queue without having run")
            });
            let message = format!(
                "polling begins with {start} batches at once and adds {} a minute, and the function reserves {reserved}: \
                 a message that is throttled counts as delivered{lost}",
                cx.facts().queue.per_minute,
            );
            let mut finding = cx.about(id, mapping.max_concurrency.place_or(&mapping.origin), message);
            finding =
                finding.label(cx.at(cx.place(&function.reserved, &function.origin)), format!("reserves {reserved}"));
            let least = cx.facts().queue.mapping_least;
            sink.report(match reserved < least {
                // Nothing that a mapping takes is as little as that.
                true => finding.help(format!("Reserve {least} or more, and let the mapping take as many")),
                false => finding.snippet(cx.snippet("maximum-concurrency", &[("n", &reserved.to_string())])),
            });
        }
    }
}

/// Whether a mapping is a standard queue that nothing limits.
fn is_open(cx: &ApplicationContext<'_>, mapping: &Mapping) -> bool {
    mapping.kind == SourceKind::Sqs
        && mapping.max_concurrency.is_unset()
        && mapping.pollers_min.is_unset()
        && mapping.pollers_max.is_unset()
        && is_fifo(cx.application, mapping) == Some(false)
}

/// Deliveries before a message goes to the dead-letter queue.
fn receives(cx: &ApplicationContext<'_>, mapping: &Mapping) -> Option<u32> {
    let Destination::Queue(queue) = mapping.source else { return None };
    cx.application.queues[queue].redrive.known()?.max_receives.known().copied()
}
