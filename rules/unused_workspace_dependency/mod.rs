use crate::engine::cargo::CargoFacts;
use crate::engine::{ProjectContext, Sink};
use crate::finding::{Edit, Finding, Fix, FixLevel};

/// Reports entries that no member inherits.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.workspaces().iter().for_each(|cargo| of_workspace(cargo, sink));
}

fn of_workspace(cargo: &CargoFacts, sink: &mut Sink<'_>) {
    let root = &cargo.analysis.workspace.root;
    let table = root.workspace.as_ref().map_or(&[][..], |workspace| &workspace.dependencies);
    for entry in &cargo.analysis.workspace_unused {
        let Some(dependency) = table.get(entry.dependency) else { continue };
        let location = cargo.location(&root.path, Some(dependency.span));
        let fix = Fix {
            level: FixLevel::Safe,
            description: format!("remove {} from {}", entry.key, location.path),
            path: location.path.clone(),
            edits: vec![Edit { span: dependency.entry_span, replacement: String::new() }],
            also: Vec::new(),
            moves: Vec::new(),
        };
        sink.report(
            Finding::new(location, format!("no member of the workspace inherits {}", entry.key))
                .about(entry.key.clone())
                .fix(fix),
        );
    }
}
