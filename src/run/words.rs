//! What is looked for where a path says nothing of a function.

use serde::Deserialize;

use crate::knowledge;

/// What `discover.toml` says, where the meaning of each list stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) templates: Vec<String>,
    pub(super) manifests: Vec<String>,
    pub(super) not_searched: Vec<String>,
    pub(super) not_own: Vec<String>,
    pub(super) programs: Vec<String>,
    pub(super) convention: Vec<Convention>,
    pub(super) sign: Vec<Sign>,
}

/// A file that holds a handler by convention.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Convention {
    pub(super) file: String,
    /// Of its function.
    pub(super) names: Vec<String>,
    pub(super) runtime: Option<String>,
}

/// A file of something that no function can be read from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sign {
    pub(super) file: String,
    /// What it is, and what to do.
    pub(super) says: String,
    /// Whether it is the program of a deployment tool, wherever in a repository it lies.
    #[serde(default)]
    pub(super) is_program: bool,
}

knowledge::table! {
    pub(super) static WORDS: Words = "discover.toml", tested by the_words_of_discovery_read;
}

/// Whether a list has a name.
pub(super) fn has(list: &[String], name: &str) -> bool {
    list.iter().any(|known| known == name)
}
