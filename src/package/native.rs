//! What native files say, once somebody asked.

use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::Bundle;
use crate::artifact::{Artifact, EntryId};
use crate::lang::native::{self, NativeFacts};

/// By entry.
#[derive(Debug, Default)]
pub(super) struct NativeFiles(Mutex<FxHashMap<EntryId, Asked>>);

/// The answer for one file, whose first asker finds it.
type Asked = Arc<OnceLock<Option<Arc<NativeFacts>>>>;

impl Bundle {
    /// What a native file says; `None` when it cannot be read or is none.
    #[must_use]
    pub fn native_facts(&self, id: EntryId) -> Option<Arc<NativeFacts>> {
        let known = &self.native.0;
        let asked = Arc::clone(known.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default());
        asked.get_or_init(|| facts_of(&self.artifact, id).map(Arc::new)).clone()
    }
}

fn facts_of(artifact: &Artifact, id: EntryId) -> Option<NativeFacts> {
    let whole = || native::read((*artifact.read(id).ok()?).as_ref()).ok();
    in_parts(artifact, id).or_else(whole)
}

/// The facts of a library on disk without reading all of it.
fn in_parts(artifact: &Artifact, id: EntryId) -> Option<NativeFacts> {
    let mut file = artifact.open(id)?;
    let bytes = file.metadata().ok().filter(std::fs::Metadata::is_file)?.len();
    native::read_parts(bytes.min(artifact.entry(id).bytes), |offset, part| {
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(part)
    })
}
