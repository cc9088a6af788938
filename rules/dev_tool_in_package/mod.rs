use crate::engine::{PackageContext, Sink};
use crate::finding::{Finding, Saves};
use crate::manifest::dependency::Scope;
use crate::package::owners::Ecosystem;
use crate::text;

/// Reports known development tools of which no file is reached.
pub(super) fn check(cx: &PackageContext<'_>, sink: &mut Sink<'_>) {
    if !cx.has_closure() {
        return;
    }
    let tools = cx.strings("tools");
    for (id, package) in cx.packages() {
        // A declared npm package is `unused-dependency`'s or `misplaced-dependency`'s to report, with the line.
        let mut declared = cx.declared.dependencies.iter().filter(|dependency| dependency.scope == Scope::Runtime);
        if package.ecosystem == Ecosystem::Npm && declared.any(|dependency| dependency.name == package.name) {
            continue;
        }
        let known = tools.iter().any(|tool| text::matches(tool, &package.name));
        if known && cx.package_phase(id).is_none() {
            let message = format!(
                "{} is a development tool and takes {} of the package",
                package.name,
                text::bytes(package.bytes)
            );
            let saves = Saves { init_ms: None, bytes: Some(package.bytes) };
            sink.report(Finding::new(cx.location(), message).about(package.name.to_string()).saving(saves));
        }
    }
}
