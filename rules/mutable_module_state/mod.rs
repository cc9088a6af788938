use crate::engine::{ApplicationContext, Sink};
use crate::finding::Finding;
use crate::platform::Language;

/// Reports module state that requests of one Node thread change for each other.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions().filter(|(_, function)| function.capacity_provider.known().is_some()) {
        // A slot of Python is a process of its own.
        let Some(code) = cx.code_of(id).filter(|code| code.spec.runtime.language() == Language::Node) else { continue };
        for shared in &code.routes.hazards.shared {
            let message = format!(
                "`{}` takes a value of the request and is read after an await: another request of the same thread has \
                 changed it by then",
                shared.name,
            );
            let place = code.locate_in_module(shared.module, Some(shared.span));
            let mut finding = Finding::new(place, message).about(shared.name.clone());
            finding.function = Some(code.spec.name.clone());
            let setting = cx.at(cx.place(&function.capacity_provider, &function.origin));
            sink.report(finding.label(setting, "runs on Managed Instances"));
        }
    }
}
