//! Packages that were opened in this run: once each, however many functions ship them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::assemble::{Content, FunctionSpec, LayerPath};
use crate::input::{self, InputError, InputKind, LayerSource, Limits};
use crate::package::{Bundle, Spent};

/// A package with its layers, by paths.
type Key = (String, Content, Vec<LayerPath>);
/// The package, which its first asker opens.
type Opened = Arc<OnceLock<Result<Arc<Bundle>, InputError>>>;

/// Packages by what they are made of.
#[derive(Default)]
pub(super) struct Shelf {
    opened: Mutex<BTreeMap<Key, Opened>>,
    /// How many functions still need a package.
    needed: Mutex<BTreeMap<Key, usize>>,
}

impl Shelf {
    /// A package without layers of which it is known what it is.
    pub(super) fn open_as(&self, path: &Path, kind: InputKind) -> Result<Arc<Bundle>, InputError> {
        self.get((super::shown(path), Content::Whole, Vec::new()), || {
            input::open_as(path, kind, &[], &Limits::default())
        })
    }

    /// The package of a function.
    pub(super) fn open(&self, spec: &FunctionSpec) -> Result<Arc<Bundle>, InputError> {
        let source = |layer: &LayerPath| LayerSource { path: PathBuf::from(&layer.path), below: layer.below.clone() };
        let layers: Vec<LayerSource> = spec.layers.iter().map(source).collect();
        let (path, limits) = (Path::new(&spec.code), Limits::default());
        self.get(key(spec), || match &spec.content {
            Content::Whole => input::open(path, &layers, &limits),
            Content::File => input::open_file(path, &layers, &limits),
            Content::Inline { file, text } => input::open_text(path, file, text, &layers, &limits),
        })
    }

    fn get(
        &self,
        key: Key,
        open: impl FnOnce() -> Result<crate::artifact::Artifact, InputError>,
    ) -> Result<Arc<Bundle>, InputError> {
        let place = {
            let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(opened.entry(key).or_default())
        };
        place.get_or_init(|| open().map(|artifact| Arc::new(Bundle::new(artifact)))).clone()
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
            *left == 0
        };
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let bundle = opened.get(&key(spec)).filter(|_| is_last).and_then(|opened| opened.get()?.as_ref().ok());
        bundle.map(|bundle| bundle.release()).unwrap_or_default()
    }
}

fn key(spec: &FunctionSpec) -> Key {
    (spec.code.clone(), spec.content.clone(), spec.layers.clone())
}
