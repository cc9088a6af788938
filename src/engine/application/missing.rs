//! The alarms that an application lacks, each with a threshold from its own limits.

use super::alarms::{AlarmText, Watched, alarm_snippet, band_snippet, topic};
use super::function_facts;
use super::watch::invoked;
use crate::declare::model::{
    Application, Destination, Dialect, Function, FunctionKind, Id, Invocation, Setting, SourceKind, Trigger,
    TriggerSource,
};
use crate::declare::snippet;
use crate::engine::ProjectFacts;

/// Share of a limit at which an alarm speaks.
const SHARE: f64 = 0.9;
/// The longest that an alarm looks back, seconds.
const LONGEST_S: u32 = 86_400;

/// The texts of alarms that are missing, in the language asked for.
#[must_use]
pub(super) fn missing_alarms(project: &ProjectFacts, application: &Application, dialect: Dialect) -> Vec<String> {
    let mut texts = Vec::new();
    for (id, function) in application.functions.ids().filter(|(_, function)| function.kind == FunctionKind::Own) {
        for (metrics, text) in of_function(project, application, id, function) {
            if !Watched::Function(id).has_alarm(application, &metrics) {
                let threshold = text.1;
                let about = text.2;
                let text = AlarmText { threshold: &threshold, about: &about, ..text.0 };
                texts.extend(alarm_snippet(dialect, &function.origin.id, &text));
            }
        }
        let (_, has_requests) = invoked(application, id);
        if has_requests && !Watched::Function(id).has_alarm(application, &["Invocations"]) {
            texts.extend(band_snippet(dialect, &function.origin.id));
        }
    }
    texts.extend(of_queues(application, dialect));
    if !Watched::Account.has_alarm(application, &["ClaimedAccountConcurrency", "ConcurrentExecutions"]) {
        texts.extend(of_account(project, application, dialect));
    }
    texts
}

type Wanted = (Vec<&'static str>, (AlarmText<'static>, String, String));

/// The alarms that a function should have.
fn of_function(
    project: &ProjectFacts,
    application: &Application,
    id: Id<Function>,
    function: &Function,
) -> Vec<Wanted> {
    let base = AlarmText::function();
    let mut wanted: Vec<Wanted> = vec![
        (vec!["Errors"], (base, "0".to_owned(), "Errors of the function".to_owned())),
        (
            vec!["Throttles"],
            (
                AlarmText { suffix: "Throttles", metric: "Throttles", ..base },
                "0".to_owned(),
                "Requests refused".to_owned(),
            ),
        ),
    ];
    if let Some(timeout) = application.timeout_s(id) {
        let text = AlarmText { suffix: "Duration", metric: "Duration", statistic: "Maximum", periods: "3", ..base };
        let threshold = (f64::from(timeout) * 1e3 * SHARE).round().to_string();
        wanted.push((vec!["Duration"], (text, threshold, format!("Close to the timeout of {timeout} s"))));
    }
    if let Some(reserved) = function.reserved.known().copied().filter(|reserved| *reserved > 1) {
        let text = AlarmText {
            suffix: "Concurrency",
            metric: "ConcurrentExecutions",
            statistic: "Maximum",
            periods: "3",
            ..base
        };
        let threshold = (f64::from(reserved) * SHARE).floor().to_string();
        wanted.push((
            vec!["ConcurrentExecutions"],
            (text, threshold, format!("Close to the {reserved} that are reserved")),
        ));
    }
    if application.provisioned_of(id).any(|warm| warm.amount.known().is_some_and(|amount| *amount > 0)) {
        let name = "ProvisionedConcurrencySpilloverInvocations";
        let text = AlarmText { suffix: "Spillover", metric: name, ..base };
        let init = function_facts(project, application, id).map(|code| code.estimate.init_ms);
        let wait = init.map_or_else(String::new, |ms| format!(", each waits about {ms:.0} ms"));
        let metrics = vec![name, "ProvisionedConcurrencyUtilization"];
        wanted.push((metrics, (text, "0".to_owned(), format!("Requests that found no warm environment{wait}"))));
    }
    if let (true, _) = invoked(application, id)
        && let Some(period_s) = longest_pause_s(application, id)
    {
        let text = AlarmText { suffix: "Silent", metric: "Invocations", period_s, is_floor: true, ..base };
        let about = format!("Its schedule has not invoked it for {period_s} s");
        wanted.push((vec!["Invocations"], (text, "1".to_owned(), about)));
    }
    wanted.extend(of_events(application, id, base));
    let reads = |kind: SourceKind| kind.is_stream();
    if application.mappings.iter().any(|mapping| mapping.function.function() == Some(id) && reads(mapping.kind)) {
        let text = AlarmText { suffix: "Age", metric: "IteratorAge", statistic: "Maximum", periods: "5", ..base };
        let about = "How far the reader is behind, milliseconds".to_owned();
        wanted.push((vec!["IteratorAge"], (text, "600000".to_owned(), about)));
    }
    wanted
}

/// The alarms of a function whose events nobody waits for.
fn of_events(application: &Application, id: Id<Function>, base: AlarmText<'static>) -> Vec<Wanted> {
    let mut live = application.triggers_of(id).filter(|trigger| trigger.is_on());
    if !live.any(|trigger| trigger.invocation == Invocation::Asynchronous && !trigger.awaits_report()) {
        return Vec::new();
    }
    let own = |text: AlarmText<'static>, about: &str| (vec![text.metric], (text, "0".to_owned(), about.to_owned()));
    let dropped = AlarmText { suffix: "Dropped", metric: "AsyncEventsDropped", ..base };
    let mut wanted = vec![own(dropped, "Events dropped without having been processed")];
    let mut settings = application.event_invokes.iter().filter(|invoke| invoke.on.function() == Some(id));
    if settings.any(|invoke| invoke.on_failure.is_set()) {
        let lost = AlarmText { suffix: "Undelivered", metric: "DestinationDeliveryFailures", ..base };
        wanted.push(own(lost, "Failed events that their destination did not take"));
    }
    wanted
}

/// Seconds after which a function that only schedules invoke must have run; `None` where that cannot be told, or takes
/// longer than an alarm can look back.
fn longest_pause_s(application: &Application, id: Id<Function>) -> Option<u32> {
    let pause = |trigger: &Trigger| match &trigger.source {
        TriggerSource::Schedule(rule) => application.rules[*rule].schedule.text().and_then(pause_s),
        _ => None,
    };
    application.triggers_of(id).filter(|trigger| trigger.is_on()).filter_map(pause).min()
}

/// Twice the distance of a rate, or a day for what runs every day.
fn pause_s(schedule: &str) -> Option<u32> {
    let inner = |word: &str| schedule.trim().strip_prefix(word)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(rate) = inner("rate") {
        let (number, unit) = rate.trim().split_once(' ')?;
        let seconds = match unit.trim().trim_end_matches('s') {
            "minute" => 60,
            "hour" => 3_600,
            "day" => 86_400,
            _ => return None,
        };
        let twice = number.parse::<u32>().ok()?.checked_mul(seconds)?.checked_mul(2)?;
        return Some(twice.max(60)).filter(|pause| *pause <= LONGEST_S);
    }
    let fields: Vec<&str> = inner("cron")?.split_whitespace().collect();
    let [_, hour, day, month, weekday, year] = fields.as_slice() else { return None };
    let every = |field: &str| matches!(field, "*" | "?");
    let is_daily = [day, month, weekday, year].into_iter().all(|field| every(field));
    is_daily.then_some(if every(hour) { 2 * 3_600 } else { LONGEST_S })
}

fn of_queues(application: &Application, dialect: Dialect) -> Vec<String> {
    let mut texts = Vec::new();
    for (id, queue) in application.queues.ids().filter(|(_, queue)| queue.is_dead_letter) {
        let metrics =
            ["ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage", "NumberOfMessagesReceived"];
        if !Watched::Queue(id).has_alarm(application, &metrics) {
            let text = AlarmText {
                suffix: "Letters",
                about: "Messages that failed",
                metric: metrics[0],
                ..AlarmText::queue()
            };
            let text = AlarmText { periods: "1", threshold: "0", ..text };
            texts.extend(alarm_snippet(dialect, &queue.origin.id, &text));
        }
    }
    for mapping in application.mappings.iter().filter(|mapping| mapping.kind == SourceKind::Sqs) {
        let Destination::Queue(id) = mapping.source else { continue };
        let queue = &application.queues[id];
        let metrics = ["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"];
        if queue.is_dead_letter || Watched::Queue(id).has_alarm(application, &metrics) {
            continue;
        }
        texts.extend(alarm_snippet(dialect, &queue.origin.id, &AlarmText::queue()));
    }
    texts.sort();
    texts.dedup();
    texts
}

fn of_account(project: &ProjectFacts, application: &Application, dialect: Dialect) -> Option<String> {
    let limit = project.accounts.of(application.stage.text()).limit;
    let threshold = (f64::from(limit) * SHARE).round().to_string();
    let about = format!("Concurrency of the account, of {limit}");
    let id = match dialect {
        Dialect::Terraform | Dialect::TerraformPlan => "account_concurrency",
        _ => "AccountConcurrency",
    };
    let values = [("id", id), ("about", about.as_str()), ("threshold", &threshold), ("topic", topic(dialect))];
    snippet::text(dialect, "account-alarm", &values)
}

/// Names of the functions as CloudWatch knows them, where the template says them.
#[must_use]
pub fn platform_names(application: &Application) -> Vec<&str> {
    let own = application.functions.iter().filter(|function| function.kind == FunctionKind::Own);
    own.filter_map(|function| match &function.name {
        Setting::Known { value, .. } => Some(value.as_str()),
        _ => None,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::pause_s;

    #[test]
    fn a_schedule_may_be_late_by_one_run() {
        assert_eq!(pause_s("rate(5 minutes)"), Some(600));
        assert_eq!(pause_s("rate(1 hour)"), Some(7_200));
        assert_eq!(pause_s("rate(1 day)"), None);
        assert_eq!(pause_s("cron(0 6 * * ? *)"), Some(86_400));
        assert_eq!(pause_s("cron(0/15 * * * ? *)"), Some(7_200));
        assert_eq!(pause_s("cron(0 6 ? * MON *)"), None);
        assert_eq!(pause_s("at(2026-01-01T00:00:00)"), None);
    }
}
