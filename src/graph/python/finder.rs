//! Where CPython finds a module: its path-based finder over the deployment package.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::search_path::SearchPath;
use crate::artifact::{Artifact, Child, EntryId};
use crate::platform::Architecture;

/// Where the function's own files are on the machine; entries of layers carry their full path.
const TASK_ROOT: &str = "/var/task";

/// What answers to a module name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spec {
    /// A file.
    File {
        entry: EntryId,
        kind: FileKind,
        /// The folder, when the file is a package's `__init__`.
        package: Option<Arc<str>>,
    },
    /// Folders without `__init__`.
    Namespace(Vec<Arc<str>>),
}

/// Kinds of module files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Source,
    Bytecode,
    Extension,
}

/// Finds modules of one artifact.
pub(super) struct Finder<'a> {
    artifact: &'a Artifact,
    suffixes: Vec<(String, FileKind)>,
    /// `sys.path` before the handler is loaded.
    pub(super) path: SearchPath,
    /// Folders of packages that were asked for, by dotted name; `None` for what is no package.
    packages: Mutex<FxHashMap<Box<str>, Option<Folders>>>,
}

type Folders = Arc<[Arc<str>]>;

impl<'a> Finder<'a> {
    pub(super) fn new(
        artifact: &'a Artifact,
        version: (u16, u16),
        architecture: Architecture,
        environment: &BTreeMap<String, String>,
    ) -> Self {
        let machine = match architecture {
            Architecture::X86_64 => "x86_64",
            Architecture::Arm64 => "aarch64",
        };
        let (major, minor) = version;
        let suffixes = vec![
            (format!(".cpython-{major}{minor}-{machine}-linux-gnu.so"), FileKind::Extension),
            (".abi3.so".to_owned(), FileKind::Extension),
            (".so".to_owned(), FileKind::Extension),
            (".py".to_owned(), FileKind::Source),
            (".pyc".to_owned(), FileKind::Bytecode),
        ];
        let path = SearchPath::of(artifact, version, environment);
        Self { artifact, suffixes, path, packages: Mutex::default() }
    }

    /// Looks for the last part of a dotted name in `folders`: `sys.path` or a package's path.
    pub(super) fn find<'p>(&self, tail: &str, folders: impl IntoIterator<Item = &'p str>) -> Option<Spec> {
        if tail.is_empty() || tail.contains(['/', '\0']) {
            return None;
        }
        let mut portions: Vec<Arc<str>> = Vec::new();
        for folder in folders {
            let Some(base) = inside(folder) else { continue };
            let (is_folder, file) = self.named(&base, tail);
            if is_folder {
                let stem = if base.is_empty() { tail.to_owned() } else { format!("{base}/{tail}") };
                let folder: Arc<str> = absolute(&stem).into();
                if let (_, Some((entry, kind))) = self.named(&stem, "__init__") {
                    return Some(Spec::File { entry, kind, package: Some(folder) });
                }
                portions.push(folder);
            }
            if let Some((entry, kind)) = file {
                return Some(Spec::File { entry, kind, package: None });
            }
        }
        (!portions.is_empty()).then_some(Spec::Namespace(portions))
    }

    /// Whether `folder` has a folder `name`, and the module file of that name that comes first. Most names that are
    /// asked for are no modules, and one look at the sorted folder says so.
    fn named(&self, folder: &str, name: &str) -> (bool, Option<(EntryId, FileKind)>) {
        let children = self.artifact.children(folder);
        let same = children.partition_point(|child| *child.name < *name);
        let same = children.iter().skip(same).take_while(|child| *child.name == *name);
        let is_folder = same.into_iter().any(|child| child.entry.is_none());
        // `name.` stands apart from `name`: `name-x` sorts between them.
        let is_before = |child: &Child| child.name.bytes().cmp(name.bytes().chain([b'.'])).is_lt();
        let with_suffix = children.iter().skip(children.partition_point(is_before));
        let suffixes = with_suffix.map_while(|child| {
            let suffix = child.name.strip_prefix(name).filter(|suffix| suffix.starts_with('.'))?;
            Some((suffix, child.entry))
        });
        let ranked = suffixes.filter_map(|(suffix, entry)| {
            let rank = self.suffixes.iter().position(|(known, _)| known == suffix)?;
            Some((rank, entry?))
        });
        let best = ranked.min_by_key(|(rank, _)| *rank);
        (is_folder, best.and_then(|(rank, entry)| Some((entry, self.suffixes.get(rank)?.1))))
    }

    /// A dotted name resolved by file layout alone, without running anything; for prefetching.
    pub(super) fn guess(&self, dotted: &str) -> Option<Spec> {
        match dotted.rsplit_once('.') {
            Some((package, tail)) => self.find(tail, self.folders(package)?.iter().map(|folder| &**folder)),
            None => self.find(dotted, self.path.front.iter().chain(&self.path.back).map(|folder| &**folder)),
        }
    }

    /// Where a package's modules are. Each package is asked for as often as its modules are imported.
    fn folders(&self, package: &str) -> Option<Folders> {
        let known = || self.packages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folders) = known().get(package) {
            return folders.clone();
        }
        let folders = match self.guess(package) {
            Some(Spec::File { package: Some(folder), .. }) => Some(Arc::from([folder])),
            Some(Spec::Namespace(portions)) => Some(portions.into()),
            Some(Spec::File { .. }) | None => None,
        };
        known().insert(package.into(), folders.clone());
        folders
    }
}

/// A folder on the machine as a path of the artifact.
pub(super) fn inside(path: &str) -> Option<String> {
    if let Some(rest) = path.strip_prefix(TASK_ROOT) {
        let clean = normal(rest);
        return (rest.is_empty() || rest.starts_with('/')).then(|| clean.trim_start_matches('/').to_owned());
    }
    if path.starts_with("/opt/") {
        return Some(normal(path));
    }
    // A relative path is relative to the working directory, which is the task root.
    (!path.starts_with('/')).then(|| normal(path).trim_start_matches('/').to_owned())
}

/// An artifact path as a path on the machine.
pub(super) fn absolute(path: &str) -> String {
    if path.starts_with('/') {
        path.to_owned()
    } else if path.is_empty() {
        TASK_ROOT.to_owned()
    } else {
        format!("{TASK_ROOT}/{path}")
    }
}

/// `os.path.normpath`.
pub(super) fn normal(path: &str) -> String {
    if is_normal(path) {
        return path.to_owned();
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() && !rooted {
                    parts.push("..");
                }
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if rooted { format!("/{joined}") } else { joined }
}

/// Whether a path surely has nothing to take out, as nearly all have.
fn is_normal(path: &str) -> bool {
    let bytes = path.as_bytes();
    bytes.last() != Some(&b'/')
        && bytes.first() != Some(&b'.')
        && bytes.windows(2).all(|two| two != b"//" && two != b"/.")
}
