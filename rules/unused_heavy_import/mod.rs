use crate::cost::{Change, Savings};
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::graph::{Import, Phase};
use crate::text;

/// Reports unused imports that alone load a package.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let min_ms = cx.number("min_ms");
    let as_it_is = || Savings::new(&cx.graph, &cx.estimate, cx.spec.runtime.language());
    let mut savings = None;
    for site in &cx.graph.leftovers.unused_imports {
        let here = |import: &&Import| import.site.importer == site.importer && site.span.holds(import.site.span);
        // The last is what is asked for, those before it are around that.
        let Some(import) = cx.graph.imports.iter().filter(here).rfind(|import| import.phase == Phase::Init) else {
            continue;
        };
        let Some(package) = cx.package_of(import.target).filter(|_| !import.guarded) else { continue };
        // What others load anyway is not saved.
        let gone = cx.graph.imports.iter().filter(here).map(|import| import.site).collect();
        let change = Change { gone, added: Vec::new() };
        let ms = savings.get_or_insert_with(as_it_is).of(&change);
        if ms < min_ms {
            continue;
        }
        let goes_whole = ms >= cx.estimate.package(package).own_ms;
        let name = match goes_whole {
            true => cx.packages.package(package).name.to_string(),
            false => cx.graph.module(import.target).name.to_string(),
        };
        let message = format!("{name} costs {} at every cold start, and nothing here uses it", text::ms(ms));
        let finding = Finding::new(cx.locate_import(*site), message).about(name);
        sink.report(finding.noting("not used").saving(Saves { init_ms: Some(ms), bytes: None }));
    }
}
