use std::collections::BTreeMap;

use crate::engine::{FunctionContext, ProjectContext, Sink};
use crate::finding::Finding;
use crate::graph::ImportSite;
use crate::package::owners::PackageId;

/// Reports imports of projects that nothing declares or brings.
pub(super) fn of_projects(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    for undeclared in cx.project.trees.iter().flat_map(|tree| &tree.usage.undeclared) {
        let name = &undeclared.name;
        let (asked, note) = match &undeclared.command {
            Some(command) => (format!("a script runs {command}, a command of {name},"), "run here"),
            None => (format!("{name} is imported here"), "imported here"),
        };
        let message = format!("{asked} and no manifest declares it: at best another dependency brings it");
        let finding = Finding::new(undeclared.location.clone(), message).about(name.to_string());
        sink.report(finding.noting(note).help("Declare it: without that, an installation may lack it"));
    }
}

/// Reports packages that own code imports, unguarded, and no manifest declares.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    if !cx.has_closure() || !cx.declared.any_manifest {
        return;
    }
    let mut first: BTreeMap<PackageId, ImportSite> = BTreeMap::new();
    for import in cx.graph.imports.iter().filter(|import| !import.guarded) {
        let own =
            cx.graph.module(import.site.importer).entry.is_some() && cx.package_of(import.site.importer).is_none();
        if let Some(package) = cx.package_of(import.target).filter(|_| own) {
            first.entry(package).or_insert(import.site);
        }
    }
    for (package, site) in first {
        let name = &cx.packages.package(package).name;
        let is_shipped = cx.spec.tool.ships.iter().any(|own| **own == **name);
        let is_declared = is_shipped || cx.declared.declares(name) != Some(false) || cx.usage.comes_with_an_extra(name);
        if !is_declared && !cx.declares_around(site.importer, name) {
            let message = format!("{name} is imported here and not declared in the manifest");
            sink.report(Finding::new(cx.locate_import(site), message).about(name.to_string()).noting("imported here"));
        }
    }
}
