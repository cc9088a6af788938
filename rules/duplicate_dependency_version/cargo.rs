use crate::engine::cargo::CargoFacts;
use crate::engine::{ProjectContext, Sink};
use crate::finding::Finding;
use crate::manifest::cargo::DependencyKind;

/// Reports declared dependencies that are older than another locked version of the same crate.
pub(in crate::rules) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.workspaces().iter().for_each(|cargo| of_workspace(cargo, sink));
}

fn of_workspace(cargo: &CargoFacts, sink: &mut Sink<'_>) {
    let Some(lock) = &cargo.analysis.workspace.lock else { return };
    for (verdict, member, dependency) in cargo.dependencies() {
        let Some(version) = verdict.version.as_ref().filter(|_| dependency.kind == DependencyKind::Normal) else {
            continue;
        };
        let others: Vec<&str> = lock
            .named(&dependency.package)
            .iter()
            .map(|at| lock.packages[*at].version.as_str())
            .filter(|other| other != version)
            .collect();
        if others.iter().any(|other| numbers(other) > numbers(version)) {
            let message = format!(
                "{} {version} is linked beside {}, which other crates use",
                dependency.package,
                others.join(" and ")
            );
            sink.report(
                Finding::new(cargo.location(&member.path, Some(dependency.span)), message)
                    .about(verdict.subject.clone()),
            );
        }
    }
}

fn numbers(version: &str) -> Vec<u64> {
    version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}
