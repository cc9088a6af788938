use crate::declare::model::TriggerSource;
use crate::engine::application::trigger_word;
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Severity;

/// Reports functions that a reservation of 0 switches off although something invokes them.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions() {
        if function.reserved.known() != Some(&0) {
            continue;
        }
        let place = cx.place(&function.reserved, &function.origin);
        let known = |source: &TriggerSource| !matches!(source, TriggerSource::Permission(_));
        let invoked = cx.live_triggers(id).find(|trigger| trigger.is_on() && known(&trigger.source));
        let Some(trigger) = invoked else {
            if cx.triggers_of(id).next().is_none() {
                let message = "reserved concurrency 0 switches the function off; nothing here invokes it";
                sink.report_as(Severity::Note, cx.about(id, place, message));
            }
            continue;
        };
        let word = trigger_word(cx.application, trigger);
        let message = format!("reserved concurrency 0 refuses every invocation, and {word} invokes the function");
        let finding = cx.about(id, place, message).label(cx.at(trigger.place), format!("{word} invokes it"));
        sink.report(finding.snippet(cx.snippet("reserved", &[("n", "20")])));
    }
}
