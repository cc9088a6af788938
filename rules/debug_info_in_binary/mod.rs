use crate::engine::cargo::CargoFacts;
use crate::engine::{FunctionContext, ProjectContext, Sink};
use crate::finding::{Finding, Saves};
use crate::lang::native::NativeFacts;
use crate::platform::Language;
use crate::text;

/// Executables above this are not read.
const LARGEST: u64 = 512 << 20;
/// Less than this is not worth another build.
const SMALLEST: u64 = 1_000_000;

/// Reports an executable that was deployed with what `strip` removes.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    if cx.spec.runtime.language() != Language::Native {
        return;
    }
    let executable = cx.graph.modules().find_map(|(_, module)| module.entry);
    let Some(entry) = executable.filter(|entry| cx.artifact.entry(*entry).bytes <= LARGEST) else { return };
    let Some(facts) = cx.native_facts(entry) else { return };
    if let Some((what, bytes)) = removable(&facts) {
        let file = cx.artifact.entry(entry).path.to_string();
        let message = format!("{file} carries {what}, which is downloaded at every cold start and never read");
        let saves = Saves { init_ms: None, bytes: Some(bytes) };
        sink.report(Finding::new(cx.locate(entry, None), message).about(file).saving(saves));
    }
}

/// What `strip` would remove, in words and bytes, when it is worth it.
fn removable(facts: &NativeFacts) -> Option<(String, u64)> {
    let parts = [("debug information", facts.debug_bytes), ("symbols", facts.symbol_bytes)];
    let named = parts.iter().filter(|(_, bytes)| *bytes >= SMALLEST / 10);
    let words: Vec<String> = named.map(|(name, bytes)| format!("{} of {name}", text::bytes(*bytes))).collect();
    let total = facts.debug_bytes.saturating_add(facts.symbol_bytes);
    (total >= SMALLEST).then(|| (words.join(" and "), total))
}

/// Reports a release profile that keeps debug information.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.workspaces_of_functions().for_each(|cargo| of_workspace(cargo, sink));
}

fn of_workspace(cargo: &CargoFacts, sink: &mut Sink<'_>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_worth_stripping_is_named() {
        let facts = |debug_bytes, symbol_bytes| NativeFacts { debug_bytes, symbol_bytes, ..NativeFacts::default() };
        assert_eq!(removable(&facts(900_000, 90_000)), None);
        let both = "44.5 MB of debug information and 919.2 kB of symbols".to_owned();
        assert_eq!(removable(&facts(44_500_000, 919_192)), Some((both, 45_419_192)));
        assert_eq!(removable(&facts(0, 6_500_000)), Some(("6.5 MB of symbols".to_owned(), 6_500_000)));
        assert_eq!(removable(&facts(u64::MAX, 1)).map(|(_, bytes)| bytes), Some(u64::MAX));
    }
}
