use crate::engine::{ApplicationContext, Sink};

/// Reports functions that answer HTTP requests and may only answer one or two at a time.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let most = cx.number("most") as u32;
    let singletons = cx.strings("allow-singleton");
    for (id, function) in cx.own_functions() {
        let Some(reserved) = function.reserved.known().copied().filter(|reserved| (1..=most).contains(reserved)) else {
            continue;
        };
        let named = singletons.contains(&function.origin.id.as_str());
        let Some(trigger) = cx.live_triggers(id).find(|trigger| trigger.is_http()).filter(|_| !named) else { continue };
        let rate = f64::from(reserved) * cx.facts().growth.requests_per_environment;
        let message = format!(
            "reserved concurrency {reserved}: of the requests that come at once {reserved} are answered and the others \
             get 429, and never more than {rate:.0} per second"
        );
        let finding = cx.about(id, cx.place(&function.reserved, &function.origin), message);
        let finding = finding.label(cx.at(trigger.place), "requests come from here");
        sink.report(finding.snippet(cx.snippet("reserved", &[("n", "20")])));
    }
}
