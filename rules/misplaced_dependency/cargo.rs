use crate::engine::cargo::CargoFacts;
use crate::engine::{ProjectContext, Sink};
use crate::finding::{Edit, Finding, Fix, FixLevel};
use crate::manifest::cargo::{DependencyKind, edit};
use crate::manifest::dependency::{Dependency, Scope};
use crate::usage::cargo::Verdict;

/// Reports crates that only tests name, and what packages of a project import that is declared for development.
pub(in crate::rules) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    for misplaced in cx.project.trees.iter().flat_map(|tree| &tree.usage.misplaced) {
        let message =
            format!("{} is declared for development and code of the project that runs imports it", misplaced.name);
        let finding = Finding::new(misplaced.location.clone(), message).about(misplaced.name.to_string());
        sink.report(finding.noting("imported here"));
    }
    for tree in &cx.project.trees {
        for (name, test) in &tree.usage.only_tests {
            let is_its = |dependency: &&Dependency| dependency.name == *name && dependency.scope == Scope::Runtime;
            let Some(dependency) = tree.declared.dependencies.iter().find(is_its) else { continue };
            let message = format!("{name} is a runtime dependency and only tests import it, such as {test}");
            let finding = Finding::new(dependency.location.clone(), message).about(name.to_string());
            sink.report(finding.noting("belongs to the development dependencies"));
        }
    }
    cx.workspaces().iter().for_each(|cargo| of_workspace(cargo, sink));
}

fn of_workspace(cargo: &CargoFacts, sink: &mut Sink<'_>) {
    let misplaced = cargo.dependencies().filter(|(verdict, ..)| verdict.verdict == Verdict::OnlyTests);
    let mut last_member = None;
    for (verdict, member, dependency) in misplaced {
        let message = format!(
            "{} is a dependency of the deployed code, and only tests, examples or benchmarks use it",
            dependency.key
        );
        let location = cargo.location(&member.path, Some(dependency.span));
        let path = location.path.clone();
        let mut others = member.dependencies.iter();
        let help = match others.any(|other| other.key == dependency.key && other.kind == DependencyKind::Dev) {
            true => "Remove it here: `[dev-dependencies]` has it already",
            false => "Move it to `[dev-dependencies]`",
        };
        let mut finding = Finding::new(location, message).about(verdict.subject.clone()).help(help);
        if let Some(edits) = edit::to_dev(&member.text, dependency, last_member != Some(verdict.member)) {
            last_member = Some(verdict.member);
            let edits = edits.into_iter().map(|(span, replacement)| Edit { span, replacement }).collect();
            let description = format!("move {} to the development dependencies of {path}", dependency.key);
            let level = if verdict.doubt.is_some() { FixLevel::Unsafe } else { FixLevel::Safe };
            finding = finding.fix(Fix { level, description, path, edits, also: Vec::new(), moves: Vec::new() });
        }
        sink.report(finding);
    }
}
