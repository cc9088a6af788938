//! What is read of every `package.json`.

use serde::Deserialize;
use serde_json::Value as Json;

use crate::artifact::{Artifact, EntryId};

/// Larger ones are not read.
const LARGEST: u64 = 4 << 20;

/// The manifest of a package, as far as loading needs it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Manifest {
    pub(crate) name: Json,
    pub(crate) version: Json,
    #[serde(rename = "type")]
    pub(crate) kind: Json,
}

/// A `package.json` of modest size.
pub(crate) fn manifest_of(artifact: &Artifact, id: EntryId) -> Option<Manifest> {
    if artifact.entry(id).bytes > LARGEST {
        return None;
    }
    let bytes = artifact.read(id).ok()?;
    let text = (*bytes).as_ref();
    // With a key twice the last one counts, which only a map does right.
    serde_json::from_slice(text).ok().or_else(|| {
        let mut json: Json = serde_json::from_slice(text).ok()?;
        let mut take = |key: &str| json.get_mut(key).map(Json::take).unwrap_or_default();
        Some(Manifest { name: take("name"), version: take("version"), kind: take("type") })
    })
}
