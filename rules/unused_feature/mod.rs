use std::sync::Arc;

use crate::engine::cargo::CargoFacts;
use crate::engine::{ProjectContext, Sink};
use crate::finding::{Edit, Finding, Fix, FixLevel};
use crate::manifest::cargo::{CargoManifest, Dependency, edit};
use crate::usage::cargo::FeatureVerdict;
use crate::usage::cargo::features::Origin;

/// Reports features of which the code names nothing.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.workspaces().iter().for_each(|cargo| of_workspace(cargo, sink));
}

fn of_workspace(cargo: &CargoFacts, sink: &mut Sink<'_>) {
    for verdict in cargo.analysis.features.iter().filter(|verdict| cargo.is_selected(verdict.member)) {
        let Some(member) = cargo.analysis.workspace.members.get(verdict.member) else { continue };
        let Some(dependency) = member.dependencies.get(verdict.dependency) else { continue };
        let through = match &verdict.origin {
            Origin::Listed => String::new(),
            Origin::Default => ", which is on by default,".to_string(),
            Origin::Aggregate(name) => format!(", which `{name}` stands for,"),
        };
        let message =
            format!("feature `{}` of {}{through} adds nothing that the code uses", verdict.feature, dependency.key);
        let mut finding = Finding::new(cargo.location(&member.path, Some(verdict.span)), message)
            .about(verdict.subject.clone())
            .help(help(verdict, dependency));
        if let Some(fix) = fix(cargo, verdict, member, dependency) {
            finding = finding.fix(fix);
        }
        sink.report(finding);
    }
}

/// The settings of the entry that cover what the code uses.
fn help(verdict: &FeatureVerdict, dependency: &Dependency) -> String {
    let plan = &verdict.plan;
    let listed = dependency.features.iter().map(|(name, _)| name).filter(|name| !plan.drop.contains(*name));
    let mut names: Vec<&String> = Vec::new();
    for name in listed.chain(&plan.add) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let list = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let without = plan.without_default.then(|| "default-features = false".to_owned());
    let settings: Vec<String> =
        without.into_iter().chain((!names.is_empty()).then(|| format!("features = [{list}]"))).collect();
    match settings.join(", ") {
        none if none.is_empty() => "The code uses none of its features: take the list away".to_owned(),
        settings => format!("`{settings}` covers what the code uses"),
    }
}

fn fix(cargo: &CargoFacts, verdict: &FeatureVerdict, member: &CargoManifest, dependency: &Dependency) -> Option<Fix> {
    let (span, replacement) = edit::features(&member.text, dependency, &verdict.plan)?;
    // One list is written for all features of an entry: it is as safe as what changes most.
    let mut of_entry = cargo.analysis.features.iter().filter(|other| Arc::ptr_eq(&other.plan, &verdict.plan));
    let level = if of_entry.any(|other| other.changes_behaviour) { FixLevel::Unsafe } else { FixLevel::Safe };
    Some(Fix {
        level,
        description: format!("list only the features of {} that the code uses", dependency.key),
        path: cargo.location(&member.path, None).path,
        edits: vec![Edit { span, replacement }],
        also: Vec::new(),
        moves: Vec::new(),
    })
}
