use std::collections::BTreeMap;

use crate::declare::model::{Function, FunctionKind, Id, Place};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Severity;
use crate::platform::{Platform, RuntimeEnd, days_between};

/// Reports runtimes that have ended, or will soon.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    // A runtime that all functions inherit stands in one place, and is one finding.
    let mut users: BTreeMap<(Place, &str), Vec<Id<Function>>> = BTreeMap::new();
    // What runs at the edge has the same runtimes, with the same ends.
    let is_judged = |function: &Function| matches!(function.kind, FunctionKind::Own | FunctionKind::Edge);
    let functions = cx.application.functions.ids();
    for (id, function) in functions.filter(|(_, function)| is_judged(function) && !function.is_image) {
        if let Some(name) = function.runtime_name.text() {
            users.entry((function.runtime_name.place_or(&function.origin), name)).or_default().push(id);
        }
    }
    for ((place, name), users) in users {
        let Some(end) = Platform::AwsLambda.runtime_end(name) else { continue };
        let Some((severity, what)) = state(end, cx.number("days") as i64) else { continue };
        let more = match users.len() {
            1 => String::new(),
            number => format!("; {number} functions use it"),
        };
        let message = format!("{name} {what}{more} (as of {})", Platform::AwsLambda.runtime_ends_as_of());
        let Some(first) = users.first() else { continue };
        let own = &cx.application.functions[*first];
        let place = if users.len() == 1 { cx.place(&own.runtime_name, &own.origin) } else { place };
        let mut finding = cx.about(*first, place, message);
        for other in users.iter().skip(1).take(5) {
            let function = &cx.application.functions[*other];
            finding = finding.label(cx.at(function.origin.place), "so does this function");
        }
        sink.report_as(severity, finding);
    }
}

/// How grave and what, on the day of the table.
fn state(end: &RuntimeEnd, days: i64) -> Option<(Severity, String)> {
    let today = Platform::AwsLambda.runtime_ends_as_of();
    if let Some(create) = end.create.as_deref().filter(|create| *create <= today) {
        let update = match end.update.as_deref() {
            Some(update) if update <= today => format!(", and since {update} none can be updated"),
            Some(update) => format!(", and from {update} none can be updated"),
            None => String::new(),
        };
        return Some((Severity::Error, format!("is over: since {create} no function can be created with it{update}")));
    }
    if end.deprecated.as_str() <= today {
        let until =
            end.create.as_deref().map_or_else(String::new, |create| format!(" and none can be created from {create}"));
        return Some((Severity::Warning, format!("ended on {}: it gets no patches{until}", end.deprecated)));
    }
    let left = days_between(today, &end.deprecated)?;
    (left <= days).then(|| (Severity::Note, format!("ends on {}, in {left} days", end.deprecated)))
}
