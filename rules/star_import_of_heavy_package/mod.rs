use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::graph::Phase;
use crate::text;

/// Reports star imports of packages above the threshold.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let min_ms = cx.number("min_ms");
    for site in &cx.graph.leftovers.star_imports {
        let import = cx.graph.imports.iter().find(|import| {
            import.phase == Phase::Init
                && import.site.importer == site.importer
                && site.span.start <= import.site.span.start
                && import.site.span.end <= site.span.end
        });
        let Some(package) = import.and_then(|import| cx.package_of(import.target)) else { continue };
        let ms = cx.package_init_ms(package);
        if ms >= min_ms {
            let name = &cx.packages.package(package).name;
            let message = format!("all names of {name} are imported, which costs {} at every cold start", text::ms(ms));
            sink.report(
                Finding::new(cx.locate_import(*site), message).about(name.to_string()).noting("loaded during Init"),
            );
        }
    }
}
