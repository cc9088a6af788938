//! Attribution of files to Python distributions.
//!
//! Installed distributions say which files are theirs (`RECORD`, or `installed-files.txt` and
//! `SOURCES.txt` for eggs). Where the lists are stripped, `top_level.txt` and then the folder
//! beside the metadata that is named like the distribution stand in for them.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Ecosystem, Package, PackageId, Packages};
use crate::artifact::{Artifact, EntryId, LAYER_ROOT};
use crate::manifest::python::{is_top_level_known, normalized};

/// Metadata lists larger than this are not read; the fallbacks apply.
const LARGEST_LIST: u64 = 32 << 20;

/// Files that a project is built by.
const BUILT_BY: [&str; 3] = ["pyproject.toml", "setup.py", "setup.cfg"];

/// A `*.dist-info` or `*.egg-info` folder, or an `*.egg-info` file.
struct Metadata {
    /// Folder that holds the distribution, such as the package root or `/opt/python`.
    root: String,
    /// Path of the metadata folder or file.
    path: String,
    /// From the folder's name.
    name: String,
    version: Option<Arc<str>>,
}

/// Finds the distributions in an artifact and the owner of each of its entries.
#[must_use]
pub fn attribute(artifact: &Artifact) -> Packages {
    let mut owners: Vec<Option<PackageId>> = vec![None; artifact.entries().len()];
    let found = distributions(artifact);
    let mut packages: Vec<Package> = Vec::with_capacity(found.len());
    for (id, metadata) in (0u32..).map(PackageId).zip(&found) {
        claim_listed(artifact, metadata, id, &mut owners);
        packages.push(Package {
            name: metadata.name.as_str().into(),
            version: metadata.version.clone(),
            ecosystem: Ecosystem::Pypi,
            entries: Vec::new(),
            bytes: 0,
            manifest: None,
        });
    }
    claim_unlisted(artifact, &found, &mut owners);
    claim_bytecode(artifact, &mut owners);
    for (entry, owner) in artifact.entries().map(|(id, _)| id).zip(&owners) {
        if let Some(package) = owner.and_then(|owner| packages.get_mut(owner.0 as usize)) {
            package.entries.push(entry);
            package.bytes += artifact.own_bytes(entry);
        }
    }
    let stripped = stripped(artifact, &owners);
    Packages { packages, owners, stripped, ..Packages::default() }
}

/// Files directly in a folder by which libraries are told from own code, where nobody writes them for a function.
const MARKS: [&str; 5] = ["py.typed", "_version.py", "version.py", "__version__.py", "__about__.py"];

/// As many modules as hardly anybody has in a folder of own code that is named like a library.
const MANY_MODULES: usize = 20;

/// Top-level folders of libraries whose metadata is gone, as scripts that slim packages delete it: a known distribution
/// brings a module of the name, no distribution that is here owns anything in it, nothing is built from this tree, and
/// it looks like a library.
fn stripped(artifact: &Artifact, owners: &[Option<PackageId>]) -> FxHashSet<String> {
    let mut modules: FxHashMap<&str, (usize, bool)> = FxHashMap::default();
    let is_project = BUILT_BY.iter().any(|file| artifact.find(file).is_some());
    for ((_, entry), owner) in artifact.entries().zip(owners).filter(|_| !is_project) {
        let path = &*entry.path;
        let Some((folder, below)) = path.split_at_checked(end_of_top(path)) else { continue };
        if below.is_empty() {
            continue;
        }
        let known = modules.entry(folder).or_default();
        if owner.is_some() {
            known.0 = usize::MAX;
            continue;
        }
        known.0 = known.0.saturating_add(usize::from(path.ends_with(".py")));
        known.1 |= MARKS.contains(&below.trim_start_matches('/'));
    }
    let looks_like = |(count, is_marked): (usize, bool)| count < usize::MAX && (is_marked || count >= MANY_MODULES);
    let found =
        modules.into_iter().filter(|(folder, found)| looks_like(*found) && is_top_level_known(top_of(folder).1));
    found.map(|(folder, _)| folder.to_owned()).collect()
}

/// Whether a path is in the folder of a library whose metadata is gone.
pub(super) fn is_stripped(folders: &FxHashSet<String>, path: &str) -> bool {
    !folders.is_empty() && path.get(..end_of_top(path)).is_some_and(|folder| folders.contains(folder))
}

/// Whether a file is the function's own, judged without reading any metadata: nothing that looks
/// like a distribution has its top-level name.
#[must_use]
pub fn is_own(artifact: &Artifact, entry: EntryId) -> bool {
    let (root, top) = top_of(&artifact.entry(entry).path);
    let stem = normalized(top.split('.').next().unwrap_or(top));
    !artifact.children(root).iter().any(|child| {
        let name = metadata_end(&child.name).map(|(end, suffix)| child.name[..end - suffix.len()].to_owned());
        let is_its = name.is_some_and(|name| normalized(name.split('-').next().unwrap_or(&name)) == stem);
        let lead = if root.is_empty() { String::new() } else { format!("{root}/") };
        is_its && !is_in_place(artifact, root, &format!("{lead}{}", child.name))
    })
}

/// The file of this name in a distribution's metadata folder.
#[must_use]
pub fn metadata(artifact: &Artifact, package: &Package, file: &str) -> Option<EntryId> {
    let ids = package.entries.iter().copied();
    let is_it = |id: &EntryId| {
        let folder = artifact.entry(*id).path.strip_suffix(file).and_then(|path| path.strip_suffix('/'));
        folder.is_some_and(|folder| folder.ends_with(".dist-info") || folder.ends_with(".egg-info"))
    };
    ids.into_iter().find(is_it)
}

/// The top-level modules of a distribution, and the parts below where others share the top level.
#[must_use]
pub fn top_modules(artifact: &Artifact, package: &Package) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for id in &package.entries {
        let path = &*artifact.entry(*id).path;
        let (root, _) = top_of(path);
        let below = path.get(root.len()..).unwrap_or_default().trim_start_matches('/');
        let mut parts: Vec<&str> = below.split('/').collect();
        let Some((stem, extension)) = parts.pop().and_then(|file| file.split_once('.')) else { continue };
        if !matches!(extension.rsplit('.').next(), Some("py" | "so" | "pyc"))
            || parts.iter().any(|part| part.contains(['.', '-']))
        {
            continue;
        }
        if stem != "__init__" {
            parts.push(stem);
        }
        // A folder without `__init__` is a namespace, which belongs to nobody.
        let mut folder = root.to_owned();
        for (at, part) in parts.iter().enumerate() {
            if !folder.is_empty() {
                folder.push('/');
            }
            folder.push_str(part);
            let is_package = artifact.find(&format!("{folder}/__init__.py")).is_some();
            if is_package || at + 1 == parts.len() {
                names.insert(parts[..=at].join("."));
                break;
            }
        }
    }
    names
}

/// Metadata folders and files, by name and root.
fn distributions(artifact: &Artifact) -> Vec<Metadata> {
    let mut found: FxHashMap<String, Metadata> = FxHashMap::default();
    for (_, entry) in artifact.entries() {
        let Some((end, suffix)) = metadata_end(&entry.path) else { continue };
        let path = &entry.path[..end];
        if found.contains_key(path) {
            continue;
        }
        let (root, folder) = path.rsplit_once('/').unwrap_or(("", path));
        if is_inside_package(artifact, root) || is_in_place(artifact, root, path) {
            continue;
        }
        let stem = folder.strip_suffix(suffix).unwrap_or(folder);
        let (name, version) = match stem.split_once('-') {
            Some((name, version)) => (name, Some(version.split("-py").next().unwrap_or(version).into())),
            None => (stem, None),
        };
        let metadata = Metadata { root: root.to_owned(), path: path.to_owned(), name: normalized(name), version };
        found.insert(path.to_owned(), metadata);
    }
    let mut found: Vec<Metadata> = found.into_values().collect();
    found.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    found
}

/// Whether metadata lie with the sources that they describe, where `pip install --editable` and builds leave them: what
/// they list is the project's own.
fn is_in_place(artifact: &Artifact, root: &str, path: &str) -> bool {
    if !path.ends_with(".egg-info") || artifact.find(&format!("{path}/installed-files.txt")).is_some() {
        return false;
    }
    let Some(listed) = text(artifact, &format!("{path}/SOURCES.txt")) else { return false };
    // The list begins where the build does, which is above `src`.
    let mut around = Some(root);
    while let Some(folder) = around {
        let lead = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let itself = path.strip_prefix(&*lead).map(|path| format!("{path}/SOURCES.txt"));
        let is_listed = itself.is_some_and(|itself| listed.lines().any(|line| line.trim() == itself));
        if is_listed && BUILT_BY.iter().any(|file| artifact.find(&format!("{lead}{file}")).is_some()) {
            return true;
        }
        around = (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(parent, _)| parent));
    }
    false
}

/// Whether a folder lies in a Python package: what it holds is a part of that (`setuptools/_vendor`), whatever
/// metadata it brings.
fn is_inside_package(artifact: &Artifact, root: &str) -> bool {
    let top = root.split('/').next().unwrap_or_default();
    !top.is_empty() && artifact.find(&format!("{top}/__init__.py")).is_some()
}

/// Where the metadata folder's path ends inside an entry's path, and which suffix it has.
fn metadata_end(path: &str) -> Option<(usize, &'static str)> {
    if !path.contains("-info") {
        return None;
    }
    [".dist-info", ".egg-info"].into_iter().find_map(|suffix| {
        let end = path.find(suffix)? + suffix.len();
        let at_border = path.len() == end || path.as_bytes().get(end) == Some(&b'/');
        at_border.then_some((end, suffix))
    })
}

/// Claims the metadata itself and every file that the distribution lists.
fn claim_listed(artifact: &Artifact, metadata: &Metadata, id: PackageId, owners: &mut [Option<PackageId>]) {
    let below = format!("{}/", metadata.path);
    for (entry, _) in artifact.below(&metadata.path) {
        claim(owners, entry, id);
    }
    if let Some(entry) = artifact.find(&metadata.path) {
        claim(owners, entry, id);
    }
    if let Some(record) = text(artifact, &format!("{below}RECORD")) {
        for line in record.lines() {
            claim_path(artifact, &metadata.root, record_path(line), id, owners);
        }
    } else if let Some(list) = text(artifact, &format!("{below}installed-files.txt")) {
        for line in list.lines() {
            claim_path(artifact, &metadata.path, line.trim(), id, owners);
        }
    } else if let Some(list) = text(artifact, &format!("{below}SOURCES.txt")) {
        for line in list.lines() {
            claim_path(artifact, &metadata.root, line.trim(), id, owners);
        }
    }
}

/// The first field of a `RECORD` line, which is quoted when it holds a comma or a quote.
fn record_path(line: &str) -> &str {
    match line.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default(),
        None => line.split(',').next().unwrap_or_default(),
    }
}

fn claim(owners: &mut [Option<PackageId>], entry: EntryId, id: PackageId) {
    if let Some(owner) = owners.get_mut(entry.0 as usize).filter(|owner| owner.is_none()) {
        *owner = Some(id);
    }
}

fn claim_path(artifact: &Artifact, root: &str, path: &str, id: PackageId, owners: &mut [Option<PackageId>]) {
    // Most paths are written as they are, and are for the root.
    if root.is_empty()
        && let Some(entry) = artifact.find(path)
    {
        return claim(owners, entry, id);
    }
    let mut parts: Vec<&str> = root.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            // `pip install --target` moves what `../../bin` meant to below the target.
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let lead = if root.starts_with('/') { "/" } else { "" };
    if let Some(entry) = artifact.find(&format!("{lead}{}", parts.join("/"))) {
        claim(owners, entry, id);
    }
}

fn text(artifact: &Artifact, path: &str) -> Option<String> {
    let entry = artifact.find(path).filter(|entry| artifact.entry(*entry).bytes <= LARGEST_LIST)?;
    let bytes = artifact.read(entry).ok()?;
    Some(crate::text::lossy((*bytes).as_ref()).into_owned())
}

/// Gives unowned files to the distribution whose top-level name they have, and those in a folder
/// that only one distribution owns files in to that one.
fn claim_unlisted(artifact: &Artifact, found: &[Metadata], owners: &mut [Option<PackageId>]) {
    let mut by_top: FxHashMap<(String, String), PackageId> = FxHashMap::default();
    for (id, metadata) in (0u32..).map(PackageId).zip(found) {
        let listed = text(artifact, &format!("{}/top_level.txt", metadata.path));
        let mut names: Vec<String> = listed.iter().flat_map(|list| list.lines()).map(|l| l.trim().to_owned()).collect();
        if names.is_empty() {
            names.push(metadata.name.replace('-', "_"));
        }
        for name in names {
            by_top.entry((metadata.root.clone(), name)).or_insert(id);
        }
    }
    let owned_folders = owned_top_folders(artifact, owners);
    for (entry, file) in artifact.entries() {
        if owners.get(entry.0 as usize).is_none_or(Option::is_some) {
            continue;
        }
        let (root, top) = top_of(&file.path);
        let module = top.split('.').next().unwrap_or(top);
        let shared = file.path.len() > root.len() + top.len() + 1;
        let known = by_top.get(&(root.to_owned(), module.to_owned())).copied();
        let owner = known.or_else(|| owned_folders.get(&(root, top)).copied().flatten().filter(|_| shared));
        if let Some(owner) = owner {
            claim(owners, entry, owner);
        }
    }
}

/// Top-level folders in which exactly one distribution owns files.
fn owned_top_folders<'a>(
    artifact: &'a Artifact,
    owners: &[Option<PackageId>],
) -> FxHashMap<(&'a str, &'a str), Option<PackageId>> {
    let mut folders: FxHashMap<(&str, &str), Option<PackageId>> = FxHashMap::default();
    for ((_, entry), owner) in artifact.entries().zip(owners) {
        let Some(owner) = owner else { continue };
        let slot = folders.entry(top_of(&entry.path)).or_insert(Some(*owner));
        if *slot != Some(*owner) {
            *slot = None;
        }
    }
    folders
}

/// The search root and the first segment below it.
fn top_of(path: &str) -> (&str, &str) {
    let mut start = 0;
    if path.starts_with(LAYER_ROOT) {
        let inside = path.find("/site-packages/").map(|at| at + "/site-packages".len());
        start = inside.unwrap_or_else(|| path.find("/python/").map_or(LAYER_ROOT.len() - 1, |at| at + "/python".len()));
    }
    let below = path.get(start..).unwrap_or(path).trim_start_matches('/');
    (&path[..start], below.split('/').next().unwrap_or(below))
}

/// Where what a path has below an import root ends at its first part.
fn end_of_top(path: &str) -> usize {
    let (root, top) = top_of(path);
    if root.is_empty() { top.len() } else { root.len() + 1 + top.len() }
}

/// Bytecode made after installation is in no list: it belongs to its source's owner.
fn claim_bytecode(artifact: &Artifact, owners: &mut [Option<PackageId>]) {
    for (entry, file) in artifact.entries() {
        let Some((folder, name)) = file.path.rsplit_once("/__pycache__/") else { continue };
        let stem = name.split('.').next().unwrap_or(name);
        let source = artifact.find(&format!("{folder}/{stem}.py"));
        if let Some(owner) = source.and_then(|source| owners.get(source.0 as usize).copied().flatten()) {
            claim(owners, entry, owner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{ArtifactKind, Bytes, Contents, Entry, ReadError};

    struct Texts(Vec<&'static str>);

    impl Contents for Texts {
        fn read(&self, entry: u32) -> Result<Bytes, ReadError> {
            Ok(Arc::new(self.0[entry as usize].as_bytes().to_vec()))
        }
    }

    fn owners(files: &[(&'static str, &'static str)]) -> Vec<String> {
        let entry = |(path, text): &(&str, &str)| Entry {
            path: Arc::from(*path),
            bytes: text.len() as u64,
            zipped_bytes: None,
            crc32: None,
            modified: None,
            mode: None,
        };
        let contents = Box::new(Texts(files.iter().map(|(_, text)| *text).collect()));
        let entries = files.iter().map(entry).collect();
        let artifact = Artifact::new("x".into(), ArtifactKind::Directory, None, entries, Vec::new(), contents);
        let packages = attribute(&artifact);
        let named = |id| packages.owner(id).map_or_else(|| "-".to_owned(), |id| packages.package(id).name.to_string());
        artifact.entries().map(|(id, entry)| format!("{} {}", entry.path, named(id))).collect()
    }

    #[test]
    fn metadata_with_their_sources_own_nothing() {
        let listed = "setup.py\nshop/__init__.py\nshop.egg-info/SOURCES.txt\n";
        let files = [("setup.py", ""), ("shop.egg-info/SOURCES.txt", listed), ("shop/__init__.py", "")];
        assert_eq!(owners(&files), ["setup.py -", "shop.egg-info/SOURCES.txt -", "shop/__init__.py -"]);
        // What an older pip has installed beside a function's own manifest has a list of its own.
        let installed = [("shop.egg-info/installed-files.txt", "../shop/__init__.py\n")];
        let owned = owners(&[&files[..], &installed[..]].concat());
        assert!(owned.contains(&"shop/__init__.py shop".to_owned()), "{owned:?}");
        assert!(owners(&files[1..]).contains(&"shop/__init__.py shop".to_owned()));
    }

    #[test]
    fn record_decides_and_bytecode_follows_its_source() {
        assert_eq!(
            owners(&[
                ("app.py", ""),
                ("bin/tool", ""),
                ("yaml/__init__.py", ""),
                ("yaml/__pycache__/__init__.cpython-312.pyc", ""),
                ("PyYAML-6.0.dist-info/RECORD", "yaml/__init__.py,sha256=x,1\n../../bin/tool,,\n"),
            ]),
            [
                "PyYAML-6.0.dist-info/RECORD pyyaml",
                "app.py -",
                "bin/tool pyyaml",
                "yaml/__init__.py pyyaml",
                "yaml/__pycache__/__init__.cpython-312.pyc pyyaml",
            ]
        );
    }

    #[test]
    fn stripped_metadata_falls_back_to_top_level_names() {
        assert_eq!(
            owners(&[
                ("dateutil/x.py", ""),
                ("python_dateutil-2.9.dist-info/METADATA", ""),
                ("python_dateutil-2.9.dist-info/top_level.txt", "dateutil\n"),
                ("/opt/python/requests/api.py", ""),
                ("/opt/python/requests-2.3.dist-info/METADATA", ""),
                ("own/x.py", ""),
            ]),
            [
                "/opt/python/requests-2.3.dist-info/METADATA requests",
                "/opt/python/requests/api.py requests",
                "dateutil/x.py python-dateutil",
                "own/x.py -",
                "python_dateutil-2.9.dist-info/METADATA python-dateutil",
                "python_dateutil-2.9.dist-info/top_level.txt python-dateutil",
            ]
        );
    }
}
