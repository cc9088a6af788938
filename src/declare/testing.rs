//! Files in memory, for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::Application;
use crate::artifact::ReadError;
use crate::input::files::{Files, FolderEntry};

/// Texts by path.
#[derive(Debug, Default)]
pub(super) struct Memory(pub(super) BTreeMap<String, Arc<str>>);

impl Memory {
    pub(super) fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(files.into_iter().map(|(path, text)| (path.to_owned(), text.into())).collect())
    }
}

impl Files for Memory {
    fn text(&self, path: &str) -> Result<Arc<str>, ReadError> {
        self.0.get(path).cloned().ok_or_else(|| ReadError { message: "it is not there".to_owned() })
    }

    fn is_file(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    fn size(&self, path: &str) -> Option<u64> {
        self.0.get(path).map(|text| text.len() as u64)
    }

    fn list(&self, folder: &str) -> Vec<FolderEntry> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = self.0.keys().filter_map(|path| path.strip_prefix(&prefix));
        let mut found: Vec<FolderEntry> = below
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => FolderEntry { name: name.to_owned(), is_folder: true },
                None => FolderEntry { name: rest.to_owned(), is_folder: false },
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }
}

/// Reads one file that stands alone.
pub(super) fn read(path: &str, text: &str) -> Application {
    super::read(path, &Memory::new([(path, text)])).unwrap()
}
