use crate::declare::model::{ApiKind, Application, Function, Id, Invocation, Route, RouteRole, Trigger, TriggerSource};
use crate::engine::{ApplicationContext, Sink};

/// Reports functions that run on after their API has given up.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions() {
        let Some(timeout) = function.timeout_s.known().copied().map(f64::from) else { continue };
        let Some((limit, trigger)) = longest_wait(cx, id) else { continue };
        if timeout <= limit {
            continue;
        }
        let message = format!(
            "the function may take {timeout} s and its API gives up after {limit} s: the caller gets 503 or 504 while \
             the function goes on and is paid for"
        );
        let place = cx.place(&function.timeout_s, &function.origin);
        let mut finding = cx.about(id, place, message).label(cx.at(trigger.place), format!("gives up after {limit} s"));
        // A second less than an HTTP API waits, so that the answer still gets through.
        let usual = &cx.facts().gateway;
        let shorter = if limit > usual.http_seconds { limit } else { limit.min(usual.seconds) }.floor().to_string();
        finding.fix = cx.change(&function.timeout_s, &shorter, format!("end after {shorter} s"));
        sink.report(finding.snippet(cx.snippet("timeout", &[("n", &shorter)])));
    }
}

/// How long the most patient of a function's APIs waits; `None` where something else invokes it too, where one does
/// not wait or has no such limit, and where that is not known.
fn longest_wait<'a>(cx: &ApplicationContext<'a>, id: Id<Function>) -> Option<(f64, &'a Trigger)> {
    let mut longest: Option<(f64, &Trigger)> = None;
    for trigger in cx.live_triggers(id) {
        if let TriggerSource::Permission(principal) = &trigger.source
            && principal.starts_with("apigateway")
        {
            continue;
        }
        let TriggerSource::Route(route) = trigger.source else { return None };
        let limit = limit(cx, cx.application, &cx.application.routes[route])?;
        if longest.is_none_or(|(known, _)| known < limit) {
            longest = Some((limit, trigger));
        }
    }
    longest.filter(|(_, trigger)| trigger.invocation == Invocation::Synchronous)
}

fn limit(cx: &ApplicationContext<'_>, application: &Application, route: &Route) -> Option<f64> {
    let waits = route.asynchronous.or_default(false) == Some(false) && route.streams.or_default(false) == Some(false);
    let regional = route.api.is_none_or(|api| application.apis[api].endpoint.text() != Some("EDGE"));
    let gateway = &cx.facts().gateway;
    let usual = match route.kind {
        ApiKind::Rest | ApiKind::WebSocket => gateway.seconds,
        ApiKind::Http | ApiKind::GraphQl => gateway.http_seconds,
    };
    let written = route.timeout_ms.or_default((usual * 1e3) as u32).map(|ms| f64::from(ms) / 1e3)?;
    // Only regional and private REST APIs can have more than the usual limit.
    let limit = if route.kind == ApiKind::Rest && regional { written } else { written.min(usual) };
    (waits && route.role == RouteRole::Handler).then_some(limit)
}
