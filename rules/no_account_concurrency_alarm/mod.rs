use crate::declare::model::Dialect;
use crate::engine::application::{Unwatched, Watched, needs_no_alarms, report_unwatched};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Severity;

/// Metrics of the account's concurrency.
const METRICS: &[&str] = &["ClaimedAccountConcurrency", "ConcurrentExecutions", "UnreservedConcurrentExecutions"];

/// Reports applications in which nothing watches the concurrency that all functions of the account share.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let external = cx.string("account-alarms") == "external";
    if external || needs_no_alarms(cx.application) || Watched::Account.has_alarm(cx.application, METRICS) {
        return;
    }
    let invoked = cx.own_functions().find(|(id, _)| cx.live_triggers(*id).next().is_some());
    let Some((_, function)) = invoked else { return };
    let limit = cx.account().limit;
    let threshold = (f64::from(limit) * cx.number("share")).round().to_string();
    let (id, topic) = match cx.application.dialect {
        Dialect::Terraform | Dialect::TerraformPlan => ("account_concurrency", "aws_sns_topic.pager.arn"),
        Dialect::Cdk => ("AccountConcurrency", "pager"),
        _ => ("AccountConcurrency", "Pager"),
    };
    let about = format!("Concurrency of the account, of {limit}");
    let values = [("id", id), ("about", about.as_str()), ("threshold", &threshold), ("topic", topic)];
    let message = |_: &str| {
        format!(
            "no alarm watches the concurrency of the account: at {limit} every function without a reservation is throttled"
        )
    };
    let one = Unwatched { name: "account".to_owned(), place: function.origin.place, function: None };
    report_unwatched(cx, sink, Severity::Note, &[one], message, cx.snippet("account-alarm", &values));
}
