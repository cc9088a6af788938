//! What extension modules import from C while they initialise, which no source shows.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::knowledge;

#[derive(Deserialize)]
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

knowledge::table! {
    static TABLE: Table = "python/extension_imports.toml", tested by the_table_reads;
}

static ROWS: LazyLock<FxHashMap<&str, &[String]>> =
    LazyLock::new(|| TABLE.extension.iter().map(|row| (&*row.module, &*row.imports)).collect());

/// The runtime of extensions that cffi generates.
pub(super) const BACKEND: &str = "_cffi_backend";

/// Whether an extension imports the runtime of cffi: the generated code has the name as a text of its own, for
/// `PyImport_ImportModule` (`cffi/_embedding.h` and `recompiler.py` of cffi 1 and 2).
pub(super) fn asks_for_backend(content: &[u8]) -> bool {
    memchr::memmem::find(content, b"\0_cffi_backend\0").is_some()
}

/// Whether a file has the name of a module among its texts. Cython puts them one after the other, some releases without
/// anything between them: only short names must stand alone.
pub(super) fn names(content: &[u8], module: &str) -> bool {
    const SHORT: usize = 6;
    match module.len() < SHORT {
        true => memchr::memmem::find(content, format!("\0{module}\0").as_bytes()).is_some(),
        false => memchr::memmem::find(content, module.as_bytes()).is_some(),
    }
}

/// Modules that the extension `name` imports, in order, whether or not they are there.
pub(super) fn imports_of(name: &str) -> &'static [String] {
    ROWS.get(name).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cffi_generates_names_its_runtime() {
        assert!(asks_for_backend(b"\x7fELF\0_cffi_backend\0_cffi_"));
        assert!(!asks_for_backend(b"\x7fELF\0PyInit__cffi_backend\0"));
    }

    #[test]
    fn short_names_must_stand_alone() {
        assert!(names(b"\x7fELF\0six\0", "six") && !names(b"\x7fELF\0sixteen\0", "six"));
        assert!(names(b"\x7fELF\0AttributeErrorcryptographyx509", "cryptography"));
    }

    #[test]
    fn every_row_has_a_reason() {
        assert!(TABLE.extension.iter().all(|row| !row.reason.is_empty()));
    }
}
