use crate::engine::{ProjectContext, Sink};
use crate::finding::Finding;

/// Reports a release profile that keeps debug information.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    let Some(cargo) = cx.cargo().filter(|cargo| cargo.functions().next().is_some()) else { return };
    let root = &cargo.analysis.workspace.root;
    for profile in root.profiles.iter().filter(|profile| profile.name == "release") {
        let stripped = profile.get("strip").is_some_and(|(value, _)| !matches!(value, "false" | "none"));
        let split = profile.get("split-debuginfo").is_some_and(|(value, _)| matches!(value, "packed" | "unpacked"));
        let Some((value, span)) = profile.get("debug").filter(|(value, _)| !matches!(*value, "false" | "0" | "none"))
        else {
            continue;
        };
        if !stripped && !split {
            let message =
                format!("`debug = {value}` puts debug information into the executable, and nothing strips it");
            sink.report(Finding::new(cargo.location(&root.path, Some(span)), message).about("profile.release.debug"));
        }
    }
}
