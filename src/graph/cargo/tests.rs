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
        let files = DiskFiles::new(format!("{root}/{}", case.name));
        let found = analyse(CargoWorkspace::read(&files), &files, &registry, &Enabled::default());
        eprintln!("{} {:?}", case.name, began.elapsed());
        let of = |wanted: Verdict| -> Vec<&str> {
            found.dependencies.iter().filter(|d| d.verdict == wanted).map(|d| d.subject.as_str()).collect()
        };
        let mut features: std::collections::BTreeMap<&str, Vec<&str>> = Default::default();
        for feature in &found.features {
            let key = feature.subject.rsplit_once('/').map_or("", |(key, _)| key);
            features.entry(key).or_default().push(&feature.feature);
        }
        let items = |found: &CargoAnalysis,
                     of: fn(&crate::lang::rust::work::Work) -> &Vec<crate::lang::rust::work::WorkItem>|
         -> Vec<Value> {
            found
                .functions
                .iter()
                .flat_map(|f| of(&f.work))
                .map(|item| {
                    let text = std::fs::read_to_string(format!("{root}/{}/{}", case.name, item.file)).expect("a file");
                    let line = text[..item.span.start as usize].matches('\n').count() + 1;
                    eprintln!("   {:?} {}:{line} {} {:?}", item.kind, item.file, item.what, item.bytes);
                    json!({"file": item.file, "line": line})
                })
                .collect()
        };
        eprintln!(
            "   functions {:?}",
            found.functions.iter().map(|f| (&f.name, f.work.reaches_run)).collect::<Vec<_>>()
        );
        let answer: Value = json!({
            "unused": of(Verdict::Unused), "misplaced": of(Verdict::OnlyTests),
            "workspace": found.workspace_unused.iter().map(|e| &e.key).collect::<Vec<_>>(),
            "unused_features": features,
            "init_work": items(&found, |work| &work.init), "handler_work": items(&found, |work| &work.handler),
            "routes": found.functions.iter().flat_map(|f| &f.work.routes).map(|r| json!({"method": r.method.as_deref().unwrap_or("ANY"), "path": r.path, "handler": r.handler})).collect::<Vec<_>>(),
        });
        all.insert(case.name, answer);
        assert!(found.workspace.members.iter().flat_map(|m| &m.dependencies).any(|d| d.kind == DependencyKind::Normal));
    }
    std::fs::write(
        std::env::var("DEFROST_RUST_ANSWERS").expect("a file"),
        serde_json::to_string_pretty(&all).expect("JSON"),
    )
    .expect("written");
}
