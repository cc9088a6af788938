use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{PackageContext, Sink};
use crate::finding::{Finding, Saves};
use crate::package::owners::Package;
use crate::text;

/// How many packages the finding names.
const TOP: usize = 4;

/// Folders by the module format that they are named for.
const FORMATS: [(&str, &[&str]); 3] = [
    ("CommonJS", &["cjs", "dist-cjs", "lib-cjs", "commonjs", "_cjs"]),
    (
        "ES modules",
        &["esm", "es", "dist-es", "dist-esm", "lib-esm", "esm5", "esm2015", "es6", "fesm2015", "mjs", "_esm", "_esm5"],
    ),
    ("browser", &["umd", "browser", "bundles", "dist-web", "iife"]),
];

/// Adds up the formats that nothing loads, of packages of which another format is loaded.
pub(super) fn check(cx: &PackageContext<'_>, sink: &mut Sink<'_>) {
    if !cx.has_closure() {
        return;
    }
    let reached = cx.reached_entries();
    let mut spare: Vec<(&Package, u64)> =
        cx.packages().map(|(_, package)| (package, spare_bytes(cx, package, &reached))).collect();
    spare.retain(|(_, bytes)| *bytes > 0);
    let bytes: u64 = spare.iter().map(|(_, bytes)| bytes).sum();
    if (bytes as f64) < cx.number("min_bytes") {
        return;
    }
    spare.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.name.cmp(&b.0.name)));
    let mut named: Vec<String> =
        spare.iter().take(TOP).map(|(package, bytes)| format!("{} {}", package.name, text::bytes(*bytes))).collect();
    if spare.len() > TOP {
        named.push(format!("{} more", spare.len() - TOP));
    }
    let message = format!(
        "{} of {} repeat in another module format what the function loads: {}",
        text::bytes(bytes),
        match spare.len() {
            1 => "a package".to_owned(),
            many => format!("{many} packages"),
        },
        named.join(", ")
    );
    sink.report(Finding::new(cx.location(), message).saving(Saves { init_ms: None, bytes: Some(bytes) }));
}

/// Bytes in folders of formats that nothing reaches, where a folder of another one is reached.
fn spare_bytes(cx: &PackageContext<'_>, package: &Package, reached: &[bool]) -> u64 {
    let mut bytes: BTreeMap<&str, u64> = BTreeMap::new();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut any_reached = false;
    for id in &package.entries {
        let entry = cx.artifact.entry(*id);
        let is_reached = reached.get(id.0 as usize).is_some_and(|reached| *reached);
        any_reached |= is_reached;
        let Some(format) = format_of(&entry.path) else { continue };
        *bytes.entry(format).or_default() += entry.bytes;
        if is_reached {
            used.insert(format);
        }
    }
    if !any_reached || used.is_empty() {
        return 0;
    }
    bytes.iter().filter(|(format, _)| !used.contains(*format)).map(|(_, bytes)| bytes).sum()
}

/// The format that a folder inside the package stands for.
fn format_of(path: &str) -> Option<&'static str> {
    let (_, inside) = path.rsplit_once("node_modules/")?;
    let mut folders = inside.split('/').skip(if inside.starts_with('@') { 2 } else { 1 });
    folders.find_map(|folder| FORMATS.iter().find(|(_, names)| names.contains(&folder)).map(|(format, _)| *format))
}
