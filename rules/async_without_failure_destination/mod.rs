use crate::declare::model::{Invocation, Trigger, TriggerSource};
use crate::engine::application::trigger_word;
use crate::engine::{ApplicationContext, Sink};

/// Reports functions whose events are gone when they fail.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions() {
        let nobody_waits = |trigger: &&Trigger| {
            let caller = !matches!(trigger.source, TriggerSource::Permission(_));
            trigger.is_on() && trigger.invocation == Invocation::Asynchronous && caller
        };
        let Some(trigger) = cx.live_triggers(id).find(nobody_waits) else { continue };
        let settings: Vec<_> = cx
            .application
            .event_invokes
            .iter()
            .filter(|invoke| invoke.on.function().is_none_or(|of| of == id))
            .collect();
        // A setting for a function that is not known may be for this one.
        if function.dead_letter.is_set() || settings.iter().any(|invoke| invoke.on_failure.is_set()) {
            continue;
        }
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
        let name = function.origin.id.rsplit('.').next().unwrap_or_default();
        let values = [("function", function.origin.id.as_str()), ("name", name)];
        sink.report(finding.snippet(cx.snippet("async-failure", &values)));
    }
}
