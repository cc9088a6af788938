use std::collections::BTreeMap;

use crate::declare::model::{Alias, Dialect, Function, Id, Provisioned, Qualifier, Trigger, TriggerSource};
use crate::engine::application::trigger_word;
use crate::engine::{ApplicationContext, Sink};

/// Reports callers of the bare function beside an alias or version that is kept warm.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let mut warm: BTreeMap<Id<Function>, &Provisioned> = BTreeMap::new();
    for provisioned in &cx.application.provisioned {
        let held =
            matches!(provisioned.on.qualifier, Qualifier::Alias(_) | Qualifier::Version(_) | Qualifier::Named(_));
        if let Some(id) = provisioned.on.function().filter(|_| held && provisioned.amount.known() != Some(&0)) {
            warm.entry(id).or_insert(provisioned);
        }
    }
    for (id, provisioned) in warm {
        let bypasses = |trigger: &&Trigger| {
            let caller = !matches!(trigger.source, TriggerSource::Permission(_));
            trigger.qualifier == Qualifier::Latest && trigger.is_on() && caller
        };
        let mut callers = cx.live_triggers(id).filter(bypasses);
        let Some(first) = callers.next() else { continue };
        let amount = provisioned.amount.known().map_or_else(String::new, |amount| format!("{amount} "));
        let message = format!(
            "{} calls the function without its alias: the {amount}environments that are kept warm there stay idle, and \
             are paid for",
            trigger_word(cx.application, first),
        );
        let mut finding = cx.about(id, first.place, message);
        finding = finding.label(cx.at(provisioned.amount.place_or(&provisioned.origin)), "kept warm here");
        for other in callers.take(4) {
            finding = finding.label(cx.at(other.place), "so does this");
        }
        let snippet = holder(cx, id, provisioned).and_then(|holder| cx.snippet("use-alias", &[("alias", &holder)]));
        sink.report(finding.snippet(snippet));
    }
}

/// What callers refer to in place of the function; nothing where what is kept warm is no resource of the template.
fn holder(cx: &ApplicationContext<'_>, id: Id<Function>, provisioned: &Provisioned) -> Option<String> {
    let app = cx.application;
    let named = |name: &str| {
        let its = |alias: &Alias| alias.function.function() == Some(id) && alias.name.text() == Some(name);
        app.aliases.find(its).map(|id| &app.aliases[id])
    };
    let alias = match &provisioned.on.qualifier {
        Qualifier::Alias(alias) => &app.aliases[*alias],
        Qualifier::Version(version) => return Some(app.versions[*version].origin.id.clone()),
        Qualifier::Named(name) => named(name)?,
        Qualifier::Latest | Qualifier::Unknown(_) => return None,
    };
    match (alias.is_automatic, app.dialect) {
        (false, _) => Some(alias.origin.id.clone()),
        // SAM: "AutoPublishAlias", "Referencing generated resources".
        (true, Dialect::Sam) => Some(format!("{}.Alias", app.functions[id].origin.id)),
        (true, _) => None,
    }
}
