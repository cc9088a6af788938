//! All functions that some paths stand for.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::facts::{self, STAGES, Stages};
use super::shelf::Shelf;
<<<<<<< HEAD
use super::{Inputs, UserError, discover, threads, traffic, workspace};
=======
use super::{Inputs, UserError, discover, threads, workspace};
use crate::assemble::FunctionSpec;
>>>>>>> 42a9970 (assemble: what a function's package will hold and what stays open)
use crate::engine::{Omission, ProjectFacts};
use crate::fault::{self, Fault};
use crate::package::Spent;

/// All functions that the paths stand for, analysed.
///
/// # Errors
/// When nothing at all can be analysed.
pub fn project(paths: &[PathBuf], inputs: &Inputs<'_>) -> Result<ProjectFacts, UserError> {
    let (shelf, mut project) = (Shelf::default(), ProjectFacts::default());
    let mut specs = Vec::new();
    for path in paths {
        inputs.listener.step(&format!("reading {}", super::shown(path)));
        match on_path(path, inputs, &shelf, &mut project) {
            Ok(found) => specs.extend(found),
            // With one path alone this is what ends the run.
            Err(error) if paths.len() == 1 => return Err(error),
            Err(UserError(message)) => {
                project.problems.push(Omission { path: super::shown(path), line: None, message });
            }
        }
    }
    analyse(specs, inputs, &shelf, &STAGES, &mut project);
    let read = !project.applications.is_empty();
    if project.functions.is_empty() && project.cargo.is_none() && project.faults.is_empty() && !read {
        let problems: Vec<String> = project.problems.iter().map(ToString::to_string).collect();
        return Err(UserError(problems.join("\n")));
    }
    project.budgets = inputs.settings.budgets(inputs.budgets);
    project.accounts = inputs.settings.resolved.accounts.clone();
    project.traffic = traffic::table(inputs.settings)?;
    Ok(project)
}

/// The functions at a path. A Cargo workspace is analysed on the way.
fn on_path(
    path: &Path,
    inputs: &Inputs<'_>,
    shelf: &Shelf,
    project: &mut ProjectFacts,
) -> Result<Vec<FunctionSpec>, UserError> {
    let place = discover::Place::at(path)?;
    if inputs.given.handler.is_none() {
        if let Some((file, text)) = place.template()? {
            return discover::from_template(&file, &text, inputs, shelf, &mut project.problems);
        }
        if let Some(found) = workspace::at(path, inputs)? {
            project.functions.extend(found.functions);
            if project.cargo.replace(Box::new(found.cargo)).is_some() {
                return Err(UserError("one Cargo workspace at a time can be checked".to_owned()));
            }
            return Ok(Vec::new());
        }
    }
    Ok(vec![discover::by_convention(&place, inputs, shelf)?])
}

/// Analyses functions side by side; one that cannot be analysed stops no other.
fn analyse(specs: Vec<FunctionSpec>, inputs: &Inputs<'_>, shelf: &Shelf, stages: &Stages, project: &mut ProjectFacts) {
    specs.iter().for_each(|spec| shelf.reserve(spec));
    let count = specs.len();
    let spent: Mutex<Spent> = Mutex::default();
    let found = threads::side_by_side(count, |at| {
        let spec = &specs[at];
        inputs.listener.step(&format!("{}: {} of {count}, {}", spec.code, at + 1, spec.name));
        let analysed = fault::caught("the analysis", || facts::of(spec.clone(), shelf, inputs, stages));
        let mut left = shelf.give_back(spec);
        let mut analysed = analysed.map(|analysed| analysed.map(Box::new));
        if let Ok(Ok(facts)) = &mut analysed {
            // Nothing else reads code, and the facts of all functions stay until the report.
            left.push(std::sync::Arc::new(std::mem::take(&mut facts.graph.own_code)));
        }
        // While other functions are analysed, what this one leaves behind goes.
        let before = std::mem::replace(&mut *spent.lock().unwrap_or_else(PoisonError::into_inner), left);
        free_aside(before);
        analysed
    });
    // The process ends soon, and all memory with it: freeing this would only delay the report.
    std::mem::forget(spent);
    for (spec, found) in specs.into_iter().zip(found) {
        match found {
            Ok(Ok(facts)) => project.functions.push(*facts),
            Ok(Err(error)) => project.problems.push(omitted(&spec, error)),
            Err(fault) => project.faults.push(named(&spec, fault)),
        }
    }
}

/// A function whose package cannot be read.
fn omitted(spec: &FunctionSpec, UserError(message): UserError) -> Omission {
    match &spec.origin {
        Some(origin) => {
            Omission { path: origin.path.clone(), line: None, message: format!("{} is left out: {message}", spec.name) }
        }
        None => {
            let message = message.strip_prefix(&format!("{}: ", spec.code)).unwrap_or(&message).to_owned();
            Omission { path: spec.code.clone(), line: None, message }
        }
    }
}

fn named(spec: &FunctionSpec, fault: Fault) -> Fault {
    Fault { message: format!("{}: {}", spec.name, fault.message) }
}

/// Frees something of very many pieces on a thread of its own: nobody needs to wait for that.
fn free_aside(value: Spent) {
    if value.is_empty() {
        return;
    }
    // Without a thread it is freed here.
    let _ = std::thread::Builder::new().name("free".to_owned()).spawn(move || drop(value));
}

#[cfg(test)]
mod tests;
