use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::artifact::EntryId;
use crate::engine::{PackageContext, Sink};
use crate::finding::{Finding, Saves};
use crate::lang::native;
use crate::package::owners::PackageId;
use crate::text;

/// Files below this have next to nothing to strip.
const SMALLEST: u64 = 200_000;
/// Files above this are not read.
const LARGEST: u64 = 96 << 20;
/// Bytes of a file's head that hold the program headers of any linker's output.
const HEAD: usize = 4096;
/// Less than this in one file is padding, names and notes more than symbols.
const SMALLEST_TABLE: u64 = 100_000;
/// How many files are read, the largest first.
const MOST: usize = 48;
/// How many packages a finding names.
const TOP: usize = 5;

/// Adds up what `strip` would remove, by package.
pub(super) fn check(cx: &PackageContext<'_>, sink: &mut Sink<'_>) {
    let mut sums: BTreeMap<PackageId, u64> = BTreeMap::new();
    let removable: Vec<(PackageId, u64)> =
        candidates(cx).into_par_iter().map(|(package, id)| (package, in_file(cx, id))).collect();
    for (package, bytes) in removable {
        *sums.entry(package).or_default() += bytes;
    }
    let total: u64 = sums.values().sum();
    if total == 0 {
        return;
    }
    let mut named: Vec<(u64, &str)> =
        sums.iter().map(|(package, bytes)| (*bytes, &*cx.packages.package(*package).name)).collect();
    named.retain(|(bytes, _)| *bytes > 0);
    named.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let top: Vec<String> =
        named.iter().take(TOP).map(|(bytes, name)| format!("{name} {}", text::bytes(*bytes))).collect();
    let message =
        format!("{} of symbols and debug information in extension modules: {}", text::bytes(total), top.join(", "));
    sink.report(Finding::new(cx.location(), message).saving(Saves { init_ms: None, bytes: Some(total) }));
}

/// The largest extension modules of packages that are reached.
fn candidates(cx: &PackageContext<'_>) -> Vec<(PackageId, EntryId)> {
    let is_module = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or(path);
        let is_native = file.ends_with(".so") || file.contains(".so.");
        is_native && !path.split('/').any(|part| part.ends_with(".libs"))
    };
    let mut found: Vec<(u64, PackageId, EntryId)> = Vec::new();
    for (package, its) in cx.packages().filter(|(package, _)| cx.package_phase(*package).is_some()) {
        let files = its.entries.iter().map(|id| (cx.artifact.entry(*id), *id));
        // What is installed on this machine is for this machine.
        let files = files.filter(|(_, id)| cx.artifact.is_shipped(*id));
        let files = files.filter(|(file, _)| is_module(&file.path) && (SMALLEST..=LARGEST).contains(&file.bytes));
        found.extend(files.map(|(file, id)| (file.bytes, package, id)));
    }
    found.sort_by_key(|(bytes, _, id)| (std::cmp::Reverse(*bytes), *id));
    found.into_iter().take(MOST).map(|(_, package, id)| (package, id)).collect()
}

fn in_file(cx: &PackageContext<'_>, id: EntryId) -> u64 {
    // The head mostly tells, and saves unpacking the rest.
    let head = cx.artifact.read_head(id, HEAD).ok();
    let unmapped = head.and_then(|head| native::unmapped_bytes(&head, cx.artifact.entry(id).bytes));
    if let Some(bytes) = unmapped {
        return if bytes < SMALLEST_TABLE { 0 } else { bytes };
    }
    cx.native_facts(id).map_or(0, |facts| facts.symbol_bytes + facts.debug_bytes)
}
