use crate::engine::cargo::CargoFacts;
use crate::engine::{ProjectContext, Sink};
use crate::finding::Finding;

/// Settings that undo what a release build is for.
const BAD: [(&str, &[&str], &str); 3] = [
    ("opt-level", &["0", "1"], "leaves the executable slow and large"),
    ("debug-assertions", &["true"], "keeps checks that release builds leave out"),
    ("incremental", &["true"], "keeps the optimiser from looking across functions"),
];

/// Reports settings of the release profile.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.workspaces_of_functions().for_each(|cargo| of_workspace(cargo, sink));
}

fn of_workspace(cargo: &CargoFacts, sink: &mut Sink<'_>) {
    let root = &cargo.analysis.workspace.root;
    for profile in root.profiles.iter().filter(|profile| profile.name == "release") {
        for (key, values, effect) in BAD {
            let Some((value, span)) = profile.get(key).filter(|(value, _)| values.contains(value)) else { continue };
            let message = format!("`{key} = {value}` in the release profile {effect}");
            sink.report(
                Finding::new(cargo.location(&root.path, Some(span)), message).about(format!("profile.release.{key}")),
            );
        }
    }
}
