//! What is read of every `package.json`.

use serde::Deserialize;
use serde::de::IgnoredAny;
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

/// The text without the mark of UTF-8, over which Node reads.
fn unmarked(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text)
}

/// Whether a `package.json` is one that Node reads: an object of modest size.
pub(crate) fn is_object(artifact: &Artifact, id: EntryId) -> bool {
    let read = || artifact.read(id).ok();
    artifact.entry(id).bytes <= LARGEST
        && read().is_some_and(|bytes| {
            let text = unmarked((*bytes).as_ref());
            text.trim_ascii_start().first() == Some(&b'{') && serde_json::from_slice::<IgnoredAny>(text).is_ok()
        })
}

/// Whether a `package.json` is there to be read and is no JSON.
pub(crate) fn is_broken(artifact: &Artifact, id: EntryId) -> bool {
    let bytes = (artifact.entry(id).bytes <= LARGEST).then(|| artifact.read(id).ok()).flatten();
    bytes.is_some_and(|bytes| {
        let error = serde_json::from_slice::<IgnoredAny>(unmarked((*bytes).as_ref())).err();
        // Nesting that is too deep for this reader says nothing about Node's.
        error.is_some_and(|error| (error.is_syntax() || error.is_eof()) && !error.to_string().contains("recursion"))
    })
}

/// Bytes of what a `package.json` says about how requests are resolved, without blanks.
pub(crate) fn resolving_bytes(artifact: &Artifact, id: EntryId) -> usize {
    if artifact.entry(id).bytes > LARGEST {
        return 0;
    }
    let Some(bytes) = artifact.read(id).ok() else { return 0 };
    let Ok(manifest) = serde_json::from_slice::<Json>(unmarked((*bytes).as_ref())) else { return 0 };
    let length = |key: &str| manifest.get(key).map_or(0, |value| value.to_string().len());
    length("exports") + length("imports")
}

/// A `package.json` of modest size.
pub(crate) fn manifest_of(artifact: &Artifact, id: EntryId) -> Option<Manifest> {
    if artifact.entry(id).bytes > LARGEST {
        return None;
    }
    let bytes = artifact.read(id).ok()?;
    let text = unmarked((*bytes).as_ref());
    // With a key twice the last one counts, which only a map does right.
    serde_json::from_slice(text).ok().or_else(|| {
        let mut json: Json = serde_json::from_slice(text).ok()?;
        let mut take = |key: &str| json.get_mut(key).map(Json::take).unwrap_or_default();
        Some(Manifest { name: take("name"), version: take("version"), kind: take("type") })
    })
}
