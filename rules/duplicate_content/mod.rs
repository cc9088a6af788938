use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::artifact::EntryId;
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::text;

/// How many groups a finding names.
const TOP: usize = 4;

/// Groups entries by size and checksum.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let min_bytes = cx.number("min_bytes");
    // Files of a size of their own cannot be copies: only the others are compared by content.
    let mut sizes: BTreeMap<u64, Vec<EntryId>> = BTreeMap::new();
    let files = cx.artifact.entries().filter(|(id, _)| cx.artifact.link_target(*id).is_none());
    for (id, entry) in files.filter(|(_, entry)| entry.bytes as f64 >= min_bytes) {
        sizes.entry(entry.bytes).or_default().push(id);
    }
    let candidates: Vec<(u64, EntryId)> = sizes
        .into_iter()
        .filter(|(_, ids)| ids.len() > 1)
        .flat_map(|(bytes, ids)| ids.into_iter().map(move |id| (bytes, id)))
        .collect();
    let sums: Vec<Option<u32>> = candidates.par_iter().map(|(_, id)| cx.artifact.checksum(*id)).collect();
    let mut groups: BTreeMap<(u64, u32), Vec<&str>> = BTreeMap::new();
    for ((bytes, id), sum) in candidates.iter().zip(sums) {
        if let Some(sum) = sum {
            groups.entry((*bytes, sum)).or_default().push(&cx.artifact.entry(*id).path);
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
