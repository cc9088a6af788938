//! What is analysed: a tree of named entries, whatever it was read from.
//!
//! A directory, a zip, a jar and a lone binary look the same from here on. Entry contents are
//! fetched on demand through [`Contents`], which `input` implements; nothing here does I/O.

mod location;
mod mounts;
mod repeated;

pub use location::{Location, SourceText};
pub use mounts::Mount;

use std::fmt;
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

/// Where layers are mounted on Lambda; entries of layers carry this prefix in their path.
pub const LAYER_ROOT: &str = "/opt/";

/// Identifies an [`Entry`] within its [`Artifact`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub u32);

/// What kind of container the entries come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ArtifactKind {
    /// A folder.
    Directory,
    /// A zip archive.
    Zip,
    /// A Java archive.
    Jar,
    /// One native executable.
    Binary,
    /// A container image.
    Image,
}

/// One file of the deployment package or of a layer.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Path relative to the package with `/`; entries of layers start with [`LAYER_ROOT`].
    pub path: Arc<str>,
    /// Bytes once unpacked.
    pub bytes: u64,
    /// Bytes inside the archive; `None` for files of a folder.
    pub zipped_bytes: Option<u64>,
    /// CRC-32 that the archive states for the content; `None` for files of a folder.
    pub crc32: Option<u32>,
    /// Seconds since 1970 that unpacking gives the file: the archive's time, read as UTC. `None` for files of a
    /// folder, whose times no archive keeps exactly.
    pub modified: Option<i64>,
    /// Unix permission bits such as `0o755`, where the archive or the file system states them.
    pub mode: Option<u16>,
}

/// A file that macOS put into the package beside the files proper, and that is none of the entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Litter {
    /// Its path.
    pub path: Arc<str>,
    /// Bytes once unpacked.
    pub bytes: u64,
}

/// Entries that stand for what a build would install.
#[derive(Clone, Debug, Default)]
pub struct Installed {
    /// Where they are installed, as people read it: `.venv`, `../node_modules`.
    pub from: String,
    /// Names of the packages that are there, whether or not something of them is among the entries.
    pub names: FxHashSet<String>,
    places: FxHashMap<EntryId, Arc<str>>,
}

impl Installed {
    /// Where an entry is on the disk, as people read it; `None` for what is the package's own.
    #[must_use]
    pub fn place(&self, id: EntryId) -> Option<&str> {
        self.places.get(&id).map(|place| &**place)
    }
}

/// A problem with one entry, found while reading names and headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryProblem {
    /// The entry's name as written, made printable.
    pub path: String,
    /// What kind of problem.
    pub kind: EntryProblemKind,
    /// What is wrong, for people.
    pub detail: String,
}

/// Kinds of [`EntryProblem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryProblemKind {
    /// The name would leave the target folder (`..`, absolute, drive letter, NUL).
    UnsafeName,
    /// The name is not written as names should be, and is kept.
    OddName,
    /// Two entries have the same name.
    DuplicateName,
    /// Two names differ only by case.
    CaseClash,
    /// Encrypted content.
    Encrypted,
    /// A compression method that cannot be read.
    UnknownCompression,
    /// Headers that contradict each other or the content, or data that overlaps or ends early.
    LyingHeader,
    /// More inflated bytes than the limits allow, or an absurd compression ratio.
    TooLarge,
    /// Symbolic links that stand for more files than the limits allow.
    TooManyLinks,
    /// A symbolic link that leaves the package or does not end.
    BadLink,
    /// A file that could not be read.
    Unreadable,
    /// A package that holds nothing but another archive.
    NestedArchive,
}

/// Why the content of an entry could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// What is wrong, for people; the caller knows the entry.
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

/// The bytes of an entry, shared or mapped.
pub type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Reads entry contents on demand; implemented by `input`.
pub trait Contents: Send + Sync {
    /// The whole content of `entry`, whose number is the one it had in the list given to
    /// [`Artifact::new`].
    ///
    /// # Errors
    /// When the content cannot be read, or not within the limits.
    fn read(&self, entry: u32) -> Result<Bytes, ReadError>;

    /// The file on disk that `entry` is, for those who need parts of it; `None` for entries of archives.
    fn open(&self, _entry: u32) -> Option<File> {
        None
    }

    /// The first `bytes` bytes of `entry`, or all of a shorter one. Only they are inflated, and no checksum is
    /// compared.
    ///
    /// # Errors
    /// When the content cannot be read, or not within the limits.
    fn read_head(&self, entry: u32, bytes: usize) -> Result<Vec<u8>, ReadError> {
        let content = self.read(entry)?;
        let content = (*content).as_ref();
        Ok(content.get(..bytes).unwrap_or(content).to_vec())
    }

    /// CRC-32 of the content of `entry`.
    ///
    /// # Errors
    /// When the content cannot be read, or not within the limits.
    fn checksum(&self, entry: u32) -> Result<u32, ReadError> {
        Ok(crc32fast::hash((*self.read(entry)?).as_ref()))
    }
}

/// A tree of entries under one name.
pub struct Artifact {
    /// The name shown to people: the path as the user gave it, with `/`.
    pub path: String,
    /// What it was read from.
    pub kind: ArtifactKind,
    /// Size of the archive file itself; `None` for a folder.
    pub archive_bytes: Option<u64>,
    /// Problems found while listing; the entries concerned are left out or best effort.
    pub problems: Vec<EntryProblem>,
    entries: Vec<Entry>,
    slots: Vec<u32>,
    by_path: FxHashMap<Arc<str>, EntryId>,
    folders: FxHashMap<Box<str>, Vec<Child>>,
    links: FxHashMap<EntryId, EntryId>,
    again: FxHashSet<EntryId>,
    folder_modes: FxHashMap<String, u16>,
    litter: Vec<Litter>,
    installed: Option<Installed>,
    places: FxHashMap<EntryId, Arc<str>>,
    mounts: mounts::Mounts,
    failures: Mutex<FxHashMap<EntryId, ReadError>>,
    kept: OnceLock<FxHashMap<EntryId, Mutex<Option<Bytes>>>>,
    /// What others than the first asker want too.
    repeated: Mutex<repeated::Repeated>,
    contents: Box<dyn Contents>,
}

/// A name inside a folder of an [`Artifact`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Child {
    /// The last path segment.
    pub name: Box<str>,
    /// The entry, when the child is a file.
    pub entry: Option<EntryId>,
}

impl Artifact {
    /// Builds the tree from entries with distinct, clean paths (`a/b.py`, or `/opt/...` for
    /// layers). The position of an entry in `entries` is its number for `contents`.
    #[must_use]
    pub fn new(
        path: String,
        kind: ArtifactKind,
        archive_bytes: Option<u64>,
        entries: Vec<Entry>,
        problems: Vec<EntryProblem>,
        contents: Box<dyn Contents>,
    ) -> Self {
        let mut numbered: Vec<(u32, Entry)> = (0u32..).zip(entries).collect();
        numbered.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
        let (slots, entries): (Vec<u32>, Vec<Entry>) = numbered.into_iter().unzip();
        let by_path = || (0u32..).zip(&entries).map(|(id, entry)| (entry.path.clone(), EntryId(id))).collect();
        let (by_path, folders) = rayon::join(by_path, || folders_of(&entries));
        Self {
            path,
            kind,
            archive_bytes,
            problems,
            entries,
            slots,
            by_path,
            folders,
            links: FxHashMap::default(),
            again: FxHashSet::default(),
            folder_modes: FxHashMap::default(),
            litter: Vec::new(),
            installed: None,
            places: FxHashMap::default(),
            mounts: mounts::Mounts::default(),
            failures: Mutex::default(),
            kept: OnceLock::new(),
            repeated: Mutex::default(),
            contents,
        }
    }

    /// Says which entries stand for symbolic links, with the paths of the files that they lead to.
    #[must_use]
    pub fn with_links(mut self, links: &[(String, String)]) -> Self {
        let pairs = links.iter().filter_map(|(link, target)| Some((self.find(link)?, self.find(target)?)));
        self.links = pairs.filter(|(link, target)| link != target).collect();
        self
    }

    /// Says which entries are further names of files that are here under another one (hard links).
    #[must_use]
    pub fn with_other_names(mut self, paths: &[String]) -> Self {
        self.again = paths.iter().filter_map(|path| self.find(path)).collect();
        self
    }

    /// Says which permission bits folders have, where that is stated.
    #[must_use]
    pub fn with_folder_modes(mut self, folders: Vec<(String, u16)>) -> Self {
        self.folder_modes = folders.into_iter().collect();
        self
    }

    /// Says what of the input is none of the entries.
    #[must_use]
    pub fn with_litter(mut self, litter: Vec<Litter>) -> Self {
        self.litter = litter;
        self
    }

    /// Says which entries stand for what a build would install, by their paths, and where each is on the disk.
    #[must_use]
    pub fn with_installed(mut self, from: String, names: FxHashSet<String>, files: &[(String, String)]) -> Self {
        let places = files.iter().filter_map(|(path, place)| Some((self.find(path)?, Arc::from(&**place))));
        self.installed = Some(Installed { from, names, places: places.collect() });
        self
    }

    /// Says where entries are on the disk that lie elsewhere in the package.
    #[must_use]
    pub fn with_places(mut self, files: &[(String, String)]) -> Self {
        self.places = files.iter().filter_map(|(path, place)| Some((self.find(path)?, Arc::from(&**place)))).collect();
        self
    }

    /// Where an entry is on the disk, as people read it, where that is not its path below the package's folder.
    #[must_use]
    pub fn place(&self, id: EntryId) -> Option<&str> {
        let installed = self.installed.as_ref().and_then(|installed| installed.place(id));
        installed.or_else(|| self.places.get(&id).map(|place| &**place))
    }

    /// Whether the entries are files on this machine, of which a build makes the package or which it has made.
    #[must_use]
    pub fn is_tree(&self) -> bool {
        matches!(self.kind, ArtifactKind::Directory | ArtifactKind::Image)
    }

    /// What a build would put into the package, taken from where it is installed on this machine.
    #[must_use]
    pub fn installed(&self) -> Option<&Installed> {
        self.installed.as_ref()
    }

    /// Whether an entry is the function's own or surely of its package, and not what stands for what a build would
    /// install: that may be for another machine.
    #[must_use]
    pub fn is_shipped(&self, id: EntryId) -> bool {
        self.installed.as_ref().is_none_or(|installed| !installed.places.contains_key(&id))
    }

    /// What macOS put beside the entries.
    #[must_use]
    pub fn litter(&self) -> &[Litter] {
        &self.litter
    }

    /// Unix permission bits of a folder, where the archive or the file system states them.
    #[must_use]
    pub fn folder_mode(&self, path: &str) -> Option<u16> {
        self.folder_modes.get(path).copied()
    }

    /// Whether an entry is a file of its own and no further name of another one: links take no room.
    #[must_use]
    pub fn takes_room(&self, id: EntryId) -> bool {
        !self.links.contains_key(&id) && !self.again.contains(&id)
    }

    /// Bytes that an entry adds to the package: its own, and none for links.
    #[must_use]
    pub fn own_bytes(&self, id: EntryId) -> u64 {
        if self.takes_room(id) { self.entry(id).bytes } else { 0 }
    }

    /// The file that an entry which stands for a symbolic link leads to.
    #[must_use]
    pub fn link_target(&self, id: EntryId) -> Option<EntryId> {
        self.links.get(&id).copied()
    }

    /// All entries in path order, with their ids.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (EntryId, &Entry)> {
        self.entries.iter().enumerate().map(|(id, entry)| (EntryId(id as u32), entry))
    }

    /// The entry with this id.
    ///
    /// # Panics
    /// When the id belongs to another artifact.
    #[must_use]
    pub fn entry(&self, id: EntryId) -> &Entry {
        &self.entries[id.0 as usize]
    }

    /// The file at `path`.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<EntryId> {
        self.by_path.get(path).copied()
    }

    /// The entries below a folder other than the root, at any depth.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = (EntryId, &Entry)> {
        let prefix = format!("{folder}/");
        // Entries are in path order.
        let start = self.entries.partition_point(|entry| *entry.path < *prefix);
        let from_there = (start as u32..).map(EntryId).zip(&self.entries[start..]);
        from_there.take_while(move |(_, entry)| entry.path.starts_with(&prefix))
    }

    /// Whether `path` is a folder with at least one entry below; the root is `""`.
    #[must_use]
    pub fn is_folder(&self, path: &str) -> bool {
        self.folders.contains_key(path)
    }

    /// Files and folders directly inside `folder`, by name.
    #[must_use]
    pub fn children(&self, folder: &str) -> &[Child] {
        self.folders.get(folder).map_or(&[], Vec::as_slice)
    }

    /// The content of an entry.
    ///
    /// # Errors
    /// When it cannot be read, or not within the limits.
    pub fn read(&self, id: EntryId) -> Result<Bytes, ReadError> {
        let Some(place) = self.kept.get().and_then(|kept| kept.get(&id)) else {
            if let Some(content) = self.repeated().content(id) {
                return Ok(content);
            }
            let content = self.read_now(id)?;
            self.repeated().was_read(id, &content);
            return Ok(content);
        };
        // Held while the file is read, so that it is read once.
        let mut kept = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(content) = &*kept {
            return Ok(Arc::clone(content));
        }
        let early = self.repeated().content(id);
        let content = early.map_or_else(|| self.read_now(id), Ok)?;
        *kept = Some(Arc::clone(&content));
        Ok(content)
    }

    /// The content of an entry for those who look at it to find out what there is to analyse: who analyses it then
    /// need not read it again.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_early(&self, id: EntryId) -> Result<Bytes, ReadError> {
        let content = self.read(id)?;
        self.repeated().will_be_read(id, &content);
        Ok(content)
    }

    /// Says whose content stays once it is read. Only the first who says so is heard.
    pub fn keep(&self, entries: impl Iterator<Item = EntryId>) {
        self.kept.get_or_init(|| entries.map(|id| (id, Mutex::default())).collect());
    }

    fn read_now(&self, id: EntryId) -> Result<Bytes, ReadError> {
        let content = self.contents.read(self.slots[id.0 as usize]);
        if let Err(error) = &content {
            self.failures.lock().unwrap_or_else(PoisonError::into_inner).insert(id, error.clone());
        }
        content
    }

    /// Why an entry that somebody asked for could not be read.
    #[must_use]
    pub fn failure(&self, id: EntryId) -> Option<ReadError> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// The first `bytes` bytes of an entry, or all of a shorter one, without reading the rest.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read_head(&self, id: EntryId, bytes: usize) -> Result<Vec<u8>, ReadError> {
        if let Some(head) = self.repeated().head(id, bytes) {
            return Ok(head);
        }
        let head = self.contents.read_head(self.slots[id.0 as usize], bytes)?;
        self.repeated().head_was_read(id, bytes, &head);
        Ok(head)
    }

    fn repeated(&self) -> MutexGuard<'_, repeated::Repeated> {
        self.repeated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file on disk that an entry is, for those who need parts of it; `None` for entries of archives and
    /// for what cannot be opened.
    #[must_use]
    pub fn open(&self, id: EntryId) -> Option<File> {
        self.contents.open(self.slots[id.0 as usize])
    }

    /// CRC-32 of an entry's content: as the archive states it, or computed by reading the file.
    /// `None` when it cannot be read.
    #[must_use]
    pub fn checksum(&self, id: EntryId) -> Option<u32> {
        self.entry(id).crc32.or_else(|| self.contents.checksum(self.slots[id.0 as usize]).ok())
    }

    /// Bytes of all entries once unpacked, layers included, links counted once.
    #[must_use]
    pub fn unpacked_bytes(&self) -> u64 {
        self.entries().map(|(id, _)| self.own_bytes(id)).sum()
    }

    /// How many files there are, links counted once.
    #[must_use]
    pub fn files(&self) -> usize {
        self.entries().filter(|(id, _)| self.takes_room(*id)).count()
    }
}

impl fmt::Debug for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Artifact")
            .field("path", &self.path)
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

/// Every folder with its children, `""` being the root.
fn folders_of(entries: &[Entry]) -> FxHashMap<Box<str>, Vec<Child>> {
    let mut folders: FxHashMap<Box<str>, Vec<Child>> = FxHashMap::default();
    folders.entry("".into()).or_default();
    for (id, entry) in (0u32..).zip(entries) {
        let mut path: &str = &entry.path;
        let mut file = Some(EntryId(id));
        loop {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let known = folders.contains_key(folder);
            let children = folders.entry(folder.into()).or_default();
            children.push(Child { name: name.into(), entry: file.take() });
            if known || folder.is_empty() {
                break;
            }
            path = folder;
        }
    }
    for children in folders.values_mut() {
        children.sort();
    }
    folders
}
