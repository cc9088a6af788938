//! Under which names distributions are imported that are not at hand: from a table, otherwise guessed.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use crate::knowledge;

knowledge::table! {
    static IMPORT_NAMES: FxHashMap<String, Vec<String>> = "python/import_names.toml", tested by the_names_read;
}

/// Whether the table says what a distribution brings.
#[must_use]
pub fn is_distribution_known(name: &str) -> bool {
    IMPORT_NAMES.contains_key(name)
}

/// Whether the table says which distributions bring a module of this name.
#[must_use]
pub fn is_import_known(import: &str) -> bool {
    static IMPORTS: LazyLock<FxHashSet<&str>> =
        LazyLock::new(|| IMPORT_NAMES.values().flatten().map(String::as_str).collect());
    std::iter::successors(Some(import), |name| name.rsplit_once('.').map(|(parent, _)| parent))
        .any(|name| IMPORTS.contains(name))
}

/// Whether a top-level name is that of a module which some distribution brings, or of a namespace that some share.
#[must_use]
pub fn is_top_level_known(top: &str) -> bool {
    static TOPS: LazyLock<FxHashSet<&str>> =
        LazyLock::new(|| IMPORT_NAMES.values().flatten().filter_map(|name| name.split('.').next()).collect());
    TOPS.contains(top)
}

/// The names under which a distribution that is not at hand is imported.
#[must_use]
pub fn import_names(name: &str) -> Vec<String> {
    match IMPORT_NAMES.get(name) {
        Some(names) => names.clone(),
        None => guessed(name),
    }
}

knowledge::table! {
    static GUESSES: Guesses = "python/name_guesses.toml", tested by the_guesses_read;
}

/// `name_guesses.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Guesses {
    prefixes: Vec<String>,
    suffixes: Vec<String>,
    namespaces: Vec<Namespace>,
}

/// Distributions named after a namespace: `google-cloud-secret-manager` brings `google.cloud.secretmanager_v1`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Namespace {
    distribution: String,
    module: String,
    /// How the joined parts may end.
    endings: Vec<String>,
}

/// Under which names a distribution may be imported whose name is all that is known: a guess too many keeps something
/// that might go, one too few takes away something that is needed.
fn guessed(name: &str) -> Vec<String> {
    let mut found = vec![name.replace('-', "_"), name.replace('-', ".")];
    let mut bare = |part: &str| found.push(part.replace('-', "_"));
    for prefix in &GUESSES.prefixes {
        name.strip_prefix(&**prefix).into_iter().for_each(&mut bare);
    }
    for suffix in &GUESSES.suffixes {
        name.strip_suffix(&**suffix).into_iter().for_each(&mut bare);
    }
    let without_number = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if without_number.len() < name.len() && !without_number.is_empty() {
        bare(without_number);
    }
    for row in &GUESSES.namespaces {
        let Some(rest) = name.strip_prefix(&*row.distribution) else { continue };
        for joined in [rest.replace('-', "_"), rest.replace('-', ""), rest.replace('-', ".")] {
            found.extend(row.endings.iter().map(|ending| format!("{}.{joined}{ending}", row.module)));
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_or_guessed() {
        assert_eq!(import_names("pyyaml"), ["yaml"]);
        assert!(import_names("google-cloud-web-risk").contains(&"google.cloud.webrisk_v1".to_owned()));
        assert!(import_names("django-acme-admin").contains(&"acme_admin".to_owned()));
    }
}
