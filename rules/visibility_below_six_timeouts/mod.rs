use crate::engine::application::polled_queues;
use crate::engine::{ApplicationContext, Sink};

/// Reports queues whose messages come back while a throttled one may still be worked on.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let factor = cx.number("factor");
    for polled in polled_queues(cx) {
        let Some((visibility, timeout)) = polled.visibility_and_timeout(cx) else { continue };
        let Some(window) = polled.window_s() else { continue };
        let advised = timeout * factor + window;
        // Below the timeout itself `visibility-below-timeout` speaks.
        if visibility < timeout || visibility >= advised {
            continue;
        }
        let plus = if window > 0.0 { format!(" + {window}") } else { String::new() };
        let message = format!(
            "the queue hides a message for {visibility} s; a batch that is throttled at first takes up to {factor} x \
             {timeout}{plus} = {advised} s, and the message is delivered again meanwhile"
        );
        let mut finding = cx.about(polled.function, polled.queue.visibility_s.place_or(&polled.queue.origin), message);
        finding.subject = Some(polled.queue.origin.id.clone());
        let function = &cx.application.functions[polled.function];
        finding =
            finding.label(cx.at(cx.place(&function.timeout_s, &function.origin)), format!("takes up to {timeout} s"));
        let advised = advised.to_string();
        finding.fix = cx.change(&polled.queue.visibility_s, &advised, format!("hide messages for {advised} s"));
        sink.report(finding.snippet(cx.snippet("visibility", &[("n", &advised)])));
    }
}
