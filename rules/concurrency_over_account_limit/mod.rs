use crate::declare::model::{Application, Function, Id, Origin};
use crate::engine::application::{claimed, compatible};
use crate::engine::{ProjectContext, Sink};
use crate::finding::{Finding, Severity};
use crate::scaling::Account;
use crate::text;

/// Reports reservations that together take more than an account lets go.
pub(super) fn check(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    let mut all = 0;
    let mut largest: Option<(&Application, Id<Function>, u32)> = None;
    let mut told = false;
    for application in &cx.project.applications {
        let claims = claimed(application);
        let origins: Vec<(&Origin, u32)> =
            claims.iter().map(|(id, amount)| (&application.functions[*id].origin, *amount)).collect();
        let (sum, chosen) = compatible(application, &origins);
        let parts: Vec<(Id<Function>, u32)> = chosen.iter().filter_map(|at| claims.get(*at).copied()).collect();
        all += sum;
        let Some(first) = parts.iter().copied().max_by_key(|(id, amount)| (*amount, std::cmp::Reverse(*id))) else {
            continue;
        };
        if largest.is_none_or(|(_, _, amount)| amount < first.1) {
            largest = Some((application, first.0, first.1));
        }
        let account = account(cx, application);
        if sum > u64::from(account.reservable()) {
            told = true;
            sink.report(finding(cx, application, first.0, &parts, sum));
        }
    }
    // Whether several deployments share an account is not said anywhere.
    if let Some((application, id, amount)) =
        largest.filter(|(application, ..)| !told && all > u64::from(account(cx, application).reservable()))
    {
        let mut finding = finding(cx, application, id, &[(id, amount)], all);
        finding.message = format!(
            "the {} of this run reserve {} together, if they share an account: {}",
            text::plural(cx.project.applications.len() as u64, "application"),
            text::count(all),
            limit(account(cx, application)),
        );
        sink.report_as(Severity::Warning, finding);
    }
}

fn account(cx: &ProjectContext<'_>, application: &Application) -> Account {
    cx.project.accounts.of(application.stage.text())
}

fn limit(account: Account) -> String {
    let usual = if account.stated { "" } else { " (the usual limit; say yours under [account])" };
    format!(
        "of {} environments {} must stay unreserved, which leaves {}{usual}",
        text::count(u64::from(account.limit)),
        account.floor,
        text::count(u64::from(account.reservable())),
    )
}

fn finding(
    cx: &ProjectContext<'_>,
    application: &Application,
    id: Id<Function>,
    parts: &[(Id<Function>, u32)],
    sum: u64,
) -> Finding {
    let function = &application.functions[id];
    let place = |id: Id<Function>| {
        let function = &application.functions[id];
        let warm = application.provisioned_of(id).next().filter(|_| function.reserved.is_unset());
        let place = warm
            .map_or_else(|| function.reserved.place_or(&function.origin), |warm| warm.amount.place_or(&warm.origin));
        application.location(place)
    };
    let mut amounts: Vec<String> = parts.iter().take(6).map(|(_, amount)| amount.to_string()).collect();
    if parts.len() > amounts.len() {
        amounts.push(format!("{} more", parts.len() - amounts.len()));
    }
    let total = if parts.len() > 1 { format!(" = {}", text::count(sum)) } else { String::new() };
    let message = format!("functions reserve {}{total}; {}", amounts.join(" + "), limit(account(cx, application)));
    let mut finding = Finding::new(place(id), message).about(function.origin.id.clone());
    finding.function = Some(function.origin.id.clone());
    for (other, amount) in parts.iter().filter(|(other, _)| *other != id).take(6) {
        finding = finding.label(place(*other), format!("{amount} for {}", application.functions[*other].origin.id));
    }
    finding
}
