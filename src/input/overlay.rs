//! Texts that an editor holds and has not saved: they are read in place of what is on the disk.
//!
//! The one state of the process that reading depends on. The command line never sets it; the language server sets it
//! before each analysis.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

static TEXTS: RwLock<BTreeMap<PathBuf, Arc<Vec<u8>>>> = RwLock::new(BTreeMap::new());
/// So that runs without any do not ask for absolute paths.
static ANY: AtomicBool = AtomicBool::new(false);

/// From now on, reads files at these absolute paths as these texts.
pub fn overlay(texts: BTreeMap<PathBuf, Arc<Vec<u8>>>) {
    ANY.store(!texts.is_empty(), Ordering::Release);
    *TEXTS.write().unwrap_or_else(PoisonError::into_inner) = texts;
}

/// What an editor has of a file.
pub(super) fn of(path: &Path) -> Option<Arc<Vec<u8>>> {
    if !ANY.load(Ordering::Acquire) {
        return None;
    }
    let absolute = std::path::absolute(path).ok()?;
    TEXTS.read().unwrap_or_else(PoisonError::into_inner).get(&absolute).cloned()
}
