use crate::engine::{ApplicationContext, FunctionFacts, Sink};
use crate::finding::Severity;
use crate::graph::Argument;
use crate::text;

/// Reports functions whose Init cannot end within the time that it has.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions() {
        let Some(code) = cx.code_of(id).filter(|code| code.has_closure()) else { continue };
        // Ahead of requests Init may take minutes.
        if cx.starts_ahead(id) {
            continue;
        }
        let Some(timeout) = cx.application.timeout_s(id).map(f64::from) else { continue };
        let limit = code.spec.platform.limits().init_ms;
        let low = least(code);
        let place = cx.place(&function.timeout_s, &function.origin);
        let (severity, message) = if low >= limit && low >= timeout * 1e3 {
            let message = format!(
                "Init takes at least {} and is cut off after {}; it is done again within the first request, which ends \
                 after {timeout} s: no request ever gets through",
                text::ms(low),
                text::ms(limit),
            );
            (Severity::Error, message)
        } else if low >= limit {
            let message = format!(
                "Init takes at least {} and is cut off after {}: it is done twice, and the second time within the first \
                 request",
                text::ms(low),
                text::ms(limit),
            );
            (Severity::Warning, message)
        } else if low >= timeout * 1e3 {
            let message = format!(
                "Init takes at least {}, and the function ends after {timeout} s: after a crash or a timeout Init is done \
                 again within the request, which then never gets through",
                text::ms(low),
            );
            (Severity::Warning, message)
        } else {
            continue;
        };
        let seconds = (code.estimate.high_ms.max(low) / 1e3 * 2.0).ceil().max(timeout + 1.0).to_string();
        sink.report_as(severity, cx.about(id, place, message).snippet(cx.snippet("timeout", &[("n", &seconds)])));
    }
}

/// The least that Init takes: the low end of the estimate, and what code waits while it is loaded.
fn least(code: &FunctionFacts) -> f64 {
    let waits = code.graph.calls.iter().filter_map(|call| {
        let Some(Argument::Number(number)) = call.arguments.first() else { return None };
        let unit = match &*call.callee {
            "time.sleep" => 1e3,
            "timers/promises.setTimeout" | "timers/promises.scheduler.wait" => 1.0,
            _ => return None,
        };
        Some(number.max(0.0) * unit * call.repeats as f64)
    });
    code.estimate.low_ms + waits.sum::<f64>()
}
