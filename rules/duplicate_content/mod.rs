use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::artifact::EntryId;
use crate::engine::{PackageContext, Sink};
use crate::finding::{Finding, Saves};
use crate::text;

/// How many groups a finding names.
const TOP: usize = 4;
/// Bytes in which two files that are no copies mostly differ: a library's build number stands in its headers.
const HEAD: usize = 4096;

/// Groups entries by size and checksum.
pub(super) fn check(cx: &PackageContext<'_>, sink: &mut Sink<'_>) {
    let min_bytes = cx.number("min_bytes");
    // Files of a size of their own cannot be copies: only the others are compared by content.
    let mut sizes: BTreeMap<u64, Vec<EntryId>> = BTreeMap::new();
    let files = cx.artifact.entries().filter(|(id, _)| cx.artifact.takes_room(*id));
    for (id, entry) in files.filter(|(_, entry)| entry.bytes as f64 >= min_bytes) {
        sizes.entry(entry.bytes).or_default().push(id);
    }
    let same_size = sizes.into_values().filter(|ids| ids.len() > 1);
    let candidates: Vec<EntryId> = same_size.flat_map(|ids| alike(cx, ids)).collect();
    let sums: Vec<Option<u32>> = candidates.par_iter().map(|id| cx.artifact.checksum(*id)).collect();
    let mut groups: BTreeMap<(u64, u32), Vec<&str>> = BTreeMap::new();
    for (id, sum) in candidates.iter().zip(sums) {
        if let Some(sum) = sum {
            let entry = cx.artifact.entry(*id);
            groups.entry((entry.bytes, sum)).or_default().push(&entry.path);
        }
    }
    groups.retain(|_, paths| paths.len() > 1);
    let wasted: u64 = groups.iter().map(|((bytes, _), paths)| bytes * (paths.len() as u64 - 1)).sum();
    let named: Vec<String> = groups.values().rev().take(TOP).map(|paths| paths.join(" = ")).collect();
    if !groups.is_empty() {
        let message = format!("{} of identical files: {}", text::bytes(wasted), named.join("; "));
        let saves = Saves { init_ms: None, bytes: Some(wasted) };
        sink.report(Finding::new(cx.location(), message).saving(saves));
    }
}

/// Those of some files of one size that begin like another of them: most others are told apart without reading them.
fn alike(cx: &PackageContext<'_>, ids: Vec<EntryId>) -> Vec<EntryId> {
    if ids.iter().all(|id| cx.artifact.entry(*id).crc32.is_some()) {
        return ids;
    }
    let mut heads: BTreeMap<Vec<u8>, Vec<EntryId>> = BTreeMap::new();
    for id in ids {
        if let Ok(head) = cx.artifact.read_head(id, HEAD) {
            heads.entry(head).or_default().push(id);
        }
    }
    heads.into_values().filter(|ids| ids.len() > 1).flatten().collect()
}
