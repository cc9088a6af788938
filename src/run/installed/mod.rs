//! Dependencies where people install them: in virtual environments, and in `node_modules` up the tree.
//!
//! They stand for what a build would put into the package, so that its names, sizes and costs are known before it has
//! run. What of them is taken is what the build would take: what the manifest declares for run time with all that it
//! needs, or what code asks for. An environment as such is never part of a package.

mod aliases;
mod node;
pub(super) mod outside;
mod python;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::settings::opened;
use super::shelf::Shelf;
use crate::artifact::{Installed, Location};
use crate::assemble::{Brings, FunctionSpec, Installs, Open, Reason};
use crate::input::{self, seen, wall};
use crate::manifest;
use crate::manifest::dependency::{Files, Locked};
use crate::platform::Language;

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

/// What a manifest further up declares for run time, where the function has none of its own: whoever builds it may
/// install that.
pub(super) fn declared_above(spec: &FunctionSpec) -> Option<Open> {
    let folder = Path::new(&spec.code);
    let language = spec.runtime.language();
    let declared = |folder: &Path| match language {
        Language::Python => manifest::python::declared(&Manifests(at(folder)), spec.runtime.version()),
        _ => manifest::node::declared(&Manifests(at(folder)), "", false),
    };
    if !matches!(language, Language::Python | Language::Node) || !seen::is_dir(folder) {
        return None;
    }
    let (above, found) = upwards(folder).into_iter().skip(1).find_map(|folder| {
        let found = declared(&folder);
        (!found.dependencies.is_empty()).then_some((folder, found))
    })?;
    let names = found.dependencies.iter().filter(|dependency| !dependency.excluded).map(|dependency| &dependency.name);
    let modules = names.flat_map(|name| match language {
        Language::Python => manifest::python::import_names(name).into_iter().map(Arc::from).collect(),
        _ => vec![Arc::clone(name)],
    });
    Some(Open {
        reason: Reason::NotInstalled,
        detail: format!(
            "what the manifest in {} declares may be put into its package; analyse what the build makes",
            super::shown(&above)
        ),
        brings: if found.is_open { Brings::Anything } else { Brings::ModulesAndMore(modules.collect()) },
    })
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
