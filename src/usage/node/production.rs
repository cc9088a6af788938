//! What of a Node project runs when the project does: the files that its manifest names as its entries, and what these load.
//! What only that needs is declared for run time, what only tests need is not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::super::own_code::OwnFile;
use super::super::tree::Part;
use super::super::{Loaded, Undeclared, brought, tools};
use super::json_at;
use super::manifests::Manifests;
use crate::artifact::Location;
use crate::input::files::{normalize, parent};
use crate::manifest::dependency::{Declared, MentionedBy, Scope};
use crate::platform::Language;

/// Keys of a manifest that name what others load or start.
const ENTRIES: [&str; 4] = ["main", "module", "exports", "bin"];
/// Scripts that run the project itself.
const STARTS: [&str; 3] = ["start", "start:prod", "serve"];
/// What runs a file that a script names.
const RUNNERS: [&str; 4] = ["node", "tsx", "ts-node", "nodemon"];
/// What a request may lack of the name of a file.
const ENDINGS: [&str; 12] =
    ["", ".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".jsx", ".tsx", "/index.js", "/index.ts", "/index.tsx"];

/// The files of a part of a project that run in production, by their paths.
pub(super) struct Production<'a> {
    /// Those that its entries or the scripts that start it lead to.
    reached: BTreeSet<&'a str>,
    /// Those that others load or start. Of a package with entries `start` is for who works on it.
    shipped: BTreeSet<&'a str>,
}

impl<'a> Production<'a> {
    /// Follows the manifest's entries. Nothing where none of them is a file that is here, or where a bundler may copy what
    /// is imported from any table.
    pub(super) fn of(facts: &Loaded<'_>, declared: &Declared, files: &[&'a OwnFile], part: &Part) -> Option<Self> {
        let scripts = declared.mentions.iter().filter(|mention| mention.by == MentionedBy::Script);
        let mut names = declared.dependencies.iter().map(|dependency| &dependency.name);
        let mut words = scripts.map(|mention| &mention.word);
        if names.any(|name| tools::may_copy(name)) || words.any(|word| tools::may_copy(word)) {
            return None;
        }
        let manifest = json_at(facts, &format!("{}package.json", part.folder()))?;
        let by_path: BTreeMap<&str, &OwnFile> = files.iter().map(|file| (&*file.path, *file)).collect();
        let from = |entries: &BTreeSet<String>| {
            let files = entries.iter().filter_map(|entry| source_of(&by_path, part.folder(), entry));
            loaded_from(&by_path, files.collect())
        };
        let (named, started) = (from(&entries(&manifest)), from(&starts(&manifest)));
        let reached: BTreeSet<&str> = named.union(&started).copied().collect();
        let shipped = if named.is_empty() { started } else { named };
        (!reached.is_empty()).then_some(Self { reached, shipped })
    }

    /// Imports that surely run, of packages that are declared for development alone and that nothing else brings.
    pub(super) fn only_for_development(
        &self,
        facts: &Loaded<'_>,
        declared: &Declared,
        files: &[&OwnFile],
        packages: &Manifests,
    ) -> Vec<Undeclared> {
        let of = |is_development: bool| {
            let fits = move |scope: &Scope| (*scope == Scope::Development) == is_development;
            let of_scope = declared.dependencies.iter().filter(move |dependency| fits(&dependency.scope));
            of_scope.map(|dependency| (&dependency.name, dependency.shared))
        };
        let others: BTreeSet<&Arc<str>> = of(false).map(|(name, _)| name).collect();
        if others.is_empty() {
            return Vec::new();
        }
        let brought = packages.brought_by(others.iter().copied());
        let is_given = |name: &Arc<str>| brought::by_host(name) || brought::by_any_runtime(Language::Node, name);
        let is_missing = |name: &Arc<str>| !others.contains(name) && !brought.contains(name) && !is_given(name);
        let judged: BTreeSet<&Arc<str>> =
            of(true).filter(|(name, shared)| !shared && is_missing(name)).map(|(name, _)| name).collect();
        let mut found: BTreeMap<&Arc<str>, Undeclared> = BTreeMap::new();
        for file in files.iter().filter(|file| self.shipped.contains(&*file.path) && !is_of_tests(&file.path)) {
            let Some(entry) = facts.artifact.find(&file.path) else { continue };
            for name in judged.iter().filter(|name| file.firm.contains(&****name)) {
                let location = Location::in_artifact(facts.artifact, entry, file.stated.get(&***name).copied());
                let first = || Undeclared { name: Arc::clone(name), location, command: None };
                found.entry(*name).or_insert_with(first);
            }
        }
        found.into_values().collect()
    }

    /// Whether a file is a test, which nothing loads that runs in production.
    pub(super) fn is_test(&self, path: &str) -> bool {
        is_of_tests(path) && !self.reached.contains(path)
    }

    /// Whether what runs in production imports some of what is declared for run time, so that the manifest speaks of it.
    pub(super) fn is_told_by(&self, declared: &Declared, files: &[&OwnFile]) -> bool {
        let runtime = || declared.dependencies.iter().filter(|dependency| dependency.scope == Scope::Runtime);
        let own = files.iter().filter(|file| self.reached.contains(&*file.path) && !is_of_tests(&file.path));
        own.into_iter().any(|file| runtime().any(|dependency| file.imports.contains(&*dependency.name)))
    }
}

/// Words of folders and files with tests.
const TESTS: [&str; 7] = ["test", "tests", "__tests__", "spec", "specs", "e2e", "cypress"];

fn is_of_tests(path: &str) -> bool {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    folder.split('/').any(|part| TESTS.contains(&part)) || [".test.", ".spec."].iter().any(|part| file.contains(part))
}

/// Some files and the own ones that they load, by their paths.
fn loaded_from<'a>(files: &BTreeMap<&str, &'a OwnFile>, mut open: Vec<&'a OwnFile>) -> BTreeSet<&'a str> {
    let mut reached: BTreeSet<&str> = open.iter().map(|file| &*file.path).collect();
    while let Some(file) = open.pop() {
        let folder = parent(&file.path);
        let beside = file.beside.iter().filter_map(|request| found(files, &joined(folder, request)));
        open.extend(beside.filter(|file| reached.insert(&file.path)));
    }
    reached
}

/// What a manifest names as entries: paths as they are written.
fn entries(manifest: &Json) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Json> = ENTRIES.iter().filter_map(|key| manifest.get(key)).collect();
    while let Some(value) = open.pop() {
        match value {
            Json::String(path) => drop(found.insert(path.clone())),
            Json::Array(items) => open.extend(items),
            Json::Object(table) => open.extend(table.iter().filter(|(key, _)| *key != "types").map(|(_, value)| value)),
            _ => {}
        }
    }
    found
}

/// The files that scripts of a manifest start the project by.
fn starts(manifest: &Json) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let scripts = STARTS.iter().filter_map(|name| manifest.get("scripts")?.get(name)?.as_str());
    for script in scripts {
        let words: Vec<&str> = script.split_whitespace().collect();
        let runner = words.iter().position(|word| RUNNERS.contains(word));
        let file =
            runner.and_then(|at| words.get(at + 1..)).and_then(|rest| rest.iter().find(|word| !word.starts_with('-')));
        found.extend(file.map(|file| (*file).to_owned()));
    }
    found
}

/// The own file that an entry is, or that it is made of: `dist/cli.js` of `src/cli.ts`.
fn source_of<'a>(files: &BTreeMap<&str, &'a OwnFile>, folder: &str, entry: &str) -> Option<&'a OwnFile> {
    let folder = folder.trim_end_matches('/');
    let path = joined(folder, entry);
    if let Some(file) = found(files, &path) {
        return Some(file);
    }
    let plain = entry.trim_start_matches("./");
    let (_, inside) = plain.split_once('/')?;
    let stem = inside.rsplit_once('.').map_or(inside, |(stem, _)| stem);
    let made_of = [format!("src/{stem}"), stem.to_owned()];
    made_of.iter().find_map(|path| found(files, &joined(folder, path)))
}

/// The own file that a path leads to. A compiler writes `.js` where the source ends in `.ts`.
fn found<'a>(files: &BTreeMap<&str, &'a OwnFile>, path: &str) -> Option<&'a OwnFile> {
    let with = |path: &str| ENDINGS.iter().find_map(|ending| files.get(&*format!("{path}{ending}")).copied());
    with(path).or_else(|| {
        let (stem, ending) = path.rsplit_once('.')?;
        let source = match ending {
            "js" | "jsx" => ["ts", "tsx"],
            "mjs" => ["mts", "mjs"],
            "cjs" => ["cts", "cjs"],
            _ => return None,
        };
        source.iter().find_map(|ending| files.get(&*format!("{stem}.{ending}")).copied())
    })
}

/// A path from a folder, without dots. Manifests begin what is inside the package with `/` as well.
fn joined(folder: &str, path: &str) -> String {
    normalize(&format!("{folder}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stand_in_many_places() {
        let manifest = serde_json::json!({
            "main": "lib/a.js", "exports": { ".": { "types": "./x.d.ts", "import": ["./b.mjs"] } }, "bin": { "c": "bin/c.js" },
            "scripts": { "start": "NODE_ENV=production node --enable-source-maps d.js --port 1", "test": "node e.js" },
        });
        assert_eq!(entries(&manifest).into_iter().collect::<Vec<_>>(), ["./b.mjs", "bin/c.js", "lib/a.js"]);
        assert_eq!(starts(&manifest).into_iter().collect::<Vec<_>>(), ["d.js"]);
    }

    #[test]
    fn files_of_tests_are_told_by_their_names() {
        assert!(is_of_tests("a/__tests__/x.js") && is_of_tests("a.spec.ts") && !is_of_tests("src/latest.ts"));
    }
}
