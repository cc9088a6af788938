//! Extension modules: those that cannot be loaded, and those of which only another build is here.

use super::super::value::*;
use super::trace::Fault;
use super::*;
use crate::manifest::python::import_names;

/// Rules about native files: whoever raises their errors again says no more than they do.
const NATIVE: [&str; 6] = [
    "addon-for-another-platform",
    "damaged-library",
    "glibc-too-new",
    "missing-shared-library",
    "wrong-abi-tag",
    "wrong-architecture",
];

impl Interp<'_> {
    /// Loads an extension module.
    pub(super) fn run_native(&mut self, at: ModIdx, entry: EntryId, name: &str) -> Run<()> {
        self.refuse_native(at, entry)?;
        let scope = self.module(at).scope;
        self.heap.scope_mut(scope).open = true;
        self.run_extension(at, name)?;
        self.note_needs(at, entry, name);
        self.run_twin(at, entry, name);
        Ok(())
    }

    /// Raises what the loader says of a file that it does not take.
    fn refuse_native(&mut self, at: ModIdx, entry: EntryId) -> Run<()> {
        let Some(cause) = self.input.refused.get(&entry).filter(|_| self.is_certain()) else { return Ok(()) };
        let text = cause.message.clone();
        let mut fault = self.new_fault(cause.rule, &cause.subject, text.clone(), Some((at, Span::default())));
        fault.help.clone_from(&cause.help);
        fault.cure = cause.cure.as_deref().map(str::to_owned);
        self.raise_fault("ImportError", &text, fault).map(|_| ())
    }

    /// Notes distributions that the one of an extension module needs, that are not here, and that its file names: it may
    /// import them from C, as what Cython writes does.
    fn note_needs(&mut self, at: ModIdx, entry: EntryId, name: &str) {
        if self.phase != Phase::Init || !self.is_certain() || self.is_caught("ImportError", false) {
            return;
        }
        let mut missing: Vec<String> = Vec::new();
        for distribution in self.input.needs_of(entry) {
            let names = import_names(&distribution);
            if !names.iter().any(|module| self.can_reach(module)) {
                missing.extend(names);
            }
        }
        if missing.is_empty() || self.input.artifact.entry(entry).bytes > LIMITS.generated_bytes {
            return;
        }
        let Ok(content) = self.input.artifact.read(entry) else { return };
        let content: &[u8] = (*content).as_ref();
        let named = missing.into_iter().find(|module| super::super::extension::names(content, module));
        if let Some(module) = named.filter(|_| !self.module(at).own) {
            self.trace.doubts.insert(format!("`{name}` asks for `{module}`, which is not here"));
        }
    }

    /// Says of a module that is not found for whom the build is that is here.
    pub(super) fn with_other_build(&mut self, fault: &Fault, name: &str) -> Option<Fault> {
        let (parent, stem) = name.rsplit_once('.').map_or((None, name), |(parent, stem)| (Some(parent), stem));
        let folders: Vec<String> = match parent {
            Some(parent) => self.package_path(parent).unwrap_or_default().iter().map(|path| path.to_string()).collect(),
            None => vec![super::super::finder::absolute("")],
        };
        let inside = folders.iter().filter_map(|folder| super::super::finder::inside(folder));
        let build = inside.into_iter().find_map(|folder| self.input.other_build(&folder, stem))?;
        let path = self.input.artifact.entry(build.entry).path.to_string();
        let message = format!("{}: `{path}` is built for {}", fault.message, build.made_for);
        let help = Some(build.help);
        Some(Fault { rule: build.rule, subject: path, message, help, cure: None, ..fault.clone() })
    }

    /// The error of names that a folder does not have, which stands in for an extension module whose build is for
    /// somebody else: that is the one cause of all of them.
    pub(super) fn behind_folder(&mut self, at: ModIdx, name: &str, fault: Fault) -> Fault {
        if self.module(at).entry.is_some() {
            return fault;
        }
        let whole = Fault { message: format!("ImportError: '{name}' is a folder without code"), ..fault.clone() };
        self.with_other_build(&whole, name).unwrap_or(fault)
    }

    /// The error of a native file, when that is what is raised again.
    pub(super) fn native_fault_again(&self) -> Option<Fault> {
        let first = self.handled_import().and_then(|id| self.trace.fault(id))?;
        NATIVE.contains(&first.rule).then(|| first.clone())
    }
}
