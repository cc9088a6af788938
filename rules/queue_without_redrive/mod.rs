use std::collections::BTreeSet;

use crate::engine::application::polled_queues;
use crate::engine::{ApplicationContext, Sink};

/// Reports queues whose messages are never set aside, or too soon.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let least = cx.number("deliveries") as u32;
    let mut told = BTreeSet::new();
    for polled in polled_queues(cx) {
        let queue = polled.queue;
        if queue.is_dead_letter || !told.insert(queue.origin.id.as_str()) {
            continue;
        }
        let (place, message) = if queue.redrive.is_unset() {
            let days = queue.retention_s.or_default(345_600).map_or(4, |seconds| seconds.div_ceil(86_400));
            let message = format!(
                "no dead-letter queue: a message that fails is delivered again and again for {days} days and then gone"
            );
            (queue.origin.place, message)
        } else {
            let Some(redrive) = queue.redrive.known() else { continue };
            let Some(receives) = redrive.max_receives.known().copied().filter(|receives| *receives < least) else {
                continue;
            };
            let message = format!(
                "a message is set aside after {receives} of the {least} deliveries that are advised: those that are \
                 throttled count, without the function having run"
            );
            (redrive.max_receives.place_or(&queue.origin), message)
        };
        let mut finding = cx.about(polled.function, place, message);
        finding.subject = Some(queue.origin.id.clone());
        if let Some(redrive) = queue.redrive.known() {
            finding.fix = cx.change(&redrive.max_receives, &least.to_string(), format!("allow {least} deliveries"));
            sink.report(finding.help(format!("Allow at least {least} deliveries before a message is set aside")));
            continue;
        }
        let name = queue.origin.id.rsplit('.').next().unwrap_or_default().split('[').next().unwrap_or_default();
        let values = [("queue", queue.origin.id.as_str()), ("name", name), ("n", &least.to_string())];
        sink.report(finding.snippet(cx.snippet("redrive", &values)));
    }
}
