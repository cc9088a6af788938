use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::graph::{ImportSite, Phase};
use crate::text;

/// Reports star imports of packages above the threshold.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let min_ms = cx.number("min_ms");
    let mut imports: Vec<_> = cx.graph.imports.iter().filter(|import| import.phase == Phase::Init).collect();
    let key = |site: &ImportSite| (site.importer, site.span.start);
    imports.sort_by_key(|import| key(&import.site));
    for site in &cx.graph.leftovers.star_imports {
        let first = imports.partition_point(|import| key(&import.site) < key(site));
        let within = imports[first..]
            .iter()
            .take_while(|import| import.site.importer == site.importer && import.site.span.start <= site.span.end);
        let import = within.copied().find(|import| import.site.span.end <= site.span.end);
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
