//! Modules that the function's code names in texts and imports by a name that cannot be computed:
//! tables of handlers, plug-in lists, settings.

use super::super::finder::{FileKind, Spec};
use super::super::value::*;
use super::*;
use crate::lang::python::ir::{Code, Expr, Stmt};

/// Who imports by names that cannot be computed.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Dynamic {
    /// The function's own code.
    pub(in super::super) own: bool,
    /// Anything.
    any: bool,
    /// Something has imported what is not known, in whatever way.
    pub(super) is_vague: bool,
}

impl Interp<'_> {
    /// Notes an import by a name that cannot be computed.
    pub(super) fn note_dynamic(&mut self, by: ModIdx) {
        self.dynamic.any = true;
        self.dynamic.is_vague = true;
        self.dynamic.own |= self.module(by).own;
    }

    /// Runs every function of own modules, and loads what their texts name; until nothing is new.
    pub(in super::super) fn sweep_and_load(&mut self) {
        self.load_configured();
        let mut at = 0;
        let mut tried: FxHashSet<String> = FxHashSet::default();
        for _ in 0..LIMITS.naming_rounds {
            while at < self.mods.len() {
                let module = ModIdx(at as u32);
                at += 1;
                if self.module(module).own {
                    self.sweep(module);
                }
            }
            if self.dynamic.any {
                self.load_named(&mut tried);
            }
            if at == self.mods.len() {
                return;
            }
        }
    }

    /// Loads the function's own modules that an environment variable names: settings of a framework, the handler
    /// behind a wrapper. Whoever reads the variable may not be installed here.
    fn load_configured(&mut self) {
        let outer = self.doubt.enter_branch(self.heap.objects());
        for (_, value) in self.environment_items() {
            let Some(text) = self.text_of(value).filter(|text| text.contains('.') && is_dotted(text)) else { continue };
            let parent = text.rsplit_once('.').map_or("", |(parent, _)| parent);
            for name in [&*text, parent] {
                let Some(Spec::File { entry, .. }) = self.finder.guess(name) else { continue };
                let sym = self.heap.sym(name);
                if self.input.is_own(entry) && self.sys_modules.get(sym).is_none() {
                    let first = self.mods.len();
                    let _ = self.import(name, None);
                    self.configured.extend((first..self.mods.len()).map(|at| ModIdx(at as u32)));
                }
                break;
            }
        }
        self.doubt.leave_branch(outer);
    }

    fn load_named(&mut self, tried: &mut FxHashSet<String>) {
        let mut wanted: Vec<(ModIdx, Span, String)> = Vec::new();
        for at in (0..self.mods.len()).map(|at| ModIdx(at as u32)) {
            let module = self.module(at);
            if !module.own || module.state == LoadState::Failed {
                continue;
            }
            let code = module.code;
            let name = self.heap.text(module.name);
            let package = if module.is_package { &*name } else { name.rsplit_once('.').map_or("", |(head, _)| head) };
            for (expr, span) in code.code.exprs.iter().zip(&code.code.expr_spans) {
                let Expr::Text(text) = expr else { continue };
                let in_settings = || is_in_settings(&code.code, *span);
                let names = self.modules_named(code.code.text(*text), package, in_settings);
                wanted.extend(names.into_iter().map(|name| (at, *span, name)));
            }
        }
        for (importer, span, name) in wanted {
            if tried.len() < LIMITS.names_tried && tried.insert(name.clone()) {
                // A failure says that the text meant something else.
                let _ = self.perhaps(|this| this.import(&name, Some((importer, span))));
            }
        }
    }

    /// The modules of the package that a text stands for.
    fn modules_named(&self, text: &str, package: &str, in_settings: impl Fn() -> bool) -> Vec<String> {
        let head = text.split(['{', '%']).next().unwrap_or_default();
        if let Some(prefix) = head.strip_suffix('.').filter(|_| self.dynamic.own) {
            let folder = if prefix.is_empty() { package } else { prefix };
            return if is_dotted(folder) { self.own_children(folder) } else { Vec::new() };
        }
        let mut name = text.split(':').next().unwrap_or_default();
        if !is_dotted(name) || !name.contains('.') && !self.dynamic.own && !in_settings() {
            return Vec::new();
        }
        // The last parts may be a class or a function.
        loop {
            if matches!(self.finder.guess(name), Some(Spec::File { .. })) {
                return vec![name.to_owned()];
            }
            match name.rsplit_once('.') {
                Some((parent, _)) if parent.contains('.') || self.dynamic.own => name = parent,
                _ => return Vec::new(),
            }
        }
    }

    /// Modules directly inside an own package.
    fn own_children(&self, package: &str) -> Vec<String> {
        let folder = package.replace('.', "/");
        let mut names: Vec<String> = Vec::new();
        for child in self.input.artifact.children(&folder) {
            let stem = child.name.split('.').next().unwrap_or_default();
            let name = format!("{package}.{stem}");
            let source = match self.finder.guess(&name) {
                Some(Spec::File { entry, kind: FileKind::Source, .. }) => self.input.is_own(entry),
                _ => false,
            };
            if source && stem != "__init__" {
                names.push(name);
            }
        }
        names.dedup();
        names
    }
}

/// Whether a text is a name as imports write it.
fn is_dotted(text: &str) -> bool {
    let is_word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    text.len() < LIMITS.mention_bytes && text.split('.').all(is_word)
}

/// Whether a place lies in an assignment to a module-level name in capitals.
fn is_in_settings(code: &Code, span: Span) -> bool {
    code.block(code.body).iter().any(|id| {
        let around = code.stmt_span(*id);
        let Some(Stmt::Assign(targets, _)) = code.stmts.get(id.0 as usize) else { return false };
        let is_constant = |name: &str| name.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit());
        around.holds(span)
            && code.list(*targets).iter().any(|target| match code.expr(*target) {
                Expr::Name(name) => is_constant(code.name(name)),
                _ => false,
            })
    })
}
