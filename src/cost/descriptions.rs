//! What Node parses of the descriptions of packages, again for each import of an ES module.
//!
//! Up to 20, the parsed `package.json` was kept. Since 22 the loader keeps its text and parses `exports` and `imports`
//! anew whenever it asks of what format a file is, which it does for each import that leads to a file whose name does
//! not tell, and some more times where a package is asked for by its name.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::CostInput;
use crate::artifact::{Artifact, EntryId};
use crate::graph::{Module, Phase};
use crate::knowledge;
use crate::package::package_json::resolving_bytes;
use crate::platform::Language;

/// What parsing descriptions again takes, from one version of a runtime on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    language: Language,
    /// The first major version.
    since: u16,
    /// Milliseconds per kilobyte of `exports` and `imports`, for each import by path.
    per_kb: f64,
    /// How many times that is for an import by the name of a package.
    by_name: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Versions {
    described: Vec<Described>,
}

knowledge::table! {
    static VERSIONS: Versions = "runtime_versions.toml", tested by the_versions_of_runtimes_read;
}

/// What holds for a version: what stands for the latest one that is not later.
fn described(language: Language, version: u16) -> Option<&'static Described> {
    let known = VERSIONS.described.iter().filter(|one| one.language == language && one.since <= version);
    known.max_by_key(|one| one.since)
}

/// Milliseconds on the machine of the fit, by the module that is imported.
pub(super) fn parsed_again(input: &CostInput<'_>) -> Vec<(usize, f64)> {
    let runtime = &input.spec.runtime;
    let Some(described) = described(runtime.language(), runtime.version().0) else { return Vec::new() };
    let mut scopes = Scopes { artifact: input.artifact, known: FxHashMap::default() };
    let mut seen = FxHashSet::default();
    let mut costs = Vec::new();
    for import in input.graph.imports.iter().filter(|import| import.phase == Phase::Init) {
        let (importer, target) = (input.graph.module(import.site.importer), input.graph.module(import.target));
        let Some(entry) = asked_for(importer, target, input.artifact) else { continue };
        if !seen.insert((import.site, import.target)) {
            continue;
        }
        let is_other = importer.entry.map(|entry| input.packages.owner(entry)) != Some(input.packages.owner(entry));
        let times = if is_other { described.by_name } else { 1.0 };
        let kb = scopes.kilobytes(folder(&input.artifact.entry(entry).path));
        if kb > 0.0 {
            costs.push((import.target.0 as usize, kb * times * described.per_kb));
        }
    }
    costs
}

/// The file that an ES module imports, where the description of its package says of what format it is.
fn asked_for(importer: &Module, target: &Module, artifact: &Artifact) -> Option<EntryId> {
    let entry = target.entry.filter(|_| importer.weight.linked > 0 && !target.preloaded)?;
    let name = artifact.entry(entry).path.rsplit('/').next()?;
    let tells = name.rsplit_once('.').is_some_and(|(_, extension)| extension != "js");
    (!tells).then_some(entry)
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The descriptions that hold for folders.
struct Scopes<'a> {
    artifact: &'a Artifact,
    known: FxHashMap<&'a str, f64>,
}

impl<'a> Scopes<'a> {
    /// What is parsed of the nearest description.
    fn kilobytes(&mut self, at: &'a str) -> f64 {
        if let Some(known) = self.known.get(at) {
            return *known;
        }
        let path = if at.is_empty() { "package.json".to_owned() } else { format!("{at}/package.json") };
        let kb = match self.artifact.find(&path) {
            Some(id) => resolving_bytes(self.artifact, id) as f64 / 1e3,
            None if at.is_empty() || at.ends_with("/node_modules") => 0.0,
            None => self.kilobytes(folder(at)),
        };
        self.known.insert(at, kb);
        kb
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_takes_what_stands_for_the_latest_before_it() {
        let since = |language, version| described(language, version).map(|one| one.since);
        assert_eq!([since(Language::Node, 20), since(Language::Node, 23)], [None, Some(22)]);
        assert_eq!([since(Language::Node, 26), since(Language::Python, 3)], [Some(24), None]);
    }
}
