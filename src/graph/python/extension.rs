//! What extension modules import from C while they initialise, which no source shows.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

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
pub(super) fn imports_of(name: &str) -> &'static [String] {
    ROWS.get(name).map_or(&[], Vec::as_slice)
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
