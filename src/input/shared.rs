//! What several readers of one run ask for: who comes second gets what the first has read.
//!
//! Each reader of templates looks at a template, settings and packages have manifests in common, and an archive is
//! recognised before it is listed. While a [`Sharing`] lasts, small files that are read by their path are kept, and
//! archives stay open; a file is known again by what the disk says of it, so that a changed one is read anew.

use std::any::{Any, TypeId};
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::beside::Beside;
use super::seen::{self, Hash, Stat};

/// Larger files are not kept: templates and manifests that people write are smaller.
const LARGEST_KEPT: u64 = 2 << 20;
/// Bytes of all files that are kept.
const MOST_KEPT: u64 = 64 << 20;
/// Archives that are kept open: systems give a process few hundred handles.
const MOST_OPEN: usize = 64;

/// Texts of which it is kept what was made of them.
const MOST_MADE: usize = 64;

/// What is shared now.
static CURRENT: RwLock<Option<Arc<Shared>>> = RwLock::new(None);

/// The bytes of a file, which its first reader fills in.
type Place = Arc<Mutex<Option<Arc<Vec<u8>>>>>;

/// What a reader made of a text, by its type, the reader and the text's hash.
type Made = FxHashMap<(TypeId, usize, Hash), Arc<OnceLock<Arc<dyn Any + Send + Sync>>>>;

#[derive(Debug, Default)]
struct Shared {
    texts: Mutex<Texts>,
    made: Mutex<Made>,
    archives: Mutex<FxHashMap<Stat, Arc<File>>>,
    projects: Mutex<FxHashMap<PathBuf, Arc<OnceLock<Arc<Beside>>>>>,
}

#[derive(Debug, Default)]
struct Texts {
    known: FxHashMap<Stat, Place>,
    /// The names of the known, by which most other files are told apart without asking the disk.
    names: FxHashSet<OsString>,
    bytes: u64,
}

/// Keeps what is read until it is dropped. For runs that end, of one thread of control at a time.
#[derive(Debug)]
pub struct Sharing(());

impl Sharing {
    /// Begins.
    #[must_use]
    pub fn begin() -> Self {
        *CURRENT.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::default());
        Self(())
    }
}

impl Drop for Sharing {
    fn drop(&mut self) {
        *CURRENT.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn shared() -> Option<Arc<Shared>> {
    CURRENT.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The content of a regular file that is read by its path, at most one byte more than `limit` of it.
///
/// # Errors
/// Those of the system.
pub(super) fn text(path: &Path, metadata: &Metadata, limit: u64) -> io::Result<Arc<Vec<u8>>> {
    let Some(place) = place(path, metadata) else { return read(path, limit).map(Arc::new) };
    // Held while the file is read, so that it is read once.
    let mut content = lock(&place);
    if let Some(content) = &*content {
        return Ok(Arc::clone(content));
    }
    let read = Arc::new(read(path, LARGEST_KEPT.max(limit))?);
    *content = Some(Arc::clone(&read));
    Ok(read)
}

/// Where a file's content is kept, if it is.
fn place(path: &Path, metadata: &Metadata) -> Option<Place> {
    let (shared, stat) = (shared()?, Stat::of(metadata)?);
    let mut texts = lock(&shared.texts);
    if let Some(place) = texts.known.get(&stat) {
        return Some(Arc::clone(place));
    }
    let total = texts.bytes.saturating_add(metadata.len());
    if metadata.len() > LARGEST_KEPT || total > MOST_KEPT {
        return None;
    }
    texts.bytes = total;
    texts.names.extend(path.file_name().map(OsString::from));
    Some(Arc::clone(texts.known.entry(stat).or_default()))
}

/// The content of a file if it was read by its path before.
pub(super) fn known(path: &Path) -> Option<Arc<Vec<u8>>> {
    let shared = shared()?;
    let is_named = lock(&shared.texts).names.contains(path.file_name()?);
    let stat = is_named.then(|| seen::metadata(path).ok()).flatten().and_then(|metadata| Stat::of(&metadata))?;
    let place = lock(&shared.texts).known.get(&stat).cloned()?;
    lock(&place).clone()
}

/// What a reader makes of a text: all functions of a repository ask for its lock file, and the first has it read.
/// The reader must not ask for anything that is made so.
pub fn made<T: Any + Send + Sync>(text: &str, read: fn(&str) -> T) -> Arc<T> {
    let place = || {
        let (shared, hash) = (shared()?, seen::hash_of(text.as_bytes()).ok()?);
        let mut made = lock(&shared.made);
        let key = (TypeId::of::<T>(), read as usize, hash);
        (made.len() < MOST_MADE || made.contains_key(&key)).then(|| Arc::clone(made.entry(key).or_default()))
    };
    let Some(place) = place() else { return Arc::new(read(text)) };
    let made = place.get_or_init(|| Arc::new(read(text)));
    Arc::clone(made).downcast().unwrap_or_else(|_| Arc::new(read(text)))
}

/// The source files of a project, which all its functions ask for.
pub(super) fn beside(root: &Path, read: impl FnOnce() -> Beside) -> Arc<Beside> {
    let Some(shared) = shared() else { return Arc::new(read()) };
    let place = Arc::clone(lock(&shared.projects).entry(root.to_owned()).or_default());
    Arc::clone(place.get_or_init(|| Arc::new(read())))
}

fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    seen::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens an archive, or what may be one, to read it at offsets.
///
/// # Errors
/// Those of the system.
pub(super) fn archive(path: &Path) -> io::Result<(Arc<File>, u64)> {
    let Some(shared) = shared() else { return opened(path) };
    let metadata = seen::metadata(path)?;
    let Some(stat) = Stat::of(&metadata) else { return opened(path) };
    let mut archives = lock(&shared.archives);
    if let Some(file) = archives.get(&stat) {
        return Ok((Arc::clone(file), metadata.len()));
    }
    let (file, len) = opened(path)?;
    if archives.len() < MOST_OPEN {
        archives.insert(stat, Arc::clone(&file));
    }
    Ok((file, len))
}

fn opened(path: &Path) -> io::Result<(Arc<File>, u64)> {
    let file = seen::open(path)?;
    let len = file.metadata()?.len();
    Ok((Arc::new(file), len))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    // One test: what is shared is one state of the process.
    #[test]
    fn a_file_is_read_once_until_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("template.yaml");
        fs::write(&file, "a: 1").unwrap();
        let read = || text(&file, &fs::metadata(&file).unwrap(), 100).unwrap();
        assert!(!Arc::ptr_eq(&read(), &read()), "nothing is shared outside of a run");
        let sharing = Sharing::begin();
        let first = read();
        assert!(Arc::ptr_eq(&first, &read()) && known(&file).is_some_and(|known| Arc::ptr_eq(&first, &known)));
        assert!(known(&folder.path().join("other.yaml")).is_none());
        fs::write(&file, "a: 12").unwrap();
        assert_eq!(*read(), b"a: 12");
        let (one, len) = archive(&file).unwrap();
        assert!(Arc::ptr_eq(&one, &archive(&file).unwrap().0) && len == 5);
        let count: fn(&str) -> Vec<usize> = |text| vec![text.len()];
        assert!(Arc::ptr_eq(&made("abc", count), &made("abc", count)) && *made("ab", count) == [2]);
        drop(sharing);
        assert!(known(&file).is_none() && !Arc::ptr_eq(&made("abc", count), &made("abc", count)));
    }
}
