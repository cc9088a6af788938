//! Files that the user who runs the function may not use, by the permission bits that the package states.

use std::collections::BTreeSet;

use super::FunctionFacts;
use crate::artifact::{Entry, EntryId, LAYER_ROOT};
use crate::graph::Phase;
use crate::platform::Language;

/// Permission of everybody who is neither the owner nor in the group: on Lambda files belong to another user.
const OTHERS_READ: u16 = 0o004;
const OTHERS_SEARCH: u16 = 0o001;
/// Where layers bring programs that the platform starts beside the function.
const EXTENSIONS: &str = "/opt/extensions";

/// What must be possible with a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Reading the file.
    Read,
    /// Opening files in the folder.
    Search,
    /// Starting the file.
    Execute,
}

/// Something that Init needs and may not use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Closed {
    /// What is not possible.
    pub access: Access,
    /// The file or folder.
    pub path: String,
    /// Its permission bits.
    pub mode: u16,
    /// The file, or the first one in the folder.
    pub entry: EntryId,
    /// Whether an archive states the mode, so that it is unpacked with it.
    pub is_archived: bool,
}

impl FunctionFacts {
    /// What Init loads or the platform starts and others may not use; empty where nothing states modes.
    #[must_use]
    pub fn closed_entries(&self) -> Vec<Closed> {
        if self.artifact.is_tree() && self.spec.tool.sets_modes {
            return Vec::new();
        }
        let mut closed = Vec::new();
        let mut folders: BTreeSet<&str> = BTreeSet::new();
        let loaded = self.loaded_entries();
        for id in &loaded {
            let entry = self.artifact.entry(*id);
            // Whether an executable can be started is another question.
            let is_program = self.bootstrap() == Some(*id);
            if entry.mode.is_some_and(|mode| mode & OTHERS_READ == 0) && !is_program {
                closed.extend(closed_file(Access::Read, *id, entry));
            }
            closed.extend(self.closed_folders(*id, entry, &mut folders));
        }
        for id in self.extension_programs() {
            let entry = self.artifact.entry(id);
            if entry.mode.is_some_and(|mode| mode & OTHERS_SEARCH == 0) {
                closed.extend(closed_file(Access::Execute, id, entry));
            }
            closed.extend(self.closed_folders(id, entry, &mut folders));
        }
        closed.sort();
        closed
    }

    /// Whether the platform starts a file itself.
    fn is_started(&self, path: &str) -> bool {
        path.strip_prefix(EXTENSIONS).and_then(|name| name.strip_prefix('/')).is_some_and(|name| !name.contains('/'))
    }

    /// Programs of layers that the platform starts beside the function.
    pub(super) fn extension_programs(&self) -> Vec<EntryId> {
        let below = self.artifact.below(EXTENSIONS);
        below.filter(|(_, entry)| self.is_started(&entry.path)).map(|(id, _)| id).collect()
    }

    /// The executable that a runtime without a language starts: the package's own before that of a layer.
    #[must_use]
    pub fn bootstrap(&self) -> Option<EntryId> {
        let name = self.spec.runtime.executable()?;
        self.artifact.find(name).or_else(|| self.artifact.find(&format!("{LAYER_ROOT}{name}")))
    }

    /// Files that are read during Init.
    fn loaded_entries(&self) -> BTreeSet<EntryId> {
        let modules = self.graph.modules.iter().filter(|module| module.loaded == Phase::Init);
        let data = self.graph.data_files.iter().map(|(entry, _)| *entry);
        modules.filter_map(|module| module.entry).chain(data).collect()
    }

    /// Folders on the way to a file that others may not use, each once.
    fn closed_folders<'a>(&'a self, id: EntryId, entry: &'a Entry, seen: &mut BTreeSet<&'a str>) -> Vec<Closed> {
        // CPython lists the folders in which it looks for modules.
        let python = self.spec.runtime.language() == Language::Python;
        let needed = if python { OTHERS_READ | OTHERS_SEARCH } else { OTHERS_SEARCH };
        let ends = entry.path.match_indices('/').map(|(at, _)| &entry.path[..at]).filter(|folder| !folder.is_empty());
        let mut closed = Vec::new();
        for folder in ends.filter(|folder| seen.insert(folder)) {
            let mode = self.artifact.folder_mode(folder);
            if let Some(mode) = mode.filter(|mode| mode & needed != needed) {
                let is_archived = entry.zipped_bytes.is_some();
                closed.push(Closed { access: Access::Search, path: folder.to_owned(), mode, entry: id, is_archived });
            }
        }
        closed
    }
}

fn closed_file(access: Access, id: EntryId, entry: &Entry) -> Option<Closed> {
    let (path, is_archived) = (entry.path.to_string(), entry.zipped_bytes.is_some());
    Some(Closed { access, path, mode: entry.mode?, entry: id, is_archived })
}
