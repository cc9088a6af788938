use crate::engine::{FunctionContext, Sink, report_causes};
use crate::finding::Finding;
use crate::graph::HandlerResolution;

/// Reports a handler that the runtime will not find.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    // The runtime finds something that it does not accept, or not what is meant: the simulation says what.
    if cx.graph.causes.iter().any(|cause| cause.rule == "handler-not-found") {
        return report_causes(cx, sink, "handler-not-found");
    }
    match &cx.graph.handler {
        HandlerResolution::Found { .. } if cx.handler_names_no_function() => {
            let handler = &cx.spec.handler;
            let message = format!("handler `{handler}` names a module and no function in it");
            let finding = Finding::new(declared(cx), message).about(handler.clone());
            sink.report(finding.help(format!("Name the function behind a dot, such as `{handler}.handler`")));
        }
        HandlerResolution::Found { .. } | HandlerResolution::Unknown => {}
        // A wrapper out of a package that is installed when the function is built.
        HandlerResolution::ModuleMissing { module, .. } if cx.may_bring_handler(module) => {}
        // `shadowed-module` says why.
        HandlerResolution::ModuleMissing { module, .. } if is_shadowed(cx, module) => {}
        HandlerResolution::ModuleMissing { module, similar } => {
            let message = format!("handler `{}`: the package has no module `{module}`", cx.spec.handler);
            let mut finding = Finding::new(declared(cx), message).about(module.clone());
            if !similar.is_empty() {
                finding = finding.help(format!("Modules with a like name: {}", similar.join(", ")));
            }
            sink.report(finding);
        }
        HandlerResolution::NameMissing { module, name, defined } => {
            let message = format!("handler `{}`: the module defines no `{name}`", cx.spec.handler);
            let mut finding = Finding::new(cx.locate_in_module(*module, None), message).about(name.clone());
            if !defined.is_empty() {
                finding = finding.help(format!("Functions it does define: {}", defined.join(", ")));
            }
            sink.report(finding);
        }
    }
}

/// Whether another module stands in front of the handler's.
fn is_shadowed(cx: &FunctionContext<'_>, module: &str) -> bool {
    cx.graph.causes.iter().any(|cause| cause.rule == "shadowed-module" && &*cause.subject == module)
}

/// The place of the setting; the package where the command line or a convention named it.
fn declared(cx: &FunctionContext<'_>) -> crate::artifact::Location {
    cx.spec.origin.clone().unwrap_or_else(|| cx.location())
}
