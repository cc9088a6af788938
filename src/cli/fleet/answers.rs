//! Answers of this run: what one function of a list has been told, the next one of the same content is told, too.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::answer::Answer;
use crate::cache::Key;
use crate::input::seen;

/// Bytes of all answers that are remembered. Beyond that, what was remembered stays, and nothing more is.
const MOST: usize = 48 << 20;
/// What remembering one takes beside its text, about.
const EACH: usize = 256;

/// An answer, with what it was made of.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) answer: Answer,
    /// The size of the archive that was opened for it, in bytes; none was where it is of an earlier run.
    archive: Option<u64>,
}

impl Made {
    /// In an earlier run.
    pub(super) fn before(answer: Answer) -> Self {
        Self { answer, archive: None }
    }

    /// Of the archive at a path; of none where a judgement was kept.
    pub(super) fn of(answer: Answer, archive: Option<&Path>) -> Self {
        Self { answer, archive: archive.and_then(size) }
    }

    /// Whether a package may be what the list says: in a run that opens packages, each is there and as large.
    pub(super) fn may_be_of(&self, path: &Path) -> bool {
        self.archive.is_none() || self.archive == size(path)
    }
}

fn size(path: &Path) -> Option<u64> {
    seen::metadata(path).ok().filter(Metadata::is_file).map(|metadata| metadata.len())
}

/// Where an answer stands that somebody has made or is about to make; empty where each needs its own.
pub(super) type Place = Arc<OnceLock<Option<Made>>>;

/// Answers by what they depend on.
#[derive(Debug, Default)]
pub(super) struct Answers {
    places: Mutex<BTreeMap<Key, Place>>,
    bytes: AtomicUsize,
}

impl Answers {
    /// Where the answer stands: who finds it empty fills it in, and others wait for that.
    pub(super) fn place(&self, key: &Key) -> Place {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get(key) {
            return Arc::clone(place);
        }
        let place = Place::default();
        places.insert(key.clone(), Arc::clone(&place));
        place
    }

    /// Remembers what was filled in, as far as there is room.
    pub(super) fn filled(&self, key: &Key, place: &Place) {
        let bytes = place.get().and_then(Option::as_ref).map_or(0, |made| made.answer.bytes()) + EACH;
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes > MOST {
            self.bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.forget(key);
        }
    }

    /// Has the next one who asks begin anew.
    pub(super) fn forget(&self, key: &Key) {
        self.places.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}
