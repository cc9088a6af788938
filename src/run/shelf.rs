//! Packages that were opened in this run: once each, however many functions ship them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashSet;

use super::installed;
use crate::artifact::{Artifact, ArtifactKind};
use crate::assemble::{Content, FunctionSpec, Installs, LayerPath};
use crate::input::{self, InputError, InputKind, Laid, LayerSource, Limits, seen};
use crate::package::{Bundle, Spent};
use crate::platform::{Architecture, Runtime};

/// A package with its layers, by paths, and for whom dependencies are put beside it.
pub(super) type Key = (String, Content, Vec<LayerPath>, Option<(Installs, Runtime, Architecture)>);
/// The package, which its first asker opens.
type Opened = Arc<OnceLock<Result<Arc<Bundle>, InputError>>>;

/// Files by path, with their sizes.
type Sizes = Arc<Vec<(String, u64)>>;

/// Packages by what they are made of.
#[derive(Default)]
pub struct Shelf {
    /// Whether functions will come that nobody has reserved anything for.
    stays: bool,
    opened: Mutex<BTreeMap<Key, Opened>>,
    /// How many functions still need a package.
    needed: Mutex<BTreeMap<Key, usize>>,
    /// What lies below folders of npm packages.
    files: Mutex<BTreeMap<PathBuf, Sizes>>,
}

impl Shelf {
    /// For several runs over the same packages: what one has made of them is there for the next.
    #[must_use]
    pub fn for_several() -> Self {
        Self { stays: true, ..Self::default() }
    }

    /// A package without layers of which it is known what it is.
    pub(super) fn open_as(&self, path: &Path, kind: InputKind) -> Result<Arc<Bundle>, InputError> {
        let open = || match kind {
            InputKind::Directory => {
                input::open_tree(path, &[], &installed::environments(path), None, &Limits::default())
            }
            kind => input::open_as(path, kind, &[], &Limits::default()),
        };
        let key = (super::shown(path), Content::Whole, Vec::new(), None);
        self.place(key).get_or_init(|| open().map(bundled)).clone()
    }

    /// A project, with what is installed for it.
    pub(super) fn open_project(&self, path: &Path, version: (u16, u16)) -> Result<Arc<Bundle>, InputError> {
        let around = installed::of_project(path, version, self);
        if is_as_found(path, &around) {
            return self.open_as(path, InputKind::Directory);
        }
        let artifact = input::open_tree(path, &[], &around.without, around.installed, &Limits::default())?;
        Ok(Arc::new(Bundle::new(artifact)))
    }

    /// The files of an npm package with their sizes, without the packages in it.
    pub(super) fn files_of(&self, folder: &Path) -> Sizes {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let list = || input::files_below(folder, &["node_modules".to_owned()], &Limits::default()).unwrap_or_default();
        Arc::clone(files.entry(folder.to_owned()).or_insert_with(|| Arc::new(list())))
    }

    /// The package of a function.
    pub(super) fn open(&self, spec: &FunctionSpec) -> Result<Arc<Bundle>, InputError> {
        self.place(key(spec)).get_or_init(|| self.opened(spec)).clone()
    }

    fn opened(&self, spec: &FunctionSpec) -> Result<Arc<Bundle>, InputError> {
        let layers = sources(spec);
        let (path, limits) = (Path::new(&spec.code), Limits::default());
        let artifact = match &spec.content {
            Content::Whole if spec.installs != Installs::Nothing && seen::is_dir(path) => {
                let around = installed::around(spec, self);
                if layers.is_empty() && is_as_found(path, &around) {
                    return self.open_as(path, InputKind::Directory);
                }
                input::open_tree(path, &layers, &around.without, around.installed, &limits)
            }
            Content::Parts { parts, is_image } => {
                let around = installed::around(spec, self);
                let kind = kind_of(*is_image);
                let laid = Laid { parts, without: &around.without, installed: around.installed, only: None, kind };
                input::open_parts(path, &layers, laid, &limits)
            }
            Content::Whole => input::open(path, &layers, &limits),
            Content::File => input::open_file(path, &layers, &limits),
            Content::Inline { file, text } => input::open_text(path, file, text, &layers, &limits),
        };
        artifact.map(bundled)
    }

    /// What a bundler makes of a function: the files of it that are reached.
    pub(super) fn open_reached(&self, spec: &FunctionSpec, reached: &FxHashSet<String>) -> Result<Bundle, InputError> {
        let layers = sources(spec);
        let installed = installed::around(spec, self).installed;
        if let Content::Parts { parts, is_image } = &spec.content {
            let kind = kind_of(*is_image);
            let laid = Laid { parts, without: &["node_modules".to_owned()], installed, only: Some(reached), kind };
            return input::open_parts(Path::new(&spec.code), &layers, laid, &Limits::default()).map(Bundle::new);
        }
        input::open_part(Path::new(&spec.code), &layers, reached, installed, &Limits::default()).map(Bundle::new)
    }

    /// Where a package stands once it is opened.
    fn place(&self, key: Key) -> Opened {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(opened.entry(key).or_default())
    }

    /// Says that a function will need its package.
    pub(super) fn reserve(&self, spec: &FunctionSpec) {
        *self.needed.lock().unwrap_or_else(PoisonError::into_inner).entry(key(spec)).or_default() += 1;
    }

    /// Says that a function is done with its package; gives what the last one leaves behind.
    pub(super) fn give_back(&self, spec: &FunctionSpec) -> Spent {
        let is_last = {
            let mut needed = self.needed.lock().unwrap_or_else(PoisonError::into_inner);
            let left = needed.entry(key(spec)).or_default();
            *left = left.saturating_sub(1);
            *left == 0 && !self.stays
        };
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let bundle = opened.get(&key(spec)).filter(|_| is_last).and_then(|opened| opened.get()?.as_ref().ok());
        bundle.map(|bundle| bundle.release()).unwrap_or_default()
    }
}

/// Whether a package is the folder that was looked through for a handler: nothing is put beside it, and nothing else of
/// it is left out.
fn is_as_found(path: &Path, around: &installed::Around) -> bool {
    let left_out = installed::environments(path);
    let is_there = |name: &&String| left_out.contains(name) || seen::exists(&path.join(name));
    let without: BTreeSet<&String> = around.without.iter().filter(is_there).collect();
    around.installed.is_none() && without == left_out.iter().collect()
}

fn bundled(artifact: Artifact) -> Arc<Bundle> {
    Arc::new(Bundle::new(artifact))
}

/// Where the content of a function's layers is.
fn sources(spec: &FunctionSpec) -> Vec<LayerSource> {
    let source = |layer: &LayerPath| LayerSource { path: PathBuf::from(&layer.path), below: layer.below.clone() };
    spec.layers.iter().map(source).collect()
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf").field("stays", &self.stays).finish_non_exhaustive()
    }
}

fn kind_of(is_image: bool) -> ArtifactKind {
    if is_image { ArtifactKind::Image } else { ArtifactKind::Directory }
}

/// By what a function's package is known.
pub(super) fn key(spec: &FunctionSpec) -> Key {
    let host = || (spec.installs, spec.runtime.clone(), spec.architecture);
    let host = (spec.installs != Installs::Nothing).then(host);
    (spec.code.clone(), spec.content.clone(), spec.layers.clone(), host)
}
