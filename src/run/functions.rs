//! All functions that some paths stand for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::facts::{self, STAGES, Stages};
use super::shelf::Shelf;
use super::together::Together;
use super::{Inputs, UserError, discover, installed, layers, named, threads, traffic};
use crate::assemble::FunctionSpec;
use crate::engine::{LeftOut, Omission, ProjectFacts};
use crate::fault::{self, Fault};
use crate::package::Spent;

/// All functions that the paths stand for, analysed.
///
/// # Errors
/// When nothing at all can be analysed.
pub fn project(paths: &[PathBuf], inputs: &Inputs<'_>) -> Result<ProjectFacts, UserError> {
    project_on(paths, inputs, &Shelf::default())
}

/// The same, with packages that others may have opened.
///
/// # Errors
/// When nothing at all can be analysed.
pub fn project_on(paths: &[PathBuf], inputs: &Inputs<'_>, shelf: &Shelf) -> Result<ProjectFacts, UserError> {
    let (mut project, mut specs) = (ProjectFacts::default(), Vec::new());
    for path in paths {
        inputs.listener.step(&format!("reading {}", super::shown(path)));
        match discover::on_path(path, inputs, shelf, &mut project) {
            Ok(found) => specs.extend(found),
            // With one path alone this is what ends the run.
            Err(error) if paths.len() == 1 => return Err(error),
            Err(UserError(message)) => {
                let left_out = Some(LeftOut { function: None, is_local: true });
                project.problems.push(Omission { path: super::shown(path), line: None, message, left_out });
            }
        }
    }
    installed::outside::gather(&mut specs);
    layers::warn_of_unused(&specs, inputs);
    let before = project.functions.iter_mut().map(|facts| &mut facts.spec);
    tell_apart(before.chain(&mut specs).collect());
    analyse(specs, inputs, shelf, &STAGES, &mut project);
    let read = !project.applications.is_empty();
    if project.functions.is_empty()
        && project.workspaces.is_empty()
        && project.trees.is_empty()
        && project.faults.is_empty()
        && !read
    {
        let problems: Vec<String> = project.problems.iter().map(ToString::to_string).collect();
        return Err(UserError(problems.join("\n")));
    }
    project.contracts = inputs.settings.resolved.contracts.clone();
    project.budgets = inputs.settings.budgets(inputs.budgets);
    project.accounts = inputs.settings.resolved.accounts.clone();
    project.traffic = traffic::table(inputs.settings)?;
    named::tell_of_unknown(paths, inputs.settings, &mut project);
    Ok(project)
}

/// Gives functions of one name in several templates names that tell them apart.
fn tell_apart(specs: Vec<&mut FunctionSpec>) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for spec in &specs {
        *count.entry(spec.name.clone()).or_default() += 1;
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for spec in specs {
        if count.get(&spec.name).is_some_and(|count| *count > 1) {
            let place = spec.origin.as_ref().map_or(&spec.code, |origin| &origin.path);
            spec.name = format!("{place}#{}", spec.name);
        }
        let (name, mut number) = (spec.name.clone(), 1);
        while !taken.insert(spec.name.clone()) {
            number += 1;
            spec.name = format!("{name}#{number}");
        }
    }
}

/// Analyses functions side by side; one that cannot be analysed stops no other.
fn analyse(specs: Vec<FunctionSpec>, inputs: &Inputs<'_>, shelf: &Shelf, stages: &Stages, project: &mut ProjectFacts) {
    specs.iter().for_each(|spec| shelf.reserve(spec));
    let count = specs.len();
    let spent: Mutex<Spent> = Mutex::default();
    let shares = Together::shares(&specs, rayon::current_num_threads());
    let shares: Vec<Mutex<Option<Together<'_>>>> = shares.into_iter().map(|share| Mutex::new(Some(share))).collect();
    let work = |at: usize, together: &Together<'_>| {
        let spec = &specs[at];
        inputs.listener.step(&format!("{}: {} of {count}, {}", spec.code, at + 1, spec.name));
        let analysed = fault::caught("the analysis", || facts::of(spec.clone(), shelf, inputs, stages, together));
        let mut left = shelf.give_back(spec);
        let mut analysed = analysed.map(|analysed| analysed.map(Box::new));
        if let Ok(Ok(facts)) = &mut analysed {
            // Nothing else reads code, and the facts of all functions stay until the report.
            left.push(std::sync::Arc::new(std::mem::take(&mut facts.graph.own_code)));
        }
        // While other functions are analysed, what this one leaves behind goes.
        let before = std::mem::replace(&mut *spent.lock().unwrap_or_else(PoisonError::into_inner), left);
        free_aside(before);
        (at, analysed)
    };
    let found = threads::side_by_side(shares.len(), |share| {
        let together = shares[share].lock().unwrap_or_else(PoisonError::into_inner).take();
        together.map_or_else(Vec::new, |share| share.members().iter().map(|at| work(*at, &share)).collect())
    });
    let mut found: Vec<_> = found.into_iter().flatten().collect();
    found.sort_by_key(|(at, _)| *at);
    if inputs.listener.is_last() {
        // The process ends soon, and all memory with it: freeing this would only delay the report.
        std::mem::forget(spent);
    } else {
        free_aside(spent.into_inner().unwrap_or_else(PoisonError::into_inner));
    }
    drop(shares);
    for (spec, (_, found)) in specs.into_iter().zip(found) {
        match found {
            Ok(Ok(facts)) => project.functions.push(*facts),
            Ok(Err(error)) => project.problems.push(omitted(&spec, error)),
            Err(fault) => project.faults.push(named(&spec, fault)),
        }
    }
}

/// A function whose package cannot be read.
fn omitted(spec: &FunctionSpec, UserError(message): UserError) -> Omission {
    let left_out = Some(LeftOut { function: Some(spec.name.clone()), is_local: true });
    match &spec.origin {
        Some(origin) => {
            let message = format!("{} is left out: {message}", spec.name);
            Omission { path: origin.path.clone(), line: None, message, left_out }
        }
        None => {
            let message = message.strip_prefix(&format!("{}: ", spec.code)).unwrap_or(&message).to_owned();
            Omission { path: spec.code.clone(), line: None, message, left_out }
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
