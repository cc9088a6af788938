//! Whose the modules of a graph are.

use super::{ModuleGraph, ModuleId};
use crate::package::owners::{Ecosystem, Package, PackageId, Packages};

impl Packages {
    /// Adds the packages of which a bundle holds modules, with the bytes that they take there.
    pub fn add_bundled(&mut self, graph: &ModuleGraph) {
        for bundled in &graph.bundled {
            let Some(name) = &bundled.package else { continue };
            let next = PackageId(self.packages.len() as u32);
            let id = *self.bundled.entry(name.clone()).or_insert(next);
            if id == next {
                self.packages.push(Package {
                    name: name.clone(),
                    version: None,
                    ecosystem: Ecosystem::Npm,
                    entries: Vec::new(),
                    bytes: 0,
                    manifest: None,
                });
            }
            if let Some(package) = self.packages.get_mut(id.0 as usize) {
                package.bytes += graph.module(bundled.module).bytes;
            }
        }
    }

    /// The package that a module belongs to; `None` for the function's own code and for what the
    /// runtime brings.
    #[must_use]
    pub fn of_module(&self, graph: &ModuleGraph, id: ModuleId) -> Option<PackageId> {
        match graph.module(id).entry {
            Some(entry) => self.owner(entry),
            None => self.bundled.get(graph.bundled(id)?.package.as_ref()?).copied(),
        }
    }
}
