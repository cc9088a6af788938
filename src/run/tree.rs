//! Source trees in which no function is found: projects, whose dependencies are judged all the same, with the members of
//! the workspaces that they are.

use std::collections::BTreeSet;

use super::discover::Place;
use super::facts::ManifestFiles;
use super::shelf::Shelf;
use super::{Inputs, UserError};
use crate::artifact::{Artifact, Location};
use crate::input::seen;
use crate::manifest::dependency::{Declared, Dependency, Files, Locked};
use crate::manifest::{self, members};
use crate::package::owners::is_in_environment;
use crate::platform::Language;
use crate::usage::{self, Part, Read, Tree};

/// The version of Python that markers are decided for where nothing says one.
const PYTHON: (u16, u16) = (3, 13);
/// Members of one workspace that are judged.
const MOST_MEMBERS: usize = 1_000;
/// Folders whose manifests are other people's, or made by tools.
const NOT_MEMBERS: [&str; 4] = ["node_modules", "site-packages", ".venv", "venv"];

/// The projects that a folder is, one for each language whose manifests declare something, and their members.
/// `around_it` is what projects beside it say of themselves.
pub(super) fn at(
    place: &Place<'_>,
    around_it: &[Locked],
    inputs: &Inputs<'_>,
    shelf: &Shelf,
) -> Result<Found, UserError> {
    let mut found = Found::default();
    if !seen::is_dir(place.path) {
        return Ok(found);
    }
    let bundle = shelf.open_project(place.path, PYTHON)?;
    let artifact = &*bundle.artifact;
    let files = ManifestFiles(artifact);
    let of_npm = |id, path: &str| path.contains("node_modules/") && !is_in_environment(artifact, id);
    let installed = artifact.entries().any(|(id, entry)| of_npm(id, &entry.path));
    let of_python = |folder: &str| manifest::python::declared(&Below { files: &files, folder }, PYTHON);
    let of_node = |folder: &str| manifest::node::declared(&files, folder, installed);
    let shown = |folder: &str| match folder {
        "" => super::shown(place.path),
        _ => super::shown(&place.path.join(folder)),
    };
    let declared = |language: Language, folder: &str| match language {
        Language::Python => of_python(folder),
        _ => of_node(folder),
    };
    let roots = [Language::Python, Language::Node].map(|language| (language, declared(language, "")));
    let is_project = roots.iter().any(|(_, root)| says_something(root));
    for (language, mut root) in roots {
        let folders = folders(artifact, language);
        let listed: Vec<&str> = folders.iter().copied().collect();
        let mut members = match language {
            Language::Python => members::of_python(&files, &listed),
            _ => members::of_node(&files, &listed),
        };
        // A project in another language than the root's is nobody's member, and nobody else's code.
        if is_project && !says_something(&root) {
            members.extend(outermost(&listed));
        }
        let of_member = |folder: &str| match language {
            Language::Python => around(of_python(folder), &root),
            _ => of_node(folder),
        };
        let parts = members.iter().take(MOST_MEMBERS).map(|folder| (*folder, of_member(folder)));
        let mut parts: Vec<(&str, Declared)> = parts.filter(|(_, declared)| says_something(declared)).collect();
        if language == Language::Node {
            let described = members.iter().filter_map(|folder| manifest::node::described(&files, folder));
            let siblings: Vec<Locked> = described.chain(around_it.iter().cloned()).collect();
            for declared in parts.iter_mut().map(|(_, declared)| declared).chain([&mut root]) {
                let is_declared = |sibling: &&Locked| declared.dependencies.iter().any(|own| own.name == sibling.name);
                declared.siblings = siblings.iter().filter(is_declared).cloned().collect();
            }
        }
        if parts.is_empty() && !says_something(&root) {
            continue;
        }
        let read = Read::of(&bundle, language);
        let judge = |folder: &str, declared: Declared, part: &Part| {
            let usage = read.usage(&declared, part, inputs.given.development);
            Tree { path: shown(folder), language, declared, usage }
        };
        let is_left = |folder: &&str| !folder.is_empty() && !members.contains(folder);
        let left: Vec<&str> = listed.iter().copied().filter(is_left).collect();
        found.left.extend(left.iter().map(|folder| (*folder).to_owned()));
        if says_something(&root) {
            found.trees.push(judge("", root, &Part::whole().with_projects(left.iter().copied())));
        }
        for (folder, declared) in parts {
            let part = Part::member(folder, members.iter().copied()).with_projects(left.iter().copied());
            found.trees.push(judge(folder, declared, &part));
        }
    }
    Ok(found)
}

/// Whether a manifest of its own declares something.
fn says_something(declared: &Declared) -> bool {
    declared.dependencies.iter().any(|dependency| !dependency.shared)
}

/// Folders that lie in none of the others, without those of tests, examples and documentation.
fn outermost<'a>(folders: &[&'a str]) -> Vec<&'a str> {
    let own = folders.iter().copied().filter(|folder| !folder.is_empty() && !usage::is_aside(&format!("{folder}/x")));
    let mut found: Vec<&str> = Vec::new();
    for folder in own {
        if !found.iter().any(|outer| folder.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))) {
            found.push(folder);
        }
    }
    found
}

/// What a folder is found to be.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The projects.
    pub(super) trees: Vec<Tree>,
    /// Folders with manifests of their own that belong to none of them.
    pub(super) left: BTreeSet<String>,
}

/// The folders that have a manifest of a language, the root's as `""`.
fn folders(artifact: &Artifact, language: Language) -> BTreeSet<&str> {
    let manifests: &[&str] = match language {
        Language::Node => &["package.json"],
        _ => &["pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile"],
    };
    let own = artifact.entries().filter(|(id, _)| !is_in_environment(artifact, *id));
    let split = own.map(|(_, entry)| entry.path.rsplit_once('/').unwrap_or(("", &entry.path)));
    let own = split.filter(|(folder, file)| {
        // A package's module may be called so, too.
        let is_module = || *file == "setup.py" && artifact.find(&format!("{folder}/__init__.py")).is_some();
        manifests.contains(file) && !folder.split('/').any(|part| NOT_MEMBERS.contains(&part)) && !is_module()
    });
    own.map(|(folder, _)| folder).collect()
}

/// What a member declares, and what the root does for all of them, whose environment they share.
fn around(member: Declared, root: &Declared) -> Declared {
    let shared = root.dependencies.iter().map(|dependency| Dependency { shared: true, ..dependency.clone() });
    let own: BTreeSet<_> = member.dependencies.iter().map(|dependency| dependency.name.clone()).collect();
    let shared: Vec<Dependency> = shared.filter(|dependency| !own.contains(&dependency.name)).collect();
    let locked = if member.locked.is_empty() { root.locked.clone() } else { member.locked };
    Declared { dependencies: member.dependencies.into_iter().chain(shared).collect(), locked, ..member }
}

/// The manifests of a folder.
struct Below<'a> {
    files: &'a ManifestFiles<'a>,
    folder: &'a str,
}

impl Below<'_> {
    fn path(&self, path: &str) -> String {
        if self.folder.is_empty() { path.to_owned() } else { format!("{}/{path}", self.folder) }
    }
}

impl Files for Below<'_> {
    fn text(&self, path: &str) -> Option<String> {
        self.files.text(&self.path(path))
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let folder = self.path(folder);
        let children = self.files.0.children(folder.trim_end_matches('/')).iter();
        children.filter(|child| child.entry.is_some()).map(|child| child.name.to_string()).collect()
    }

    fn location(&self, path: &str) -> Location {
        self.files.location(&self.path(path))
    }
}
