//! Names that the compiler's settings give to sources (`paths`, `baseUrl`), as bundlers follow them: those of the nearest
//! `tsconfig.json` around a folder, with all that it extends.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use oxc_resolver::{FileMetadata, FileSystem, ResolveError, ResolveOptions, ResolverGeneric, TsConfig};

use super::{is_within, upwards, wall};
use crate::graph::javascript::own_settings;
use crate::input::{self, seen};

/// The compiler's settings.
const SETTINGS: &str = "tsconfig.json";
/// Larger settings are not read.
const LARGEST: u64 = 1 << 20;

/// What the settings say.
pub(super) struct Aliases {
    settings: Arc<TsConfig>,
    /// Their files, absolute.
    pub(super) files: BTreeSet<PathBuf>,
}

impl Aliases {
    /// Those that hold for the sources of a folder.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        let file = upwards(folder).into_iter().map(|folder| folder.join(SETTINGS)).find(|file| seen::is_file(file))?;
        let file = std::path::absolute(file).ok()?;
        let wall = wall(folder);
        // Settings that come with a package are there when it is installed; a bundler goes on without them.
        [false, true].into_iter().find_map(|alone| {
            let disk = Disk { wall: wall.clone(), alone, read: Arc::default() };
            let read = Arc::clone(&disk.read);
            let resolver = ResolverGeneric::new_with_file_system(disk, ResolveOptions::default());
            let settings = resolver.resolve_tsconfig(&file).ok()?;
            let files = read.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Some(Self { settings, files })
        })
    }

    /// Where a request may lead, as absolute paths that may lack their endings.
    pub(super) fn paths(&self, request: &str) -> Vec<PathBuf> {
        self.settings.resolve_path_alias_or_base_url(request)
    }
}

/// The files of a repository as the reader of settings asks for them.
struct Disk {
    wall: PathBuf,
    /// Settings are read without what packages bring to them.
    alone: bool,
    read: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl FileSystem for Disk {
    fn new() -> Self {
        Self { wall: PathBuf::new(), alone: false, read: Arc::default() }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_to_string(path).map(String::into_bytes)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        if !is_within(path, &self.wall) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let text = input::read_text_file(path, LARGEST).map_err(|error| io::Error::other(error.what))?;
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        Ok(if self.alone { own_settings(&text).unwrap_or(text) } else { text })
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        let metadata = seen::metadata(path)?;
        Ok(FileMetadata::new(metadata.is_file(), metadata.is_dir(), false))
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.metadata(path)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        Err(ResolveError::NotFound(path.to_string_lossy().into_owned()))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aliases(files: &[(&str, &str)], folder: &str) -> (tempfile::TempDir, Option<Aliases>) {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join(".git")).unwrap();
        for (path, text) in files {
            std::fs::create_dir_all(root.path().join(path).parent().unwrap()).unwrap();
            std::fs::write(root.path().join(path), text).unwrap();
        }
        let found = Aliases::of(&root.path().join(folder));
        (root, found)
    }

    #[test]
    fn names_lead_where_the_settings_that_give_them_say() {
        let files = [
            ("apps/api/tsconfig.json", "{ \"extends\": \"../../tsconfig.base.json\" }"),
            (
                "tsconfig.base.json",
                "{ // of the workspace\n \"compilerOptions\": { \"paths\": { \"@shop/*\": [\"./libs/*/src\"] } } }",
            ),
        ];
        let (root, found) = aliases(&files, "apps/api");
        let found = found.unwrap();
        assert_eq!(found.paths("@shop/db"), [root.path().join("libs/db/src")]);
        assert!(found.paths("lodash").is_empty());
        assert_eq!(found.files.len(), 2);
    }

    #[test]
    fn settings_of_packages_that_are_not_here_cost_only_themselves() {
        let text = "{ \"extends\": \"@tsconfig/node22/tsconfig.json\", \"compilerOptions\": { \"baseUrl\": \"src\" } }";
        let (root, found) = aliases(&[("tsconfig.json", text), ("api/handler.ts", "")], "api");
        assert_eq!(found.unwrap().paths("lib/db"), [root.path().join("src/lib/db")]);
        assert!(aliases(&[("tsconfig.json", "{ broken")], "").1.is_none());
    }
}
