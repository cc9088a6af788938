use serde::Deserialize;

use crate::declare::model::{Alarm, AlarmKind, Dimension, Function, Id, MetricQuery, Place, Qualifier};
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
            .or_else(|| values(cx, query))
            .or_else(|| periods(alarm))
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

/// Dimensions whose values name nothing that publishes the metric.
fn values(cx: &ApplicationContext<'_>, query: &MetricQuery) -> Option<Fault> {
    let fault = |dimension: &Dimension, message: String| {
        let place = dimension.value.place().unwrap_or(dimension.place);
        Some(Fault { place, severity: Severity::Warning, message, snippet: None })
    };
    for dimension in &query.dimensions {
        let name = dimension.name.text().unwrap_or_default();
        if let Some(wrong) = other_attribute(cx, dimension, name) {
            return fault(dimension, format!("`{name}` is {wrong} here, and not the name: the alarm never gets data"));
        }
        if let (Some((alias, usual)), "Resource") = (unknown_alias(cx, dimension), name) {
            let message = format!("nothing here makes an alias `{alias}` of the function; there is `{usual}`");
            return fault(dimension, format!("{message}: the alarm never gets data"));
        }
    }
    let [alone] = query.dimensions.as_slice() else { return None };
    let is_resource = alone.name.text() == Some("Resource") && !query.dimensions_open;
    let message = "metrics of a version or alias have the dimensions `FunctionName` and `Resource`: with one of them \
                   alone the alarm never gets data";
    if is_resource && query.namespace.text() == Some("AWS/Lambda") { fault(alone, message.to_owned()) } else { None }
}

/// What a dimension's value is, where it is another attribute of the resource than its name.
fn other_attribute(cx: &ApplicationContext<'_>, dimension: &Dimension, name: &str) -> Option<&'static str> {
    let attribute = dimension.attribute.as_deref()?;
    match (name, attribute) {
        ("FunctionName", "Arn" | "arn" | "qualified_arn") => Some("an ARN"),
        ("FunctionName", "invoke_arn" | "qualified_invoke_arn") => Some("an ARN for invocations"),
        ("QueueName", "Arn" | "arn") => Some("an ARN"),
        ("QueueName", "QueueUrl" | "url" | "id") => Some("a URL"),
        // `Ref` gives a queue's URL (CloudFormation, "AWS::SQS::Queue", return values).
        ("QueueName", "") if !cx.dialect.is_terraform() && is_queue(cx, dimension) => Some("a URL"),
        _ => None,
    }
}

fn is_queue(cx: &ApplicationContext<'_>, dimension: &Dimension) -> bool {
    cx.application.queues.iter().any(|queue| Some(&queue.origin.id) == dimension.resource.as_ref())
}

/// The alias that a value names and nothing here makes, with one that is made, where all aliases are known.
fn unknown_alias<'a>(cx: &'a ApplicationContext<'_>, dimension: &'a Dimension) -> Option<(&'a str, &'a str)> {
    let function = dimension.function.as_ref()?;
    let id = function.function()?;
    let Qualifier::Named(named) = &function.qualifier else { return None };
    let its = cx.application.aliases.iter().filter(|alias| alias.function.function() == Some(id));
    let names: Vec<Option<&str>> = its.map(|alias| alias.name.text()).collect();
    let is_open = named.contains(' ') || named.starts_with(|c: char| c.is_ascii_digit()) || names.contains(&None);
    let usual = names.first().copied().flatten()?;
    (!is_open && !names.contains(&Some(named.as_str()))).then_some((named, usual))
}

/// Whether a statistic lies between the smallest and the largest sample: averages and percentiles do; sums and counts,
/// trimmed or not, do not (CloudWatch user guide, "CloudWatch statistics definitions").
fn is_within_samples(statistic: &str) -> bool {
    const TRIMMED: [&str; 5] = ["tm", "TM", "wm", "WM", "IQM"];
    matches!(statistic, "Average" | "Maximum" | "Minimum")
        || statistic.starts_with('p')
        || TRIMMED.iter().any(|mean| statistic.starts_with(mean))
}

/// What samples of a metric can be under a statistic: the share of invocations that failed, say, is 1 at most.
fn most(query: &MetricQuery) -> Option<f64> {
    let is_share = matches!(query.metric.text()?, "Errors" | "Throttles" | "ProvisionedConcurrencyUtilization");
    (is_share && is_within_samples(query.statistic.text()?)).then_some(1.0)
}

/// A threshold beyond what the metric can be: no metric of these services is negative.
fn beyond(alarm: &Alarm, query: &MetricQuery) -> Option<Fault> {
    let threshold = *alarm.threshold.known()?;
    let most = most(query);
    let above = |largest: f64| threshold > largest;
    let (never, always) = match alarm.comparison.text()? {
        "GreaterThanThreshold" => (most.is_some_and(|most| threshold >= most), threshold < 0.0),
        "GreaterThanOrEqualToThreshold" => (most.is_some_and(above), threshold <= 0.0),
        "LessThanThreshold" => (threshold <= 0.0, most.is_some_and(above)),
        "LessThanOrEqualToThreshold" => (threshold < 0.0, most.is_some_and(|most| threshold >= most)),
        _ => return None,
    };
    let outcome = match (never, always) {
        (true, _) => "never fires",
        (false, true) => "fires whenever there is data",
        _ => return None,
    };
    let (metric, statistic) = (query.metric.text()?, query.statistic.text().unwrap_or("value"));
    let range = most.map_or_else(|| "is never below 0".to_owned(), |most| format!("goes from 0 to {most}"));
    Some(Fault {
        place: alarm.threshold.place_or(&alarm.origin),
        severity: Severity::Warning,
        message: format!("the {statistic} of `{metric}` {range}: with the threshold {threshold} the alarm {outcome}"),
        snippet: None,
    })
}

/// More periods that must be over the threshold than are looked at.
fn periods(alarm: &Alarm) -> Option<Fault> {
    let (needed, looked_at) = (*alarm.datapoints.known()?, *alarm.evaluation_periods.known()?);
    let message = format!("DatapointsToAlarm {needed} is refused: {looked_at} periods are looked at");
    let place = alarm.datapoints.place_or(&alarm.origin);
    (needed > looked_at).then_some(Fault { place, severity: Severity::Warning, message, snippet: None })
}

/// A threshold that is never or always crossed.
fn threshold(
    cx: &ApplicationContext<'_>,
    alarm: &Alarm,
    query: &MetricQuery,
    function: Option<Id<Function>>,
) -> Option<Fault> {
    if let Some(fault) = beyond(alarm, query) {
        return Some(fault);
    }
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
    if !is_within_samples(query.statistic.text()?) {
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
    let snippet = cx.snippet("actions", &[("topic", if cx.dialect.is_terraform() { "pager" } else { "Pager" })]);
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

#[cfg(test)]
mod tests {
    use super::is_within_samples;

    #[test]
    fn sums_and_counts_go_beyond_samples() {
        for statistic in ["Average", "Maximum", "p99.9", "tm90", "TM(10%:90%)", "wm98", "IQM"] {
            assert!(is_within_samples(statistic), "{statistic}");
        }
        for statistic in ["Sum", "SampleCount", "tc90", "ts90", "TS(80%:)", "PR(:300)"] {
            assert!(!is_within_samples(statistic), "{statistic}");
        }
    }
}
