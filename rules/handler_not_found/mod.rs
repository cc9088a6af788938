use crate::engine::{FunctionContext, Sink, may_bring};
use crate::finding::Finding;
use crate::graph::HandlerResolution;

/// Reports a handler that the runtime will not find.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    match &cx.graph.handler {
        HandlerResolution::Found { .. } | HandlerResolution::Unknown => {}
        // A wrapper out of a package that is installed when the function is built.
        HandlerResolution::ModuleMissing { module, .. } if may_bring(&cx.declared, module) => {}
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

/// The place of the setting; the package where the command line or a convention named it.
fn declared(cx: &FunctionContext<'_>) -> crate::artifact::Location {
    cx.spec.origin.clone().unwrap_or_else(|| cx.location())
}
