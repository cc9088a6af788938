use std::collections::BTreeMap;

use crate::artifact::EntryId;
use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::lang::native::extension_name;

/// Reports extension modules that exist for other Python versions only, once per package.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let version = cx.spec.runtime.version();
    let mut modules: BTreeMap<String, (EntryId, bool)> = BTreeMap::new();
    for (id, entry) in cx.artifact.entries().filter(|(_, entry)| entry.path.ends_with(".so")) {
        let (folder, file) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
        let Some(name) = extension_name(file) else { continue };
        let fits = name.python.is_none_or(|(major, minor)| (u16::from(major), u16::from(minor)) == version);
        let module = modules.entry(format!("{folder}/{}", name.module)).or_insert((id, false));
        module.1 |= fits;
    }
    let mut reported = Vec::new();
    for (entry, fits) in modules.into_values() {
        let package = cx.packages.owner(entry);
        let loaded = package.is_none_or(|package| cx.package_phase(package).is_some());
        if fits || !loaded || package.is_some() && reported.contains(&package) {
            continue;
        }
        reported.push(package);
        let file = &cx.artifact.entry(entry).path;
        let message = format!("{file} is built for another Python version than {}", cx.spec.runtime);
        sink.report(Finding::new(cx.locate(entry, None), message).about(file.to_string()));
    }
}
