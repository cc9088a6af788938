//! What rules may ask about npm packages.

use serde_json::Value as Json;

use super::FunctionFacts;
use crate::artifact::EntryId;
use crate::graph::ModuleId;
use crate::manifest::node;
use crate::package::owners::PackageId;

impl FunctionFacts {
    /// A JSON file of the package of a manifest's size.
    #[must_use]
    pub fn manifest_json(&self, entry: EntryId) -> Option<Json> {
        node::json(&self.artifact, entry)
    }

    /// Whether a manifest between an own module and the root of the package declares an npm
    /// package, for any scope: members of a workspace have manifests of their own.
    #[must_use]
    pub fn declares_around(&self, module: ModuleId, name: &str) -> bool {
        let Some(entry) = self.graph.module(module).entry else { return false };
        let mut folder = &*self.artifact.entry(entry).path;
        while let Some((outer, _)) = folder.rsplit_once('/') {
            folder = outer;
            let manifest = self.artifact.find(&format!("{folder}/package.json"));
            let Some(manifest) = manifest.and_then(|entry| self.manifest_json(entry)) else { continue };
            let tables = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
            if tables.iter().any(|table| manifest.get(table).is_some_and(|table| table.get(name).is_some())) {
                return true;
            }
        }
        false
    }

    /// Whether code may import other files of an npm package than its main one: it lists several
    /// entry points, or does not restrict them.
    #[must_use]
    pub fn offers_parts(&self, package: PackageId) -> bool {
        let Some(manifest) = self.packages.package(package).manifest.and_then(|entry| self.manifest_json(entry)) else {
            return false;
        };
        match manifest.get("exports") {
            None => true,
            Some(Json::Object(exports)) => {
                let parts = exports.keys().filter(|key| key.starts_with("./") && *key != "./package.json");
                parts.count() > 0
            }
            Some(_) => false,
        }
    }
}
