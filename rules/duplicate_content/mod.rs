use std::collections::BTreeMap;

use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::text;

/// How many groups a finding names.
const TOP: usize = 4;

/// Groups entries by the size and checksum that the archive states.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let min_bytes = cx.number("min_bytes");
    let mut groups: BTreeMap<(u64, u32), Vec<&str>> = BTreeMap::new();
    for (_, entry) in cx.artifact.entries() {
        if let Some(crc) = entry.crc32.filter(|_| entry.bytes as f64 >= min_bytes) {
            groups.entry((entry.bytes, crc)).or_default().push(&entry.path);
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
