use crate::declare::model::{Dialect, EventInvoke, Invocation, Qualifier, Trigger, TriggerSource};
use crate::engine::application::trigger_word;
use crate::engine::{ApplicationContext, Sink};

/// Reports functions whose events are gone when they fail.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions() {
        let nobody_waits = |trigger: &&Trigger| {
            let caller = !matches!(trigger.source, TriggerSource::Permission(_));
            trigger.is_on() && trigger.invocation == Invocation::Asynchronous && caller && !trigger.awaits_report()
        };
        // A setting for a function that is not known may be for this one.
        let settings: Vec<&EventInvoke> =
            cx.event_invokes.iter().filter(|invoke| invoke.on.function().is_none_or(|of| of == id)).collect();
        let is_caught = |trigger: &Trigger| {
            let mut own = settings.iter().filter(|invoke| invoke.on_failure.is_set());
            own.any(|invoke| !misses(cx, &invoke.on.qualifier, &trigger.qualifier))
        };
        let mut lost = cx.live_triggers(id).filter(nobody_waits).filter(|trigger| !is_caught(trigger));
        let Some(trigger) = lost.next().filter(|_| !function.dead_letter.is_set()) else { continue };
        let own = settings.iter().find(|invoke| invoke.on.function() == Some(id));
        let retries = own.map_or(Some(2), |invoke| invoke.retries.or_default(2));
        let tries = retries.map_or_else(|| "some".to_owned(), |retries| (retries + 1).to_string());
        let word = trigger_word(cx.application, trigger);
        let message = format!(
            "an event from {word} that fails {tries} times, or is throttled for six hours, is gone: there is no failure \
             destination"
        );
        let finding =
            cx.about(id, function.origin.place, message).label(cx.at(trigger.place), format!("{word} invokes it"));
        sink.report(finding.snippet(cx.snippet_about(&function.origin.id, "async-failure", &[])));
    }
}

/// Whether a setting for one version or alias certainly is none for what another one gets. What frameworks set, they
/// set where their events go.
fn misses(cx: &ApplicationContext<'_>, setting: &Qualifier, called: &Qualifier) -> bool {
    let written =
        matches!(cx.dialect, Dialect::CloudFormation | Dialect::Cdk | Dialect::Terraform | Dialect::TerraformPlan);
    let is_own =
        |qualifier: &Qualifier| matches!(qualifier, Qualifier::Latest | Qualifier::Alias(_) | Qualifier::Version(_));
    written && is_own(setting) && is_own(called) && setting != called
}
