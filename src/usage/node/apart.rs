//! Projects within a project that are no parts of it: what such a one declares itself, its files ask it for, and not the one
//! around it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::super::Loaded;
use super::super::own_code::OwnFile;
use super::super::tree::Part;
use super::json_at;

/// The tables by which a project has packages of its own installed.
const TABLES: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

/// What the projects within a part declare, by their folders.
pub(super) struct Apart<'a> {
    part: &'a Part,
    declared: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Apart<'a> {
    /// Reads their manifests, as far as some of the files lie in them.
    pub(super) fn of<'p>(facts: &Loaded<'_>, part: &'a Part, paths: impl Iterator<Item = &'p str>) -> Self {
        let mut declared = BTreeMap::new();
        for folder in paths.filter_map(|path| part.project_of(path)) {
            declared.entry(folder.to_owned()).or_insert_with(|| declared_in(facts, folder));
        }
        Self { part, declared }
    }

    /// Whether a file belongs to a project that declares a package itself.
    pub(super) fn has(&self, path: &str, name: &str) -> bool {
        self.of_file(path).is_some_and(|declared| declared.contains(name))
    }

    /// A file without what it asks its own project for.
    pub(super) fn rest<'f>(&self, file: &'f OwnFile) -> Cow<'f, OwnFile> {
        let Some(declared) = self.of_file(&file.path).filter(|declared| !declared.is_empty()) else {
            return Cow::Borrowed(file);
        };
        let mut rest = file.clone();
        for names in [&mut rest.imports, &mut rest.types, &mut rest.told, &mut rest.words] {
            names.retain(|name| !declared.contains(name));
        }
        Cow::Owned(rest)
    }

    fn of_file(&self, path: &str) -> Option<&BTreeSet<String>> {
        self.declared.get(self.part.project_of(path)?)
    }
}

fn declared_in(facts: &Loaded<'_>, folder: &str) -> BTreeSet<String> {
    let Some(manifest) = json_at(facts, &format!("{folder}package.json")) else { return BTreeSet::new() };
    let tables = TABLES.iter().filter_map(|table| manifest.get(table).and_then(Json::as_object));
    tables.flat_map(|table| table.keys().cloned()).collect()
}
