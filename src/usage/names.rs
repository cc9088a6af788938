//! Which modules a distribution provides: from its files when it is installed, otherwise as its name tells.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Loaded;
use crate::manifest::dependency::Declared;
use crate::manifest::python::import_names;

/// Import names of all distributions that are installed or declared.
#[derive(Debug)]
pub(super) struct Names {
    imports: BTreeMap<Arc<str>, Vec<String>>,
    /// Dotted names that one distribution alone provides modules of.
    providers: BTreeMap<String, BTreeSet<Arc<str>>>,
}

impl Names {
    pub(super) fn of(facts: &Loaded<'_>, declared: &Declared) -> Self {
        let mut imports: BTreeMap<Arc<str>, Vec<String>> = BTreeMap::new();
        for (id, package) in facts.packages.with_ids() {
            let tops = facts.packages.top_modules(facts.artifact, id);
            // Of some only the metadata is left, which says nothing of modules.
            let names = || match tops.is_empty() {
                true => import_names(&package.name),
                false => tops.iter().cloned().collect(),
            };
            imports.entry(package.name.clone()).or_insert_with(names);
        }
        for dependency in &declared.dependencies {
            imports.entry(dependency.name.clone()).or_insert_with(|| import_names(&dependency.name));
        }
        let mut providers: BTreeMap<String, BTreeSet<Arc<str>>> = BTreeMap::new();
        for (distribution, names) in &imports {
            for name in names {
                providers.entry(name.to_ascii_lowercase()).or_default().insert(distribution.clone());
            }
        }
        Self { imports, providers }
    }

    /// All distributions.
    pub(super) fn distributions(&self) -> impl Iterator<Item = &Arc<str>> {
        self.imports.keys()
    }

    /// The modules of a distribution, as deep as it takes to tell it from others.
    pub(super) fn imports(&self, distribution: &str) -> &[String] {
        self.imports.get(distribution).map_or(&[], Vec::as_slice)
    }

    /// The distributions that an import of this name may load from.
    pub(super) fn providers(&self, import: &str) -> impl Iterator<Item = &Arc<str>> {
        let import = import.to_ascii_lowercase();
        let mut at = Some(&*import);
        let mut found = None;
        while let Some(name) = at.filter(|_| found.is_none()) {
            found = self.providers.get(name);
            at = name.rsplit_once('.').map(|(parent, _)| parent);
        }
        found.into_iter().flatten()
    }
}
