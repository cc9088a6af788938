//! Dependencies where people install them: in virtual environments, and in `node_modules` up the tree.
//!
//! They stand for what a build would put into the package, so that its names, sizes and costs are known before it has
//! run. What of them is taken is what the build would take: what the manifest declares for run time with all that it
//! needs, or what code asks for. An environment as such is never part of a package.

mod aliases;
mod node;
pub(super) mod outside;
mod python;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::settings::opened;
use super::shelf::Shelf;
use crate::artifact::{Installed, Location};
use crate::assemble::{Brings, FunctionSpec, Installs, Open, Reason};
use crate::input::{self, seen, wall};
use crate::manifest;
use crate::manifest::dependency::{Declared, Files, Locked, Scope};
use crate::platform::Language;

/// Manifests around a function that a bundler finds packages of.
const MOST_ABOVE: usize = 16;
/// Members of a workspace whose manifests are read.
const MOST_MEMBERS: usize = 300;
/// Manifests larger than this are not read.
const LARGEST_MANIFEST: u64 = 8 << 20;

/// What makes a package of a source tree.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// Names at its root that no build takes along.
    pub(super) without: Vec<String>,
    /// What is installed for it.
    pub(super) installed: Option<input::Installed>,
}

/// What makes a package of a function's source tree.
pub(super) fn around(spec: &FunctionSpec, shelf: &Shelf) -> Around {
    let folder = Path::new(&spec.code);
    match spec.runtime.language() {
        Language::Python => python::around(folder, spec, shelf),
        Language::Node => node::around(spec, shelf),
        Language::Native | Language::Other => Around::default(),
    }
}

/// The same for a project that is no function.
pub(super) fn of_project(folder: &Path, version: (u16, u16), shelf: &Shelf) -> Around {
    let python = python::of_project(folder, version, shelf);
    if python.installed.is_some() {
        python
    } else {
        Around { without: python.without, ..node::of_project(folder, shelf) }
    }
}

/// What the npm package in a folder says of itself.
pub(super) fn described(folder: &Path) -> Option<Locked> {
    manifest::node::described(&Manifests(at(folder)), "")
}

/// Names at a folder's root that are environments and no part of a package.
pub(super) fn environments(folder: &Path) -> Vec<String> {
    python::environments(folder)
}

/// What manifests further up declare and a build may put into the package: for a bundler all that these install, since it
/// looks for packages in every folder up the tree; otherwise what the nearest of them declares for run time. Tools that
/// install what a function's own manifest declares look nowhere else, where that declares something.
pub(super) fn declared_above(spec: &FunctionSpec, declares_own: bool) -> Option<Open> {
    let folder = Path::new(&spec.code);
    let language = spec.runtime.language();
    if !matches!(language, Language::Python | Language::Node) || !seen::is_dir(folder) {
        return None;
    }
    let is_bundled = spec.installs == Installs::Bundled && language == Language::Node;
    if declares_own && !is_bundled && matches!(spec.installs, Installs::Declared | Installs::Production) {
        return None;
    }
    let declared = |folder: &Path| match language {
        Language::Python => manifest::python::declared(&Manifests(at(folder)), spec.runtime.version()),
        _ => manifest::node::declared(&Manifests(at(folder)), "", false),
    };
    let folders = upwards(folder).into_iter().skip(1);
    let found = folders.map(|folder| (declared(&folder), folder)).filter(|(found, _)| !found.dependencies.is_empty());
    let mut found: Vec<(Declared, PathBuf)> = found.take(if is_bundled { MOST_ABOVE } else { 1 }).collect();
    let above = found.first().map(|(_, folder)| super::shown(folder))?;
    if is_bundled {
        let roots: Vec<PathBuf> = found.iter().map(|(_, folder)| folder.clone()).filter(|root| hoists(root)).collect();
        let members = roots.iter().flat_map(|root| super::search::manifests(root)).take(MOST_MEMBERS);
        found.extend(members.map(|member| (declared(&member), member)));
    }
    let is_open = found.iter().any(|(found, _)| found.is_open);
    let all = found.iter().flat_map(|(found, _)| &found.dependencies);
    let wanted = all.filter(|dependency| {
        // What is for development alone a bundler finds as well.
        let is_taken = is_bundled || dependency.scope == Scope::Runtime;
        is_taken && !dependency.excluded && !spec.is_left_outside(&dependency.name)
    });
    let modules: BTreeSet<Arc<str>> = wanted.flat_map(|dependency| modules_of(language, &dependency.name)).collect();
    Some(Open {
        reason: Reason::NotInstalled,
        detail: format!(
            "what the manifest in {above} declares may be put into its package; analyse what the build makes",
        ),
        brings: if is_open { Brings::Anything } else { Brings::ModulesAndMore(modules.into_iter().collect()) },
    })
}

/// The modules that a distribution brings, by what is known of it.
fn modules_of(language: Language, name: &Arc<str>) -> Vec<Arc<str>> {
    match language {
        Language::Python => manifest::python::import_names(name).into_iter().map(Arc::from).collect(),
        _ => vec![Arc::clone(name)],
    }
}

/// Whether a folder is the root of a workspace whose members' packages npm and Yarn put into its own folder of packages.
fn hoists(root: &Path) -> bool {
    let text = input::read_text_file(&root.join("package.json"), LARGEST_MANIFEST).unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|manifest| manifest.get("workspaces").is_some())
}

/// Files by which people lay dependencies down, and the command that installs them.
const TOOLS: [(&str, Language, &str); 13] = [
    (".pnp.cjs", Language::Node, PLUG_N_PLAY),
    (".pnp.js", Language::Node, PLUG_N_PLAY),
    ("yarn.lock", Language::Node, "`yarn install`"),
    ("pnpm-lock.yaml", Language::Node, "`pnpm install`"),
    ("bun.lock", Language::Node, "`bun install`"),
    ("bun.lockb", Language::Node, "`bun install`"),
    ("package-lock.json", Language::Node, "`npm ci`"),
    ("npm-shrinkwrap.json", Language::Node, "`npm ci`"),
    ("uv.lock", Language::Python, "`uv sync`"),
    ("poetry.lock", Language::Python, "`poetry install`"),
    ("pdm.lock", Language::Python, "`pdm install`"),
    ("Pipfile.lock", Language::Python, "`pipenv install`"),
    ("requirements.txt", Language::Python, "`pip install -r requirements.txt -t FOLDER`"),
];
const PLUG_N_PLAY: &str = "`yarn install` with `nodeLinker: node-modules` in .yarnrc.yml: what Yarn's Plug'n'Play keeps \
                           as archives in its cache is not read";

/// How people install what a function needs, by the nearest file that says so.
pub(super) fn how(spec: &FunctionSpec) -> String {
    let language = spec.runtime.language();
    let named = upwards(Path::new(&spec.code)).into_iter().find_map(|folder| {
        let is_there = |(file, of, _): &&(&str, Language, &str)| *of == language && seen::is_file(&folder.join(file));
        TOOLS.iter().find(is_there).map(|(_, _, command)| *command)
    });
    let usual = if language == Language::Node { "`npm install`" } else { "`pip install -t FOLDER PACKAGES`" };
    named.unwrap_or(usual).to_owned()
}

/// Tells that dependencies are taken from where they are installed.
pub(super) fn said(installed: &Installed, installs: Installs) -> Open {
    let how = match installs {
        Installs::Bundled => "as a bundler would copy them",
        _ => "as a build would put them into the package",
    };
    Open {
        reason: Reason::Installed,
        detail: format!("with the dependencies that {} has, {how}", installed.from),
        brings: Brings::Nothing,
    }
}

/// A folder and those around it up to the wall, innermost first, as paths that open.
fn upwards(folder: &Path) -> Vec<PathBuf> {
    let (absolute, wall) = (std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()), wall(folder));
    let working = std::env::current_dir().unwrap_or_default();
    let around = absolute.ancestors().take_while(|folder| folder.starts_with(&wall));
    around.map(|folder| opened(folder, &working)).collect()
}

/// Whether a path is inside of a wall, links followed.
fn is_within(path: &Path, wall: &Path) -> bool {
    let (Ok(path), Ok(wall)) = (seen::canonicalize(path), seen::canonicalize(wall)) else { return false };
    path.starts_with(wall)
}

/// A path as the current folder, where it is empty.
fn at(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// Manifests in a folder on disk.
struct Manifests<'a>(&'a Path);

impl Files for Manifests<'_> {
    fn text(&self, path: &str) -> Option<String> {
        input::read_text_file(&self.0.join(path), LARGEST_MANIFEST).ok()
    }

    fn location(&self, path: &str) -> Location {
        Location::file(super::shown(&self.0.join(path)))
    }
}
