use crate::declare::model::Invocation;
use crate::engine::{ApplicationContext, Sink};

/// Reports functions on a capacity provider with settings that it does not take.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let (memory, managed) = (&cx.facts().memory, &cx.facts().managed_runtimes);
    for (id, function) in cx.own_functions().filter(|(_, function)| function.capacity_provider.known().is_some()) {
        let provider = cx.place(&function.capacity_provider, &function.origin);
        if let Some(size) = function.memory_mb.known().copied().filter(|size| *size < memory.managed_least_mb) {
            let least = memory.managed_least_mb;
            let message = format!("{size} MB on a capacity provider: {least} MB is the least there");
            let finding = cx.about(id, cx.place(&function.memory_mb, &function.origin), message);
            let mut finding = finding.label(cx.at(provider), "runs on Managed Instances");
            finding.fix = cx.change(&function.memory_mb, &least.to_string(), format!("set {least} MB"));
            sink.report(finding.snippet(cx.snippet("memory", &[("n", &least.to_string())])));
        }
        let runtime = function.runtime_name.text().filter(|_| !function.is_image);
        if let Some(runtime) = runtime.filter(|runtime| managed.supports(runtime) == Some(false)) {
            let message = format!("{runtime} on a capacity provider: {}", managed.told());
            let finding = cx.about(id, cx.place(&function.runtime_name, &function.origin), message);
            sink.report(finding.label(cx.at(provider), "runs on Managed Instances"));
        }
        let Some(timeout) = function.timeout_s.known().copied().map(f64::from) else { continue };
        let waits =
            cx.live_triggers(id).find(|trigger| trigger.is_on() && trigger.invocation == Invocation::Synchronous);
        let (most, who) = match waits {
            Some(_) => (memory.most_timeout_seconds, " for callers that wait"),
            None => (memory.managed_most_timeout_seconds, ""),
        };
        if timeout > most {
            let message = format!("a timeout of {timeout} s on a capacity provider: {most} s is the most{who}");
            let finding = cx.about(id, cx.place(&function.timeout_s, &function.origin), message);
            sink.report(finding.snippet(cx.snippet("timeout", &[("n", &most.to_string())])));
        }
    }
}
