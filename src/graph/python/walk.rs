//! Walks module top levels in the order in which CPython runs them and loads what they import.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::PythonInput;
use super::finder::{FileKind, Finder, Spec};
use super::sources::{Sources, absolute_name};
use crate::artifact::EntryId;
use crate::graph::{
    GraphProblem, HandlerResolution, Import, ImportSite, Module, ModuleGraph, ModuleId, ModuleKind, Phase, Unresolved,
    Weight,
};
use crate::lang::python::Parsed;
use crate::lang::python::ir::{Alias, Block, Code, CompareOp, Expr, ExprId, Function, Handler, Stmt, Try};
use crate::span::Span;

/// Imports nested deeper than this are not followed; it bounds our own stack.
const DEEPEST: u32 = 1_000;
/// Modules that one walk loads.
const MOST_MODULES: usize = 30_000;

struct Loaded {
    spec: Option<Spec>,
    parsed: Option<Arc<Parsed>>,
    names: rustc_hash::FxHashSet<Box<str>>,
}

/// Where code runs.
#[derive(Clone, Copy)]
struct At<'c> {
    module: ModuleId,
    code: &'c Code,
    phase: Phase,
    guarded: bool,
    function: Option<&'c Function>,
}

struct Walk<'a> {
    finder: &'a Finder<'a>,
    sources: &'a Sources<'a>,
    input: &'a PythonInput<'a>,
    graph: ModuleGraph,
    loaded: Vec<Loaded>,
    by_name: FxHashMap<Arc<str>, ModuleId>,
    depth: u32,
}

pub(super) fn walk(input: &PythonInput<'_>, finder: &Finder<'_>, sources: &Sources<'_>) -> ModuleGraph {
    let mut walk = Walk {
        finder,
        sources,
        input,
        graph: ModuleGraph::unknown(),
        loaded: Vec::new(),
        by_name: FxHashMap::default(),
        depth: 0,
    };
    walk.handler();
    walk.graph
}

impl Walk<'_> {
    fn handler(&mut self) {
        let dotted = self.input.handler.replace('/', ".");
        let (module, function) = dotted.rsplit_once('.').unwrap_or((&dotted, "handler"));
        let found = self.load(module, None, Phase::Init).filter(|id| self.graph.module(*id).entry.is_some());
        let Some(id) = found else {
            self.graph.handler = HandlerResolution::ModuleMissing { module: module.to_owned(), similar: Vec::new() };
            return;
        };
        self.lazy();
        let loaded = &self.loaded[id.0 as usize];
        let parsed = loaded.parsed.clone();
        let known = loaded.names.contains(function) || loaded.names.contains("*");
        self.graph.handler = match parsed {
            Some(parsed) if !known => {
                let defined = parsed.code.functions.iter().map(|f| parsed.code.name(f.name).to_owned());
                let mut defined: Vec<String> = defined.filter(|name| loaded.names.contains(name.as_str())).collect();
                defined.sort();
                HandlerResolution::NameMissing { module: id, name: function.to_owned(), defined }
            }
            parsed => {
                let place = parsed.and_then(|parsed| {
                    let mut functions = parsed.code.functions.iter();
                    functions.find(|f| parsed.code.name(f.name) == function).map(|f| (id, f.name_span))
                });
                HandlerResolution::Found { module: id, definition: place }
            }
        };
    }

    /// Function bodies of the function's own modules may run later.
    fn lazy(&mut self) {
        let mut next = 0;
        while next < self.graph.modules.len() {
            let id = ModuleId(next as u32);
            next += 1;
            let own = self.graph.module(id).entry.is_some_and(|entry| self.is_own(entry));
            let Some(parsed) = self.loaded[id.0 as usize].parsed.clone().filter(|_| own) else { continue };
            for function in &parsed.code.functions {
                let at =
                    At { module: id, code: &parsed.code, phase: Phase::Invoke, guarded: false, function: Some(function) };
                self.block(at, function.body);
            }
        }
    }

    /// Own files are those outside every folder that has an installed distribution beside it.
    fn is_own(&self, entry: EntryId) -> bool {
        crate::graph::packages::python::is_own(self.input.artifact, entry)
    }

    fn load(&mut self, name: &str, site: Option<ImportSite>, phase: Phase) -> Option<ModuleId> {
        if let Some(id) = self.by_name.get(name) {
            return Some(*id);
        }
        if self.depth >= DEEPEST || self.graph.modules.len() >= MOST_MODULES {
            return None;
        }
        let spec = match name.rsplit_once('.') {
            None => self.finder.find(name, self.finder.path.iter().map(|folder| &**folder)),
            Some((parent, tail)) => {
                let parent = self.load(parent, site, phase)?;
                match &self.loaded[parent.0 as usize].spec {
                    Some(Spec::File { package: Some(folder), .. }) => self.finder.find(tail, [&**folder]),
                    Some(Spec::Namespace(folders)) => self.finder.find(tail, folders.iter().map(|folder| &**folder)),
                    Some(Spec::File { .. }) => None,
                    None => return Some(self.add(name, None, site, phase)),
                }
            }
        };
        if spec.is_none() && name.contains('.') {
            return None;
        }
        let id = self.add(name, spec.clone(), site, phase);
        if let Some(Spec::File { entry, kind: FileKind::Source, package }) = spec {
            self.run(id, entry, name, package.is_some(), phase);
        }
        Some(id)
    }

    fn add(&mut self, name: &str, spec: Option<Spec>, site: Option<ImportSite>, phase: Phase) -> ModuleId {
        let id = ModuleId(self.graph.modules.len() as u32);
        let (kind, entry) = match &spec {
            Some(Spec::File { entry, kind, .. }) => (module_kind(*kind), Some(*entry)),
            Some(Spec::Namespace(_)) => (ModuleKind::Namespace, None),
            None => (ModuleKind::Runtime, None),
        };
        let bytes = entry.map_or(0, |entry| self.input.artifact.entry(entry).bytes);
        let mut weight = Weight::default();
        match kind {
            ModuleKind::Source => weight.compiled_bytes = bytes,
            ModuleKind::Extension => weight.native_bytes = bytes,
            _ => weight.read_bytes = bytes,
        }
        let name: Arc<str> = name.into();
        self.graph.modules.push(Module {
            name: name.clone(),
            kind,
            entry,
            bytes,
            loaded: phase,
            preloaded: false,
            first_import: site,
            weight,
        });
        self.loaded.push(Loaded { spec, parsed: None, names: rustc_hash::FxHashSet::default() });
        self.by_name.insert(name, id);
        id
    }

    fn run(&mut self, id: ModuleId, entry: EntryId, name: &str, is_package: bool, phase: Phase) {
        let parsed = self.sources.get(entry, name, is_package);
        for problem in &parsed.problems {
            let message = problem.message.clone();
            self.graph.problems.push(GraphProblem { entry: Some(entry), span: problem.span, message });
        }
        self.loaded[id.0 as usize].parsed = Some(parsed.clone());
        self.loaded[id.0 as usize].names = bound_names(&parsed.code);
        let weight = &mut self.graph.modules[id.0 as usize].weight;
        weight.compiled_nodes = parsed.code.exprs.len() as u64 + parsed.code.stmts.len() as u64;
        weight.functions = parsed.code.functions.len() as u32;
        weight.classes = parsed.code.classes.len() as u32;
        weight.statements = parsed.code.block(parsed.code.body).len() as u32;
        self.depth += 1;
        let at = At { module: id, code: &parsed.code, phase, guarded: false, function: None };
        self.block(at, parsed.code.body);
        self.depth -= 1;
    }

    fn block(&mut self, at: At<'_>, block: Block) -> bool {
        let mut complete = true;
        for id in at.code.block(block) {
            let Some(stmt) = at.code.stmts.get(id.0 as usize) else { continue };
            complete &= self.statement(at, stmt, at.code.stmt_span(*id));
        }
        complete
    }

    /// Runs a statement; `false` when an import in it fails.
    fn statement(&mut self, at: At<'_>, stmt: &Stmt, span: Span) -> bool {
        match stmt {
            Stmt::Import(aliases) => aliases.iter().all(|alias| self.import(at, at.code.name(alias.name), span)),
            Stmt::ImportFrom { module, level, names } => {
                let module = module.map_or("", |module| at.code.name(module));
                self.import_from(at, module, *level, names, span)
            }
            Stmt::If(tests, orelse) => self.branches(at, tests, *orelse),
            Stmt::Try(node) => self.tried(at, node),
            Stmt::With(_, body) | Stmt::While(_, body, _) => self.block(at, *body),
            Stmt::For(_, _, blocks) => self.block(at, blocks.0),
            Stmt::Class(index) => match at.code.classes.get(*index as usize) {
                Some(class) => self.block(at, class.body),
                None => true,
            },
            _ => true,
        }
    }

    fn branches(&mut self, at: At<'_>, tests: &[(ExprId, Block)], orelse: Block) -> bool {
        for (test, body) in tests {
            match self.decide(at.code, *test) {
                Some(true) => return self.block(at, *body),
                Some(false) => {}
                None => {
                    self.block(At { guarded: true, ..at }, *body);
                }
            }
        }
        self.block(at, orelse)
    }

    fn tried(&mut self, at: At<'_>, node: &Try) -> bool {
        let catches = node.handlers.iter().any(|handler| catches_import_error(at.code, handler));
        let complete = self.block(At { guarded: at.guarded || catches, ..at }, node.body);
        let complete = if complete {
            self.block(at, node.orelse)
        } else {
            let handler = node.handlers.iter().find(|handler| catches_import_error(at.code, handler));
            handler.is_some_and(|handler| self.block(at, handler.body))
        };
        self.block(at, node.finally) && complete
    }

    fn import(&mut self, at: At<'_>, name: &str, span: Span) -> bool {
        let site = ImportSite { importer: at.module, span };
        let Some(target) = self.load(name, Some(site), at.phase) else {
            self.graph.unresolved.push(Unresolved {
                import: name.into(),
                site,
                phase: at.phase,
                guarded: at.guarded,
            });
            return false;
        };
        let function = at.function.map(|function| Arc::from(at.code.name(function.name)));
        self.graph.imports.push(Import { site, target, phase: at.phase, function, guarded: at.guarded });
        true
    }

    fn import_from(&mut self, at: At<'_>, module: &str, level: u32, names: &[Alias], span: Span) -> bool {
        let importer = self.graph.module(at.module).name.clone();
        let is_package = matches!(&self.loaded[at.module.0 as usize].spec, Some(Spec::File { package: Some(_), .. }));
        let Some(base) = absolute_name(&importer, is_package, level, module) else { return false };
        if !self.import(at, &base, span) {
            return false;
        }
        let Some(id) = self.by_name.get(&*base).copied() else { return false };
        names.iter().all(|alias| {
            let name = at.code.name(alias.name);
            let loaded = &self.loaded[id.0 as usize];
            let is_folder = matches!(&loaded.spec, Some(Spec::File { package: Some(_), .. } | Spec::Namespace(_)));
            if !is_folder || name == "*" || loaded.names.contains(name) {
                return true;
            }
            let submodule = format!("{base}.{name}");
            // A name that is neither bound nor a submodule may come from a star import or `__getattr__`.
            self.finder.guess(&submodule).is_none() || self.import(at, &submodule, span)
        })
    }

    /// Decides the conditions that are the same at every cold start.
    fn decide(&self, code: &Code, test: ExprId) -> Option<bool> {
        match code.expr(test) {
            Expr::Bool(value) => Some(value),
            Expr::Name(name) | Expr::Attribute(_, name) if code.name(name) == "TYPE_CHECKING" => Some(false),
            Expr::Unary(crate::lang::python::ir::UnaryOp::Not, inner) => self.decide(code, inner).map(|value| !value),
            Expr::Compare(index) => {
                let compare = code.compares.get(index as usize)?;
                let (op, right) = compare.rest.first()?;
                self.compare(code, compare.left, *op, *right)
            }
            _ => None,
        }
    }

    fn compare(&self, code: &Code, left: ExprId, op: CompareOp, right: ExprId) -> Option<bool> {
        match code.expr(left) {
            Expr::Name(name) if code.name(name) == "__name__" => Some(matches!(op, CompareOp::NotEq)),
            Expr::Attribute(_, name) if code.name(name) == "version_info" => {
                let Expr::Tuple(items) = code.expr(right) else { return None };
                let numbers = code.list(items).iter().map_while(|item| match code.expr(*item) {
                    Expr::Int(number) => Some(number),
                    _ => None,
                });
                let wanted: Vec<i64> = numbers.collect();
                let has = [i64::from(self.input.version.0), i64::from(self.input.version.1), 99];
                Some(ordered(has.as_slice().cmp(wanted.as_slice()), op))
            }
            Expr::Attribute(_, name) if matches!(code.name(name), "platform" | "name") => {
                let Expr::Text(text) = code.expr(right) else { return None };
                let same = matches!(code.text(text), "linux" | "posix");
                Some(same == matches!(op, CompareOp::Eq))
            }
            _ => None,
        }
    }
}

fn ordered(order: std::cmp::Ordering, op: CompareOp) -> bool {
    match op {
        CompareOp::Lt => order.is_lt(),
        CompareOp::LtE => order.is_le(),
        CompareOp::Gt => order.is_gt(),
        CompareOp::GtE => order.is_ge(),
        CompareOp::NotEq | CompareOp::IsNot | CompareOp::NotIn => order.is_ne(),
        CompareOp::Eq | CompareOp::Is | CompareOp::In => order.is_eq(),
    }
}

fn module_kind(kind: FileKind) -> ModuleKind {
    match kind {
        FileKind::Source => ModuleKind::Source,
        FileKind::Bytecode => ModuleKind::Bytecode,
        FileKind::Extension => ModuleKind::Extension,
    }
}

fn catches_import_error(code: &Code, handler: &Handler) -> bool {
    let Some(kind) = handler.kind else { return true };
    let named = |id: ExprId| match code.expr(id) {
        Expr::Name(name) | Expr::Attribute(_, name) => {
            matches!(code.name(name), "ImportError" | "ModuleNotFoundError" | "Exception" | "BaseException")
        }
        _ => false,
    };
    match code.expr(kind) {
        Expr::Tuple(items) => code.list(items).iter().any(|item| named(*item)),
        _ => named(kind),
    }
}

/// Names that the top level binds; `*` stands for a star import.
fn bound_names(code: &Code) -> rustc_hash::FxHashSet<Box<str>> {
    let mut names = rustc_hash::FxHashSet::default();
    let mut blocks = vec![code.body];
    while let Some(block) = blocks.pop() {
        for id in code.block(block) {
            match code.stmts.get(id.0 as usize) {
                Some(Stmt::Import(aliases) | Stmt::ImportFrom { names: aliases, .. }) => {
                    names.extend(aliases.iter().map(|alias| Box::from(code.name(alias.bound))));
                }
                Some(Stmt::Function(index)) => {
                    let function = code.functions.get(*index as usize);
                    names.extend(function.map(|function| Box::from(code.name(function.name))));
                }
                Some(Stmt::Class(index)) => {
                    let class = code.classes.get(*index as usize);
                    names.extend(class.map(|class| Box::from(code.name(class.name))));
                }
                Some(Stmt::Assign(targets, _)) => {
                    for target in code.list(*targets) {
                        bind(code, *target, &mut names);
                    }
                }
                Some(Stmt::AnnAssign(target, _, Some(_))) => bind(code, *target, &mut names),
                Some(Stmt::If(tests, orelse)) => {
                    blocks.extend(tests.iter().map(|(_, body)| *body));
                    blocks.push(*orelse);
                }
                Some(Stmt::Try(node)) => {
                    blocks.extend([node.body, node.orelse, node.finally]);
                    blocks.extend(node.handlers.iter().map(|handler| handler.body));
                }
                Some(Stmt::With(_, body)) => blocks.push(*body),
                Some(Stmt::For(target, _, parts)) => {
                    bind(code, *target, &mut names);
                    blocks.push(parts.0);
                }
                _ => {}
            }
        }
    }
    names
}

fn bind(code: &Code, target: ExprId, names: &mut rustc_hash::FxHashSet<Box<str>>) {
    match code.expr(target) {
        Expr::Name(name) => {
            names.insert(Box::from(code.name(name)));
        }
        Expr::Tuple(items) | Expr::List(items) => {
            for item in code.list(items) {
                bind(code, *item, names);
            }
        }
        _ => {}
    }
}
