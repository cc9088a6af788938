//! Which npm package each file belongs to.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::artifact::{Artifact, EntryId};
use crate::package::owners::{Ecosystem, Package, PackageId, Packages, is_in_environment};
use crate::package::package_json::manifest_of;

/// Attributes every entry below a `node_modules` folder to its package; nested copies are
/// packages of their own.
#[must_use]
pub fn packages(artifact: &Artifact) -> Packages {
    let mut by_root: BTreeMap<&str, Vec<EntryId>> = BTreeMap::new();
    for (id, entry) in artifact.entries().filter(|(id, _)| artifact.link_target(*id).is_none()) {
        if let Some(root) = package_root(&entry.path).filter(|_| !is_in_environment(artifact, id)) {
            by_root.entry(root).or_default().push(id);
        }
    }
    let mut packages: Vec<Package> =
        by_root.into_iter().map(|(root, entries)| package(artifact, root, entries)).collect();
    packages.sort_by(|a, b| {
        (&a.name, &a.version, a.entries.first().map(|id| id.0)).cmp(&(
            &b.name,
            &b.version,
            b.entries.first().map(|id| id.0),
        ))
    });
    let mut owners = vec![None; artifact.entries().len()];
    for (at, package) in (0u32..).zip(&packages) {
        for entry in &package.entries {
            if let Some(owner) = owners.get_mut(entry.0 as usize) {
                *owner = Some(PackageId(at));
            }
        }
    }
    for (link, _) in artifact.entries() {
        let Some(target) = artifact.link_target(link) else { continue };
        let owner = owners.get(target.0 as usize).copied().flatten();
        if let Some(slot) = owners.get_mut(link.0 as usize) {
            *slot = owner;
        }
    }
    Packages { packages, owners, ..Packages::default() }
}

fn package(artifact: &Artifact, root: &str, entries: Vec<EntryId>) -> Package {
    let manifest = artifact.find(&format!("{root}/package.json"));
    let version =
        manifest.and_then(|id| manifest_of(artifact, id)).and_then(|read| read.version.as_str().map(Arc::from));
    let folder = root.rsplit_once("node_modules/").map_or(root, |(_, name)| name);
    let bytes = entries.iter().map(|id| artifact.own_bytes(*id)).sum();
    Package { name: folder.into(), version, ecosystem: Ecosystem::Npm, entries, bytes, manifest }
}

/// The folder of the package a path is in: up to the innermost `node_modules/<name>`.
pub(crate) fn package_root(path: &str) -> Option<&str> {
    let start = path.rfind("node_modules/").filter(|at| *at == 0 || path.as_bytes().get(at - 1) == Some(&b'/'))? + 13;
    let rest = path.get(start..)?;
    if rest.starts_with('.') {
        return None;
    }
    let mut slashes = rest.match_indices('/').map(|(at, _)| at);
    let end = if rest.starts_with('@') { slashes.nth(1)? } else { slashes.next()? };
    path.get(..start + end)
}
