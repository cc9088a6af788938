//! Files that the user who runs the function may not use, by the permission bits that the package states.

use std::collections::{BTreeMap, BTreeSet};

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
    /// Whether Init surely ends over it.
    pub is_certain: bool,
}

/// What Init does with a folder.
struct Use {
    /// A file in it.
    entry: EntryId,
    /// CPython lists the folders in which it looks for modules; a package's `__init__` it opens by its name.
    lists: bool,
    /// Whether it opens more than an `__init__`, without which CPython takes the folder for part of a namespace.
    opens: bool,
}

impl FunctionFacts {
    /// What Init loads or the platform starts and others may not use; empty where nothing states modes.
    #[must_use]
    pub fn closed_entries(&self) -> Vec<Closed> {
        if self.artifact.is_tree() && self.spec.tool.sets_modes {
            return Vec::new();
        }
        let mut closed = Vec::new();
        let mut folders: BTreeMap<&str, Use> = BTreeMap::new();
        let modules = self.loaded_modules();
        let data = self.graph.data_files.iter().map(|(entry, _)| *entry);
        for id in modules.iter().copied().chain(data).collect::<BTreeSet<EntryId>>() {
            let entry = self.artifact.entry(id);
            // Whether an executable can be started is another question.
            let is_program = self.bootstrap() == Some(id);
            if is_hidden(entry) && !is_program {
                closed.extend(closed_file(Access::Read, id, entry));
            }
            self.note_folders(id, entry, modules.contains(&id), &mut folders);
        }
        for id in self.extension_programs() {
            let entry = self.artifact.entry(id);
            if entry.mode.is_some_and(|mode| mode & OTHERS_SEARCH == 0) {
                closed.extend(closed_file(Access::Execute, id, entry));
            }
            self.note_folders(id, entry, false, &mut folders);
        }
        closed.extend(self.closed_manifests(&modules));
        closed.extend(folders.iter().filter_map(|(folder, used)| self.closed_folder(folder, used)));
        closed.sort();
        closed
    }

    /// Manifests that Node asks about the modules of the folders below. Some releases end with an error where they cannot
    /// read one, others go on as if it were not there, and take the modules for something else.
    fn closed_manifests(&self, modules: &BTreeSet<EntryId>) -> Vec<Closed> {
        if self.spec.runtime.language() != Language::Node {
            return Vec::new();
        }
        let scripts = modules.iter().map(|id| &*self.artifact.entry(*id).path).filter(|path| path.ends_with(".js"));
        let folders = scripts.flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..=at]).chain([""]));
        let folders: BTreeSet<&str> = folders.collect();
        let manifests = folders.iter().filter_map(|folder| self.artifact.find(&format!("{folder}package.json")));
        let hidden = manifests.filter(|id| !modules.contains(id) && is_hidden(self.artifact.entry(*id)));
        let closed = hidden.filter_map(|id| closed_file(Access::Read, id, self.artifact.entry(id)));
        closed.map(|closed| Closed { is_certain: false, ..closed }).collect()
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

    /// Modules that are loaded during Init.
    fn loaded_modules(&self) -> BTreeSet<EntryId> {
        let modules = self.graph.modules.iter().filter(|module| module.loaded == Phase::Init);
        modules.filter_map(|module| module.entry).collect()
    }

    /// Notes what is done with the folders on the way to a file.
    fn note_folders<'a>(
        &'a self,
        id: EntryId,
        entry: &'a Entry,
        is_module: bool,
        folders: &mut BTreeMap<&'a str, Use>,
    ) {
        let is_python = self.spec.runtime.language() == Language::Python;
        let (around, file) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
        let ends = entry.path.match_indices('/').map(|(at, _)| &entry.path[..at]).filter(|folder| !folder.is_empty());
        for folder in ends {
            let is_init = is_python && is_module && folder == around && file.starts_with("__init__.");
            let used = folders.entry(folder).or_insert(Use { entry: id, lists: false, opens: false });
            used.lists |= is_python && is_module && !is_init;
            used.opens |= !is_init;
        }
    }

    fn closed_folder(&self, folder: &str, used: &Use) -> Option<Closed> {
        let needed = if used.lists { OTHERS_READ | OTHERS_SEARCH } else { OTHERS_SEARCH };
        let mode = self.artifact.folder_mode(folder).filter(|mode| mode & needed != needed)?;
        let is_archived = self.artifact.entry(used.entry).zipped_bytes.is_some();
        let (path, entry, is_certain) = (folder.to_owned(), used.entry, used.opens);
        Some(Closed { access: Access::Search, path, mode, entry, is_archived, is_certain })
    }
}

/// Whether others than the owner may not read a file.
fn is_hidden(entry: &Entry) -> bool {
    entry.mode.is_some_and(|mode| mode & OTHERS_READ == 0)
}

fn closed_file(access: Access, id: EntryId, entry: &Entry) -> Option<Closed> {
    let (path, is_archived) = (entry.path.to_string(), entry.zipped_bytes.is_some());
    Some(Closed { access, path, mode: entry.mode?, entry: id, is_archived, is_certain: true })
}
