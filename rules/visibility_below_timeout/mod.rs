use crate::engine::application::polled_queues;
use crate::engine::{ApplicationContext, Sink};

/// Reports queues whose messages come back before the function that works on them has ended.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let facts = &cx.facts().queue;
    for polled in polled_queues(cx) {
        let Some((visibility, timeout)) = polled.visibility_and_timeout(cx) else { continue };
        if visibility >= timeout {
            continue;
        }
        let advised = (timeout * facts.visibility_factor + polled.window_s().unwrap_or(0.0)).to_string();
        let written = if polled.queue.visibility_s.is_unset() { " (nothing is set)" } else { "" };
        let message = format!(
            "the queue hides a message for {visibility} s{written}, and the function may take {timeout} s: the mapping is refused"
        );
        let mut finding = cx.about(polled.function, polled.queue.visibility_s.place_or(&polled.queue.origin), message);
        finding.subject = Some(polled.queue.origin.id.clone());
        let function = &cx.application.functions[polled.function];
        finding =
            finding.label(cx.at(cx.place(&function.timeout_s, &function.origin)), format!("takes up to {timeout} s"));
        finding.fix = cx.change(&polled.queue.visibility_s, &advised, format!("hide messages for {advised} s"));
        sink.report(finding.snippet(cx.snippet("visibility", &[("n", &advised)])));
    }
}
