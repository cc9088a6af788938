//! What a path on the command line is: a template, a workspace, a package; or a folder that holds some.

use std::path::{Path, PathBuf};

use super::shelf::Shelf;
use super::{Inputs, UserError, convention, search, templates, tree, workspace};
use crate::assemble::FunctionSpec;
use crate::engine::{Omission, ProjectFacts};
use crate::input::{self, InputKind, seen};

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
    if from_workspace(path, inputs, project)? {
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
    for folder in &found.workspaces {
        if let Err(UserError(message)) = from_workspace(folder, inputs, project) {
            project.problems.push(Omission { path: super::shown(folder), line: None, message });
        }
    }
    let specs = match from_templates(&found.templates, inputs, shelf, project) {
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
    let is_open = project.cargo.is_none();
    let cargo = if is_open { workspace::without_functions(path, inputs)? } else { None };
    let is_one = !trees.is_empty() || cargo.is_some();
    project.trees.extend(trees);
    if let Some(found) = cargo {
        project.cargo = Some(Box::new(found.cargo));
    }
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
    for folder in std::mem::take(&mut all.crates) {
        match from_workspace(&folder, inputs, project) {
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

/// Analyses the workspace that a folder is; false where it is none with functions.
fn from_workspace(folder: &Path, inputs: &Inputs<'_>, project: &mut ProjectFacts) -> Result<bool, UserError> {
    if project.cargo.is_some() {
        let is_one = seen::is_file(&folder.join("Cargo.toml"));
        let another = "one Cargo workspace at a time can be checked; run defrost in this one by itself";
        return if is_one { Err(UserError(another.to_owned())) } else { Ok(false) };
    }
    let Some(found) = workspace::at(folder, inputs)? else { return Ok(false) };
    project.functions.extend(found.functions);
    project.cargo = Some(Box::new(found.cargo));
    Ok(true)
}
