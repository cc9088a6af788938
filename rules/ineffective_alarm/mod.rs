use serde::Deserialize;

use crate::declare::model::{Alarm, AlarmKind, Function, Id, MetricQuery, Place};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::{Finding, Severity};
use crate::knowledge;

/// What a service publishes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    namespace: Vec<Namespace>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Namespace {
    name: String,
    metrics: Vec<String>,
    dimensions: Vec<String>,
}

knowledge::table! {
    static PUBLISHED: Published = "scaling/metrics.toml", tested by the_table_of_metrics_reads;
}

/// What is wrong with an alarm.
struct Fault {
    place: Place,
    severity: Severity,
    message: String,
    snippet: Option<String>,
}

/// Reports alarms that never fire, always fire, or fire unheard.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, alarm) in cx.application.alarms.ids() {
        if alarm.kind == AlarmKind::Composite {
            if let Some(fault) = actions(cx, id, alarm) {
                let finding = Finding::new(cx.at(fault.place), fault.message).about(alarm.origin.id.clone());
                sink.report_as(fault.severity, finding);
            }
            continue;
        }
        if alarm.kind == AlarmKind::Maths {
            continue;
        }
        let [query] = alarm.metrics.as_slice() else { continue };
        let namespace = query.namespace.text().unwrap_or_default();
        let Some(published) = PUBLISHED.namespace.iter().find(|known| known.name == namespace) else { continue };
        let function = query.dimensions.iter().find_map(|dimension| dimension.function.as_ref()?.function());
        let fault = names(cx, alarm, query, published)
            .or_else(|| threshold(cx, alarm, query, function))
            .or_else(|| actions(cx, id, alarm))
            .or_else(|| missing_data(cx, alarm, query));
        let Some(fault) = fault else { continue };
        let mut finding = Finding::new(cx.at(fault.place), fault.message).about(alarm.origin.id.clone());
        finding.function = function.map(|id| cx.name(id));
        sink.report_as(fault.severity, finding.snippet(fault.snippet));
    }
}

/// A metric or dimension that is not published.
fn names(cx: &ApplicationContext<'_>, alarm: &Alarm, query: &MetricQuery, published: &Namespace) -> Option<Fault> {
    if let Some(metric) = query.metric.text().filter(|metric| !published.metrics.iter().any(|known| known == metric)) {
        let near = crate::text::similar(metric, published.metrics.iter().map(String::as_str));
        let hint = near.map_or_else(String::new, |near| format!("; there is `{near}`"));
        let message = format!("{} has no metric `{metric}`: the alarm never gets data{hint}", published.name);
        return Some(Fault {
            place: query.metric.place_or(&alarm.origin),
            severity: Severity::Warning,
            message,
            snippet: None,
        });
    }
    for dimension in &query.dimensions {
        let known = |name: &&str| published.dimensions.iter().any(|known| known == name);
        let Some(name) = dimension.name.text().filter(|name| !known(name)) else { continue };
        let usual = published.dimensions.first().map_or("", String::as_str);
        let message =
            format!("{} has no dimension `{name}`: the alarm never gets data; it is `{usual}`", published.name);
        let function = dimension.resource.clone().unwrap_or_else(|| "Function".to_owned());
        let snippet = cx.snippet_about(&function, "dimension", &[("dimension", usual)]);
        let place = dimension.name.place().unwrap_or(dimension.place);
        return Some(Fault { place, severity: Severity::Warning, message, snippet });
    }
    None
}

/// A threshold that is never or always crossed.
fn threshold(
    cx: &ApplicationContext<'_>,
    alarm: &Alarm,
    query: &MetricQuery,
    function: Option<Id<Function>>,
) -> Option<Fault> {
    let threshold = *alarm.threshold.known()?;
    let id = function?;
    let comparison = alarm.comparison.text()?;
    let reaches = match comparison {
        "GreaterThanThreshold" => |most: f64, threshold: f64| most > threshold,
        "GreaterThanOrEqualToThreshold" => |most: f64, threshold: f64| most >= threshold,
        _ => return None,
    };
    let (message, better) = match query.metric.text()? {
        "Duration" => duration(cx, query, id, threshold, reaches)?,
        "ConcurrentExecutions" => {
            let reserved = f64::from(*cx.application.functions[id].reserved.known()?);
            if reaches(reserved, threshold) {
                return None;
            }
            let message = format!(
                "the function reserves {reserved} and never runs more than {threshold} at once: the alarm never fires"
            );
            (message, (reserved * 0.9).floor())
        }
        _ => return None,
    };
    let place = alarm.threshold.place_or(&alarm.origin);
    let snippet = cx.snippet("threshold", &[("n", &better.to_string())]);
    Some(Fault { place, severity: Severity::Warning, message, snippet })
}

/// Durations are milliseconds, and end at the function's timeout.
fn duration(
    cx: &ApplicationContext<'_>,
    query: &MetricQuery,
    id: Id<Function>,
    threshold: f64,
    reaches: fn(f64, f64) -> bool,
) -> Option<(String, f64)> {
    if !matches!(query.statistic.text()?, "Average" | "Maximum" | "Minimum")
        && !query.statistic.text()?.starts_with(['p', 't'])
    {
        return None;
    }
    let timeout = f64::from(cx.application.timeout_s(id)?);
    let better = timeout * 900.0;
    if !reaches(timeout * 1000.0, threshold) {
        let message = format!(
            "the function ends after {timeout} s and its duration is in milliseconds: it never gets to {threshold}, and the alarm never fires"
        );
        return Some((message, better));
    }
    // A figure just below the timeout in seconds was meant as seconds.
    let as_seconds = threshold <= timeout && threshold >= timeout / 2.0 && threshold < 100.0;
    as_seconds.then(|| {
        let message = format!(
            "duration is in milliseconds: {threshold} ms is always passed; {threshold} s would be {}",
            threshold * 1000.0
        );
        (message, threshold * 1000.0)
    })
}

/// Nobody hears it.
fn actions(cx: &ApplicationContext<'_>, id: Id<Alarm>, alarm: &Alarm) -> Option<Fault> {
    let none = alarm.actions.or_default(0) == Some(0);
    let off = alarm.actions_enabled.known() == Some(&false);
    if !none && !off || is_used(cx, id) {
        return None;
    }
    let (place, message) = if off {
        (alarm.actions_enabled.place_or(&alarm.origin), "the actions of the alarm are switched off: nobody hears it")
    } else {
        (alarm.origin.place, "the alarm has no action: nobody hears it")
    };
    let snippet = cx.snippet(
        "actions",
        &[("topic", if cx.application.dialect.to_string().starts_with('T') { "pager" } else { "Pager" })],
    );
    Some(Fault { place, severity: Severity::Warning, message: message.to_owned(), snippet })
}

/// Whether something looks at the alarm's state: a deployment that it rolls back, or other alarms.
fn is_used(cx: &ApplicationContext<'_>, id: Id<Alarm>) -> bool {
    let composite = cx.application.alarms.iter().any(|other| other.named_open || other.named.contains(&id));
    let rolls_back = cx.application.deployments.iter().any(|deployment| match deployment.alarms.known() {
        Some(alarms) => alarms.iter().any(|named| named.is_none_or(|named| named == id)),
        None => deployment.alarms.is_unknown(),
    });
    composite || rolls_back
}

/// Errors that stop being reported leave the alarm without data.
fn missing_data(cx: &ApplicationContext<'_>, alarm: &Alarm, query: &MetricQuery) -> Option<Fault> {
    let errors = matches!(query.metric.text()?, "Errors" | "Throttles");
    if !errors || !matches!(alarm.missing_data.or_default("missing".to_owned())?.as_str(), "missing") {
        return None;
    }
    let message =
        "without invocations there is no data: after an error the alarm goes to INSUFFICIENT_DATA, not back to OK";
    let place = alarm.missing_data.place_or(&alarm.origin);
    Some(Fault {
        place,
        severity: Severity::Note,
        message: message.to_owned(),
        snippet: cx.snippet("treat-missing", &[]),
    })
}
