//! What features switch on, by a manifest alone.

use std::collections::BTreeSet;

use super::super::PackageInput;
use super::NEVER_REPORTED;
use crate::lang::rust::cfg::may_hold_on_lambda;
use crate::manifest::cargo::{CargoManifest, Dependency};

/// What a feature and those that it implies switch on.
pub(super) fn enabled_by<'a>(manifest: &'a CargoManifest, feature: &str) -> Vec<&'a str> {
    let closure = manifest.feature_closure(manifest.features.iter().map(|f| f.name.as_str()).filter(|f| *f == feature));
    let features = manifest.features.iter().filter(|f| closure.contains(f.name.as_str()));
    features.flat_map(|f| &f.enables).map(String::as_str).collect()
}

/// Features that are on with some, without those that are never taken away.
pub(super) fn visible(manifest: &CargoManifest, features: &[&str]) -> BTreeSet<String> {
    let closure = manifest.feature_closure(features.iter().copied());
    closure.into_iter().filter(|name| !NEVER_REPORTED.contains(name)).map(str::to_string).collect()
}

/// Features of other crates among what is switched on, with the keys of the crates.
pub(super) fn forwards<'a>(enables: impl IntoIterator<Item = &'a &'a str>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let split = enables.into_iter().filter_map(|enable| enable.split_once('/'));
    split.map(|(key, name)| (key.trim_end_matches('?'), name))
}

/// Whether what a feature switches on is no crate where the package runs.
pub(super) fn is_inert(manifest: &CargoManifest, enables: &[&str], only_lambda: bool) -> bool {
    let reaches = |enable: &&str| {
        let key = enable.strip_prefix("dep:").unwrap_or(enable).split(['/', '?']).next().unwrap_or_default();
        let mut declared = manifest.dependencies.iter().filter(|d| d.key == key).peekable();
        let may_hold = |target: &str| !only_lambda || may_hold_on_lambda(target);
        declared.peek().is_some() && declared.any(|d| d.target.as_deref().is_none_or(may_hold))
    };
    !enables.iter().any(reaches)
}

/// Optional dependencies that a feature switches on.
pub(super) fn crates_of<'a>(manifest: &'a CargoManifest, feature: &str) -> Vec<&'a Dependency> {
    let mut keys: BTreeSet<&str> =
        enabled_by(manifest, feature).into_iter().map(|enable| enable.strip_prefix("dep:").unwrap_or(enable)).collect();
    keys.insert(feature);
    manifest.dependencies.iter().filter(|below| below.optional && keys.contains(below.key.as_str())).collect()
}

/// Procedural macros that some features are handed on to, by the key they are declared under: they write other code then.
pub(super) fn macros_told(
    input: &PackageInput<'_>,
    manifest: &CargoManifest,
    enables: &BTreeSet<&str>,
) -> BTreeSet<String> {
    let told: BTreeSet<&str> = forwards(enables).map(|(key, _)| key).collect();
    let is_macro = |below: &&Dependency| {
        let lock = input.workspace.lock.as_ref();
        let mut locked =
            lock.into_iter().flat_map(|lock| lock.named(&below.package).iter().map(|at| &lock.packages[*at]));
        locked.any(|locked| {
            let source = input.registry.find(&locked.name, &locked.version);
            source.is_some_and(|source| source.manifest.is_proc_macro())
        })
    };
    let told = manifest.dependencies.iter().filter(|below| told.contains(below.key.as_str()));
    told.filter(is_macro).map(|below| below.key.clone()).collect()
}
