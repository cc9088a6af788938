//! Dependency tables.

use toml_edit::{Item, Table, TableLike};

use super::{Dependency, DependencyKind};
use crate::input::files;
use crate::span::Span;

pub(super) const TABLES: [(&str, DependencyKind); 5] = [
    ("dependencies", DependencyKind::Normal),
    ("dev-dependencies", DependencyKind::Dev),
    ("dev_dependencies", DependencyKind::Dev),
    ("build-dependencies", DependencyKind::Build),
    ("build_dependencies", DependencyKind::Build),
];

/// All dependency tables of a manifest.
pub(super) fn all(root: &Table, folder: &str, text: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    for (name, kind) in TABLES {
        if let Some(table) = root.get(name).and_then(Item::as_table_like) {
            found.extend(table_entries(table, kind, None, folder, text));
        }
    }
    let targets = root.get("target").and_then(Item::as_table_like);
    for (target, item) in targets.into_iter().flat_map(TableLike::iter) {
        for (name, kind) in TABLES {
            if let Some(table) = item.as_table_like().and_then(|sub| sub.get(name)).and_then(Item::as_table_like) {
                found.extend(table_entries(table, kind, Some(target), folder, text));
            }
        }
    }
    found.sort_by_key(|dependency| dependency.span);
    found
}

/// The entries of one table.
pub(super) fn table_entries(
    table: &dyn TableLike,
    kind: DependencyKind,
    target: Option<&str>,
    folder: &str,
    text: &str,
) -> Vec<Dependency> {
    table
        .iter()
        .map(|(key, item)| {
            let span = table.key(key).and_then(toml_edit::Key::span).map(|r| span_of(&r)).unwrap_or_default();
            entry(key, item, span, kind, target, folder, text)
        })
        .collect()
}

fn entry(
    key: &str,
    item: &Item,
    span: Span,
    kind: DependencyKind,
    target: Option<&str>,
    folder: &str,
    text: &str,
) -> Dependency {
    let mut dependency = Dependency {
        key: key.to_string(),
        package: key.to_string(),
        kind,
        target: target.map(str::to_string),
        default_features: true,
        span,
        entry_span: entry_span(span, item, text),
        ..Dependency::default()
    };
    if let Some(requirement) = item.as_str() {
        dependency.requirement = Some(requirement.to_string());
    }
    let Some(table) = item.as_table_like() else { return dependency };
    let string = |name: &str| table.get(name).and_then(Item::as_str).map(str::to_string);
    let flag = |name: &str| table.get(name).and_then(Item::as_bool);
    if let Some(package) = string("package") {
        dependency.renamed = package != key;
        dependency.package = package;
    }
    dependency.requirement = string("version");
    dependency.path = string("path").map(|path| files::join(folder, &path));
    dependency.git = table.contains_key("git");
    dependency.optional = flag("optional").unwrap_or(false);
    dependency.inherited = flag("workspace").unwrap_or(false);
    dependency.default_features = flag("default-features").or_else(|| flag("default_features")).unwrap_or(true);
    let features = table.get("features").and_then(Item::as_array);
    for feature in features.into_iter().flatten() {
        if let (Some(name), Some(range)) = (feature.as_str(), feature.span()) {
            dependency.features.push((name.to_string(), span_of(&range)));
        }
    }
    dependency
}

/// Whole lines, so that a fix can take the entry away; a dotted or a section entry is found too.
fn entry_span(key: Span, item: &Item, text: &str) -> Span {
    let value_end = item.span().map_or(key.end, |range| range.end as u32).max(last_value_end(item)).max(key.end);
    let start = text.get(..key.start as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at as u32 + 1);
    let rest = text.get(value_end as usize..).unwrap_or_default();
    let end = rest.find('\n').map_or(text.len() as u32, |at| value_end + at as u32 + 1);
    Span::new(start, end)
}

fn last_value_end(item: &Item) -> u32 {
    let Some(table) = item.as_table_like() else { return 0 };
    table.iter().filter_map(|(_, value)| value.span()).map(|range| range.end as u32).max().unwrap_or(0)
}

pub(super) fn span_of(range: &std::ops::Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}
