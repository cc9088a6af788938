mod cargo;

pub(super) use cargo::cargo;

use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::manifest::dependency::Scope;

/// Reports development dependencies that own code imports at run time and nothing else declares.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let dependencies = &cx.declared.dependencies;
    for dependency in dependencies.iter().filter(|dependency| dependency.scope == Scope::Development) {
        let elsewhere = |other: &crate::manifest::dependency::Dependency| {
            other.name == dependency.name && other.scope != Scope::Development
        };
        if cx.usage.imports_directly(&dependency.name) && !dependencies.iter().any(elsewhere) {
            let message = format!("{} is declared for development and the function imports it", dependency.name);
            sink.report(Finding::new(dependency.location.clone(), message).about(dependency.name.to_string()));
        }
    }
}
