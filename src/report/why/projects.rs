//! Who needs what the manifests of projects and Cargo workspaces declare.

use super::super::human::paint::{STRONG, paint};
use super::super::printable;
use super::declared::purpose;
use super::normal;
use crate::artifact::Location;
use crate::engine::ProjectFacts;
use crate::engine::cargo::CargoFacts;
use crate::manifest::cargo::crate_name;
use crate::usage::Tree;
use crate::usage::cargo::{DependencyVerdict, Verdict};

/// What is said of a name that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declarations {
    /// The answer for people, a line for each declaration.
    pub text: String,
    /// Whether some declaration of it is needed.
    pub is_needed: bool,
}

/// Says of a package that projects without a function or Cargo workspaces declare who needs it.
#[must_use]
pub fn declarations(project: &ProjectFacts, asked: &str, color: bool) -> Declarations {
    let mut found = Declarations::default();
    let trees = project.trees.iter().flat_map(|tree| of_tree(tree, asked));
    let crates = project.workspaces.iter().flat_map(|cargo| of_workspace(cargo, asked));
    for (location, said, is_needed) in trees.chain(crates) {
        let path = paint(color, STRONG, &printable::line(location.inner_path.as_deref().unwrap_or(&location.path)));
        found.text.push_str(&format!("{path}: {}\n", printable::line(&said)));
        found.is_needed |= is_needed;
    }
    let has_manifests = !project.trees.is_empty() || !project.workspaces.is_empty();
    if found.text.is_empty() && project.functions.is_empty() && has_manifests {
        found.text = format!("no manifest here declares {}\n", printable::line(asked));
    }
    found
}

/// Where it is declared, what is said of it, and whether it is needed.
type Said = (Location, String, bool);

fn of_tree<'a>(tree: &'a Tree, asked: &'a str) -> impl Iterator<Item = Said> + 'a {
    let own = tree.declared.dependencies.iter().filter(|dependency| !dependency.shared);
    own.filter(move |dependency| normal(&dependency.name) == normal(asked)).map(|dependency| {
        let need = tree.usage.need(&dependency.name);
        let why = match need {
            Some(need) => need.to_string(),
            None if tree.usage.is_unused(&dependency.name) => {
                "no file, script, setting or used package of the project names it".to_owned()
            }
            None => "nothing was found that names it, and too little is known to call it unused".to_owned(),
        };
        let purpose = purpose(&dependency.scope);
        let said = format!("{} is declared{purpose}: {why}", dependency.name);
        (dependency.location.clone(), said, need.is_some())
    })
}

fn of_workspace<'a>(cargo: &'a CargoFacts, asked: &'a str) -> impl Iterator<Item = Said> + 'a {
    let is_asked = move |key: &str, package: &str| crate_name(key) == crate_name(asked) || package == asked;
    let found = cargo.dependencies().filter(move |(_, _, dependency)| is_asked(&dependency.key, &dependency.package));
    found.map(|(verdict, member, dependency)| {
        let location = cargo.location(&member.path, Some(dependency.span));
        let said = format!("{} is declared: {}", dependency.key, verdict_on(cargo, verdict, &dependency.key));
        (location, said, !matches!(verdict.verdict, Verdict::Unused | Verdict::Unknown))
    })
}

fn verdict_on(cargo: &CargoFacts, verdict: &DependencyVerdict, key: &str) -> &'static str {
    let usage = cargo.analysis.usage.get(verdict.member);
    let name = crate_name(key);
    match verdict.verdict {
        Verdict::Needed => match usage {
            Some(usage) if usage.normal.contains(&name) => "the library or an executable names it",
            Some(usage) if usage.build.contains(&name) => "the build script names it",
            Some(usage) if usage.test.contains(&name) => "tests, examples or benchmarks name it",
            Some(usage) if usage.doc.contains(&name) => "examples in the documentation name it",
            _ => "code names it under another name, or a feature does",
        },
        Verdict::NeededByMacro => "what a macro, derive or attribute of another crate expands to names it",
        Verdict::OnlyTests => "only tests, examples or benchmarks name it",
        Verdict::Forcing => "no code names it, but it switches on features of, or pins, a crate that others bring",
        Verdict::Unused => "no code, macro, attribute, build script or example names it",
        Verdict::Unknown => "nothing can be said: there is no code to read, or the manifest says to leave it alone",
    }
}
