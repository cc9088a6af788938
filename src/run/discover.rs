//! What a path on the command line is: a template, a workspace, a package; or a folder that holds some.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::crates::OfCrate;
use super::shelf::Shelf;
use super::{Inputs, UserError, convention, installed, search, templates, tree, workspace};
use crate::assemble::FunctionSpec;
use crate::declare::model::{Application, FunctionKind};
use crate::engine::{LeftOut, Omission, ProjectFacts};
use crate::fault::{self, Fault};
use crate::input::{self, InputKind, seen};
use crate::manifest::dependency::Locked;

/// Projects below a folder that are judged in one run.
const MOST_PROJECTS: usize = 40;
/// Reasons that are told of a folder without a function.
const REASONS: usize = 4;

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
    let before = project.functions.len();
    let found = in_folder(&place, inputs, shelf, project);
    if found.as_ref().is_ok_and(|specs| !specs.is_empty()) || project.functions.len() > before {
        return found;
    }
    let none_declared = !project.applications.iter().any(has_functions);
    if let Some(image) = convention::from_image(path, inputs).filter(|_| none_declared) {
        return Ok(vec![image]);
    }
    // Without a function the dependencies can be judged all the same.
    match (from_projects(path, inputs, shelf, project), found) {
        (true, Err(nothing)) => {
            project.problems.push(no_function(path, nothing));
            Ok(Vec::new())
        }
        (_, found) => found,
    }
}

/// The functions of a folder.
fn in_folder(
    place: &Place<'_>,
    inputs: &Inputs<'_>,
    shelf: &Shelf,
    project: &mut ProjectFacts,
) -> Result<Vec<FunctionSpec>, UserError> {
    let path = place.path;
    let here = templates::in_folder(path);
    let lying = LazyCell::new(|| search::below(path));
    if !here.is_empty() {
        let further = lying.templates.iter().filter(|file| !here.contains(file));
        let all: Vec<PathBuf> = here.iter().chain(further).cloned().collect();
        // A template that is broken hides none of those below it.
        return from_templates(&all, inputs, shelf, project)
            .or_else(|broken| below(&lying, broken, inputs, shelf, project));
    }
    // Templates below say what of a workspace is deployed, and how.
    if seen::is_file(&path.join("Cargo.toml")) && !lying.templates.is_empty() {
        let nothing = UserError(format!("{}: no function is found", super::shown(path)));
        return below(&lying, nothing, inputs, shelf, project);
    }
    if from_workspace(path, Vec::new(), inputs, project)? {
        return Ok(Vec::new());
    }
    match convention::function(place, inputs, shelf) {
        Ok(spec) => Ok(vec![spec]),
        Err(nothing) => below(&lying, nothing, inputs, shelf, project),
    }
}

/// The functions in the folders below a path that is none by itself, of what was found there.
fn below(
    found: &search::Found,
    nothing: UserError,
    inputs: &Inputs<'_>,
    shelf: &Shelf,
    project: &mut ProjectFacts,
) -> Result<Vec<FunctionSpec>, UserError> {
    let declared = from_templates(&found.templates, inputs, shelf, project);
    // Of a workspace that templates deploy they have said what of it is a function.
    for folder in &found.workspaces {
        if workspace::is_known(folder, &project.workspaces) {
            continue;
        }
        if let Err(UserError(message)) = from_workspace(folder, Vec::new(), inputs, project) {
            project.problems.push(Omission { path: super::shown(folder), line: None, message, left_out: None });
        }
    }
    match declared {
        Err(_) if !project.functions.is_empty() => Ok(Vec::new()),
        Err(_) if found.templates.is_empty() => Err(nothing),
        specs => specs,
    }
}

/// Says of a project why it is one, and how a function is named.
fn no_function(path: &Path, UserError(why): UserError) -> Omission {
    let path = super::shown(path);
    let why = why.strip_prefix(&format!("{path}: ")).unwrap_or(&why);
    let reasons: Vec<&str> = why.lines().collect();
    // The last one says what to do.
    let why = match reasons.split_last() {
        Some((last, others)) if others.len() > REASONS => {
            format!("{}; and {} more; {last}", others[..REASONS].join("; "), others.len() - REASONS)
        }
        _ => reasons.join("; "),
    };
    let message = format!("no function is found here, and the dependencies alone are judged: {why}");
    Omission { path, line: None, message, left_out: None }
}

/// Whether an application has functions of its own, not only helpers of the framework that wrote its template.
fn has_functions(application: &Application) -> bool {
    application.functions.iter().any(|function| function.kind != FunctionKind::Helper)
}

/// Judges the project that a folder is, or those below it where it is none; whether there is one.
fn from_projects(path: &Path, inputs: &Inputs<'_>, shelf: &Shelf, project: &mut ProjectFacts) -> bool {
    let mut judge = |folder: &Path, around: &[Locked]| match from_project(folder, around, inputs, shelf, project) {
        Ok(is_one) => is_one,
        Err(UserError(message)) => {
            project.problems.push(Omission { path: super::shown(folder), line: None, message, left_out: None });
            false
        }
    };
    if judge(path, &[]) {
        return true;
    }
    let folders = search::manifests(path);
    // Tools with settings of their own, such as Rush, make workspaces of projects whose root has no manifest.
    let around: Vec<Locked> = folders.iter().filter_map(|folder| installed::described(folder)).collect();
    let mut judged: Vec<PathBuf> = Vec::new();
    let mut others = 0;
    for folder in folders {
        // What lies inside of a project is judged with it.
        if judged.iter().any(|known| folder.starts_with(known)) {
            continue;
        }
        if judged.len() >= MOST_PROJECTS {
            others += 1;
        } else if judge(&folder, &around) {
            judged.push(folder);
        }
    }
    if others > 0 {
        let message = format!("{others} more projects below it are left out; run defrost in one of them");
        project.problems.push(Omission { path: super::shown(path), line: None, message, left_out: None });
    }
    !judged.is_empty()
}

/// Takes a folder without functions for a project, whose dependencies are judged; whether it is one.
fn from_project(
    path: &Path,
    around: &[Locked],
    inputs: &Inputs<'_>,
    shelf: &Shelf,
    project: &mut ProjectFacts,
) -> Result<bool, UserError> {
    let place = Place { path, kind: InputKind::Directory };
    let tree::Found { trees, left } = told(&mut project.faults, || tree::at(&place, around, inputs, shelf))?;
    let is_open = project.workspaces.is_empty();
    let cargo = if is_open { workspace::without_functions(path, inputs)? } else { None };
    let is_one = !trees.is_empty() || cargo.is_some();
    project.trees.extend(trees);
    project.problems.extend(not_members(path, &left));
    project.workspaces.extend(cargo.map(|found| found.cargo));
    Ok(is_one)
}

/// What a folder is as a project; where looking has failed, nothing, and the fault is told.
fn told(
    faults: &mut Vec<Fault>,
    look: impl FnOnce() -> Result<tree::Found, UserError>,
) -> Result<tree::Found, UserError> {
    fault::caught("the search for what a project uses", look).unwrap_or_else(|fault| {
        faults.push(fault);
        Ok(tree::Found::default())
    })
}

/// Folders with manifests that are named; the number of the others is said.
const NAMED: usize = 4;

/// Says which manifests below a project were not judged: nothing says that they belong to it.
fn not_members(path: &Path, left: &BTreeSet<String>) -> Option<Omission> {
    let named: Vec<&str> = left.iter().take(NAMED).map(String::as_str).collect();
    let more = left.len().checked_sub(named.len()).filter(|more| *more > 0);
    let more = more.map_or_else(String::new, |more| format!(" and {more} more"));
    let message = format!(
        "manifests in {}{more} are no members of a workspace here and not judged; run defrost there",
        named.join(", ")
    );
    (!left.is_empty()).then(|| Omission { path: super::shown(path), line: None, message, left_out: None })
}

/// What functions are whose executables nobody has built.
fn unbuilt() -> Option<LeftOut> {
    Some(LeftOut { function: None, is_local: true })
}

/// The functions of some templates. A broken one costs its own only.
fn from_templates(
    files: &[PathBuf],
    inputs: &Inputs<'_>,
    shelf: &Shelf,
    project: &mut ProjectFacts,
) -> Result<Vec<FunctionSpec>, UserError> {
    let mut all = templates::Found::read(files, inputs, shelf);
    for (folder, declared) in std::mem::take(&mut all.crates) {
        match from_workspace(&folder, declared, inputs, project) {
            Ok(true) => {}
            Ok(false) => {
                let message = "the executable of a function is not built, and no crate here says what it is made of; \
                               `cargo lambda build` or `sam build` makes it";
                all.problems.push(Omission {
                    path: super::shown(&folder),
                    line: None,
                    message: message.to_owned(),
                    left_out: unbuilt(),
                });
            }
            Err(UserError(message)) => {
                all.problems.push(Omission { path: super::shown(&folder), line: None, message, left_out: unbuilt() });
            }
        }
    }
    let has_functions = all.applications.iter().any(has_functions);
    if all.specs.is_empty() && project.functions.is_empty() && !has_functions {
        let problems: Vec<String> = all.problems.iter().map(ToString::to_string).collect();
        let mut files: Vec<String> = files.iter().map(|file| super::shown(file)).collect();
        files.dedup();
        let advice = "give a package, or name the function with --handler";
        let is_read = problems.is_empty() && !all.applications.is_empty();
        let declares = if files.len() == 1 { "declares no function" } else { "declare no function" };
        let what = if is_read { declares } else { "no function in this template can be analysed" };
        let separator = if is_read { "" } else { ":" };
        let nothing = format!("{}{separator} {what}; {advice}", files.join(", "));
        return Err(UserError(problems.into_iter().chain([nothing]).collect::<Vec<_>>().join("\n")));
    }
    let mut known = BTreeSet::new();
    all.problems.retain(|problem| known.insert(problem.clone()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_in_a_project_is_told_and_stops_nothing() {
        let mut faults = Vec::new();
        let found = told(&mut faults, || panic!("no")).unwrap();
        assert!(found.trees.is_empty());
        assert!(faults[0].message.contains("the search for what a project uses failed (no)"), "{faults:?}");
        assert!(told(&mut faults, || Err(UserError("not there".to_owned()))).is_err() && faults.len() == 1);
    }
}
