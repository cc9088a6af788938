//! What Node's own modules cost to load, measured by `rules/knowledge/node/generate_builtins.mjs`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::knowledge;

/// One of Node's own modules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Builtin {
    name: String,
    /// Milliseconds on the measuring machine, without what it loads.
    pub(super) ms: f64,
    /// Whether the Lambda runtime client has loaded it already.
    pub(super) preloaded: bool,
    /// Public modules that it is the first to load.
    pub(super) loads: Vec<String>,
}

#[derive(Deserialize)]
struct Table {
    module: Vec<Builtin>,
}

knowledge::table! {
    static ROWS: Table = "node/builtins.toml", tested by the_table_reads;
}

static TABLE: LazyLock<FxHashMap<&str, &Builtin>> =
    LazyLock::new(|| ROWS.module.iter().map(|module| (&*module.name, module)).collect());

/// How the table names globals.
pub(super) const GLOBAL: &str = "globalThis.";

/// The cost of `node:fs` and the like, and of globals such as `globalThis.Response`.
pub(super) fn cost(name: &str) -> Option<&'static Builtin> {
    TABLE.get(name.strip_prefix("node:").or_else(|| name.starts_with(GLOBAL).then_some(name))?).copied()
}

/// Names of the globals that Node loads when they are first read.
pub(super) fn lazy_globals() -> impl Iterator<Item = &'static str> {
    TABLE.keys().filter_map(|name| name.strip_prefix(GLOBAL))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_and_globals_have_costs() {
        assert!(cost("node:http").is_some_and(|http| http.preloaded));
        assert!(cost("globalThis.Response").is_some_and(|response| !response.preloaded && response.ms > 0.0));
        assert!(cost("node:https").is_some_and(|https| !https.preloaded && https.ms >= 0.0));
    }
}
