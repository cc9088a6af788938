use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::graph::{ImportSite, ModuleId, Phase};
use crate::package::owners::PackageId;
use crate::text;

/// Reports the first import of own code that enters a package through a module which loads many
/// others of the same package, where the package offers those to importers.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let mut first: BTreeMap<PackageId, (ModuleId, ImportSite)> = BTreeMap::new();
    let mut parts: BTreeMap<ModuleId, BTreeSet<ModuleId>> = BTreeMap::new();
    for import in cx.graph.imports.iter().filter(|import| import.phase == Phase::Init) {
        let (from, to) = (cx.package_of(import.site.importer), cx.package_of(import.target));
        match (from, to) {
            (None, Some(package)) if cx.graph.module(import.site.importer).entry.is_some() => {
                first.entry(package).or_insert((import.target, import.site));
            }
            (Some(from), Some(to)) if from == to => {
                parts.entry(import.site.importer).or_default().insert(import.target);
            }
            _ => {}
        }
    }
    for (package, (index, site)) in first {
        let loaded = parts.get(&index).map_or(0, BTreeSet::len);
        let ms = cx.package_init_ms(package);
        // Who only uses many files of its own has no parts to be imported by themselves.
        let handed = cx.graph.handed_on.iter().find(|(id, _)| *id == index).map_or(0, |(_, count)| *count);
        let is_index = handed as f64 * cx.number("part_of_exports") >= loaded as f64;
        let is_barrel = is_index && loaded as f64 >= cx.number("min_parts") && ms >= cx.number("min_ms");
        // Where the parts that are used are known, `heavier-import-path` names them.
        let is_told = cx.culprits.paths.iter().any(|path| path.asked == index);
        if is_told || !is_barrel || cx.graph.module(index).loaded != Phase::Init || !cx.offers_parts(package) {
            continue;
        }
        let name = &cx.packages.package(package).name;
        let of = cx
            .graph
            .modules()
            .filter(|(id, module)| module.loaded == Phase::Init && cx.package_of(*id) == Some(package));
        let message = format!(
            "this import loads {} modules of {name}, {} of Init, through an index of all its parts",
            text::count(of.count() as u64),
            text::ms(ms)
        );
        let finding = Finding::new(cx.locate_import(site), message).about(name.to_string());
        sink.report(finding.noting("loads the index"));
    }
}
