//! Under which names distributions are imported.

use rustc_hash::FxHashMap;

use crate::knowledge;

knowledge::table! {
    static IMPORT_NAMES: FxHashMap<String, Vec<String>> = "python/import_names.toml", tested by the_names_read;
}

/// The names under which a distribution that is not at hand is imported.
#[must_use]
pub fn import_names(name: &str) -> Vec<String> {
    match IMPORT_NAMES.get(name) {
        Some(names) => names.clone(),
        None => vec![name.replace('-', "_"), name.replace('-', ".")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_names_read() {
        assert!(IMPORT_NAMES.get("pyyaml").is_some_and(|names| names == &["yaml"]));
    }
}
