//! Projects: source trees without a function.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Word;

/// A source tree with manifests in which no function was found or asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Project {
    /// Its folder.
    pub path: String,
    /// Whose manifests it has: `python` or `node`.
    pub ecosystem: Word,
    /// The manifests that declare something.
    pub manifests: Vec<String>,
    /// Why more may be declared than is known, or why nothing is said of what seems unused.
    pub open: Vec<String>,
}
