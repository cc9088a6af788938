use std::sync::{Arc, OnceLock};

use crate::artifact::EntryId;

/// What a reader makes of files, by entry: made once, by whoever asks first.
#[derive(Debug)]
pub struct ByEntry<T>(Box<[OnceLock<Arc<T>>]>);

impl<T> ByEntry<T> {
    /// Nothing of so many files is read.
    #[must_use]
    pub fn new(files: usize) -> Self {
        Self((0..files).map(|_| OnceLock::new()).collect())
    }

    /// What is made of a file. Who asks while another is at it waits for that; a reader that panics leaves nothing
    /// behind, and the next who asks tries again.
    pub fn get(&self, entry: EntryId, make: impl FnOnce() -> T) -> Arc<T> {
        match self.0.get(entry.0 as usize) {
            Some(place) => Arc::clone(place.get_or_init(|| Arc::new(make()))),
            None => Arc::new(make()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once_and_a_failure_leaves_nothing() {
        let files: ByEntry<u32> = ByEntry::new(2);
        assert!(crate::fault::caught("reading", || files.get(EntryId(1), || panic!("once"))).is_err());
        assert_eq!(*files.get(EntryId(1), || 5), 5);
        assert_eq!(*files.get(EntryId(1), || 6), 5);
        assert_eq!(*files.get(EntryId(9), || 7), 7);
    }
}
