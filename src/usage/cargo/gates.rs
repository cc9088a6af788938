//! What the features of other crates switch on, read once for each crate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;

use super::expansion::Source;
use super::{features, usage};
use crate::input::files;
use crate::lang::rust::crates::{CrateFiles, Gates};
use crate::manifest::cargo::lock::Lock;
use crate::manifest::cargo::registry::Registry;
use crate::manifest::cargo::workspace::CargoWorkspace;
use crate::manifest::cargo::{CargoManifest, Dependency, DependencyKind};

/// A crate's gates, once somebody has asked for them.
type Slot = Arc<OnceLock<Arc<Gates>>>;

/// Package name, version, and the features that were asked about.
type Question = (String, String, BTreeSet<String>);

/// Gates by what was asked.
#[derive(Debug, Default)]
pub(crate) struct KnownGates {
    slots: Mutex<BTreeMap<Question, Slot>>,
    /// All that several members may ask about one crate, by its name and version.
    shared: BTreeMap<(String, String), BTreeSet<String>>,
}

impl KnownGates {
    /// What several members ask about one crate is read together.
    pub(super) fn new(workspace: &CargoWorkspace, registry: &Registry) -> Self {
        if workspace.members.len() < 2 {
            return Self::default();
        }
        let asked = workspace.members.par_iter().map(|member| asked_by(member, workspace.lock.as_ref(), registry));
        let asked: Vec<_> = asked.collect();
        let mut shared: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        let mut several = BTreeSet::new();
        for (key, features) in asked.into_iter().flatten() {
            let known = shared.entry(key.clone()).or_default();
            if !known.is_empty() && *known != features {
                several.insert(key);
            }
            known.extend(features);
        }
        shared.retain(|key, _| several.contains(key));
        Self { slots: Mutex::default(), shared }
    }

    pub(super) fn of(&self, source: &Source<'_>, features: &BTreeSet<String>) -> Arc<Gates> {
        let manifest = source.manifest();
        let version = manifest.package.as_ref().and_then(|package| package.version.clone());
        let Some(version) = version else { return Arc::new(read(source, features)) };
        let key = (manifest.name().to_string(), version);
        let features = self.shared.get(&key).filter(|all| all.is_superset(features)).unwrap_or(features);
        let key = (key.0, key.1, features.clone());
        let slot = Arc::clone(self.slots.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        Arc::clone(slot.get_or_init(|| Arc::new(read(source, features))))
    }
}

/// Names and versions of crates, and the features that a member may ask about.
fn asked_by(
    member: &CargoManifest,
    lock: Option<&Lock>,
    registry: &Registry,
) -> Vec<((String, String), BTreeSet<String>)> {
    let of = |dependency: &Dependency| {
        let locked = lock?.resolve(member.name(), &dependency.package, dependency.requirement.as_deref())?;
        let source = registry.find(&locked.name, &locked.version)?;
        let features = features::visible_of(dependency, &source.manifest);
        Some(((locked.name.clone(), locked.version.clone()), features))
    };
    let normal = member.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal && d.path.is_none());
    normal.filter_map(of).filter(|(_, features)| !features.is_empty()).collect()
}

fn read(source: &Source<'_>, features: &BTreeSet<String>) -> Gates {
    let (folder, tree) = match source {
        Source::Member(manifest, _) => (manifest.folder.clone(), source.files()),
        Source::Registry(_) => (String::new(), source.files()),
    };
    let lib = source.manifest().lib.as_ref().and_then(|lib| lib.path.clone()).unwrap_or_else(|| "src/lib.rs".into());
    let texts = source.texts();
    let by_path: BTreeMap<&str, &Arc<str>> = texts.iter().map(|(path, text)| (path.as_str(), text)).collect();
    let text = |path: &str| by_path.get(path).map(|text| Arc::clone(text)).or_else(|| tree.text(path).ok());
    let module = |file: &str, is_root: bool, path: &[String], explicit: Option<&str>| {
        usage::module_file(tree, file, is_root, path, explicit)
    };
    Gates::read(&files::join(&folder, &lib), &CrateFiles { text: &text, module: &module }, &texts, features)
}
