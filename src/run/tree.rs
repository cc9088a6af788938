//! Source trees in which no function is found: projects, whose dependencies are judged all the same.

use super::UserError;
use super::discover::Place;
use super::facts::ManifestFiles;
use super::shelf::Shelf;
use crate::input::seen;
use crate::manifest;
use crate::platform::Language;
use crate::usage::{Tree, TreeUsage};

/// The version of Python that markers are decided for where nothing says one.
const PYTHON: (u16, u16) = (3, 13);

/// The projects that a folder is, one for each language whose manifests declare something.
pub(super) fn at(place: &Place<'_>, shelf: &Shelf) -> Result<Vec<Tree>, UserError> {
    if !seen::is_dir(place.path) {
        return Ok(Vec::new());
    }
    let bundle = shelf.open_project(place.path, PYTHON)?;
    let files = ManifestFiles(&bundle.artifact);
    let installed = bundle.artifact.entries().any(|(_, entry)| entry.path.contains("node_modules/"));
    let of_python = manifest::python::declared(&files, PYTHON);
    let of_node = manifest::node::declared(&files, "", installed);
    let mut trees = Vec::new();
    for (language, declared) in [(Language::Python, of_python), (Language::Node, of_node)] {
        if !declared.dependencies.is_empty() {
            let usage = TreeUsage::of(&bundle, &declared, language);
            trees.push(Tree { path: super::shown(place.path), language, declared, usage });
        }
    }
    Ok(trees)
}
