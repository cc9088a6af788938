use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{PackageContext, Sink};
use crate::finding::{Finding, Saves};
use crate::text;

/// How many packages a finding names.
const TOP: usize = 5;

/// Adds up folders by name, those that hold code left out.
pub(super) fn check(cx: &PackageContext<'_>, sink: &mut Sink<'_>) {
    let names = cx.strings("folders");
    let reached = cx.reached_entries();
    let mut found: BTreeMap<&str, (u64, u64, &str)> = BTreeMap::new();
    let mut code: BTreeSet<&str> = BTreeSet::new();
    for (id, entry) in cx.artifact.entries() {
        let Some(package) = cx.packages.owner(id) else { continue };
        let Some(folder) = folder(&entry.path, &names) else { continue };
        let file = entry.path.rsplit('/').next().unwrap_or_default();
        if matches!(file, "__init__.py" | "package.json") || reached.get(id.0 as usize).is_some_and(|reached| *reached)
        {
            code.insert(folder);
        }
        let sum = found.entry(folder).or_insert((0, 0, &cx.packages.package(package).name));
        sum.0 += entry.bytes;
        sum.1 += 1;
    }
    found.retain(|folder, _| !code.contains(folder));
    let mut packages: BTreeMap<&str, u64> = BTreeMap::new();
    for (bytes, _, package) in found.values() {
        *packages.entry(package).or_default() += bytes;
    }
    let (bytes, files) = found.values().fold((0, 0), |sum, (bytes, files, _)| (sum.0 + bytes, sum.1 + files));
    let mut packages: Vec<(&str, u64)> = packages.into_iter().collect();
    packages.sort_by_key(|(name, bytes)| (std::cmp::Reverse(*bytes), *name));
    let top: Vec<String> =
        packages.iter().take(TOP).map(|(name, bytes)| format!("{name} {}", text::bytes(*bytes))).collect();
    let message = format!(
        "{} in documentation and example folders take {}: {}",
        text::plural(files, "file"),
        text::bytes(bytes),
        top.join(", ")
    );
    if bytes > 0 {
        sink.report(Finding::new(cx.location(), message).saving(Saves { init_ms: None, bytes: Some(bytes) }));
    }
}

/// The outermost folder of one of these names that a file is in.
fn folder<'a>(path: &'a str, names: &[&str]) -> Option<&'a str> {
    let mut start = 0;
    for part in path.split('/') {
        let end = start + part.len();
        if names.contains(&part) && end < path.len() {
            return Some(&path[..end]);
        }
        start = end + 1;
    }
    None
}
