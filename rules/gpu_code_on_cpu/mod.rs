use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::artifact::EntryId;
use crate::engine::{PackageContext, Sink};
use crate::finding::{Finding, Saves};
use crate::text;

/// Where compilers put code for GPUs (`nvcc`, fat binaries).
const SECTIONS: [&str; 2] = [".nv_fatbin", "__nv_relfatbin"];
/// Files below this hold hardly any.
const SMALLEST: u64 = 500_000;
/// How many files are read, the largest first.
const MOST: usize = 48;
/// How many packages a finding names.
const TOP: usize = 5;

/// Adds up code for GPUs by package.
pub(super) fn check(cx: &PackageContext<'_>, sink: &mut Sink<'_>) {
    let patterns = cx.strings("libraries");
    let is_library = |name: &str| patterns.iter().any(|pattern| text::matches(pattern, name));
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    let mut others: Vec<(u64, EntryId)> = Vec::new();
    for (id, entry) in cx.artifact.entries().filter(|(id, _)| cx.artifact.takes_room(*id)) {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        if is_library(name) {
            *sums.entry(owner(cx, id)).or_default() += entry.bytes;
        } else if entry.bytes >= SMALLEST && is_native(name) && cx.artifact.open(id).is_some() {
            others.push((entry.bytes, id));
        }
    }
    others.sort_by_key(|(bytes, id)| (std::cmp::Reverse(*bytes), *id));
    others.truncate(MOST);
    let found: Vec<(EntryId, u64)> = others.into_par_iter().map(|(_, id)| (id, in_file(cx, id))).collect();
    for (id, bytes) in found.into_iter().filter(|(_, bytes)| *bytes > 0) {
        *sums.entry(owner(cx, id)).or_default() += bytes;
    }
    let total: u64 = sums.values().sum();
    if (total as f64) < cx.number("min_bytes") {
        return;
    }
    let mut named: Vec<(u64, &str)> = sums.iter().map(|(name, bytes)| (*bytes, name.as_str())).collect();
    named.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let top: Vec<String> =
        named.iter().take(TOP).map(|(bytes, name)| format!("{name} {}", text::bytes(*bytes))).collect();
    let message = format!(
        "{} of code for GPUs, which {} does not have: {}",
        text::bytes(total),
        cx.spec.platform,
        top.join(", ")
    );
    let subject = named.first().map_or_else(String::new, |(_, name)| (*name).to_owned());
    let saves = Saves { init_ms: None, bytes: Some(total) };
    sink.report(Finding::new(cx.location(), message).about(subject).saving(saves));
}

fn is_native(name: &str) -> bool {
    name.ends_with(".so") || name.contains(".so.") || name.ends_with(".node")
}

/// The package that a file came with, or the file.
fn owner(cx: &PackageContext<'_>, id: EntryId) -> String {
    let package = cx.packages.owner(id).map(|package| cx.packages.package(package).name.to_string());
    package.unwrap_or_else(|| cx.artifact.entry(id).path.to_string())
}

fn in_file(cx: &PackageContext<'_>, id: EntryId) -> u64 {
    cx.native_facts(id).map_or(0, |facts| {
        let gpu = facts.sections.iter().filter(|section| SECTIONS.contains(&section.name.as_str()));
        gpu.map(|section| section.bytes).sum()
    })
}
