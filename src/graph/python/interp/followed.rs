//! What the runtime gives own code and the walk knows as well as own values.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::super::value::*;
use super::*;
use crate::knowledge::table;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Followed {
    functions: FxHashSet<String>,
    methods: FxHashSet<String>,
    exact: FxHashSet<String>,
}

table! {
    static FOLLOWED: Followed = "python/followed.toml", tested by what_is_followed_reads;
}

/// Whether a function or class of the runtime keeps and changes nothing that it is given, and its result is computed.
pub(super) fn is_function(name: &str) -> bool {
    FOLLOWED.functions.contains(name)
}

/// Whether a method of containers, `.append`, is followed, so that what they hold stays known.
pub(super) fn is_method(name: &str) -> bool {
    name.strip_prefix('.').is_some_and(|name| FOLLOWED.methods.contains(name))
}

/// Whether a method of a container that own code has written down gives what the walk computes, whatever it holds.
pub(super) fn is_exact(method: &str) -> bool {
    FOLLOWED.exact.contains(method)
}

impl Interp<'_> {
    /// Whether a thing of the runtime answers as the walk says: variables of the environment, paths.
    pub(super) fn is_followed(&self, value: Value) -> bool {
        matches!(self.heap.get(value), Some(Object::Namespace(NamespaceOf::Environment)))
            || self.path_text(value).is_some()
    }
}
