//! The standard library as the interpreter asks for it.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

static NAMES: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| include_str!("stdlib_names.txt").lines().collect());

/// What is loaded before the handler module, by the runtime client.
const PRELOADED: &[&str] = &[
    "sys", "builtins", "os", "io", "abc", "codecs", "stat", "site", "posixpath", "genericpath", "encodings", "json", "json.decoder", "json.encoder",
    "json.scanner", "logging", "decimal", "_decimal", "traceback", "math", "enum", "threading", "re", "collections", "collections.abc", "functools",
    "itertools", "operator", "keyword", "reprlib", "types", "copyreg", "weakref", "_weakrefset", "contextlib", "linecache", "tokenize", "token",
    "textwrap", "string", "time", "warnings", "numbers", "heapq", "ast", "importlib", "importlib._bootstrap", "importlib._bootstrap_external",
];

/// Facts about the standard library of one version.
pub(super) struct StdlibView;

impl StdlibView {
    pub(super) fn new(_version: (u16, u16)) -> Self {
        Self
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        NAMES.contains(name) || matches!(name, "os.path" | "collections.abc" | "importlib.resources.abc")
    }

    pub(super) fn is_preloaded(&self, name: &str) -> bool {
        PRELOADED.contains(&name)
    }

    pub(super) fn self_ms(&self, _name: &str) -> f64 {
        0.0
    }

    pub(super) fn imports(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }

    pub(super) fn has_name(&self, _module: &str, _name: &str) -> bool {
        true
    }

    pub(super) fn public_names(&self, _module: &str) -> Vec<String> {
        Vec::new()
    }
}
