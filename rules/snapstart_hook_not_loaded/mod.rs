use crate::declare::model::SnapStart;
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Finding;
use crate::graph::{ImportSite, Phase};

/// The module whose decorators register hooks.
const HOOKS: &str = "snapshot_restore_py";

/// Reports hooks that are registered only when some handler code runs, after the snapshot was taken.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions() {
        if function.snap_start.known() != Some(&SnapStart::PublishedVersions) {
            continue;
        }
        let Some(code) = cx.code_of(id).filter(|code| code.has_closure()) else { continue };
        let is_hooks = |name: &str| name == HOOKS || name.strip_prefix(HOOKS).is_some_and(|rest| rest.starts_with('.'));
        let loaded = code.graph.imports.iter().filter(|import| is_hooks(&code.graph.module(import.target).name));
        let missing = code.graph.unresolved.iter().filter(|missing| is_hooks(&missing.import));
        let mut sites: Vec<(ImportSite, Phase)> =
            loaded.map(|import| (import.site, import.phase)).chain(missing.map(|one| (one.site, one.phase))).collect();
        sites.sort_unstable();
        sites.dedup_by_key(|(site, _)| *site);
        for (site, phase) in sites {
            let own = code.package_of(site.importer).is_none();
            if phase == Phase::Init && code.graph.module(site.importer).loaded == Phase::Init || !own {
                continue;
            }
            let message = "hooks of this module are registered only when the handler loads it, after the snapshot was \
                           taken: they never run";
            let mut finding = Finding::new(code.locate_import(site), message);
            finding.function = Some(code.spec.name.clone());
            let setting = cx.at(cx.place(&function.snap_start, &function.origin));
            sink.report(finding.about(code.graph.module(site.importer).name.to_string()).label(setting, "SnapStart"));
        }
    }
}
