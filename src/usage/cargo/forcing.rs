//! Dependencies that no code names and that are declared for their effect on a crate that is built
//! anyway: features that nobody else asks for, an exact version, or the package itself with features
//! for its tests.

use std::collections::BTreeSet;
use std::ptr;

use super::PackageInput;
use super::unify::Lost;
use crate::manifest::cargo::lock::{Lock, LockedPackage};
use crate::manifest::cargo::workspace::CargoWorkspace;
use crate::manifest::cargo::{CargoManifest, Dependency, DependencyKind};

/// Whether a dependency that nothing names may be there for its effect on a crate that is built
/// anyway. Without a lock file nobody can say who else brings a crate: who asks for an exact version or for
/// features, as for the vendored build of a native library, is then taken for one that forces.
pub(super) fn is_forcing(
    input: &PackageInput<'_>,
    dependency: &Dependency,
    locked: Option<&LockedPackage>,
    lost: Option<&Lost>,
) -> bool {
    let member = &input.workspace.members[input.at];
    if is_itself(member, dependency)
        || has_features_handed_on(member, dependency)
        || adds_to_members(input.workspace, dependency)
    {
        return true;
    }
    match (&input.workspace.lock, locked) {
        (Some(lock), Some(locked)) => forces(input, dependency, lock, locked, lost),
        _ => is_exact(dependency) || !dependency.features.is_empty(),
    }
}

/// A package that depends on itself switches on features of its own for its tests.
fn is_itself(member: &CargoManifest, dependency: &Dependency) -> bool {
    dependency.kind == DependencyKind::Dev && dependency.path.is_some() && dependency.package == member.name()
}

/// Whether features of the package itself switch features of the dependency on, which nobody could without the entry:
/// `bundled = ["libsqlite3-sys/bundled"]`.
fn has_features_handed_on(member: &CargoManifest, dependency: &Dependency) -> bool {
    let mut enables = member.features.iter().flat_map(|feature| &feature.enables);
    let is_ours = |key: &str| key.trim_end_matches('?') == dependency.key;
    dependency.kind == DependencyKind::Normal
        && enables.any(|enable| enable.split_once('/').is_some_and(|(key, _)| is_ours(key)))
}

/// Whether it asks for features of a crate that members of the workspace declare without them, for
/// the code that is built with them. Cargo joins the features of all who are built together.
fn adds_to_members(workspace: &CargoWorkspace, dependency: &Dependency) -> bool {
    let entries = workspace.members.iter().flat_map(|member| &member.dependencies);
    let others: Vec<&Dependency> = entries
        .filter(|entry| entry.package == dependency.package && entry.kind == DependencyKind::Normal)
        .filter(|entry| !ptr::eq(*entry, dependency))
        .collect();
    let listed: BTreeSet<&str> = others.iter().flat_map(|entry| features(entry)).collect();
    !others.is_empty() && features(dependency).any(|name| !listed.contains(name))
}

/// The features that an entry lists.
fn features(entry: &Dependency) -> impl Iterator<Item = &str> {
    entry.features.iter().map(|(name, _)| name.as_str())
}

/// Whether others bring the locked crate, and none of them with these features or in this version.
fn forces(
    input: &PackageInput<'_>,
    dependency: &Dependency,
    lock: &Lock,
    locked: &LockedPackage,
    lost: Option<&Lost>,
) -> bool {
    let others = lock.reached_without(input.workspace.members[input.at].name(), locked);
    if !others.is_empty() && is_exact(dependency) {
        // Forced is only who leaves the version open, which another member with a pin of its own does not.
        return others.iter().any(|other| !is_pinned_by(input.workspace, other, dependency));
    }
    let is_listed = |name: &str| features(dependency).any(|listed| listed == name);
    let is_lost = |lost: &Lost| lost.features.iter().any(|(package, name)| *package == locked.name && is_listed(name));
    match lost {
        Some(lost) if !lost.is_unread || is_lost(lost) => is_lost(lost),
        // Who else asks for the features is not known.
        _ => !others.is_empty() && !dependency.features.is_empty(),
    }
}

/// Whether it asks for one version.
fn is_exact(dependency: &Dependency) -> bool {
    dependency.requirement.as_deref().is_some_and(|requirement| requirement.trim_start().starts_with('='))
}

/// Whether a locked package is a member that pins the same crate itself.
fn is_pinned_by(workspace: &CargoWorkspace, package: &LockedPackage, dependency: &Dependency) -> bool {
    let member = workspace.member(&package.name).filter(|_| package.source.is_none());
    let entries = member.iter().flat_map(|member| &member.dependencies);
    entries.filter(|entry| entry.package == dependency.package).any(is_exact)
}
