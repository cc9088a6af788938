//! Work that libraries should not do while they are imported: `rules/knowledge/program/load_work.toml`.

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::knowledge;
use crate::platform::sdk;

knowledge::table! {
    static WORK: Table = "program/load_work.toml", tested by the_work_of_libraries_reads;
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    work: Vec<Work>,
    defined: FxHashMap<String, String>,
}

/// Callees and what calling them does.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Work {
    any: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    does: String,
}

/// What a call does while a library is imported, as the middle of a sentence; nothing for calls that are no such work.
#[must_use]
pub fn done_by(callee: &str) -> Option<&'static str> {
    let any = |patterns: &[String]| patterns.iter().any(|pattern| sdk::matches(pattern, callee));
    WORK.work.iter().find(|work| any(&work.any) && !any(&work.unless)).map(|work| work.does.as_str())
}

/// The name under which a package's function is called that does such work, by the module and the name of its
/// definition.
pub(super) fn named(module: &str, function: &str) -> Option<&'static str> {
    WORK.defined.get(&format!("{module}.{function}")).map(String::as_str)
}

/// The top-level modules of packages that define such functions.
pub(super) fn definers() -> impl Iterator<Item = &'static str> {
    WORK.defined.keys().filter_map(|name| name.split('.').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_told_by_its_callee() {
        assert_eq!(done_by("time.sleep"), Some("sleeps"));
        assert_eq!(done_by("boto3.Session().client"), Some("makes a client of an AWS service"));
        assert_eq!(done_by("boto3.client().get_paginator"), None);
        assert_eq!(named("boto3.session", "client"), Some("boto3.session.Session().client"));
    }
}
