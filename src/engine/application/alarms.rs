//! Which alarms watch what. Where that cannot be told, everything counts as watched.

use serde::Deserialize;

use super::ApplicationContext;
use super::naming::{self, Named};
use crate::declare::model::{
    Alarm, Application, Dialect, Dimension, Function, Id, LayerUse, MetricQuery, Place, Queue, Setting, Target,
};
use crate::declare::snippet;
use crate::engine::Sink;
use crate::finding::{Finding, Severity};
use crate::knowledge;

/// Something that alarms can watch.
#[derive(Clone, Copy, Debug)]
pub enum Watched {
    /// A function.
    Function(Id<Function>),
    /// A queue.
    Queue(Id<Queue>),
    /// A stream or table, by its index in the application's list.
    Stream(usize),
    /// The account as a whole, or anything in it.
    Account,
}

impl Watched {
    /// Whether some alarm of the application watches one of `metrics` of it, as far as can be told.
    #[must_use]
    pub fn has_alarm(self, application: &Application, metrics: &[&str]) -> bool {
        application.alarms.iter().any(|alarm| self.is_in(application, alarm, metrics))
    }

    fn is_in(self, application: &Application, alarm: &Alarm, metrics: &[&str]) -> bool {
        alarm.metrics_open || alarm.metrics.iter().any(|query| self.is_measured(application, query, metrics))
    }

    fn is_measured(self, application: &Application, query: &MetricQuery, metrics: &[&str]) -> bool {
        if query.expression.is_unknown() {
            return true;
        }
        if let Some(expression) = query.expression.text() {
            // A search or a query over all functions names its metric in the text.
            return (expression.contains("SEARCH") || expression.contains("SELECT"))
                && metrics.iter().any(|metric| expression.contains(metric));
        }
        let right_metric = match &query.metric {
            Setting::Known { value, .. } => metrics.contains(&value.as_str()),
            Setting::Unknown { .. } => true,
            Setting::Unset => false,
        };
        let right_namespace = query.namespace.text().is_none_or(|namespace| namespace == self.namespace(&query.metric));
        if !right_metric || !right_namespace {
            return false;
        }
        match self {
            Self::Account => true,
            _ if query.dimensions_open || query.dimensions.is_empty() => true,
            _ => query.dimensions.iter().any(|dimension| self.is_named(application, dimension)),
        }
    }

    /// The namespace of a metric of it.
    fn namespace(self, metric: &Setting<String>) -> &'static str {
        match self {
            Self::Function(_) | Self::Account => "AWS/Lambda",
            Self::Queue(_) => "AWS/SQS",
            Self::Stream(_) if metric.text().is_some_and(|metric| metric.starts_with("GetRecords")) => "AWS/Kinesis",
            Self::Stream(_) => "AWS/Lambda",
        }
    }

    fn is_named(self, application: &Application, dimension: &Dimension) -> bool {
        match self {
            Self::Function(id) => names_function(application, dimension, id),
            Self::Queue(id) => {
                let queue = &application.queues[id];
                names(dimension, &queue.origin.id, &queue.name)
            }
            Self::Stream(at) => application
                .streams
                .iter()
                .nth(at)
                .is_some_and(|stream| names(dimension, &stream.origin.id, &stream.name)),
            Self::Account => true,
        }
    }
}

fn names_function(application: &Application, dimension: &Dimension, id: Id<Function>) -> bool {
    let function = &application.functions[id];
    match dimension.function.as_ref().map(|reference| &reference.target) {
        Some(Target::Own(named)) => *named == id,
        Some(Target::Unknown(_)) => true,
        Some(Target::Foreign(name)) => function.name.is_unknown() || function.name.text() == Some(name.as_str()),
        None => names(dimension, &function.origin.id, &function.name),
    }
}

/// Whether a dimension names a resource, or may.
fn names(dimension: &Dimension, id: &str, name: &Setting<String>) -> bool {
    if let Some(resource) = &dimension.resource {
        return resource == id;
    }
    match (&dimension.value, name) {
        (Setting::Known { value, .. }, Setting::Known { value: name, .. }) => {
            value == name || value.split(':').next() == Some(name.as_str())
        }
        (Setting::Known { .. }, Setting::Unknown { .. }) => true,
        // The platform makes the name, which nobody can have written.
        (Setting::Known { .. } | Setting::Unset, _) => false,
        (Setting::Unknown { .. }, _) => true,
    }
}

/// Tools that bring alarms of their own, or watch from elsewhere.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Monitoring {
    plugins: Vec<String>,
    layers: Vec<String>,
    resources: Vec<String>,
    stages: Vec<String>,
}

knowledge::table! {
    static MONITORING: Monitoring = "scaling/monitoring.toml", tested by the_table_of_monitoring_tools_reads;
}

/// Whether something that the application uses brings alarms of its own: a plugin or module, a vendor's layer or
/// resources.
#[must_use]
fn is_watched_elsewhere(application: &Application) -> bool {
    let has = |words: &[String], text: &str| {
        let text = text.to_lowercase();
        words.iter().any(|word| text.contains(word.as_str()))
    };
    let plugin = application.plugins.iter().any(|plugin| has(&MONITORING.plugins, &plugin.name));
    let resource = application.resources.iter().any(|resource| has(&MONITORING.resources, &resource.kind));
    let mut layers = application.functions.iter().flat_map(|function| &function.layers);
    plugin || resource || layers.any(|layer| matches!(layer, LayerUse::Arn(arn, _) if has(&MONITORING.layers, arn)))
}

/// Whether rules about missing alarms have nothing to say of an application: something else watches it, or it is
/// deployed where nobody is on call.
#[must_use]
pub fn needs_no_alarms(application: &Application) -> bool {
    // A framework's own default says nothing of where it is deployed.
    let stage = application.stage.text().filter(|_| application.stage.is_literal()).map(str::to_lowercase);
    is_watched_elsewhere(application) || stage.is_some_and(|stage| MONITORING.stages.contains(&stage))
}

/// Something that no alarm watches.
#[derive(Clone, Debug)]
pub struct Unwatched {
    /// Its name in the template.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// The function, where it is one or belongs to one.
    pub function: Option<Id<Function>>,
}

impl Unwatched {
    /// A function as a whole.
    #[must_use]
    pub fn function((id, function): (Id<Function>, &Function)) -> Self {
        Self { name: function.origin.id.clone(), place: function.origin.place, function: Some(id) }
    }
}

/// Most of what is not watched that one finding names.
const MOST_NAMED: usize = 8;

/// Reports everything of one kind that no alarm watches as one finding: a warning where the template has alarms and
/// forgot these, a note where it has none, since then they may be kept elsewhere.
pub fn report_unwatched(
    cx: &ApplicationContext<'_>,
    sink: &mut Sink<'_>,
    usual: Severity,
    unwatched: &[Unwatched],
    message: impl Fn(&str) -> String,
    snippet: Option<String>,
) {
    let Some(first) = unwatched.first() else { return };
    // Of one function several sources may go unwatched.
    let mut names: Vec<&str> = Vec::new();
    for one in unwatched {
        if !names.contains(&one.name.as_str()) {
            names.push(&one.name);
        }
    }
    let more = format!("{} more", names.len().saturating_sub(MOST_NAMED));
    if names.len() > MOST_NAMED {
        names.truncate(MOST_NAMED);
        names.push(&more);
    }
    let names = names.join(", ");
    let mut finding = Finding::new(cx.at(first.place), message(&names)).about(names);
    if let [one] = unwatched {
        finding.function = one.function.map(|id| cx.name(id));
    }
    for other in unwatched.iter().skip(1).take(MOST_NAMED - 1) {
        finding = finding.label(cx.at(other.place), "nor this");
    }
    let severity = if cx.application.alarms.is_empty() { Severity::Note } else { usual };
    sink.report_as(severity, finding.snippet(snippet));
}

/// The snippet of one alarm on a resource, by the resource's id in the template.
#[must_use]
pub fn alarm_snippet(dialect: Dialect, of: &str, metric: &AlarmText<'_>) -> Option<String> {
    let named = if metric.is_function { Named::Function } else { Named::Queue };
    let (comparison, missing) =
        if metric.is_floor { ("LessThanThreshold", "breaching") } else { ("GreaterThanThreshold", "notBreaching") };
    let (comparison, missing) = match dialect {
        Dialect::Cdk => (screaming(comparison), screaming(missing)),
        _ => (comparison.to_owned(), missing.to_owned()),
    };
    let values = [
        ("id", id_of(dialect, of, metric.suffix)),
        ("about", metric.about.to_owned()),
        ("namespace", metric.namespace.to_owned()),
        ("metric", metric.metric.to_owned()),
        ("dimension", metric.dimension.to_owned()),
        ("value", naming::reference(of, named, dialect)),
        ("statistic", metric.statistic.to_owned()),
        ("period", metric.period_s.to_string()),
        ("periods", metric.periods.to_owned()),
        ("threshold", metric.threshold.to_owned()),
        ("comparison", comparison),
        ("missing", missing),
        ("topic", topic(dialect).to_owned()),
    ];
    snippet::text(dialect, "alarm", &values.each_ref().map(|(key, value)| (*key, value.as_str())))
}

/// The snippet of an alarm that speaks when the number of invocations leaves its usual band.
#[must_use]
pub(super) fn band_snippet(dialect: Dialect, of: &str) -> Option<String> {
    let id = id_of(dialect, of, "Invocations");
    let value = naming::reference(of, Named::Function, dialect);
    snippet::text(dialect, "band-alarm", &[("id", &id), ("value", &value), ("topic", topic(dialect))])
}

/// The id of an alarm on a resource.
fn id_of(dialect: Dialect, of: &str, suffix: &str) -> String {
    let prefix = naming::prefix(of, dialect);
    match dialect {
        Dialect::Terraform | Dialect::TerraformPlan => format!("{prefix}_{}", suffix.to_lowercase()),
        _ => format!("{prefix}{suffix}"),
    }
}

/// Who is told, as the snippets name it.
pub(super) fn topic(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Terraform | Dialect::TerraformPlan => "aws_sns_topic.pager.arn",
        Dialect::Cdk => "pager",
        _ => "Pager",
    }
}

/// A word as CDK's enumerations write it.
fn screaming(word: &str) -> String {
    let mut text = String::new();
    for c in word.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(c.to_ascii_uppercase());
    }
    text
}

/// What an alarm of a snippet says.
#[derive(Clone, Copy, Debug)]
pub struct AlarmText<'a> {
    /// End of its name.
    pub suffix: &'a str,
    /// Description.
    pub about: &'a str,
    /// Namespace.
    pub namespace: &'a str,
    /// Metric.
    pub metric: &'a str,
    /// Dimension.
    pub dimension: &'a str,
    /// The dimension's value is a function; otherwise a queue.
    pub is_function: bool,
    /// Statistic.
    pub statistic: &'a str,
    /// Seconds of a period.
    pub period_s: u32,
    /// Periods.
    pub periods: &'a str,
    /// Threshold.
    pub threshold: &'a str,
    /// It speaks below the threshold and where nothing is measured, instead of above it.
    pub is_floor: bool,
}

impl AlarmText<'_> {
    /// An alarm on a function's metric.
    #[must_use]
    pub fn function() -> Self {
        Self {
            suffix: "Errors",
            about: "Errors of the function",
            namespace: "AWS/Lambda",
            metric: "Errors",
            dimension: "FunctionName",
            is_function: true,
            statistic: "Sum",
            period_s: 60,
            is_floor: false,
            periods: "1",
            threshold: "0",
        }
    }

    /// An alarm on a queue's metric.
    #[must_use]
    pub fn queue() -> Self {
        Self {
            suffix: "Age",
            about: "Age of the oldest message",
            namespace: "AWS/SQS",
            metric: "ApproximateAgeOfOldestMessage",
            dimension: "QueueName",
            is_function: false,
            statistic: "Maximum",
            period_s: 60,
            is_floor: false,
            periods: "5",
            threshold: "600",
        }
    }
}
