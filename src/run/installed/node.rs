//! `node_modules` up the tree, in the layouts of npm, pnpm and Yarn: what of it a package needs, as npm would lay it out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Around, LARGEST_MANIFEST, at, upwards, wall};
use crate::assemble::{Content, FunctionSpec, Installs};
use crate::input::{self, Installed, InstalledFile, Limits, seen};
use crate::manifest::node::{is_name, package_of_request};
use crate::run::shelf::Shelf;
use crate::run::shown;

/// The folder of packages.
const FOLDER: &str = "node_modules";
/// Packages that are put together.
const MOST_PACKAGES: usize = 5_000;
/// Folders of packages within each other.
const DEEPEST: usize = 12;
/// Own files that are searched for imports.
pub(super) const MOST_FILES: usize = 2_000;
/// Larger files are not.
pub(super) const LARGEST: u64 = 1 << 20;
/// Larger files are not taken for what a bundler has written.
const LARGEST_BUNDLE: u64 = 32 << 20;
/// Files that a bundler writes for one function at most; more are sources.
const MOST_BUNDLES: usize = 200;

/// What makes a package of a function's source tree.
pub(super) fn around(spec: &FunctionSpec, shelf: &Shelf) -> Around {
    let folder = Path::new(&spec.code);
    let installs = spec.installs;
    let own = seen::is_dir(&at(folder).join(FOLDER));
    let mut roots = match installs {
        Installs::Nothing => return Around::default(),
        Installs::Declared | Installs::Production | Installs::Guessed if !own && is_bundle(folder, spec, shelf) => {
            return Around::default();
        }
        // A folder that has its packages may be what is uploaded.
        Installs::Guessed if own && !leads_out(folder) => return Around::default(),
        // What is declared for development alone stays behind; what nothing declares is taken along.
        Installs::Production | Installs::Guessed if own => {
            declared(folder).into_iter().chain(undeclared(folder)).collect()
        }
        Installs::Declared | Installs::Production => declared(folder),
        Installs::Bundled | Installs::Guessed => {
            declared(folder).into_iter().chain(imports(folder)).chain(imports_outside(spec)).collect()
        }
    };
    roots.retain(|name| !spec.is_left_outside(name));
    let without = vec![FOLDER.to_owned()];
    let installed = taken(folder, &roots, &|name| spec.is_left_outside(name), shelf);
    // Where something is declared and nothing of it is found, what is there stays.
    let is_told = nearest(folder).is_some() && declared(folder).is_empty();
    if installed.is_none() && own && !is_told { Around::default() } else { Around { without, installed } }
}

/// Whether a folder has no manifest of its own and its code asks for no package that lies around it: what a bundler has
/// written, which is whole as it is. The runtime brings the SDK.
fn is_bundle(folder: &Path, spec: &FunctionSpec, shelf: &Shelf) -> bool {
    let sdk = spec.runtime.sdk(spec.platform);
    let is_brought = |name: &str| sdk.is_some_and(|sdk| sdk.has(name));
    if seen::is_file(&at(folder).join("package.json")) {
        return false;
    }
    let Ok(files) = input::files_below(at(folder), &[FOLDER.to_owned()], &Limits::default()) else { return false };
    let sources: Vec<_> = files.into_iter().filter(|(path, _)| is_source(path)).collect();
    let is_script = |path: &str| [".js", ".mjs", ".cjs"].iter().any(|ending| path.ends_with(ending));
    let may_be = sources.iter().all(|(path, bytes)| is_script(path) && *bytes <= LARGEST_BUNDLE);
    if sources.is_empty() || sources.len() > MOST_BUNDLES || !may_be {
        return false;
    }
    let mut asked = BTreeSet::new();
    for (path, _) in &sources {
        let Ok(text) = input::read_text_file(&folder.join(path), LARGEST_BUNDLE) else { return false };
        let names = requests(&text).filter_map(package_of_request).filter(|name| !is_brought(name));
        asked.extend(names.map(str::to_owned));
    }
    taken(folder, &asked, &|_| false, shelf).is_none()
}

/// Whether packages of a folder are links out of it: a workspace's own, `file:` dependencies, a store's.
fn leads_out(folder: &Path) -> bool {
    let Ok(own) = seen::canonicalize(at(folder)) else { return false };
    let inside = |folder: &Path| {
        let entries = seen::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let packages = inside(&at(folder).join(FOLDER)).into_iter().flat_map(|place| {
        let is_scope = place.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"@"));
        if is_scope { inside(&place) } else { vec![place] }
    });
    let mut links = packages.filter(|place| seen::symlink_metadata(place).is_ok_and(|metadata| metadata.is_symlink()));
    links.any(|place| seen::canonicalize(&place).is_ok_and(|real| !real.starts_with(&own)))
}

/// What files outside of the folder ask for that are put beside it.
fn imports_outside(spec: &FunctionSpec) -> BTreeSet<String> {
    let Content::Parts { parts, .. } = &spec.content else { return BTreeSet::new() };
    imports_of(parts.iter().map(|part| part.from.clone()).filter(|file| is_source(&file.to_string_lossy())))
}

/// The same for a project whose packages are further up.
pub(super) fn of_project(folder: &Path, shelf: &Shelf) -> Around {
    if seen::is_dir(&at(folder).join(FOLDER)) {
        return Around::default();
    }
    Around { without: Vec::new(), installed: taken(folder, &declared(folder), &|_| false, shelf) }
}

/// What the nearest manifest declares for run time.
fn declared(folder: &Path) -> BTreeSet<String> {
    nearest(folder).map(|manifest| names(&manifest, &["dependencies", "optionalDependencies"])).unwrap_or_default()
}

/// What code asks for and the nearest manifest does not declare for development.
fn undeclared(folder: &Path) -> BTreeSet<String> {
    let development = nearest(folder).map(|manifest| names(&manifest, &["devDependencies"])).unwrap_or_default();
    imports(folder).into_iter().filter(|name| !development.contains(name)).collect()
}

fn nearest(folder: &Path) -> Option<Value> {
    upwards(folder).into_iter().find_map(|folder| manifest(&folder))
}

fn manifest(folder: &Path) -> Option<Value> {
    let text = input::read_text_file(&folder.join("package.json"), LARGEST_MANIFEST).ok()?;
    serde_json::from_str(&text).ok()
}

fn names(manifest: &Value, tables: &[&str]) -> BTreeSet<String> {
    let tables = tables.iter().filter_map(|table| manifest.get(table)?.as_object());
    tables.flat_map(|table| table.keys()).filter(|name| is_name(name)).cloned().collect()
}

/// A package that has its place.
struct Placed {
    /// Where it is put: `node_modules/a/node_modules/b`.
    path: String,
    /// Where Node finds it.
    found: PathBuf,
    /// Where it is, links followed.
    real: PathBuf,
}

/// What a package needs of the folders of packages up the tree, without what stays outside.
fn taken(
    folder: &Path,
    roots: &BTreeSet<String>,
    is_outside: &dyn Fn(&str) -> bool,
    shelf: &Shelf,
) -> Option<Installed> {
    let wall = seen::canonicalize(&wall(folder)).ok()?;
    let real = seen::canonicalize(at(folder)).ok()?;
    let mut tree = Tree { wall, placed: BTreeMap::new() };
    let mut waiting: VecDeque<Placed> = VecDeque::new();
    waiting.extend(roots.iter().filter_map(|name| tree.place(name, &real, "")));
    let from = waiting.front().and_then(|first| folder_of(&openable(&first.found)));
    let mut files = Vec::new();
    while let Some(package) = waiting.pop_front() {
        let Some(manifest) = manifest(&package.real) else { continue };
        let needed = names(&manifest, &["dependencies", "optionalDependencies", "peerDependencies"]);
        let needed = needed.iter().filter(|name| !is_outside(name));
        waiting.extend(needed.filter_map(|name| tree.place(name, &package.real, &package.path)));
        files.extend(shelf.files_of(&package.real).iter().map(|(inner, bytes)| InstalledFile {
            path: format!("{}/{inner}", package.path),
            place: openable(&package.real.join(inner)),
            bytes: *bytes,
        }));
    }
    let from = from?;
    let names =
        tree.placed.keys().filter_map(|path| path.rsplit_once("node_modules/")).map(|(_, name)| name.to_owned());
    (!files.is_empty()).then(|| Installed { from, names: names.collect(), files })
}

/// A real path as one that people read: relative to where they stand.
fn openable(real: &Path) -> PathBuf {
    let working = std::env::current_dir().and_then(|folder| seen::canonicalize(&folder)).unwrap_or_default();
    if let Ok(below) = real.strip_prefix(&working) {
        return below.to_owned();
    }
    let up = working.ancestors().enumerate().find_map(|(up, folder)| Some((up, real.strip_prefix(folder).ok()?)));
    match up.filter(|_| working.parent().is_some()) {
        Some((up, rest)) if up < DEEPEST => std::iter::repeat_n(Path::new(".."), up).collect::<PathBuf>().join(rest),
        _ => real.to_owned(),
    }
}

/// The outermost folder of packages that a path goes through.
fn folder_of(path: &Path) -> Option<String> {
    let text = shown(path);
    let end =
        if text.starts_with("node_modules/") { FOLDER.len() } else { text.find("/node_modules/")? + 1 + FOLDER.len() };
    text.get(..end).map(str::to_owned)
}

/// Packages as npm lays them out: each as far up as no other version of it is in the way.
struct Tree {
    wall: PathBuf,
    placed: BTreeMap<String, PathBuf>,
}

impl Tree {
    /// Puts a package where the one that asks for it finds it; `None` where it is not installed or has its place.
    fn place(&mut self, name: &str, asker: &Path, asker_path: &str) -> Option<Placed> {
        let (found, real) = self.resolve(name, asker)?;
        let known = ancestors(asker_path).find_map(|path| self.placed.get(&join(path, name)).map(|real| (path, real)));
        let parent = match known {
            Some((_, known)) if *known == real => return None,
            Some((path, _)) if path == asker_path => return None,
            Some(_) => asker_path,
            None => "",
        };
        let path = join(parent, name);
        let is_full = self.placed.len() >= MOST_PACKAGES || path.matches(FOLDER).count() > DEEPEST;
        if is_full {
            return None;
        }
        self.placed.insert(path.clone(), real.clone());
        Some(Placed { path, found, real })
    }

    /// Where Node finds a package, seen from a folder, and where that is, links followed.
    fn resolve(&self, name: &str, from: &Path) -> Option<(PathBuf, PathBuf)> {
        let around = from.ancestors().take_while(|folder| folder.starts_with(&self.wall));
        around
            .map(|folder| if folder.ends_with(FOLDER) { folder.join(name) } else { folder.join(FOLDER).join(name) })
            .filter(|package| seen::is_file(&package.join("package.json")))
            .find_map(|package| {
                let real = seen::canonicalize(&package).ok().filter(|real| real.starts_with(&self.wall))?;
                Some((package, real))
            })
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { format!("{FOLDER}/{name}") } else { format!("{folder}/{FOLDER}/{name}") }
}

/// A placed package and those that it lies in, innermost first; the root is `""`.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| match path.rfind("/node_modules/") {
        Some(at) => path.get(..at),
        None if path.is_empty() => None,
        None => Some(""),
    })
}

/// Packages that the sources of a folder ask for, tests left out.
fn imports(folder: &Path) -> BTreeSet<String> {
    imports_of(sources(folder).into_iter().map(|path| folder.join(path)))
}

/// Packages that some files ask for.
fn imports_of(files: impl Iterator<Item = PathBuf>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in files {
        let Ok(text) = input::read_text_file(&file, LARGEST) else { continue };
        names.extend(requests(&text).filter_map(package_of_request).map(str::to_owned));
    }
    names
}

/// The sources of a folder, tests left out.
pub(super) fn sources(folder: &Path) -> Vec<String> {
    let Ok(files) = input::files_below(at(folder), &[FOLDER.to_owned()], &Limits::default()) else {
        return Vec::new();
    };
    let is_own = |path: &str| is_source(path) && !path.contains(".test.") && !path.contains("node_modules/");
    let own = files.into_iter().filter(|(path, bytes)| is_own(path) && *bytes <= LARGEST);
    own.take(MOST_FILES).map(|(path, _)| path).collect()
}

/// Whether a file is a module's source, by its name.
pub(super) fn is_source(path: &str) -> bool {
    [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx"].iter().any(|ending| path.ends_with(ending))
}

/// What a text asks for, by the words before a string.
pub(super) fn requests(text: &str) -> impl Iterator<Item = &str> {
    const WORDS: [&str; 4] = ["from", "require(", "import(", "import"];
    let quoted = |quote: char| {
        text.match_indices(quote).filter_map(move |(at, _)| {
            let before = text.get(..at)?.trim_end();
            let rest = text.get(at + 1..)?;
            let end = rest.find(['\'', '"', '\n']).filter(|end| rest[*end..].starts_with(quote))?;
            WORDS.iter().any(|word| before.ends_with(word)).then(|| &rest[..end])
        })
    };
    quoted('\'').chain(quoted('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_say_what_they_ask_for() {
        let text =
            "import a from 'a';\nconst b = require(\"@b/c/d\");\nimport 'e'\nconst t = 'text';\nawait import('./own');";
        let names: BTreeSet<&str> = requests(text).filter_map(package_of_request).collect();
        assert_eq!(names, BTreeSet::from(["@b/c", "a", "e"]));
    }

    #[test]
    fn packages_lie_in_those_around_them() {
        let all: Vec<&str> = ancestors("node_modules/a/node_modules/b").collect();
        assert_eq!(all, ["node_modules/a/node_modules/b", "node_modules/a", ""]);
        assert_eq!(
            folder_of(Path::new("../node_modules/.pnpm/a@1/node_modules/a")).as_deref(),
            Some("../node_modules")
        );
    }
}
