use crate::declare::model::{Dialect, EventInvoke, Function, Id, Invocation, Qualifier, Trigger, TriggerSource};
use crate::engine::application::trigger_word;
use crate::engine::{ApplicationContext, Sink};
use crate::text::plural;

/// How long an event is kept where nothing is said (Lambda developer guide, "Asynchronous invocation"), seconds.
const OLDEST_S: u32 = 21_600;

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
            own.any(|invoke| !misses(cx, invoke, &trigger.qualifier))
        };
        let mut lost = cx.live_triggers(id).filter(nobody_waits).filter(|trigger| !is_caught(trigger));
        let Some(trigger) = lost.next().filter(|_| !function.dead_letter.is_set()) else { continue };
        let own = settings.iter().find(|invoke| invoke.on.function() == Some(id));
        let retries = own.map_or(Some(2), |invoke| invoke.retries.or_default(2));
        let tries = retries.map_or_else(|| "some".to_owned(), |retries| (retries + 1).to_string());
        let word = trigger_word(cx.application, trigger);
        let age = own.map_or(Some(OLDEST_S), |invoke| invoke.max_age_s.or_default(OLDEST_S));
        let age = age.map_or_else(|| "for too long".to_owned(), |age| format!("for {}", span(age)));
        let message = format!(
            "an event from {word} that fails {tries} times, or is throttled {age}, is gone: there is no failure destination"
        );
        let finding =
            cx.about(id, function.origin.place, message).label(cx.at(trigger.place), format!("{word} invokes it"));
        sink.report(finding.snippet(cx.snippet_about(&function.origin.id, "async-failure", &[])));
    }
}

/// Whether a setting for one version or alias certainly is none for what another one gets. What frameworks set by
/// themselves, they set where their events go; a resource of its own says where.
fn misses(cx: &ApplicationContext<'_>, setting: &EventInvoke, called: &Qualifier) -> bool {
    let is_framework = matches!(cx.dialect, Dialect::Sam | Dialect::Serverless | Dialect::Chalice | Dialect::Zappa);
    let of_function = |id: Id<Function>| cx.application.functions[id].origin.id == setting.origin.id;
    let is_set_by_framework = is_framework && setting.on.function().is_none_or(of_function);
    let is_own =
        |qualifier: &Qualifier| matches!(qualifier, Qualifier::Latest | Qualifier::Alias(_) | Qualifier::Version(_));
    let setting = &setting.on.qualifier;
    !is_set_by_framework && is_own(setting) && is_own(called) && setting != called
}

/// Seconds in words: whole hours or minutes where they are.
fn span(seconds: u32) -> String {
    let in_units = |count: u32, unit: &str| plural(u64::from(count), unit);
    match seconds {
        0 => in_units(0, "second"),
        _ if seconds.is_multiple_of(3600) => in_units(seconds / 3600, "hour"),
        _ if seconds.is_multiple_of(60) => in_units(seconds / 60, "minute"),
        _ => in_units(seconds, "second"),
    }
}
