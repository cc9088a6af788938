use crate::engine::cargo::CargoFacts;
use crate::engine::{ProjectContext, Sink};
use crate::finding::{Edit, Finding, Fix, FixLevel};
use crate::manifest::cargo::{DependencyKind, crate_name};
use crate::usage::cargo::Verdict;
use crate::usage::cargo::dependencies::Doubt;

/// Reports crates that nothing in their package names.
pub(in crate::rules) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    let keep = cx.strings("keep");
    super::of_trees(cx, &keep, sink);
    cx.workspaces().iter().for_each(|cargo| of_workspace(cargo, &keep, sink));
}

fn of_workspace(cargo: &CargoFacts, keep: &[&str], sink: &mut Sink<'_>) {
    for (verdict, member, dependency) in cargo.dependencies() {
        let is_kept = || keep.iter().any(|kept| crate_name(kept) == crate_name(&dependency.key));
        if verdict.verdict != Verdict::Unused || is_kept() {
            continue;
        }
        let location = cargo.location(&member.path, Some(dependency.span));
        let section = match dependency.kind {
            DependencyKind::Normal => "",
            DependencyKind::Dev => " for tests",
            DependencyKind::Build => " for the build script",
        };
        let usage = cargo.analysis.usage.get(verdict.member);
        let is_linked = usage.is_some_and(|usage| usage.links.contains(&crate_name(&dependency.key)));
        let linked = if is_linked { "; only a link in the documentation leads to it" } else { "" };
        let message = format!(
            "{} is declared{section} and nothing in the code, in macros or in attributes names it{linked}",
            dependency.key
        );
        // A feature that names it has to go with it, which takes more than one edit.
        let in_feature = member
            .features
            .iter()
            .flat_map(|feature| &feature.enables)
            .any(|enable| enable.trim_start_matches("dep:").split(['/', '?']).next() == Some(&dependency.key));
        let mut finding = Finding::new(location.clone(), message)
            .about(verdict.subject.clone())
            .noting("not used")
            .help(help(verdict.doubt.as_ref()));
        if !in_feature {
            // What a crate's macros expand to, only its source tells.
            let unread = cargo.analysis.unread.get(verdict.member).is_some_and(|unread| !unread.is_empty());
            finding = finding.fix(Fix {
                level: if unread || is_linked || verdict.doubt.is_some() { FixLevel::Unsafe } else { FixLevel::Safe },
                description: format!("remove {} from {}", dependency.key, location.path),
                path: location.path,
                edits: vec![Edit { span: dependency.entry_span, replacement: String::new() }],
                also: Vec::new(),
                moves: Vec::new(),
            });
        }
        sink.report(finding);
    }
}

fn help(doubt: Option<&Doubt>) -> String {
    let rest = "list it in the `keep` option";
    match doubt {
        Some(Doubt::Feature { package, feature }) => format!(
            "Without it nobody asks for the feature `{feature}` of {package}, which stays: if that is why it is there, {rest}"
        ),
        _ => format!("Remove it from the manifest; if it is there for a reason that no code shows, {rest}"),
    }
}
