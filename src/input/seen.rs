//! What a run asks the disk for, so that a later run can tell whether it would get the same answers.
//!
//! All questions to the disk are asked here. While a [`Recording`] lasts, each is kept with the essence of its answer:
//! size, times, identity and mode of what is there, or that nothing is. A run depends on nothing else of the disk, so
//! a result is as good as new where all answers are still the same; a dependency cannot be forgotten.
//!
//! Times of files move in steps: what was changed just before it was read may be changed again without a trace. Of
//! such files the content is kept too, as a hash, and of such folders the names in them.

use std::collections::HashMap;
use std::fs::{self, File, FileType, Metadata, ReadDir};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Changes that lie this near together may show the same time: file systems count in steps of up to two seconds.
const STEP: Duration = Duration::from_secs(2);
/// Bytes that are hashed at once.
const PIECE: usize = 256 << 10;

/// The SHA-256 of some content.
pub type Hash = [u8; 32];

/// A question to the disk.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Question {
    /// What is at a path, links followed.
    There(String),
    /// What kind of thing is at a path, links followed, whatever its size and times.
    Kind(String),
    /// What is at a path itself, which may be a link.
    Itself(String),
    /// Where a path leads when all links are followed.
    Leads(String),
}

/// What the disk answers, in essence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// That it cannot say; the kind of error.
    Failed(String),
    /// What is there, and of what was changed a moment ago and read the hash of its content.
    Is(Stat, Option<Hash>),
    /// The kind of what is there; nothing where nothing is.
    Kind(Option<Kind>),
    /// The path at the end of all links.
    To(String),
}

/// Kinds of what is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A device, a pipe.
    Other,
}

impl Kind {
    fn of(metadata: &Metadata) -> Self {
        match metadata.file_type() {
            kind if kind.is_file() => Self::File,
            kind if kind.is_dir() => Self::Folder,
            _ => Self::Other,
        }
    }

    fn at(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().as_ref().map(Self::of)
    }
}

/// What the disk says of a file or folder without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stat {
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: i128,
    /// Nanoseconds since 1970, of content, mode, name or number of links.
    changed: i128,
    device: u64,
    inode: u64,
    /// Kind and permissions.
    mode: u32,
}

impl Stat {
    /// What some metadata says; nothing where the system does not tell all of it.
    #[cfg(unix)]
    #[must_use]
    pub fn of(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let nanos = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        Some(Self {
            bytes: metadata.len(),
            modified: nanos(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanos(metadata.ctime(), metadata.ctime_nsec()),
            device: metadata.dev(),
            inode: metadata.ino(),
            mode: metadata.mode(),
        })
    }

    /// What some metadata says; nothing where the system does not tell all of it.
    #[cfg(not(unix))]
    #[must_use]
    pub fn of(_: &Metadata) -> Option<Self> {
        None
    }

    /// Whether it was changed so short a time ago that another change may not show.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let settled = now.saturating_sub(STEP).as_nanos();
        self.modified.max(self.changed) >= i128::try_from(settled).unwrap_or(i128::MAX)
    }
}

/// What is recorded now; one run at a time records.
static CURRENT: RwLock<Option<Arc<Recorder>>> = RwLock::new(None);

#[derive(Debug, Default)]
struct Recorder {
    answers: Mutex<FxHashMap<Question, Answer>>,
    /// Whether something was asked that cannot be kept.
    incomplete: AtomicBool,
}

/// Keeps what is asked until it is finished or dropped.
#[derive(Debug)]
pub struct Recording(Arc<Recorder>);

impl Recording {
    /// Begins; nothing where another run of this process records.
    #[must_use]
    pub fn start() -> Option<Self> {
        let mut current = CURRENT.write().unwrap_or_else(PoisonError::into_inner);
        if current.is_some() {
            return None;
        }
        let recorder = Arc::new(Recorder::default());
        *current = Some(Arc::clone(&recorder));
        Some(Self(recorder))
    }

    /// All questions with their answers, in a fixed order; nothing where they are not all that was asked.
    #[must_use]
    pub fn finish(self) -> Option<Vec<(Question, Answer)>> {
        let answers = std::mem::take(&mut *self.0.answers.lock().unwrap_or_else(PoisonError::into_inner));
        if self.0.incomplete.load(Ordering::Relaxed) {
            return None;
        }
        let mut answers: Vec<(Question, Answer)> = answers.into_iter().collect();
        answers.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Some(answers)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        *CURRENT.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Recorder {
    /// Keeps an answer; the first one counts, since what was read was read after it.
    fn keep(&self, question: fn(String) -> Question, path: &Path, answer: Option<Answer>) {
        let Some((path, answer)) = path.to_str().zip(answer) else {
            self.incomplete.store(true, Ordering::Relaxed);
            return;
        };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = answers.entry(question(path.to_owned())).or_insert_with(|| answer.clone());
        // A file may be listed first and read later.
        if let (Answer::Is(_, none @ None), Answer::Is(_, Some(hash))) = (kept, answer) {
            *none = Some(hash);
        }
    }
}

fn recorder() -> Option<Arc<Recorder>> {
    CURRENT.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn failed(error: &io::Error) -> Answer {
    Answer::Failed(format!("{:?}", error.kind()))
}

/// The answer that some metadata is; nothing where the system does not tell enough.
fn answer(metadata: &io::Result<Metadata>) -> Option<Answer> {
    match metadata {
        Ok(metadata) => Some(Answer::Is(Stat::of(metadata)?, None)),
        Err(error) => Some(failed(error)),
    }
}

/// What is at a path, links followed.
///
/// # Errors
/// Those of the system; so with all functions here.
pub fn metadata(path: &Path) -> io::Result<Metadata> {
    let metadata = fs::metadata(path);
    if let Some(recorder) = recorder() {
        recorder.keep(Question::There, path, answer(&metadata));
    }
    metadata
}

/// What is at a path itself.
///
/// # Errors
/// Those of the system.
pub fn symlink_metadata(path: &Path) -> io::Result<Metadata> {
    let metadata = fs::symlink_metadata(path);
    if let Some(recorder) = recorder() {
        recorder.keep(Question::Itself, path, answer(&metadata));
    }
    metadata
}

fn kind(path: &Path) -> Option<Kind> {
    let kind = Kind::at(path);
    if let Some(recorder) = recorder() {
        recorder.keep(Question::Kind, path, Some(Answer::Kind(kind)));
    }
    kind
}

/// Whether there is anything at a path.
#[must_use]
pub fn exists(path: &Path) -> bool {
    kind(path).is_some()
}

/// Whether there is a regular file at a path.
#[must_use]
pub fn is_file(path: &Path) -> bool {
    kind(path) == Some(Kind::File)
}

/// Whether there is a folder at a path.
#[must_use]
pub fn is_dir(path: &Path) -> bool {
    kind(path) == Some(Kind::Folder)
}

/// Where a path leads.
///
/// # Errors
/// Those of the system.
pub fn canonicalize(path: &Path) -> io::Result<PathBuf> {
    let real = fs::canonicalize(path);
    if let Some(recorder) = recorder() {
        recorder.keep(Question::Leads, path, leads(&real));
    }
    real
}

fn leads(real: &io::Result<PathBuf>) -> Option<Answer> {
    match real {
        Ok(real) => Some(Answer::To(real.to_str()?.to_owned())),
        Err(error) => Some(failed(error)),
    }
}

/// Opens a file to read it.
///
/// # Errors
/// Those of the system.
pub fn open(path: &Path) -> io::Result<File> {
    read(path);
    File::open(path)
}

/// What is in a folder.
///
/// # Errors
/// Those of the system.
pub fn read_dir(path: &Path) -> io::Result<ReadDir> {
    read(path);
    fs::read_dir(path)
}

/// Says that the content of a file, or the names in a folder, are about to be read.
pub fn read(path: &Path) {
    if let Some(recorder) = recorder() {
        recorder.keep(Question::There, path, content(path));
    }
}

/// Says what a walk through a folder has found there.
pub fn found(path: &Path, metadata: &Metadata) {
    if let Some(recorder) = recorder() {
        recorder.keep(Question::Itself, path, Stat::of(metadata).map(|stat| Answer::Is(stat, None)));
    }
}

/// What is at a path, with the hash of what is in it where its times do not tell.
fn content(path: &Path) -> Option<Answer> {
    let metadata = fs::metadata(path);
    match answer(&metadata)? {
        Answer::Is(stat, _) if stat.is_fresh() => {
            let hash = metadata.ok().and_then(|metadata| hash_at(path, metadata.file_type()).ok());
            Some(Answer::Is(stat, Some(hash?)))
        }
        other => Some(other),
    }
}

/// The hash of a file's bytes or of the names in a folder.
fn hash_at(path: &Path, kind: FileType) -> io::Result<Hash> {
    if kind.is_file() {
        return hash_of(File::open(path)?);
    }
    if !kind.is_dir() {
        // Opening a named pipe would wait for ever.
        return Err(io::ErrorKind::Unsupported.into());
    }
    let mut names = Vec::new();
    for child in fs::read_dir(path)? {
        let child = child?;
        names.push(format!("{:?} {:?}\n", child.file_type()?, child.file_name()));
    }
    names.sort_unstable();
    Ok(Sha256::digest(names.concat()).into())
}

/// The SHA-256 of what there is to read.
///
/// # Errors
/// Those of reading.
pub fn hash_of(mut source: impl Read) -> io::Result<Hash> {
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        match source.read(&mut piece) {
            Ok(0) => return Ok(hasher.finalize().into()),
            Ok(read) => hasher.update(&piece[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether the disk would answer all questions as it did.
#[must_use]
pub fn still_holds(answers: &[(Question, Answer)]) -> bool {
    answers.par_iter().all(|(question, known)| match question {
        Question::There(path) => is_same(known, &fs::metadata(path), Path::new(path)),
        Question::Kind(path) => *known == Answer::Kind(Kind::at(Path::new(path))),
        Question::Itself(path) => is_same(known, &fs::symlink_metadata(path), Path::new(path)),
        Question::Leads(path) => leads(&fs::canonicalize(path)).as_ref() == Some(known),
    })
}

fn is_same(known: &Answer, metadata: &io::Result<Metadata>, path: &Path) -> bool {
    match (known, answer(metadata), metadata) {
        (Answer::Is(before, Some(hash)), Some(Answer::Is(now, _)), Ok(metadata)) => {
            *before == now && hash_at(path, metadata.file_type()).is_ok_and(|now| now == *hash)
        }
        (known, Some(now), _) => *known == now,
        _ => false,
    }
}

/// Answers of which nothing is fresh any more need no hashes: later changes will show. To be asked where they hold.
/// Whether there was something to forget.
pub fn settle(answers: &mut [(Question, Answer)]) -> bool {
    let has_fresh = answers.iter().any(|(_, answer)| matches!(answer, Answer::Is(stat, Some(_)) if stat.is_fresh()));
    let has_hash = answers.iter().any(|(_, answer)| matches!(answer, Answer::Is(_, Some(_))));
    if has_fresh || !has_hash {
        return false;
    }
    for (_, answer) in answers {
        if let Answer::Is(_, hash) = answer {
            *hash = None;
        }
    }
    true
}

/// Hashes of files by what the disk says of them, so that unchanged ones are not read again.
#[derive(Debug, Default)]
pub struct Hashes(Mutex<HashMap<Stat, Hash>>);

impl Hashes {
    /// With those that are known.
    #[must_use]
    pub fn new(known: HashMap<Stat, Hash>) -> Self {
        Self(Mutex::new(known))
    }

    /// The hash of a file's content.
    ///
    /// # Errors
    /// When it cannot be read, or is no regular file.
    pub fn of(&self, path: &Path) -> io::Result<Hash> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let stat = Stat::of(&metadata).filter(|stat| !stat.is_fresh());
        let known = |stat: &Stat| self.0.lock().unwrap_or_else(PoisonError::into_inner).get(stat).copied();
        if let Some(hash) = stat.as_ref().and_then(known) {
            return Ok(hash);
        }
        let hash = hash_of(File::open(path)?)?;
        if let Some(stat) = stat {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(stat, hash);
        }
        Ok(hash)
    }

    /// All that are known.
    #[must_use]
    pub fn known(self) -> HashMap<Stat, Hash> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    /// What asking all of it records.
    fn recorded(folder: &Path) -> Vec<(Question, Answer)> {
        let recording = Recording::start().unwrap();
        assert!(Recording::start().is_none());
        let _ = open(&folder.join("a.py"));
        let _ = read_dir(folder);
        assert!(!exists(&folder.join("shadow.py")));
        let _ = canonicalize(&folder.join("link"));
        recording.finish().unwrap()
    }

    // One test: recordings of one process exclude each other.
    #[test]
    fn changes_show_even_where_size_and_times_stay() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let file = folder.join("a.py");
        fs::write(&file, "import a\n").unwrap();
        std::os::unix::fs::symlink("a.py", folder.join("link")).unwrap();
        let known = recorded(folder);
        assert!(known.iter().any(|(_, answer)| matches!(answer, Answer::Is(_, Some(_)))), "{known:?}");
        assert!(still_holds(&known));
        assert!(!settle(&mut known.clone()), "all of it is fresh");
        // The same size, and with luck the same time: only the content tells.
        fs::write(&file, "import b\n").unwrap();
        assert!(!still_holds(&known));
        let same_stat: Vec<(Question, Answer)> = known
            .iter()
            .map(|(question, answer)| match (question, answer) {
                (Question::There(path), Answer::Is(_, Some(hash))) if path.ends_with("a.py") => {
                    let stat = Stat::of(&fs::metadata(path).unwrap()).unwrap();
                    (question.clone(), Answer::Is(stat, Some(*hash)))
                }
                _ => (question.clone(), answer.clone()),
            })
            .collect();
        assert!(!still_holds(&same_stat), "the same size within the same step");
        fs::write(&file, "import a\n").unwrap();
        let known = recorded(folder);
        assert!(still_holds(&known));
        fs::write(folder.join("shadow.py"), "").unwrap();
        assert!(!still_holds(&known), "a file that was not there is there");
        let known = recorded_without_shadow(folder);
        fs::remove_file(folder.join("link")).unwrap();
        assert!(!still_holds(&known), "a link that leads elsewhere");
    }

    fn recorded_without_shadow(folder: &Path) -> Vec<(Question, Answer)> {
        fs::remove_file(folder.join("shadow.py")).unwrap();
        recorded(folder)
    }

    #[test]
    fn hashes_are_of_the_content() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        let hashes = Hashes::default();
        fs::write(&file, "one").unwrap();
        let first = hashes.of(&file).unwrap();
        fs::write(&file, "two").unwrap();
        assert_ne!(hashes.of(&file).unwrap(), first);
        assert!(hashes.known().is_empty(), "what is fresh is not kept");
        assert!(Hashes::default().of(folder.path()).is_err());
    }
}
