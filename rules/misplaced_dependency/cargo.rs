use crate::engine::{ProjectContext, Sink};
use crate::finding::Finding;
use crate::graph::cargo::Verdict;

/// Reports crates that only tests name.
pub(in crate::rules) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    let Some(cargo) = cx.cargo() else { return };
    for (verdict, member, dependency) in
        cargo.dependencies().filter(|(verdict, ..)| verdict.verdict == Verdict::OnlyTests)
    {
        let message = format!(
            "{} is a dependency of the deployed code, and only tests, examples or benchmarks use it",
            dependency.key
        );
        let location = cargo.location(&member.path, Some(dependency.span));
        sink.report(
            Finding::new(location, message).about(verdict.subject.clone()).help("Move it to `[dev-dependencies]`"),
        );
    }
}
