use crate::engine::{ApplicationContext, Sink};
use crate::text;

/// Reports functions that load much in their first request, with little of a CPU to do it.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let most = cx.number("milliseconds");
    for (id, function) in cx.own_functions() {
        let Some(code) = cx.code_of(id).filter(|code| code.has_closure()) else { continue };
        if function.capacity_provider.is_set() || !cx.answers_http(id) {
            continue;
        }
        let Some(memory) = cx.application.memory_mb(id).map(f64::from) else { continue };
        let full = code.spec.platform.limits().full_cpu_memory_mb;
        let first = code.estimate.first_request_ms;
        if memory >= full || first < most {
            continue;
        }
        let better = (memory * 2.0).max(512.0).min(full.ceil());
        let then = first * memory / better;
        let message = format!(
            "the first request of an environment loads {} of code: at {memory} MB it has {:.0} % of a CPU; at {better} MB \
             it takes {}",
            text::ms(first),
            memory / full * 100.0,
            text::ms(then),
        );
        let finding = cx.about(id, cx.place(&function.memory_mb, &function.origin), message);
        sink.report(finding.snippet(cx.snippet("memory", &[("n", &better.to_string())])));
    }
}
