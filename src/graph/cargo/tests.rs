use serde_json::{Value, json};

use super::*;
use crate::input::files::DiskFiles;
use crate::manifest::cargo::DependencyKind;

/// The answers for the corpus in the form that its `build.py check` reads. Run by hand:
/// `DEFROST_RUST_CORPUS=/tmp/corpus/rust DEFROST_RUST_ANSWERS=out.json cargo test corpus_answers -- --ignored`
#[test]
#[ignore = "needs the corpus outside of the repository"]
fn corpus_answers() {
    let root = std::env::var("DEFROST_RUST_CORPUS").expect("a folder");
    let registry = Registry::of_user();
    let mut all = serde_json::Map::new();
    for case in DiskFiles::new(&root).list("").into_iter().filter(|case| case.is_folder) {
        let began = std::time::Instant::now();
        let found = analyse(&DiskFiles::new(format!("{root}/{}", case.name)), &registry);
        eprintln!("{} {:?}", case.name, began.elapsed());
        let of = |wanted: Verdict| -> Vec<&str> { found.dependencies.iter().filter(|d| d.verdict == wanted).map(|d| d.subject.as_str()).collect() };
        let mut features: std::collections::BTreeMap<&str, Vec<&str>> = Default::default();
        for feature in &found.features {
            let key = feature.subject.rsplit_once('/').map_or("", |(key, _)| key);
            features.entry(key).or_default().push(&feature.feature);
        }
        let answer: Value = json!({
            "unused": of(Verdict::Unused), "misplaced": of(Verdict::OnlyTests),
            "workspace": found.workspace_unused.iter().map(|e| &e.key).collect::<Vec<_>>(),
            "unused_features": features,
        });
        all.insert(case.name, answer);
        assert!(found.workspace.members.iter().flat_map(|m| &m.dependencies).any(|d| d.kind == DependencyKind::Normal));
    }
    std::fs::write(std::env::var("DEFROST_RUST_ANSWERS").expect("a file"), serde_json::to_string_pretty(&all).expect("JSON")).expect("written");
}
