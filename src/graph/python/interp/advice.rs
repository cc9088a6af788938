//! What may cure an error: where the module lies that was meant, which version has the name, which extra brings it.

use super::super::finder::Spec;
use super::super::value::*;
use super::faults::SHADOWED;
use super::*;

impl Interp<'_> {
    /// The name by which something that is not here could answer to an import: not where the package around the
    /// module is here, but for namespaces, of which any folder may hold a part.
    pub(super) fn cure_of(&mut self, name: &str, parent: Option<&str>) -> Option<String> {
        let Some(parent) = parent else { return Some(name.to_owned()) };
        let parent = self.heap.sym(parent);
        let module = self.sys_modules.get(parent)?;
        let Some(Object::Module(at)) = self.heap.get(module) else { return None };
        (self.module(*at).kind == ModuleKind::Namespace).then(|| name.to_owned())
    }

    /// The name by which something that is not here would answer in place of a module: a package elsewhere on the path
    /// wins over folders that are only parts of a namespace.
    pub(super) fn in_place_of(&self, at: ModIdx) -> Option<String> {
        let module = self.module(at);
        (module.kind == ModuleKind::Namespace).then(|| self.heap.text(module.name).to_string())
    }

    /// What to do where a folder of the package loses against a module that is no package.
    pub(super) fn shadowing(&mut self, parent: &str, name: &str) -> Option<String> {
        let symbol = self.heap.sym(parent);
        let module = self.sys_modules.get(symbol)?;
        let Some(Object::Module(at)) = self.heap.get(module) else { return None };
        let stem = name.replace('.', "/");
        let is_there =
            self.input.artifact.find(&format!("{stem}.py")).is_some() || self.input.artifact.is_folder(&stem);
        if !is_there {
            return None;
        }
        let folder = parent.replace('.', "/");
        let module = self.module(*at);
        let winner = match module.entry {
            Some(entry) => format!("`{}`", self.input.artifact.entry(entry).path),
            None => format!("the standard library's `{parent}`"),
        };
        let early = module.kind == ModuleKind::Runtime && module.preloaded;
        Some(match early {
            true => format!("{winner} is loaded before the package is looked at: rename the folder `{folder}`"),
            false => format!(
                "`{folder}` without an `__init__.py` is only a part of a namespace, and {winner} wins: add \
                 `{folder}/__init__.py`, or rename the folder"
            ),
        })
    }

    /// Notes an own file that stands in front of a module which the standard library itself imports: it gets the
    /// function's instead.
    pub(super) fn note_hidden(&mut self, module: &str, importer: &str) {
        if module.contains('.') || self.input.stdlib.is_preloaded(module) || !self.is_certain() {
            return;
        }
        let (front, _) = self.search_path();
        let found = self.finder.find(module, front.iter().map(|folder| &**folder));
        if let Some(Spec::File { entry, .. }) = found.filter(|_| self.trace.hidden.len() < LIMITS.causes)
            && self.input.is_own(entry)
            && !self.trace.hidden.iter().any(|(known, ..)| *known == entry)
        {
            self.trace.hidden.push((entry, module.to_owned(), importer.to_owned()));
        }
    }

    /// Notes that the handler's module loses against another.
    pub(in super::super) fn note_shadowed_handler(&mut self, module: &str) {
        let shadowing = module.rsplit_once('.').and_then(|(parent, _)| self.shadowing(parent, module));
        let shadowing = shadowing.or_else(|| {
            let path = self.shadowed_file(module)?;
            Some(format!(
                "`{path}` is never loaded: the runtime has loaded the standard library's `{module}` before it looks \
                 into the package. Give the file another name"
            ))
        });
        if let Some(help) = shadowing {
            let message = format!("Unable to import module '{module}': another module of this name is loaded");
            let mut fault = self.new_fault(SHADOWED, module, message, None);
            fault.help = Some(help);
            fault.after = 0;
            self.end_init(fault);
        }
    }

    /// Where the module lies that an import does not find.
    pub(super) fn help_for_missing(&mut self, name: &str, importer: ModIdx) -> Option<String> {
        if let Some((file, target)) = self.finder.path.outside.iter().find(|(_, target)| names_module(target, name)) {
            return Some(format!(
                "`{file}` only points to `{target}`, which is not in the package: install it without `--editable`"
            ));
        }
        let (major, minor) = self.input.version;
        if let Some(last) = super::super::stdlib::last_with(name, minor) {
            return Some(format!(
                "Python 3.{last} was the last to have `{name}`, and this function runs on {major}.{minor}"
            ));
        }
        if let Some(hint) = crate::graph::misplaced::python_hint(self.input.artifact, name, self.input.version) {
            return Some(hint);
        }
        // Beside the file that imports it, as if that folder were on the path.
        let entry = self.module(importer).entry?;
        let (folder, _) = self.input.artifact.entry(entry).path.rsplit_once('/')?;
        let stem = format!("{folder}/{}", name.replace('.', "/"));
        let is_there = self.input.artifact.find(&format!("{stem}.py")).is_some()
            || self.input.artifact.find(&format!("{stem}/__init__.py")).is_some();
        let dotted = stem.trim_start_matches('/').replace('/', ".");
        is_there.then(|| {
            format!(
                "The file is there as `{dotted}`: only the package's root is on the search path. Import it by that \
                 name, or as `from . import {name}`"
            )
        })
    }

    /// The extra of the importing distribution with which a module would come.
    pub(super) fn extra_with(&self, importer: ModIdx, name: &str) -> Option<(String, String)> {
        let entry = self.module(importer).entry?;
        self.input.extra_with(entry, name.split('.').next().unwrap_or(name))
    }

    /// What to do about a name that a module lacks.
    pub(super) fn help_for_name(&self, source: Value, base: &str, name: &str) -> Option<String> {
        let Some(Object::Module(at)) = self.heap.get(source) else { return None };
        let module = self.module(*at);
        if module.kind == ModuleKind::Runtime {
            if let Some(path) = self.shadowed_file(base) {
                return Some(format!(
                    "`{path}` is never loaded: the runtime has loaded the standard library's `{base}` before it looks \
                     into the package. Give the file another name"
                ));
            }
            let (major, minor) = self.input.version;
            let having = super::super::stdlib::versions_with_name(base, name);
            let newer = having.iter().find(|having| **having > minor);
            let older = having.iter().rfind(|having| **having < minor);
            return match (newer, older) {
                (Some(newer), _) => Some(format!(
                    "`{base}.{name}` is there from Python 3.{newer} on, and this function runs on {major}.{minor}"
                )),
                (None, Some(older)) => Some(format!(
                    "Python 3.{older} was the last to have `{base}.{name}`, and this function runs on {major}.{minor}"
                )),
                (None, None) => None,
            };
        }
        if module.state == LoadState::Running {
            return Some(format!(
                "`{base}` is still being loaded: the two modules import each other. Import the module instead of the \
                 name, import it inside the function that needs it, or move what both need into a third"
            ));
        }
        let package = self.input.package_of(module.entry?)?;
        Some(format!(
            "{package} is another version than the code was written for: pin the version that has `{name}`, or use \
             what replaced it"
        ))
    }

    /// A file of the package with the name of a module that the runtime has loaded before it looks there.
    pub(super) fn shadowed_file(&self, module: &str) -> Option<String> {
        if !(self.input.stdlib.is_preloaded(module) || self.is_builtin(module)) {
            return None;
        }
        let stem = module.replace('.', "/");
        let candidates = [format!("{stem}.py"), format!("{stem}/__init__.py")];
        candidates.into_iter().find(|path| self.input.artifact.find(path).is_some())
    }

    /// The words of the error about a name that a module lacks.
    pub(super) fn lacking(&self, source: Value, base: &str, name: &str) -> String {
        let Some(Object::Module(at)) = self.heap.get(source) else {
            return format!("cannot import name '{name}' from '{base}'");
        };
        let module = self.module(*at);
        let partly = if module.state == LoadState::Running { "partially initialized module " } else { "" };
        format!("cannot import name '{name}' from {partly}'{base}'")
    }
}

/// Whether a folder on another machine is that of a module, or holds it.
fn names_module(folder: &str, name: &str) -> bool {
    let top = name.split('.').next().unwrap_or(name);
    folder.split('/').any(|part| part.replace('-', "_") == top) || folder.ends_with('*')
}
