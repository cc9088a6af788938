use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::text;

/// Reports imports that Init pays for and few routes need, each with the line to move.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let (min_ms, max_share) = (cx.number("min_ms"), cx.number("max_share"));
    let routes = &cx.routes.routes;
    for one in cx.routes.plan.iter().flat_map(|plan| &plan.moves) {
        if one.saves_ms < min_ms || one.routes.len() as f64 > routes.len() as f64 * max_share {
            continue;
        }
        let name = cx.loaded_name(one.loads);
        let ms = text::ms(one.saves_ms);
        let use_it = if one.routes.len() == 1 { "uses" } else { "use" };
        let message = format!(
            "{name} costs {ms} at every cold start and {} of {} routes {use_it} it",
            one.routes.len(),
            routes.len()
        );
        let mut finding = Finding::new(cx.locate_import(one.site), message).about(name);
        let users = || one.routes.iter().filter_map(|route| routes.get(*route));
        for route in users().take(3) {
            let place = cx.locate_in_module(route.place.0, Some(route.place.1));
            finding = finding.label(place, format!("used in {}", route.label));
        }
        let named: Vec<&str> = users().map(|route| route.function.as_str()).filter(|name| !name.is_empty()).collect();
        let into = match named.as_slice() {
            [name] => format!("inside {name}()"),
            _ => "in the code of these routes".to_owned(),
        };
        // What they load later today they load then as before.
        let first = one.saves_ms * cx.estimate.slowdown;
        let mut help = format!("Import it {into}; the first request there then takes about {} longer", text::ms(first));
        let others = routes.iter().enumerate().filter(|(at, _)| !one.routes.contains(at));
        let others: Vec<_> = others.map(|(_, route)| route.place).collect();
        match cx.moved(one.loads, &others) {
            Some(Ok(fix)) => finding = finding.fix(fix),
            Some(Err(why)) => help.push_str(&format!(". No patch moves it: {why}")),
            None => {}
        }
        let saves = Saves { init_ms: Some(one.saves_ms), bytes: None };
        sink.report(finding.noting("loaded during Init").help(help).saving(saves));
    }
}
