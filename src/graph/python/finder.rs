//! Where CPython finds a module: its path-based finder over the deployment package.

use std::sync::Arc;

use crate::artifact::{Artifact, EntryId};
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
    /// `sys.path` as far as it lies in the package; absolute folders.
    pub(super) path: Vec<Arc<str>>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(artifact: &'a Artifact, version: (u16, u16), architecture: Architecture) -> Self {
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
        let layers = [format!("/opt/python/lib/python{major}.{minor}/site-packages"), "/opt/python".to_owned()];
        let mut path: Vec<Arc<str>> = vec![TASK_ROOT.into()];
        path.extend(layers.iter().filter(|p| artifact.is_folder(p)).map(|p| Arc::from(p.as_str())));
        Self { artifact, suffixes, path }
    }

    /// Looks for the last part of a dotted name in `folders`: `sys.path` or a package's path.
    pub(super) fn find<'p>(&self, tail: &str, folders: impl IntoIterator<Item = &'p str>) -> Option<Spec> {
        if tail.is_empty() || tail.contains(['/', '\0']) {
            return None;
        }
        let mut portions: Vec<Arc<str>> = Vec::new();
        for folder in folders {
            let Some(base) = inside(folder) else { continue };
            let stem = if base.is_empty() { tail.to_owned() } else { format!("{base}/{tail}") };
            let is_folder = self.artifact.is_folder(&stem);
            if is_folder && let Some((entry, kind)) = self.file(&format!("{stem}/__init__")) {
                let package = Some(absolute(&stem).into());
                return Some(Spec::File { entry, kind, package });
            }
            if let Some((entry, kind)) = self.file(&stem) {
                return Some(Spec::File { entry, kind, package: None });
            }
            if is_folder {
                portions.push(absolute(&stem).into());
            }
        }
        (!portions.is_empty()).then_some(Spec::Namespace(portions))
    }

    fn file(&self, stem: &str) -> Option<(EntryId, FileKind)> {
        let mut path = String::with_capacity(stem.len() + 40);
        self.suffixes.iter().find_map(|(suffix, kind)| {
            path.clear();
            path.push_str(stem);
            path.push_str(suffix);
            Some((self.artifact.find(&path)?, *kind))
        })
    }

    /// A dotted name resolved by file layout alone, without running anything; for prefetching.
    pub(super) fn guess(&self, dotted: &str) -> Option<Spec> {
        let mut folders: Vec<Arc<str>> = self.path.clone();
        let mut parts = dotted.split('.').peekable();
        while let Some(part) = parts.next() {
            let spec = self.find(part, folders.iter().map(|f| &**f))?;
            if parts.peek().is_none() {
                return Some(spec);
            }
            folders = match spec {
                Spec::File { package: Some(folder), .. } => vec![folder],
                Spec::Namespace(portions) => portions,
                Spec::File { .. } => return None,
            };
        }
        None
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
