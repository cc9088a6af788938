use crate::engine::{ProjectContext, Sink};
use crate::finding::Finding;
use crate::graph::cargo::features::Origin;

/// Reports features of which the code names nothing.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    let Some(cargo) = cx.cargo() else { return };
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
        let list = verdict.instead.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let help = format!("`default-features = false, features = [{list}]` covers what the code uses");
        sink.report(
            Finding::new(cargo.location(&member.path, Some(verdict.span)), message)
                .about(verdict.subject.clone())
                .help(help),
        );
    }
}
