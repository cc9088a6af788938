//! What code makes of Node's loader by its tables: folders that are searched too, and readers of further kinds of files
//! (`require.extensions`), as `app-module-path`, `tsconfig-paths` and `graphql-import-node` do it.

use super::Machine;
use super::names::unknown_extension;
use super::paths::normal;
use super::value::{At, Call, Kind, ModuleIx, ObjId, R, Slot, UNKNOWN, Value};
use crate::graph::javascript::resolve::{Loader, Resolved, TASK_ROOT, absolute};

/// Kinds of files that Node has readers for.
const EXTENSIONS: [&str; 3] = [".js", ".json", ".node"];
/// Functions of the `module` builtin that decide where files are looked for, and that are not modelled.
const SEARCHING: [&str; 3] = ["_nodeModulePaths", "_resolveLookupPaths", "_findPath"];

impl Machine<'_> {
    /// Makes the tables that `require.extensions` and `module.paths` stand for, with what all files have in them.
    pub(super) fn loader_tables(&mut self) -> (ObjId, ObjId) {
        let extensions = self.plain();
        self.object_mut(extensions).open = true;
        for name in EXTENSIONS {
            self.define(extensions, name, UNKNOWN);
        }
        // Each file has folders of its own there, which nobody asks for by their number.
        let Value::Obj(paths) = self.array(vec![UNKNOWN]) else { return (extensions, extensions) };
        self.object_mut(paths).open = true;
        (extensions, paths)
    }

    /// Whether readers of files are at work beside Node's own: what a file holds may be of another language or format.
    pub(super) fn reads_otherwise(&self) -> bool {
        if self.transforms {
            return true;
        }
        let props = &self.object(self.loader.extensions).props;
        let keys = props.keys(true);
        keys.len() != EXTENSIONS.len() || keys.into_iter().any(|key| props.get(key) != Some(Slot::Value(UNKNOWN)))
    }

    /// Whether a file is of a kind that Node has no reader for, and that bundlers or readers of the code's own take.
    pub(super) fn is_of_other_kind(&self, path: &str) -> bool {
        unknown_extension(path).is_some() && (self.sources.source_tree || self.reads_otherwise())
    }

    /// What a request gives that Node's own search does not find, where code has changed the search; nothing where it
    /// has not. `answered` says that a function in place of Node's may have found it.
    pub(super) fn found_elsewhere(&mut self, ix: ModuleIx, request: &str, at: At, answered: bool) -> Option<R> {
        let folders = self.searched_too(ix);
        let is_bare = !request.starts_with(['.', '/']);
        for folder in folders.iter().flatten().filter(|_| is_bare) {
            let path = format!("{}/{request}", folder.trim_end_matches('/'));
            if let Resolved::File(entry) = self.sources.resolver.resolve("/", &path, Loader::Require) {
                return Some(self.load_common(entry, at));
            }
        }
        let may_be = answered
            || is_bare && (folders.contains(&None) || self.searches_otherwise())
            || !is_bare && self.reads_otherwise() && self.has_other_kind(ix, request);
        may_be.then(|| {
            let absence = self.absence(ix, request, Loader::Require);
            let site = self.site(at);
            self.note_unresolved(ix, request, site, true, &absence);
            if self.tries == 0 && self.certain() {
                let name = self.loaded.get(ix as usize).map(|loaded| loaded.path.clone()).unwrap_or_default();
                let shown = name.strip_prefix("/var/task/").unwrap_or(&name);
                let doubt = format!("`{shown}` asks for `{request}`, and code has changed how Node looks for modules");
                self.trace.doubts.insert(doubt);
            }
            Ok(UNKNOWN)
        })
    }

    /// Folders that code has added for a file, `None` for one that is not known.
    fn searched_too(&mut self, ix: ModuleIx) -> Vec<Option<String>> {
        let shared = self.loader.paths;
        let key = self.atom("paths");
        let module = self.loaded.get(ix as usize).map(|loaded| loaded.module);
        let own = module.and_then(|module| self.object(module).props.get(key));
        let mut lists = vec![Value::Obj(shared)];
        match own {
            Some(Slot::Value(value)) if value != Value::Obj(shared) => lists.push(value),
            _ => {}
        }
        let mut folders = Vec::new();
        for list in lists {
            let items = self.members_of(list).unwrap_or_else(|| vec![UNKNOWN, UNKNOWN]);
            // What the list has of its own is searched anyway.
            let mut standing = 1;
            for item in items {
                match item {
                    Value::Str(text) => folders.push(Some(self.str(text).to_string())),
                    _ if standing > 0 => standing -= 1,
                    _ => folders.push(None),
                }
            }
        }
        folders
    }

    /// What `require.resolve(request, { paths })` finds in the folders that are named there; nothing where one of them is
    /// not known.
    pub(super) fn resolved_below(&mut self, request: &str, options: Value) -> Option<Resolved> {
        let key = self.atom("paths");
        let paths = self.get_quiet(options, key);
        for folder in self.members_of(paths)? {
            let Value::Str(folder) = folder else { return None };
            let folder = self.str(folder);
            let from =
                if folder.starts_with('/') { folder.to_string() } else { normal(&format!("{TASK_ROOT}/{folder}")) };
            match self.sources.resolver.resolve(&from, request, Loader::Require) {
                Resolved::Missing => {}
                found => return Some(found),
            }
        }
        Some(Resolved::Missing)
    }

    fn members_of(&self, list: Value) -> Option<Vec<Value>> {
        match list {
            Value::Obj(id) => match &self.object(id).kind {
                Kind::Array(items) => Some(items.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether code has put a function of its own in place of one that searches, or had the search path read anew.
    fn searches_otherwise(&mut self) -> bool {
        let module = self.loader.module;
        let mut replaced = false;
        for name in SEARCHING {
            let key = self.atom(name);
            replaced |= self.object(module).props.get(key).is_some();
        }
        replaced || self.loader.path_read
    }

    /// Whether a file of the name that a request leaves open is there, of a kind that Node does not try.
    fn has_other_kind(&self, ix: ModuleIx, request: &str) -> bool {
        let start = format!("{}.", normal(&format!("{}/{request}", self.folder_of(ix))));
        let artifact = self.sources.artifact;
        artifact.entries().any(|(id, _)| absolute(artifact, id).starts_with(&start))
    }
}

/// `Module._initPaths()`, which takes `NODE_PATH` as it is by then.
pub(super) fn read_path(m: &mut Machine<'_>, _: &Call<'_>) -> R {
    m.loader.path_read = true;
    Ok(Value::Undefined)
}
