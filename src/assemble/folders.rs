//! Files and folders of projects, by what they are to builds.

use serde::Deserialize;

use crate::knowledge;

/// What `folders.toml` says, where the meaning of each list stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Folders {
    pub(super) not_sources: Vec<String>,
    pub(super) outputs: Vec<String>,
    pub(super) never_shipped: Vec<String>,
    pub(super) about_layers: AboutLayers,
}

/// Files by their whole names, and by how these end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AboutLayers {
    pub(super) names: Vec<String>,
    pub(super) endings: Vec<String>,
}

knowledge::table! {
    pub(super) static FOLDERS: Folders = "assemble/folders.toml", tested by the_folders_read;
}
