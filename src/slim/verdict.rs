use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::named::named;
use super::{Level, Quoted, Removal, unnamed_services};
use crate::artifact::{Artifact, Entry, EntryId, LAYER_ROOT};
use crate::package::owners::PackageId;
use crate::platform::Language;
use crate::usage::{Loaded, Usage};
use crate::{knowledge, text};

/// A module larger than this is not looked at for what it reads.
const LARGEST: u64 = 1 << 20;

/// A kind of files that can go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    name: String,
    level: Level,
    /// Names of folders that it is in.
    #[serde(default)]
    folders: Vec<String>,
    /// Files in such a folder that show it to hold code.
    #[serde(default)]
    without: Vec<String>,
    /// Names of files.
    #[serde(default)]
    names: Vec<String>,
    /// Path parts that exempt a file.
    #[serde(default)]
    unless: Vec<String>,
    /// Packages that it is looked for in; all when empty.
    #[serde(default)]
    inside: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kinds {
    /// Calls by which code reads what lies in a folder.
    reading: Vec<String>,
    kind: Vec<Kind>,
}

knowledge::table! {
    static KINDS: Kinds = "slim.toml", tested by the_kinds_of_files_read;
}

/// The files that can go at a level, in path order, each with the surest kind that it is of.
#[must_use]
pub fn plan(loaded: &Loaded<'_>, usage: &Usage, level: Level) -> Vec<Removal> {
    let artifact = loaded.artifact;
    let stays = Stays::new(loaded);
    let mut removals: FxHashMap<EntryId, Removal> = FxHashMap::default();
    let add = |removals: &mut FxHashMap<EntryId, Removal>, entry: EntryId, kind: &'static str, of: Level| {
        let known = removals.get(&entry).is_some_and(|removal| removal.level <= of);
        if of <= level && !known && !stays.has(entry, artifact) {
            removals.insert(entry, Removal { entry, kind, level: of });
        }
    };
    for kind in &KINDS.kind {
        let code = folders_with_code(kind, artifact, &stays);
        for (id, entry) in artifact.entries().filter(|(id, entry)| kind.means(loaded, *id, entry)) {
            if kind.folder_of(&entry.path).is_none_or(|folder| !code.contains(folder)) {
                add(&mut removals, id, &kind.name, kind.level);
            }
        }
    }
    // A package goes as a whole, or keeps what its code names.
    let kinds: Vec<EntryId> = removals.keys().copied().collect();
    let named = named(loaded, &kinds, &KINDS.reading);
    removals.retain(|id, _| !named.contains(id));
    for id in unnamed_services(loaded, &[], &mut Quoted::default()).into_iter().flatten().flat_map(|(_, files)| files) {
        add(&mut removals, id, "service models that no code names", Level::Caution);
    }
    for id in never_loaded(loaded, usage, &stays) {
        add(&mut removals, id, "packages that nothing loads", Level::Danger);
    }
    let mut removals: Vec<Removal> = removals.into_values().collect();
    removals.sort_by_key(|removal| removal.entry);
    removals
}

/// Whether code reads a file at run time that looks like one which can go, as the compiler of TypeScript reads its
/// `lib.*.d.ts`.
#[must_use]
pub fn is_read_at_run_time(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let fits = |kind: &&Kind| kind.names.iter().any(|pattern| text::matches(pattern, name));
    KINDS.kind.iter().filter(fits).any(|kind| kind.exempts(path))
}

impl Kind {
    fn exempts(&self, path: &str) -> bool {
        path.split('/').any(|part| self.unless.iter().any(|unless| unless == part))
    }

    fn means(&self, loaded: &Loaded<'_>, id: EntryId, entry: &Entry) -> bool {
        let Some(owner) = loaded.packages.owner(id) else { return false };
        let package = &loaded.packages.package(owner).name;
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        let fits = self.folder_of(&entry.path).is_some() || self.names.iter().any(|n| text::matches(n, name));
        fits && (self.inside.is_empty() || self.inside.iter().any(|inside| **inside == **package))
            && !self.exempts(&entry.path)
    }

    /// The outermost folder of this kind that a file is in. A package itself is none: `tests` may be its name.
    fn folder_of<'p>(&self, path: &'p str) -> Option<&'p str> {
        let mut start = 0;
        let mut before = "";
        for part in path.split('/') {
            let end = start + part.len();
            let is_package = before.is_empty() || before == "node_modules" || before.starts_with('@');
            if end < path.len() && !is_package && self.folders.iter().any(|folder| folder == part) {
                return Some(&path[..end]);
            }
            before = part;
            start = end + 1;
        }
        None
    }
}

/// Folders of a kind that hold code: something reaches a file in them, or a file says so.
fn folders_with_code<'a>(kind: &Kind, artifact: &'a Artifact, stays: &Stays) -> FxHashSet<&'a str> {
    let mut code = FxHashSet::default();
    let points = entry_points(artifact);
    for (id, entry) in artifact.entries() {
        let Some(folder) = kind.folder_of(&entry.path).filter(|folder| !code.contains(folder)) else { continue };
        if !points.is_empty() && points.contains(&folder.replace('/', ".")) {
            code.insert(folder);
        }
        let name = entry.path.rsplit('/').next().unwrap_or_default();
        if stays.reached.get(id.0 as usize) == Some(&true) || kind.without.iter().any(|without| without == name) {
            code.insert(folder);
        }
    }
    code
}

/// What distributions offer as plug-ins and commands, by the names of modules.
fn entry_points(artifact: &Artifact) -> String {
    let files = artifact.entries().filter(|(_, entry)| entry.path.ends_with("-info/entry_points.txt"));
    let texts = files.filter_map(|(id, _)| artifact.read(id).ok());
    texts.map(|text| String::from_utf8_lossy((*text).as_ref()).into_owned() + "\n").collect()
}

/// What stays whatever it is.
struct Stays {
    reached: Vec<bool>,
    /// Stubs that a lazy loader reads.
    stubs: BTreeSet<EntryId>,
    maps: bool,
}

impl Stays {
    fn new(loaded: &Loaded<'_>) -> Self {
        let reached = loaded.graph.reached_entries(loaded.artifact.entries().len());
        let stubs = stubs(loaded.artifact);
        let options = loaded.environment.get("NODE_OPTIONS").map(String::as_str).unwrap_or_default();
        let reads_maps = |module: &crate::graph::Module| module.name.contains("node_modules/source-map-support/");
        let maps = options.contains("--enable-source-maps") || loaded.graph.modules.iter().any(reads_maps);
        Self { reached, stubs, maps }
    }

    fn has(&self, id: EntryId, artifact: &Artifact) -> bool {
        let path = &artifact.entry(id).path;
        self.reached.get(id.0 as usize) != Some(&false)
            || self.stubs.contains(&id)
            || (self.maps && path.ends_with(".map"))
            || path.starts_with(LAYER_ROOT)
            || path.split('/').any(|part| part.ends_with(".libs"))
            || path.contains(".dist-info/")
            || path.contains(".egg-info/")
    }
}

/// Stubs beside a package's code that hands them to `lazy_loader`.
fn stubs(artifact: &Artifact) -> BTreeSet<EntryId> {
    let beside = |entry: &Entry| {
        let source = artifact.find(entry.path.strip_suffix('i')?)?;
        let small = artifact.entry(source).bytes <= LARGEST;
        let text = small.then(|| artifact.read(source).ok()).flatten()?;
        Some(memchr::memmem::find((*text).as_ref(), b"attach_stub").is_some())
    };
    let stubs = artifact.entries().filter(|(_, entry)| entry.path.ends_with(".pyi"));
    stubs.filter(|(_, entry)| beside(entry).unwrap_or(false)).map(|(id, _)| id).collect()
}

/// Files of packages that no closure reaches and nothing asks for, by name or in data that stands for objects.
fn never_loaded(loaded: &Loaded<'_>, usage: &Usage, stays: &Stays) -> Vec<EntryId> {
    let language = loaded.language;
    if !matches!(language, Language::Python | Language::Node) || pickles(loaded.artifact) {
        return Vec::new();
    }
    let is_reached = |package: PackageId| {
        let entries = &loaded.packages.package(package).entries;
        entries.iter().any(|entry| stays.reached.get(entry.0 as usize) == Some(&true))
    };
    let packages = loaded
        .packages
        .with_ids()
        .filter(|(id, package)| !package.entries.is_empty() && !is_reached(*id) && !usage.is_asked_for(&package.name));
    packages.flat_map(|(_, package)| package.entries.iter().copied()).collect()
}

/// Whether the package holds pickled objects, which name the modules that they need.
fn pickles(artifact: &Artifact) -> bool {
    let kinds = [".pkl", ".pickle", ".joblib", ".dill"];
    artifact.entries().any(|(_, entry)| kinds.iter().any(|kind| entry.path.ends_with(kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_a_kind_are_inside_packages() {
        let tests = KINDS.kind.iter().find(|kind| kind.name == "tests").unwrap();
        assert_eq!(tests.folder_of("numpy/core/tests/test_a.py"), Some("numpy/core/tests"));
        for path in ["tests/a.py", "node_modules/tests/a.js", "node_modules/@x/tests/a.js", "numpy/testing/a.py"] {
            assert_eq!(tests.folder_of(path), None, "{path}");
        }
    }
}
