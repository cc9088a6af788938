use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::graph::{Import, Phase};
use crate::text;

/// Reports unused imports that alone load a package.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let min_ms = cx.number("min_ms");
    for site in &cx.graph.leftovers.unused_imports {
        let here = |import: &&Import| {
            import.site.importer == site.importer
                && site.span.start <= import.site.span.start
                && import.site.span.end <= site.span.end
        };
        let Some(import) = cx.graph.imports.iter().filter(here).find(|import| import.phase == Phase::Init) else {
            continue;
        };
        let Some(package) = cx.package_of(import.target) else { continue };
        // Another importer would load it anyway.
        let elsewhere = cx.graph.imports.iter().any(|other| {
            other.phase == Phase::Init
                && cx.package_of(other.target) == Some(package)
                && cx.package_of(other.site.importer) != Some(package)
                && !here(&other)
        });
        let ms = cx.estimate.module(import.target).cumulative_ms.max(cx.package_init_ms(package));
        if elsewhere || import.guarded || ms < min_ms {
            continue;
        }
        let name = &cx.packages.package(package).name;
        let message = format!("{name} costs {} at every cold start, and nothing here uses it", text::ms(ms));
        let finding = Finding::new(cx.locate_import(*site), message).about(name.to_string());
        sink.report(finding.noting("not used").saving(Saves { init_ms: Some(ms), bytes: None }));
    }
}
