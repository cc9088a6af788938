//! Contents that are asked for again: a second reading is the last.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Bytes, EntryId};

/// Files larger than this are read anew: who wants those wants them once.
const LARGEST: usize = 1 << 20;
/// Bytes that are kept in all.
const MOST: usize = 32 << 20;
/// Heads longer than this are read anew.
const LONGEST_HEAD: usize = 4096;

/// What has been read more than once.
#[derive(Default)]
pub(super) struct Repeated {
    once: FxHashSet<EntryId>,
    contents: FxHashMap<EntryId, Bytes>,
    /// Bytes of all contents.
    bytes: usize,
    /// The first bytes of files, and how many were asked for.
    heads: FxHashMap<EntryId, (usize, Box<[u8]>)>,
}

impl Repeated {
    /// The content of a file that was read twice.
    pub(super) fn content(&self, id: EntryId) -> Option<Bytes> {
        self.contents.get(&id).map(Arc::clone)
    }

    /// Notes that a file was read.
    pub(super) fn was_read(&mut self, id: EntryId, content: &Bytes) {
        if (**content).as_ref().len() <= LARGEST && !self.once.insert(id) {
            self.will_be_read(id, content);
        }
    }

    /// Notes that a file will be read again.
    pub(super) fn will_be_read(&mut self, id: EntryId, content: &Bytes) {
        let length = (**content).as_ref().len();
        if length <= LARGEST && self.bytes + length <= MOST && !self.contents.contains_key(&id) {
            self.bytes += length;
            self.contents.insert(id, Arc::clone(content));
        }
    }

    /// The first bytes of a file.
    pub(super) fn head(&self, id: EntryId, bytes: usize) -> Option<Vec<u8>> {
        let (asked, head) = self.heads.get(&id)?;
        (*asked >= bytes).then(|| head.iter().take(bytes).copied().collect())
    }

    /// Notes the first bytes of a file.
    pub(super) fn head_was_read(&mut self, id: EntryId, bytes: usize, head: &[u8]) {
        if bytes <= LONGEST_HEAD {
            self.heads.insert(id, (bytes, head.into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_reading_is_kept_and_heads_answer_for_shorter_ones() {
        let mut repeated = Repeated::default();
        let content: Bytes = Arc::new(b"text".to_vec());
        repeated.was_read(EntryId(1), &content);
        assert!(repeated.content(EntryId(1)).is_none());
        repeated.was_read(EntryId(1), &content);
        assert!(repeated.content(EntryId(1)).is_some());
        repeated.will_be_read(EntryId(3), &content);
        assert!(repeated.content(EntryId(3)).is_some() && repeated.bytes == 8);
        repeated.head_was_read(EntryId(2), 16, b"short");
        assert_eq!(repeated.head(EntryId(2), 3).as_deref(), Some(&b"sho"[..]));
        assert_eq!(repeated.head(EntryId(2), 16).as_deref(), Some(&b"short"[..]));
        assert!(repeated.head(EntryId(2), 17).is_none());
    }
}
