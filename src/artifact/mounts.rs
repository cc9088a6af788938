//! Where the entries of layers come from.

use rustc_hash::FxHashMap;

use super::{Artifact, ArtifactKind, EntryId, LAYER_ROOT, Location};

/// A layer whose files are entries of an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The folder or archive, as people read it, with `/`.
    pub path: String,
    /// Whether it is an archive.
    pub is_archive: bool,
    /// The folder of the layer that its content is put into; empty for the layer's root.
    pub below: String,
}

impl Mount {
    /// The path of one of its files among the entries.
    fn entry_path(&self, inner: &str) -> String {
        let below = self.below.trim_matches('/');
        if below.is_empty() { format!("{LAYER_ROOT}{inner}") } else { format!("{LAYER_ROOT}{below}/{inner}") }
    }

    /// The path of an entry in the layer itself.
    fn inner<'a>(&self, entry: &'a str) -> &'a str {
        let inner = entry.strip_prefix(LAYER_ROOT).unwrap_or(entry);
        let below = self.below.trim_matches('/');
        inner.strip_prefix(below).unwrap_or(inner).trim_start_matches('/')
    }

    /// What of a place on the disk is its file.
    fn named<'a>(&self, location: &'a Location) -> Option<&'a str> {
        match &location.inner_path {
            Some(inner) => (self.is_archive && location.path == self.path).then_some(inner),
            None => location.path.strip_prefix(self.path.trim_end_matches('/'))?.strip_prefix('/'),
        }
    }
}

/// The layers of an artifact, and which entry is whose.
#[derive(Debug, Default)]
pub(super) struct Mounts {
    layers: Vec<Mount>,
    of: FxHashMap<EntryId, usize>,
}

impl Artifact {
    /// Says from which layer entries come, by their paths; the numbers are those of `layers`.
    #[must_use]
    pub fn with_mounts(mut self, layers: Vec<Mount>, files: &FxHashMap<String, usize>) -> Self {
        let of = files.iter().filter_map(|(path, layer)| Some((self.find(path)?, *layer))).collect();
        self.mounts = Mounts { layers, of };
        self
    }

    /// The place of an entry of a layer: in the folder or archive that the layer is made of.
    pub(super) fn in_layer(&self, id: EntryId) -> Option<Location> {
        let mount = self.mounts.layers.get(*self.mounts.of.get(&id)?)?;
        let inner = mount.inner(&self.entry(id).path);
        Some(match mount.is_archive {
            true => Location { path: mount.path.clone(), inner_path: Some(inner.to_owned()), span: None },
            false => Location::file(format!("{}/{inner}", mount.path.trim_end_matches('/'))),
        })
    }

    /// The layer that an entry lies in, as it was given.
    #[must_use]
    pub fn layer_of(&self, id: EntryId) -> Option<&str> {
        Some(&self.mounts.layers.get(*self.mounts.of.get(&id)?)?.path)
    }

    /// The entry that a place is in, as [`Location::in_artifact`] writes it.
    #[must_use]
    pub fn find_at(&self, location: &Location) -> Option<EntryId> {
        let own = match &location.inner_path {
            Some(inner) if self.path == location.path => self.find(inner),
            None if self.kind == ArtifactKind::Directory => self.find_on_disk(&location.path),
            _ => None,
        };
        own.or_else(|| {
            let mut layers = self.mounts.layers.iter().enumerate();
            layers.find_map(|(at, mount)| {
                let id = self.find(&mount.entry_path(mount.named(location)?))?;
                (self.mounts.of.get(&id) == Some(&at)).then_some(id)
            })
        })
    }

    /// The file of a folder artifact that has this path on disk.
    fn find_on_disk(&self, path: &str) -> Option<EntryId> {
        let folder = self.path.trim_end_matches('/');
        let inner = if folder.is_empty() || folder == "." { Some(path) } else { path.strip_prefix(folder) };
        let found = self.find(inner?.trim_start_matches('/'))?;
        // What lies elsewhere on the disk has another path there.
        self.places.get(&found).is_none_or(|place| **place == *path).then_some(found)
    }
}
