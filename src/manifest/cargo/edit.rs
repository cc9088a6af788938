//! Changes to a manifest as replacements in its text, so that comments and order stay.

use std::collections::BTreeSet;

use toml_edit::{Array, DocumentMut, InlineTable, Item, TableLike, Value};

use super::dependency::TABLES;
use super::{Dependency, DependencyKind};
use crate::span::Span;

/// A replacement of a part of the text.
pub type Replacement = (Span, String);

/// Which features an entry is to keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeaturePlan {
    /// Listed names to take away, aggregates such as `full` among them.
    pub drop: BTreeSet<String>,
    /// Names to list that are not listed yet.
    pub add: BTreeSet<String>,
    /// Whether the default features go.
    pub without_default: bool,
}

/// Changes the features of one entry; `None` when the entry is written in a way that this does not
/// know, or inherits from the workspace what would have to change.
#[must_use]
pub fn features(text: &str, dependency: &Dependency, plan: &FeaturePlan) -> Option<Replacement> {
    let mut document: DocumentMut = text.parse().ok()?;
    let item = entry(&mut document, dependency)?;
    if let Some(version) = item.as_str().map(str::to_owned) {
        let mut table = InlineTable::new();
        table.insert("version", version.into());
        let decor = item.as_value().map(|value| value.decor().clone());
        let mut value = Value::InlineTable(table);
        if let Some(decor) = decor {
            *value.decor_mut() = decor;
        }
        *item = Item::Value(value);
    }
    let table = item.as_table_like_mut()?;
    if plan.without_default {
        if dependency.inherited {
            return None;
        }
        put(table, "default-features", false.into());
    }
    list(table, plan)?;
    // A table gives new keys the line of their own that they need; a value may have become untidy.
    if let Item::Value(Value::InlineTable(table)) = item {
        let decor = table.decor().clone();
        table.fmt();
        *table.decor_mut() = decor;
    }
    difference(text, &document.to_string())
}

/// The list of features as planned; `None` when what has to go is not listed here.
fn list(table: &mut dyn TableLike, plan: &FeaturePlan) -> Option<()> {
    let mut features = match table.get("features") {
        Some(item) => item.as_array()?.clone(),
        None => Array::new(),
    };
    let listed: BTreeSet<String> = features.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if !plan.drop.is_subset(&listed) {
        return None;
    }
    let several_lines = features.to_string().contains('\n');
    features.retain(|value| value.as_str().is_none_or(|name| !plan.drop.contains(name)));
    for name in plan.add.difference(&listed) {
        features.push(name.as_str());
    }
    if !several_lines {
        features.fmt();
    }
    if features.is_empty() {
        table.remove("features");
    } else {
        put(table, "features", Value::Array(features));
    }
    Some(())
}

/// Sets a value; to insert it again would lose the comments around its key.
fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key) {
        Some(item) => {
            if let Some(old) = item.as_value() {
                *value.decor_mut() = old.decor().clone();
            }
            *item = Item::Value(value);
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

fn entry<'a>(document: &'a mut DocumentMut, dependency: &Dependency) -> Option<&'a mut Item> {
    let root: &mut dyn TableLike = document.as_table_mut();
    let parent = match &dependency.target {
        Some(target) => root.get_mut("target")?.as_table_like_mut()?.get_mut(target)?.as_table_like_mut()?,
        None => root,
    };
    let has = |name: &str| {
        parent.get(name).and_then(Item::as_table_like).is_some_and(|table| table.contains_key(&dependency.key))
    };
    let (name, _) = TABLES.into_iter().find(|(name, kind)| *kind == dependency.kind && has(name))?;
    parent.get_mut(name)?.as_table_like_mut()?.get_mut(&dependency.key)
}

/// The lines between the first and the last that differ.
fn difference(before: &str, after: &str) -> Option<Replacement> {
    let same = |a: &&str, b: &&str| a == b;
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let start = old.iter().zip(&new).take_while(|(a, b)| same(a, b)).count();
    let most = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| same(a, b)).count();
    let bytes = |lines: &[&str]| lines.iter().map(|line| line.len()).sum::<usize>() as u32;
    let from = bytes(old.get(..start)?);
    let to = from + bytes(old.get(start..old.len() - end)?);
    let replacement = new.get(start..new.len() - end)?.concat();
    (to > from || !replacement.is_empty()).then(|| (Span::new(from, to), replacement))
}

/// Moves an entry of `[dependencies]` to `[dev-dependencies]`; the section is made when it is not
/// there and `is_first` says that no other entry makes it. Where that has the crate already, the entry goes. `None` for
/// entries of a target, and where the two ask for different things.
#[must_use]
pub fn to_dev(text: &str, dependency: &Dependency, is_first: bool) -> Option<Vec<Replacement>> {
    if dependency.kind != DependencyKind::Normal || dependency.target.is_some() {
        return None;
    }
    let span = dependency.entry_span;
    let lines = text.get(span.range_in(text.len()))?;
    let document: DocumentMut = text.parse().ok()?;
    if document.get("dev-dependencies").and_then(|table| table.get(&dependency.key)).is_some() {
        let is_plain = dependency.features.is_empty() && dependency.default_features && !dependency.renamed;
        return is_plain.then(|| vec![(span, String::new())]);
    }
    if lines.starts_with("[dependencies.") {
        return Some(vec![(Span::new(span.start + 1, span.start + 1), "dev-".to_owned())]);
    }
    if lines.starts_with('[') {
        return None;
    }
    let mut moved = lines.to_owned();
    if !moved.ends_with('\n') {
        moved.push('\n');
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len() as u32;
        if line.trim_end() == "[dev-dependencies]" {
            return Some(ordered((span, String::new()), (Span::new(at, at), moved)));
        }
    }
    let end = text.len() as u32;
    let header = if is_first { "\n[dev-dependencies]\n" } else { "" };
    let line_end = if is_first && !text.ends_with('\n') { "\n" } else { "" };
    Some(ordered((span, String::new()), (Span::new(end, end), format!("{line_end}{header}{moved}"))))
}

fn ordered(a: Replacement, b: Replacement) -> Vec<Replacement> {
    if a.0 <= b.0 { vec![a, b] } else { vec![b, a] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::cargo::CargoManifest;

    fn applied(text: &str, mut edits: Vec<Replacement>) -> String {
        let mut after = text.to_owned();
        edits.reverse();
        for (span, replacement) in edits {
            after.replace_range(span.range_in(text.len()), &replacement);
        }
        after
    }

    fn dependency(text: &str, key: &str) -> Dependency {
        let (manifest, _) = CargoManifest::parse("Cargo.toml", text.into());
        manifest.dependencies.into_iter().find(|entry| entry.key == key).expect("the entry")
    }

    fn with(text: &str, key: &str, drop: &[&str], add: &[&str], without_default: bool) -> Option<String> {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let plan = FeaturePlan { drop: names(drop), add: names(add), without_default };
        features(text, &dependency(text, key), &plan).map(|edit| applied(text, vec![edit]))
    }

    const HEAD: &str = "[package]\nname = \"a\"\n\n[dependencies]\n# needed\n";

    #[test]
    fn listed_features_go() {
        let text =
            format!("{HEAD}tokio = {{ version = \"1\", features = [\"full\", \"macros\"] }} # async\nb = \"1\"\n");
        let found = with(&text, "tokio", &["full"], &["rt", "time"], false);
        let line = "tokio = { version = \"1\", features = [\"macros\", \"rt\", \"time\"] } # async\nb = \"1\"\n";
        assert_eq!(found, Some(format!("{HEAD}{line}")));
        let text = format!("{HEAD}tokio = {{ version = \"1\", features = [\"fs\"] }}\n");
        assert_eq!(with(&text, "tokio", &["fs"], &[], false), Some(format!("{HEAD}tokio = {{ version = \"1\" }}\n")));
    }

    #[test]
    fn lists_on_several_lines_keep_their_comments() {
        let text =
            format!("{HEAD}tokio = {{ version = \"1\", features = [\n  \"fs\", # files\n  \"rt\", # tasks\n] }}\n");
        let found = with(&text, "tokio", &["fs"], &[], false).expect("a change");
        assert!(found.contains("\"rt\", # tasks\n"), "{found}");
        assert!(!found.contains("\"fs\""), "{found}");
    }

    #[test]
    fn comments_above_a_list_stay() {
        let text = "[dependencies.uuid]\nversion = \"1\"\n# ids\nfeatures = [\"v4\", \"v5\"] # random\n";
        let expected = "[dependencies.uuid]\nversion = \"1\"\n# ids\nfeatures = [\"v4\"] # random\n";
        assert_eq!(with(text, "uuid", &["v5"], &[], false).as_deref(), Some(expected));
    }

    #[test]
    fn default_features_are_switched_off() {
        let text = format!("{HEAD}regex = \"1\" # patterns\n\n[dependencies.url]\nversion = \"2\"\n");
        let line = "regex = { version = \"1\", default-features = false, features = [\"std\"] } # patterns\n";
        let found = with(&text, "regex", &[], &["std"], true);
        assert_eq!(found, Some(format!("{HEAD}{line}\n[dependencies.url]\nversion = \"2\"\n")));
        let found = with(&text, "url", &[], &[], true);
        assert_eq!(found, Some(format!("{text}default-features = false\n")));
    }

    #[test]
    fn what_the_workspace_says_stays() {
        let text = format!("{HEAD}regex = {{ workspace = true, features = [\"a\", \"b\"] }}\n");
        assert!(with(&text, "regex", &[], &[], true).is_none());
        assert!(with(&text, "regex", &["c"], &[], false).is_none());
        let line = "regex = { workspace = true, features = [\"b\"] }\n";
        assert_eq!(with(&text, "regex", &["a"], &[], false), Some(format!("{HEAD}{line}")));
    }

    #[test]
    fn entries_of_targets_are_found() {
        let text = "[target.'cfg(unix)'.dependencies]\nnix = { version = \"1\", features = [\"fs\", \"user\"] }\n";
        let expected = "[target.'cfg(unix)'.dependencies]\nnix = { version = \"1\", features = [\"user\"] }\n";
        assert_eq!(with(text, "nix", &["fs"], &[], false).as_deref(), Some(expected));
    }

    #[test]
    fn entries_move_to_development() {
        let moved =
            |text: &str, key: &str| to_dev(text, &dependency(text, key), true).map(|edits| applied(text, edits));
        let text = "[dependencies]\na = \"1\" # x\nb = \"2\"\n\n[dev-dependencies]\nc = \"3\"\n";
        let expected = "[dependencies]\nb = \"2\"\n\n[dev-dependencies]\na = \"1\" # x\nc = \"3\"\n";
        assert_eq!(moved(text, "a").as_deref(), Some(expected));
        let expected = "[dependencies]\nb = \"2\"\n\n[dev-dependencies]\na = \"1\"\n";
        assert_eq!(moved("[dependencies]\na = \"1\"\nb = \"2\"\n", "a").as_deref(), Some(expected));
        let both = "[dependencies]\na = \"1\"\nb = \"2\"\n\n[dev-dependencies]\na = \"1\"\n";
        let expected = "[dependencies]\nb = \"2\"\n\n[dev-dependencies]\na = \"1\"\n";
        assert_eq!(moved(both, "a").as_deref(), Some(expected));
        // What tests get by the other entry, they would miss.
        let more = both.replacen("a = \"1\"", "a = { version = \"1\", features = [\"x\"] }", 1);
        assert_eq!(moved(&more, "a"), None);
        let expected = "[dev-dependencies.a]\nversion = \"1\"\n";
        assert_eq!(moved("[dependencies.a]\nversion = \"1\"\n", "a").as_deref(), Some(expected));
    }
}
