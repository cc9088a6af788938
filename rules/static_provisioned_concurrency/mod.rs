use crate::declare::model::{Qualifier, Target};
use crate::engine::{ApplicationContext, Sink};
use crate::platform::Architecture;
use crate::scaling::Costs;
use crate::scaling::provision::Hour;

/// Reports many warm environments whose number never changes.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let plugins = cx.strings("plugins");
    let app = cx.application;
    // What scales something that is not known may scale this.
    let open = app.scalable_targets.iter().any(|target| matches!(target.function.target, Target::Unknown(_)));
    if open || app.has_plugin(&plugins) {
        return;
    }
    let least = cx.number("least") as u32;
    for provisioned in &app.provisioned {
        let Some(amount) = provisioned.amount.known().copied().filter(|amount| *amount >= least) else { continue };
        let Some(id) = provisioned.on.function().filter(|_| provisioned.on.qualifier != Qualifier::Latest) else {
            continue;
        };
        let function = &app.functions[id];
        if app.scalable_targets_of(id).next().is_some() || function.capacity_provider.is_set() {
            continue;
        }
        let place = provisioned.amount.place_or(&provisioned.origin);
        let message = format!("{amount} environments are kept warm day and night{}", price(cx, id, amount));
        let (min, max) = ((amount / 4).max(1).to_string(), amount.to_string());
        let alias = match provisioned.on.qualifier {
            Qualifier::Alias(alias) => app.aliases[alias].name.text(),
            _ => None,
        };
        let values = [("min", min.as_str()), ("max", max.as_str()), ("alias", alias.unwrap_or("live"))];
        let snippet = cx.snippet_about(&function.origin.id, "autoscaling", &values);
        sink.report(cx.about(id, place, message).snippet(snippet));
    }
}

/// What that costs, where the memory is known.
fn price(
    cx: &ApplicationContext<'_>,
    id: crate::declare::model::Id<crate::declare::model::Function>,
    amount: u32,
) -> String {
    let Some(memory) = cx.application.memory_mb(id) else { return String::new() };
    let architecture = cx.application.functions[id].architecture.or_default(Architecture::X86_64).unwrap_or_default();
    let hour = Hour {
        memory_mb: f64::from(memory),
        architecture,
        provisioned: f64::from(amount),
        busy: 0.0,
        cold_starts: 0.0,
        init_s: 0.0,
    };
    let facts = cx.facts();
    let costs = Costs::of(&hour, facts);
    format!(
        ": {:.0} GB-seconds an hour, {:.2} {} a month idle ({}, as of {})",
        costs.warm_gb_seconds,
        costs.warm_usd * 730.0,
        facts.price.currency,
        facts.price.region,
        facts.as_of,
    )
}
