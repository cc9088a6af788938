//! What a path on the command line is: a template, a workspace, a package; or a folder that holds some.

use std::path::{Path, PathBuf};

use super::crates::OfCrate;
use super::shelf::Shelf;
use super::{Inputs, UserError, convention, search, templates, tree, workspace};
use crate::assemble::FunctionSpec;
use crate::engine::{Omission, ProjectFacts};
use crate::input::{self, InputKind};

/// A path, and what it is.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) path: &'a Path,
    pub(super) kind: InputKind,
}

impl<'a> Place<'a> {
    /// Looks at what is there.
    pub(super) fn at(path: &'a Path) -> Result<Self, UserError> {
        Ok(Self { path, kind: input::classify(path)? })
    }
}

/// The functions at a path. Cargo workspaces are analysed on the way.
pub(super) fn on_path(
    path: &Path,
    inputs: &Inputs<'_>,
    shelf: &Shelf,
    project: &mut ProjectFacts,
) -> Result<Vec<FunctionSpec>, UserError> {
    let place = Place::at(path)?;
    if inputs.given.handler.is_some() {
        return Ok(vec![convention::function(&place, inputs, shelf)?]);
    }
    if place.kind == InputKind::Template {
        return from_templates(&[path.to_owned()], inputs, shelf, project);
    }
    if place.kind != InputKind::Directory {
        return Ok(vec![convention::function(&place, inputs, shelf)?]);
    }
    let here = templates::in_folder(path);
    if !here.is_empty() {
        return from_templates(&here, inputs, shelf, project);
    }
    if from_workspace(path, Vec::new(), inputs, project)? {
        return Ok(Vec::new());
    }
    match convention::function(&place, inputs, shelf) {
        Ok(spec) => Ok(vec![spec]),
        Err(nothing) => below(path, nothing, inputs, shelf, project),
    }
}

/// The functions in the folders below a path that is none by itself.
fn below(
    path: &Path,
    nothing: UserError,
    inputs: &Inputs<'_>,
    shelf: &Shelf,
    project: &mut ProjectFacts,
) -> Result<Vec<FunctionSpec>, UserError> {
    let found = search::below(path);
    let declared = from_templates(&found.templates, inputs, shelf, project);
    // Of a workspace that templates deploy they have said what of it is a function.
    for folder in &found.workspaces {
        if workspace::is_known(folder, &project.workspaces) {
            continue;
        }
        if let Err(UserError(message)) = from_workspace(folder, Vec::new(), inputs, project) {
            project.problems.push(Omission { path: super::shown(folder), line: None, message });
        }
    }
    let specs = match declared {
        Ok(specs) => specs,
        Err(_) if !project.functions.is_empty() => Vec::new(),
        Err(_) if found.templates.is_empty() => {
            if !from_project(path, inputs, shelf, project)? {
                return Err(nothing);
            }
            project.problems.push(no_function(path, nothing));
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    Ok(specs)
}

/// Says of a project why it is one, and how a function is named.
fn no_function(path: &Path, UserError(why): UserError) -> Omission {
    let path = super::shown(path);
    let why = why.strip_prefix(&format!("{path}: ")).unwrap_or(&why);
    let message = format!("no function is found here, and the dependencies alone are judged: {why}");
    Omission { path, line: None, message }
}

/// Takes a folder without functions for a project, whose dependencies are judged; whether it is one.
fn from_project(
    path: &Path,
    inputs: &Inputs<'_>,
    shelf: &Shelf,
    project: &mut ProjectFacts,
) -> Result<bool, UserError> {
    let trees = tree::at(&Place { path, kind: InputKind::Directory }, shelf)?;
    let is_open = project.workspaces.is_empty();
    let cargo = if is_open { workspace::without_functions(path, inputs)? } else { None };
    let is_one = !trees.is_empty() || cargo.is_some();
    project.trees.extend(trees);
    project.workspaces.extend(cargo.map(|found| found.cargo));
    Ok(is_one)
}

/// The functions of some templates. A broken one costs its own only.
fn from_templates(
    files: &[PathBuf],
    inputs: &Inputs<'_>,
    shelf: &Shelf,
    project: &mut ProjectFacts,
) -> Result<Vec<FunctionSpec>, UserError> {
    let mut all = templates::Found::default();
    for file in files {
        all.read(file, inputs, shelf);
    }
    for (folder, declared) in std::mem::take(&mut all.crates) {
        match from_workspace(&folder, declared, inputs, project) {
            Ok(true) => {}
            Ok(false) => {
                let message = "the executable of a function is not built, and no crate here says what it is made of; \
                               `cargo lambda build` or `sam build` makes it";
                all.problems.push(Omission { path: super::shown(&folder), line: None, message: message.to_owned() });
            }
            Err(UserError(message)) => {
                all.problems.push(Omission { path: super::shown(&folder), line: None, message });
            }
        }
    }
    let has_functions = all.applications.iter().any(|application| !application.functions.is_empty());
    if all.specs.is_empty() && project.functions.is_empty() && !has_functions {
        let problems: Vec<String> = all.problems.iter().map(ToString::to_string).collect();
        let files: Vec<String> = files.iter().map(|file| super::shown(file)).collect();
        let advice = "give a package, or name the function with --handler";
        let nothing = format!("{}: no function in this template can be analysed; {advice}", files.join(", "));
        return Err(UserError(problems.into_iter().chain([nothing]).collect::<Vec<_>>().join("\n")));
    }
    project.problems.append(&mut all.problems);
    project.applications.append(&mut all.applications);
    Ok(all.specs)
}

/// Analyses the workspace that a folder is, with what templates declare of its executables; false where it is none
/// with functions.
fn from_workspace(
    folder: &Path,
    declared: Vec<OfCrate>,
    inputs: &Inputs<'_>,
    project: &mut ProjectFacts,
) -> Result<bool, UserError> {
    let Some(found) = workspace::at(folder, declared, inputs)? else { return Ok(false) };
    project.problems.extend(found.left);
    project.functions.extend(found.functions);
    project.workspaces.push(found.cargo);
    Ok(true)
}
