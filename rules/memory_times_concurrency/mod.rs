use crate::engine::{ApplicationContext, Sink};
use crate::platform::Language;

/// Reports environments whose memory does not suffice for the processes that share it.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let (managed, each) = (&cx.facts().managed, cx.number("process-mb"));
    for (id, function) in cx.own_functions() {
        let Some(provider) = function.capacity_provider.known() else { continue };
        let python = function.runtime.known().is_some_and(|runtime| runtime.language() == Language::Python);
        // Threads and tasks share one Init; only Python's slots are processes.
        let Some(memory) = function.memory_mb.known().copied().map(f64::from).filter(|_| python) else { continue };
        let slots = match provider.concurrency_per_environment.known() {
            Some(slots) => f64::from(*slots),
            None if provider.concurrency_per_environment.is_unset() => {
                let Some(per_vcpu) = provider.gib_per_vcpu.or_default(managed.memory_gb_per_vcpu) else { continue };
                (memory / 1024.0 / per_vcpu.max(0.1)).max(1.0).floor() * f64::from(managed.python)
            }
            None => continue,
        };
        // What Init loads is in each process again.
        let loaded = cx.code_of(id).map_or(0.0, |code| {
            let eager = code.graph.modules().filter(|(_, module)| module.loaded == crate::graph::Phase::Init);
            eager.map(|(_, module)| module.bytes as f64).sum::<f64>() / 1e6
        });
        let needed = slots * (each + loaded);
        if needed <= memory {
            continue;
        }
        let message = format!(
            "{slots:.0} processes of at least {:.0} MB each need {needed:.0} MB, and the environment has {memory:.0} MB",
            each + loaded,
        );
        let place = provider
            .concurrency_per_environment
            .place()
            .unwrap_or_else(|| cx.place(&function.memory_mb, &function.origin));
        let size = (needed / 1024.0).ceil() * 1024.0;
        sink.report(cx.about(id, place, message).snippet(cx.snippet("memory", &[("n", &size.to_string())])));
    }
}
