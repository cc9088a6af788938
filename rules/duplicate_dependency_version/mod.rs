mod cargo;

pub(super) use cargo::cargo;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engine::{PackageContext, Sink};
use crate::finding::{Finding, Saves};
use crate::manifest::dependency::{Dependency, Scope};
use crate::package::owners::Package;
use crate::text;

/// Most packages that a message names.
const MOST_NAMED: usize = 3;

/// Reports declared npm packages of which the package holds other versions as well.
pub(super) fn check(cx: &PackageContext<'_>, sink: &mut Sink<'_>) {
    let declared = cx.functions.iter().flat_map(|function| &function.declared.dependencies);
    let mut lines = BTreeSet::new();
    for dependency in declared.filter(|dependency| dependency.scope == Scope::Runtime) {
        if !lines.insert(&dependency.location) {
            continue;
        }
        let copies: Vec<&Package> =
            cx.packages.packages.iter().filter(|package| package.name == dependency.name).collect();
        if let Some(finding) = installed(cx, dependency, &copies).or_else(|| locked(cx, dependency)) {
            sink.report(finding);
        }
    }
}

/// Copies in `node_modules`: the declared one is at the top, the others below those who bring them.
fn installed(cx: &PackageContext<'_>, dependency: &Dependency, copies: &[&Package]) -> Option<Finding> {
    let (nested, top): (Vec<&Package>, Vec<&Package>) = copies.iter().partition(|copy| importer(cx, copy).is_some());
    let own = top.first()?;
    let others: Vec<&&Package> = nested.iter().filter(|copy| copy.version != own.version).collect();
    let versions: BTreeSet<&str> = others.iter().filter_map(|copy| copy.version.as_deref()).collect();
    if versions.is_empty() {
        return None;
    }
    let importers: BTreeSet<&str> = others.iter().filter_map(|copy| importer(cx, copy)).collect();
    let message = format!(
        "{} {} is in the package beside {}, which {}",
        dependency.name,
        own.version.as_deref()?,
        joined(&versions),
        match importers.len() {
            0..=MOST_NAMED => format!("{} brings", joined(&importers)),
            many => format!("{many} packages bring"),
        }
    );
    let bytes = others.iter().map(|copy| copy.bytes).sum::<u64>();
    let message = format!("{message} ({})", text::bytes(bytes));
    let bytes = Some(bytes).filter(|bytes| *bytes >= Saves::NOISE_BYTES);
    let finding = Finding::new(dependency.location.clone(), message).about(dependency.name.to_string());
    Some(finding.saving(Saves { init_ms: None, bytes }))
}

/// The package in whose folder a copy is.
fn importer<'c>(cx: &'c PackageContext<'_>, copy: &Package) -> Option<&'c str> {
    let path = &cx.artifact.entry(*copy.entries.first()?).path;
    let (outer, _) = path.rsplit_once("/node_modules/")?;
    outer.rsplit_once("node_modules/").map(|(_, name)| name)
}

/// What a lock file says where nothing is installed.
fn locked(cx: &PackageContext<'_>, dependency: &Dependency) -> Option<Finding> {
    let locked = cx.declared.locked.iter().filter(|locked| locked.name == dependency.name);
    // A workspace is linked, without a version.
    let versions = locked.map(|locked| &locked.version).filter(|version| !version.is_empty());
    let versions: BTreeSet<&Arc<str>> = versions.collect();
    if versions.len() < 2 {
        return None;
    }
    let versions: BTreeSet<&str> = versions.into_iter().map(|version| &**version).collect();
    let message = format!("{} is locked in several versions: {}", dependency.name, joined(&versions));
    Some(Finding::new(dependency.location.clone(), message).about(dependency.name.to_string()))
}

fn joined(names: &BTreeSet<&str>) -> String {
    names.iter().copied().collect::<Vec<_>>().join(" and ")
}
