//! Lambda functions of a workspace and what they do when they start.

use std::collections::{BTreeMap, BTreeSet};

use super::{PackageInput, usage};
use crate::input::files;
use crate::lang::rust::work::{CrateInput, Program, ProgramInput, Work};
use crate::manifest::cargo::{CargoManifest, DependencyKind, TargetKind, crate_name};

/// An executable that runs on Lambda.
#[derive(Clone, Debug, Default)]
pub struct CargoFunction {
    /// Which member.
    pub member: usize,
    /// Name of the executable.
    pub name: String,
    /// Its root file.
    pub root: String,
    /// What it does before and in requests.
    pub work: Work,
}

/// The functions of one package.
pub(super) fn find(input: &PackageInput<'_>) -> Vec<CargoFunction> {
    let member = &input.workspace.members[input.at];
    let (own, through) = (member.may_be_function(), gets_runtime(input, member));
    if !own && !through {
        return Vec::new();
    }
    let names_runtime = own && names_runtime(input, member);
    let bins: Vec<_> = input.usage.targets.iter().filter(|target| target.kind == TargetKind::Bin).collect();
    let features: BTreeSet<String> = input.enabled.of(member).into_iter().map(str::to_string).collect();
    let size = |source: &str, path: &str, bundled: bool| {
        let from = if bundled { member.folder.as_str() } else { files::parent(source) };
        input.files.size(&files::join(from, path))
    };
    let text = |path: &str| input.files.text(path).ok();
    let module = |file: &str, is_root: bool, path: &[String], explicit: Option<&str>| {
        usage::module_file(input.files, file, is_root, path, explicit)
    };
    let program_input = ProgramInput { text: &text, module: &module, size: &size, features: &features };
    let mut found = Vec::new();
    for bin in &bins {
        let mut crates = vec![CrateInput { name: "crate".into(), root: bin.path.clone() }];
        crates.extend(libraries(input, member));
        let mut work = Program::read(&crates, renames(member), &program_input).work();
        own_packages(member, &mut work);
        // How it gets there may be hidden, but the only executable that names the runtime is there for it.
        if work.reaches_run || (names_runtime && bins.len() == 1) {
            found.push(CargoFunction { member: input.at, name: bin.name.clone(), root: bin.path.clone(), work });
        }
    }
    found
}

/// Whether its code names what talks to the runtime API, or its manifest says that it does.
fn names_runtime(input: &PackageInput<'_>, member: &CargoManifest) -> bool {
    let is_said = member.package.as_ref().is_some_and(|package| package.lambda_metadata);
    is_said || member.runtimes().any(|entry| input.usage.normal.contains(&crate_name(&entry.key)))
}

/// Whether another member brings what talks to the runtime API.
fn gets_runtime(input: &PackageInput<'_>, member: &CargoManifest) -> bool {
    let (mut todo, mut seen) = (vec![member], BTreeSet::new());
    while let Some(next) = todo.pop() {
        let paths = next.dependencies.iter().filter(|entry| entry.kind == DependencyKind::Normal);
        for path in paths.filter_map(|entry| entry.path.as_ref()) {
            let Some(found) = input.workspace.members.iter().find(|member| member.folder == *path) else { continue };
            if found.runtimes().next().is_some() {
                return true;
            }
            if seen.insert(&found.folder) {
                todo.push(found);
            }
        }
    }
    false
}

/// Leaves in each route the declared packages that it needs beyond those that every route needs.
fn own_packages(member: &CargoManifest, work: &mut Work) {
    let declared = |head: &String| {
        let mut dependencies = member.dependencies.iter();
        dependencies
            .find(|dependency| crate_name(&dependency.key) == *head)
            .map(|dependency| dependency.package.clone())
    };
    for route in &mut work.routes {
        route.crates = route.crates.iter().filter_map(declared).collect();
    }
    let mut all = work.routes.iter().map(|route| route.crates.clone());
    let first = all.next().unwrap_or_default();
    let common = all.fold(first, |common, crates| common.intersection(&crates).cloned().collect());
    for route in &mut work.routes {
        route.crates.retain(|package| !common.contains(package));
    }
}

/// The package's own library, and libraries of members that it depends on.
fn libraries(input: &PackageInput<'_>, member: &CargoManifest) -> Vec<CrateInput> {
    let own = input.usage.targets.iter().find(|target| target.kind == TargetKind::Lib);
    let mut found: Vec<CrateInput> =
        own.map(|lib| CrateInput { name: crate_name(&lib.name), root: lib.path.clone() }).into_iter().collect();
    let mut todo: Vec<(&CargoManifest, usize)> = vec![(member, 0)];
    let mut seen = BTreeSet::from([member.folder.as_str()]);
    while let Some((manifest, depth)) = todo.pop() {
        for dependency in manifest.dependencies.iter().filter(|d| depth < 8 && d.path.is_some()) {
            let Some(other) =
                input.workspace.members.iter().find(|other| Some(&other.folder) == dependency.path.as_ref())
            else {
                continue;
            };
            if !seen.insert(&other.folder) {
                continue;
            }
            let path = other.lib.as_ref().and_then(|lib| lib.path.clone()).unwrap_or_else(|| "src/lib.rs".into());
            let name = if dependency.renamed { crate_name(&dependency.key) } else { other.lib_name() };
            found.push(CrateInput { name: crate_name(&name), root: files::join(&other.folder, &path) });
            todo.push((other, depth + 1));
        }
    }
    found
}

/// Local names of renamed dependencies, with the names they have everywhere else.
fn renames(member: &CargoManifest) -> BTreeMap<String, String> {
    let renamed = member.dependencies.iter().filter(|d| d.renamed && d.path.is_none());
    renamed.map(|d| (crate_name(&d.key), crate_name(&d.package))).collect()
}
