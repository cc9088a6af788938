//! What the run has imported in a way that leaves a choice: see [`Choices`].

use std::collections::{BTreeMap, BTreeSet};

use super::super::value::*;
use super::*;
use crate::graph::Home;
use crate::lang::python::ir::{Alias, Expr, Stmt};

/// A `from` import of own code: importer, place, the module asked, and its names with the modules that define them.
pub(in super::super) struct SeenHanded {
    pub(in super::super) importer: ModIdx,
    pub(in super::super) span: Span,
    pub(in super::super) asked: ModIdx,
    pub(in super::super) names: Vec<(Sym, ModIdx)>,
}

impl Interp<'_> {
    /// The modules that an import asks for its names instead, by name.
    pub(super) fn narrowed(&self, importer: ModIdx, span: Span) -> Option<BTreeMap<String, Home>> {
        let narrowed = &self.input.what_if.narrowed;
        if narrowed.is_empty() {
            return None;
        }
        narrowed.get(&(self.heap.text(self.module(importer).name).to_string(), span)).cloned()
    }

    pub(super) fn import_narrowly(
        &mut self,
        frame: &Frame,
        names: &[Alias],
        homes: &BTreeMap<String, Home>,
        from: Option<(ModIdx, Span)>,
    ) -> Run<()> {
        for alias in names {
            let Some(home) = homes.get(frame.code.code.name(alias.name)) else { continue };
            let source = self.import(&home.module, from)?;
            let name = self.sym(frame, alias.name);
            let value = self.import_attr(source, &home.module, name, from)?;
            self.assign_name(frame, alias.rename.unwrap_or(alias.name), value);
        }
        Ok(())
    }

    /// Modules of packages that were imported once and asked for nothing.
    pub(in super::super) fn idle(&self) -> Vec<ModIdx> {
        let mut importers: FxHashMap<ModIdx, Vec<&SeenImport>> = FxHashMap::default();
        let wanted = |at: ModIdx| {
            let module = self.module(at);
            let source = module.kind == ModuleKind::Source && module.entry.is_some();
            source && !module.own && !module.asked && module.phase == Phase::Init
        };
        // Parts of a package that it loads itself import it again.
        let by_a_part = |import: &SeenImport| self.module(import.importer).root == self.module(import.target).root;
        let imports = self.trace.imports.iter().filter(|import| wanted(import.target) && !by_a_part(import));
        for import in imports {
            importers.entry(import.target).or_default().push(import);
        }
        let mut idle: Vec<ModIdx> = importers
            .into_iter()
            .filter(|(at, from)| match from.as_slice() {
                [import] => self.is_of_another(*at, import) && self.is_for_later(*at, import.importer, import.span),
                _ => false,
            })
            .map(|(at, _)| at)
            .collect();
        idle.sort_unstable_by_key(|at| at.0);
        idle
    }

    /// Whether a module of another package is imported at the top of one of a package: parts of the same package may
    /// register themselves there, and what a function imports it goes on to use.
    fn is_of_another(&self, at: ModIdx, import: &SeenImport) -> bool {
        let importer = self.module(import.importer);
        !importer.own && importer.root != self.module(at).root && import.function.is_none()
    }

    /// Whether an import statement binds a module to a name that functions use, and nothing that runs at load: not
    /// what a module is imported for that registers something.
    fn is_for_later(&self, at: ModIdx, importer: ModIdx, span: Span) -> bool {
        let code = &self.module(importer).code.code;
        let name = self.heap.text(self.module(at).name);
        let last = name.rsplit('.').next().unwrap_or(&name);
        let place = code.stmt_spans.iter().position(|other| *other == span);
        let bound = match place.and_then(|place| code.stmts.get(place)) {
            Some(Stmt::Import(names)) => names
                .iter()
                .find(|alias| code.name(alias.name) == &*name && (alias.rename.is_some() || !name.contains('.'))),
            Some(Stmt::ImportFrom { names, .. }) => names.iter().find(|alias| code.name(alias.name) == last),
            _ => None,
        };
        let Some(bound) = bound.map(|alias| alias.rename.unwrap_or(alias.bound)) else { return false };
        is_put_off(code, code.name(bound), self.input.version)
    }

    /// Imports at the top of own modules of which every name that is used comes from elsewhere.
    pub(in super::super) fn handed(&mut self) -> Vec<SeenHanded> {
        let mut found = Vec::new();
        for at in (0..self.mods.len()).map(|at| ModIdx(at as u32)) {
            let module = self.module(at);
            if !module.own || module.phase != Phase::Init || module.kind != ModuleKind::Source {
                continue;
            }
            let code = module.code;
            for id in code.code.block(code.code.body) {
                let span = code.code.stmt_span(*id);
                match code.code.stmts.get(id.0 as usize) {
                    Some(Stmt::ImportFrom { module: Some(base), level: 0, names }) => {
                        let base = self.heap.sym(code.code.name(*base));
                        found.extend(self.handed_by(at, span, base, names));
                    }
                    Some(Stmt::Import(names)) => found.extend(self.handed_by_module(at, span, names)),
                    _ => {}
                }
            }
        }
        found
    }

    fn handed_by(&mut self, importer: ModIdx, span: Span, base: Sym, names: &[Alias]) -> Option<SeenHanded> {
        let asked = self.sys_modules.get(base)?;
        let Some(Object::Module(asked)) = self.heap.get(asked) else { return None };
        let asked = *asked;
        let code = self.module(importer).code;
        let scope = self.module(importer).scope;
        let mut defined = Vec::new();
        for alias in names {
            let name = self.heap.sym(code.code.name(alias.name));
            let bound = self.heap.sym(code.code.name(alias.rename.unwrap_or(alias.bound)));
            let home = self.home_of(self.heap.vars(scope).get(bound)?, name)?;
            defined.push((name, home));
        }
        let elsewhere = !defined.is_empty() && defined.iter().all(|(_, home)| *home != asked);
        elsewhere.then_some(SeenHanded { importer, span, asked, names: defined })
    }

    /// `import a.b as c` where functions take attributes of it and nothing else is done with it.
    fn handed_by_module(&mut self, importer: ModIdx, span: Span, names: &[Alias]) -> Option<SeenHanded> {
        let [alias] = names else { return None };
        let code = self.module(importer).code;
        let (name, bound) = (code.code.name(alias.name), code.code.name(alias.rename.unwrap_or(alias.bound)));
        if alias.rename.is_none() && name.contains('.') || !is_put_off(&code.code, bound, self.input.version) {
            return None;
        }
        let asked = self.heap.sym(name);
        let Some(Object::Module(asked)) = self.heap.get(self.sys_modules.get(asked)?) else { return None };
        let asked = *asked;
        let scope = self.module(asked).scope;
        let mut defined = Vec::new();
        for name in attributes(&code.code, bound)? {
            let name = self.heap.sym(name);
            let home = self.home_of(self.heap.vars(scope).get(name)?, name)?;
            defined.push((name, home));
        }
        let elsewhere = !defined.is_empty() && defined.iter().all(|(_, home)| *home != asked);
        elsewhere.then_some(SeenHanded { importer, span, asked, names: defined })
    }

    /// The module that defines a function or class, if it is called there like this, too.
    fn home_of(&self, value: Value, name: Sym) -> Option<ModIdx> {
        let home = match self.heap.get(value)? {
            Object::Function(function) => function.module,
            Object::Class(class) => class.module?,
            _ => return None,
        };
        self.heap.vars(self.module(home).scope).get(name)?;
        Some(home)
    }

    /// `import a.b as c`, where a change says so with the modules that define what is asked of it in its place.
    pub(super) fn import_or_parts(&mut self, frame: &Frame, names: &[Alias], span: Span) -> Run<()> {
        let Some(homes) = self.narrowed(frame.module, span) else { return self.exec_import(frame, names, span) };
        let from = Some((frame.module, self.place_in(frame.module, span)));
        let modules: BTreeSet<&str> = homes.values().map(|home| &*home.module).collect();
        let mut value = Value::Unknown;
        for module in &modules {
            value = self.import(module, from)?;
        }
        // Of several, nothing is asked before requests are handled.
        let value = if modules.len() == 1 { value } else { Value::Unknown };
        for alias in names {
            self.assign_name(frame, alias.rename.unwrap_or(alias.bound), value);
        }
        Ok(())
    }
}

/// Whether a name is used by functions and by nothing that runs at load.
fn is_put_off(code: &Code, bound: &str, version: (u16, u16)) -> bool {
    let functions: Vec<Span> = code.functions.iter().map(|function| function.span).collect();
    // Annotations run with their definition unless they are put off.
    let put_off = code.future_annotations || version >= (3, 14);
    let annotations: Vec<Span> = if put_off { Vec::new() } else { annotations(code) };
    let mut uses = code.exprs.iter().zip(&code.expr_spans).filter_map(|(expr, span)| match expr {
        Expr::Name(id) if code.name(*id) == bound => Some(span),
        _ => None,
    });
    let mut any = false;
    let all = uses.all(|span| {
        any = true;
        functions.iter().any(|function| function.holds(*span))
            && !annotations.iter().any(|annotation| annotation.holds(*span))
    });
    any && all
}

/// The attributes that code takes of a name; nothing where it does something else with it.
fn attributes<'c>(code: &'c Code, bound: &str) -> Option<BTreeSet<&'c str>> {
    let is_it = |id: usize| matches!(code.exprs.get(id), Some(Expr::Name(name)) if code.name(*name) == bound);
    let all: BTreeSet<usize> = (0..code.exprs.len()).filter(|id| is_it(*id)).collect();
    let taken = code.exprs.iter().filter_map(|expr| match expr {
        Expr::Attribute(object, name) if all.contains(&(object.0 as usize)) => Some((object.0 as usize, *name)),
        _ => None,
    });
    let (objects, names): (BTreeSet<usize>, BTreeSet<&str>) =
        taken.map(|(object, name)| (object, code.name(name))).unzip();
    (objects == all).then_some(names)
}

/// Where annotations stand.
fn annotations(code: &Code) -> Vec<Span> {
    let of_functions = code.functions.iter().flat_map(|function| code.list(function.annotations).iter().copied());
    let of_names = code.stmts.iter().filter_map(|stmt| match stmt {
        Stmt::AnnAssign(_, annotation, _) => Some(*annotation),
        _ => None,
    });
    of_functions.chain(of_names).map(|annotation| code.expr_span(annotation)).collect()
}
