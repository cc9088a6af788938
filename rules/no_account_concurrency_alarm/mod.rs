use crate::declare::model::{Application, Dialect, Function, FunctionKind};
use crate::engine::application::{Unwatched, Watched, needs_no_alarms, report_unwatched};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Severity;

/// Metrics of the account's concurrency.
const METRICS: &[&str] = &["ClaimedAccountConcurrency", "ConcurrentExecutions", "UnreservedConcurrentExecutions"];

/// Reports that nothing watches the concurrency that all functions of the account share: once for all applications of
/// an account, and not where one of them has the alarm.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let external = cx.string("account-alarms") == "external";
    if external {
        return;
    }
    let sharing = || cx.project.applications.iter().filter(|other| shares_account(cx, other));
    let is_first = sharing().find(|one| wants_alarm(one)).is_some_and(|one| std::ptr::eq(one, cx.application));
    if !is_first || sharing().any(|one| Watched::Account.has_alarm(one, METRICS)) {
        return;
    }
    let Some(function) = invoked(cx.application) else { return };
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

/// Whether an application is deployed to the same account, as far as the templates say.
fn shares_account(cx: &ApplicationContext<'_>, other: &Application) -> bool {
    let known = cx.application.account.text().zip(other.account.text());
    let limit = cx.project.accounts.of(other.stage.text());
    known.is_none_or(|(own, other)| own == other) && limit == cx.account()
}

/// Whether something in an application would be throttled unseen.
fn wants_alarm(application: &Application) -> bool {
    !needs_no_alarms(application) && invoked(application).is_some()
}

/// The first function that something invokes.
fn invoked(application: &Application) -> Option<&Function> {
    let mut own = application.functions.ids().filter(|(_, function)| function.kind == FunctionKind::Own);
    let found = own.find(|(id, _)| application.triggers_of(*id).any(|trigger| !trigger.is_off()));
    found.map(|(_, function)| function)
}
