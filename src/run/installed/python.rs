//! Virtual environments: which one is meant, and what of it a package needs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Around, Manifests, at, is_within, upwards, wall};
use crate::artifact::{Artifact, EntryId};
use crate::assemble::{FunctionSpec, Installs, Tool};
use crate::input::{InputKind, Installed, InstalledFile, seen};
use crate::manifest;
use crate::manifest::dependency::{Declared, Scope};
use crate::manifest::python::{Needed, needed, normalized};
use crate::package::Bundle;
use crate::package::owners::{Package, PackageId, Packages, python as owners};
use crate::platform::{Architecture, Language};
use crate::run::shelf::Shelf;
use crate::text;

/// Names of environments, those that people mean first.
const USUAL: [&str; 3] = [".venv", "venv", "env"];
/// What marks a folder as an environment: of `venv` and `virtualenv`, and of Conda.
const MARKS: [&str; 2] = ["pyvenv.cfg", "conda-meta"];
/// Where PDM puts packages without an environment.
const PYPACKAGES: &str = "__pypackages__";
/// Folders that are looked at for an environment of another name.
const MOST_CHILDREN: usize = 2_000;
/// Own files that are searched for imports.
const MOST_FILES: usize = 2_000;
/// Larger files are not.
const LARGEST: u64 = 1 << 20;
/// Metadata larger than this is not read.
const LARGEST_METADATA: u64 = 4 << 20;

/// An environment.
#[derive(Debug)]
struct Environment {
    folder: PathBuf,
    site: PathBuf,
}

/// For whom files are taken from an environment.
#[derive(Clone, Copy)]
struct Host {
    version: (u16, u16),
    architecture: Architecture,
}

/// What makes a package of a function's source tree.
pub(super) fn around(folder: &Path, spec: &FunctionSpec, shelf: &Shelf) -> Around {
    if is_installed(folder) {
        return Around::default();
    }
    let host = Host { version: spec.runtime.version(), architecture: spec.architecture };
    let mut without = environments(folder);
    // Tools for the deployment, which Python never looks at.
    without.push("node_modules".to_owned());
    let installed = match spec.installs {
        Installs::Declared | Installs::Guessed => {
            let declared = manifest::python::declared(&Manifests(at(folder)), host.version);
            let imported = if spec.installs == Installs::Guessed { imports(folder, &without) } else { BTreeSet::new() };
            taken(folder, &declared, &imported, spec.tool, host, shelf)
        }
        Installs::Nothing | Installs::Production | Installs::Bundled => None,
    };
    Around { without, installed }
}

/// The same for a project, by what it declares.
pub(super) fn of_project(folder: &Path, version: (u16, u16), shelf: &Shelf) -> Around {
    if is_installed(folder) {
        return Around::default();
    }
    let mut declared = manifest::python::declared(&Manifests(at(folder)), version);
    // Of a project its tests and tools count, and what those load.
    declared.dependencies.iter_mut().for_each(|dependency| dependency.scope = Scope::Runtime);
    let host = Host { version, architecture: Architecture::default() };
    Around {
        without: environments(folder),
        installed: taken(folder, &declared, &BTreeSet::new(), Tool::default(), host, shelf),
    }
}

/// Names at a folder's root that are environments. What a build has put together has none: there they are shipped by
/// mistake.
pub(super) fn environments(folder: &Path) -> Vec<String> {
    if is_installed(folder) {
        return Vec::new();
    }
    let mut names: Vec<String> = children(folder).into_iter().filter(|name| is_one(&folder.join(name))).collect();
    names.sort();
    names
}

fn is_one(folder: &Path) -> bool {
    folder.ends_with(PYPACKAGES) || MARKS.iter().any(|mark| seen::exists(&folder.join(mark)))
}

/// Whether distributions are installed in the folder itself.
fn is_installed(folder: &Path) -> bool {
    children(folder).iter().any(|name| name.ends_with(".dist-info"))
}

fn children(folder: &Path) -> Vec<String> {
    let Ok(children) = seen::read_dir(at(folder)) else { return Vec::new() };
    let folders = children.flatten().take(MOST_CHILDREN).filter(|child| seen::is_dir(&child.path()));
    folders.filter_map(|child| child.file_name().into_string().ok()).collect()
}

/// What a package needs of the nearest environment that has something of it.
fn taken(
    folder: &Path,
    declared: &Declared,
    imported: &BTreeSet<String>,
    tool: Tool,
    host: Host,
    shelf: &Shelf,
) -> Option<Installed> {
    let wall = wall(folder);
    let environments = upwards(folder).into_iter().flat_map(|folder| in_folder(&folder, host.version));
    environments.filter(|environment| is_within(&environment.site, &wall)).find_map(|environment| {
        let bundle = shelf.open_as(&environment.site, InputKind::Directory).ok()?;
        let packages = bundle.owners(Language::Python);
        let mut roots: Vec<Needed> = roots(declared);
        roots.extend(providers(&bundle, &packages, imported));
        let mut wanted = closure(&bundle, &packages, roots, host.version);
        // A tool ships itself alone, or all that there is.
        let is_named =
            |names: &[String], package: &Package| names.iter().any(|name| text::matches(name, &package.name));
        let shipped = packages.with_ids();
        let shipped = shipped.filter(|(_, package)| tool.takes_environment || is_named(tool.ships, package));
        wanted.extend(shipped.map(|(id, _)| id));
        wanted.retain(|id| !is_named(tool.leaves_out, packages.package(*id)));
        let files = files(&bundle.artifact, &packages, &wanted, &environment.site, host);
        let names = wanted.iter().map(|id| packages.package(*id).name.to_string()).collect();
        (!files.is_empty()).then(|| Installed { from: crate::run::shown(&environment.folder), names, files })
    })
}

/// The environments of a folder, those with usual names first.
fn in_folder(folder: &Path, version: (u16, u16)) -> Vec<Environment> {
    let others = environments(folder);
    let usual = USUAL.iter().filter(|name| others.iter().any(|other| other == *name)).map(|name| (*name).to_owned());
    let mut names: Vec<String> = usual.collect();
    names.extend(others.iter().filter(|name| !USUAL.contains(&name.as_str())).cloned());
    let found = names.into_iter().map(|name| folder.join(name));
    found.filter_map(|folder| Some(Environment { site: site_of(&folder, version)?, folder })).collect()
}

/// The folder with the distributions: that of the function's version, or else the newest.
fn site_of(environment: &Path, version: (u16, u16)) -> Option<PathBuf> {
    let libraries = if environment.ends_with(PYPACKAGES) { environment.to_owned() } else { environment.join("lib") };
    let mut versions: Vec<((u16, u16), PathBuf)> = children(&libraries)
        .into_iter()
        .filter_map(|name| {
            let (major, minor) = name.strip_prefix("python").unwrap_or(&name).split_once('.')?;
            let site = if environment.ends_with(PYPACKAGES) { "lib" } else { "site-packages" };
            Some(((major.parse().ok()?, minor.parse().ok()?), libraries.join(&name).join(site)))
        })
        .filter(|(_, site)| seen::is_dir(site))
        .collect();
    versions.sort();
    let same = versions.iter().position(|(found, _)| *found == version);
    let best = same.or(versions.len().checked_sub(1)).map(|at| versions.swap_remove(at).1);
    best.or_else(|| Some(environment.join("Lib/site-packages")).filter(|site| seen::is_dir(site)))
}

/// What the manifest declares for run time.
fn roots(declared: &Declared) -> Vec<Needed> {
    let runtime = declared.dependencies.iter();
    let runtime = runtime.filter(|dependency| dependency.scope == Scope::Runtime && !dependency.excluded);
    runtime
        .map(|dependency| Needed {
            name: dependency.name.to_string(),
            extras: dependency.extras.iter().map(|extra| normalized(extra)).collect(),
        })
        .collect()
}

/// The distributions that have modules which code asks for.
fn providers(bundle: &Bundle, packages: &Packages, imported: &BTreeSet<String>) -> Vec<Needed> {
    if imported.is_empty() {
        return Vec::new();
    }
    let has = |module: &String| {
        let below = format!("{module}.");
        imported.contains(module) || imported.iter().any(|import| import.starts_with(&below))
    };
    let found = packages.packages.iter();
    let found = found.filter(|package| owners::top_modules(&bundle.artifact, package).iter().any(has));
    found.map(|package| Needed { name: package.name.to_string(), extras: BTreeSet::new() }).collect()
}

/// Distributions with all that they need.
fn closure(bundle: &Bundle, packages: &Packages, roots: Vec<Needed>, version: (u16, u16)) -> BTreeSet<PackageId> {
    let named: BTreeMap<&str, PackageId> = packages.with_ids().map(|(id, package)| (&*package.name, id)).collect();
    let mut wanted: BTreeMap<PackageId, BTreeSet<String>> = BTreeMap::new();
    let mut open = roots;
    while let Some(next) = open.pop() {
        let Some(id) = named.get(next.name.as_str()).copied() else { continue };
        let is_new = !wanted.contains_key(&id);
        let asked = wanted.entry(id).or_default();
        let before = asked.len();
        asked.extend(next.extras);
        if is_new || asked.len() > before {
            open.extend(metadata(bundle, packages, id).map(|text| needed(&text, version, asked)).unwrap_or_default());
        }
    }
    wanted.into_keys().collect()
}

fn metadata(bundle: &Bundle, packages: &Packages, id: PackageId) -> Option<String> {
    let artifact = &bundle.artifact;
    let entry = owners::metadata(artifact, packages.package(id), "METADATA")?;
    let is_small = artifact.entry(entry).bytes <= LARGEST_METADATA;
    let bytes = is_small.then(|| artifact.read(entry).ok())??;
    Some(crate::text::lossy((*bytes).as_ref()).into_owned())
}

/// The files of distributions as a build for the function has them.
fn files(
    artifact: &Artifact,
    packages: &Packages,
    wanted: &BTreeSet<PackageId>,
    site: &Path,
    host: Host,
) -> Vec<InstalledFile> {
    let entries = artifact.entries().filter(|(id, _)| packages.owner(*id).is_some_and(|owner| wanted.contains(&owner)));
    // Builds unpack wheels, which have no bytecode; what a path file names is on this machine only.
    let shipped =
        entries.filter(|(_, entry)| ![".pyc", ".pth", "/direct_url.json"].iter().any(|e| entry.path.ends_with(e)));
    let file = |(id, entry): (EntryId, &crate::artifact::Entry)| InstalledFile {
        path: for_host(&entry.path, host),
        place: site.join(&*entry.path),
        bytes: artifact.own_bytes(id),
    };
    shipped.map(file).collect()
}

/// The path of a file, where it is an extension module of one version and machine that of the function's.
fn for_host(path: &str, host: Host) -> String {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let machine = match host.architecture {
        Architecture::X86_64 => "x86_64",
        Architecture::Arm64 => "aarch64",
    };
    let (major, minor) = host.version;
    let Some((stem, tag)) = name.split_once('.') else { return path.to_owned() };
    let name = match tag.rsplit_once('.').unwrap_or(("", tag)) {
        (tag, "so" | "pyd") if tag.starts_with("cp") => {
            format!("{stem}.cpython-{major}{minor}-{machine}-linux-gnu.so")
        }
        (tag, "pyd") => {
            if tag.is_empty() {
                format!("{stem}.so")
            } else {
                format!("{stem}.{tag}.so")
            }
        }
        _ => return path.to_owned(),
    };
    if folder.is_empty() { name } else { format!("{folder}/{name}") }
}

/// Dotted names that the Python files of a folder import, tests left out.
fn imports(folder: &Path, without: &[String]) -> BTreeSet<String> {
    let limits = crate::input::Limits::default();
    let Ok(files) = crate::input::files_below(at(folder), without, &limits) else { return BTreeSet::new() };
    let own = files.iter().filter(|(path, bytes)| path.ends_with(".py") && *bytes <= LARGEST && !path.contains("test"));
    let mut names = BTreeSet::new();
    for (path, _) in own.take(MOST_FILES) {
        let Ok(text) = crate::input::read_text_file(&folder.join(path), LARGEST) else { continue };
        text.lines().for_each(|line| add_imports(line.trim_start(), &mut names));
    }
    names
}

/// What a line imports, by its words.
fn add_imports(line: &str, names: &mut BTreeSet<String>) {
    let first = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
    if let Some(rest) = line.strip_prefix("import ") {
        names.extend(rest.split(',').map(first).filter(|name| !name.is_empty()));
    } else if let Some((module, rest)) = line.strip_prefix("from ").and_then(|rest| rest.split_once(" import ")) {
        let module = module.trim();
        if module.is_empty() || module.starts_with('.') {
            return;
        }
        names.insert(module.to_owned());
        let parts = rest.split([',', '(', ')']).map(first).filter(|name| !name.is_empty());
        names.extend(parts.map(|name| format!("{module}.{name}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extension_modules_are_those_of_the_function() {
        let host = Host { version: (3, 12), architecture: Architecture::Arm64 };
        let own = "a/x.cpython-312-aarch64-linux-gnu.so";
        for path in ["a/x.cpython-311-darwin.so", "a/x.cp313-win_amd64.pyd"] {
            assert_eq!(for_host(path, host), own);
        }
        for path in ["a/x.abi3.so", "a/x.so", "a/b.py", "lib.libs/libx-1.so.3"] {
            assert_eq!(for_host(path, host), path);
        }
        assert_eq!(for_host("x.pyd", host), "x.so");
    }

    #[test]
    fn lines_say_what_they_import() {
        let mut names = BTreeSet::new();
        for line in ["import a.b as c, d", "from google.cloud import storage, tasks", "from . import own", "important"]
        {
            add_imports(line, &mut names);
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(names, ["a.b", "d", "google.cloud", "google.cloud.storage", "google.cloud.tasks"]);
    }
}
