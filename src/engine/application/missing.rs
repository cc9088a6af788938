//! The alarms that an application lacks, each with a threshold from its own limits.

use super::alarms::{AlarmText, Watched, alarm_snippet};
use super::function_facts;
use crate::declare::model::{Application, Destination, Dialect, Function, FunctionKind, Id, Setting, SourceKind};
use crate::declare::snippet;
use crate::engine::ProjectFacts;

/// Share of a limit at which an alarm speaks.
const SHARE: f64 = 0.9;

/// The texts of alarms that are missing, in the language asked for.
#[must_use]
pub fn missing_alarms(project: &ProjectFacts, application: &Application, dialect: Dialect) -> Vec<String> {
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
    let reads = |kind: SourceKind| kind.is_stream();
    if application.mappings.iter().any(|mapping| mapping.function.function() == Some(id) && reads(mapping.kind)) {
        let text = AlarmText { suffix: "Age", metric: "IteratorAge", statistic: "Maximum", periods: "5", ..base };
        let about = "How far the reader is behind, milliseconds".to_owned();
        wanted.push((vec!["IteratorAge"], (text, "600000".to_owned(), about)));
    }
    wanted
}

fn of_queues(application: &Application, dialect: Dialect) -> Vec<String> {
    let mut texts = Vec::new();
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
    let (id, topic) = match dialect {
        Dialect::Terraform | Dialect::TerraformPlan => ("account_concurrency", "aws_sns_topic.pager.arn"),
        Dialect::Cdk => ("AccountConcurrency", "pager"),
        _ => ("AccountConcurrency", "Pager"),
    };
    let values = [("id", id), ("about", about.as_str()), ("threshold", &threshold), ("topic", topic)];
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
