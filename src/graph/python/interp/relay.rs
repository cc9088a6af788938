//! Handlers of one package that begin with the same imports: these run once.
//!
//! A walk keeps its state behind the imports that another handler begins with too. When it has come to its end, it goes
//! back there, and the other handler takes the place of the first: so far nothing differs but its name, its file
//! and its lines. Where code has looked at any of these, nothing is kept.

use super::super::finder::{FileKind, Spec};
use super::super::value::*;
use super::top_level::Entered;
use super::*;
use crate::lang::python::Newer;
use crate::lang::python::ir::{Alias, Stmt};

/// A handler's module by what it begins with.
#[derive(Clone)]
pub(in super::super) struct Header<'a> {
    /// Its dotted name.
    pub(in super::super) name: String,
    entry: EntryId,
    code: &'a Parsed,
    /// The variables that its function is declared with.
    environment: &'a BTreeMap<String, String>,
    /// Its leading statements that only import.
    statements: usize,
}

impl Header<'_> {
    /// How many leading statements both have in common.
    pub(in super::super) fn common(&self, other: &Header<'_>) -> usize {
        let parent = |name: &str| name.rsplit_once('.').map(|(parent, _)| parent.to_owned());
        let (a, b) = (&self.code.code, &other.code.code);
        if parent(&self.name) != parent(&other.name) || a.future_annotations != b.future_annotations {
            return 0;
        }
        self.leading().zip(other.leading()).take_while(|(x, y)| is_same(a, x, b, y)).count()
    }

    fn leading(&self) -> impl Iterator<Item = &Stmt> {
        let code = &self.code.code;
        let block = code.block(code.body).iter().take(self.statements);
        block.filter_map(|id| code.stmts.get(id.0 as usize))
    }
}

fn is_import(code: &Code, stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Import(_) => true,
        Stmt::ImportFrom { names, .. } => names.iter().all(|alias| code.name(alias.name) != "*"),
        _ => false,
    }
}

/// Whether two statements of two modules do the same.
fn is_same(a: &Code, x: &Stmt, b: &Code, y: &Stmt) -> bool {
    let alike = |x: &Alias, y: &Alias| {
        let rename = |code: &Code, alias: &Alias| alias.rename.map(|name| code.name(name).to_owned());
        a.name(x.name) == b.name(y.name) && rename(a, x) == rename(b, y)
    };
    let all_alike = |x: &[Alias], y: &[Alias]| x.len() == y.len() && x.iter().zip(y).all(|(x, y)| alike(x, y));
    match (x, y) {
        (Stmt::Import(x), Stmt::Import(y)) => all_alike(x, y),
        (
            Stmt::ImportFrom { module, level, names },
            Stmt::ImportFrom { module: other, level: other_level, names: other_names },
        ) => {
            level == other_level
                && module.map(|name| a.name(name)) == other.map(|name| b.name(name))
                && all_alike(names, other_names)
        }
        _ => false,
    }
}

/// What code has asked for that may be another for another handler.
#[derive(Clone, Default)]
pub(super) struct Probes {
    /// Names in `sys.modules`.
    pub(super) names: FxHashSet<Sym>,
    /// All names there.
    pub(super) all: bool,
    /// Environment variables.
    pub(super) variables: FxHashSet<Sym>,
    /// All of them.
    pub(super) all_variables: bool,
}

/// A state that other handlers begin with.
struct Point<'a> {
    /// All but the heap, which goes back by itself.
    state: Box<Interp<'a>>,
    /// Where the handler's module stands; `None` before it is imported.
    reached: Option<Reached>,
}

/// A handler's module behind some of its statements.
#[derive(Clone)]
struct Reached {
    module: ModIdx,
    statements: usize,
    entered: Entered,
}

/// The states that are kept, and where more are wanted.
#[derive(Clone, Default)]
pub(super) struct Relay<'a> {
    points: Vec<std::rc::Rc<Point<'a>>>,
    /// The handler's file, and behind how many of its statements a state is kept.
    wanted: Option<(EntryId, Vec<usize>)>,
    /// The names of all handlers that may begin alike.
    handlers: std::rc::Rc<[String]>,
}

impl Relay<'_> {
    pub(super) fn handlers(&self) -> std::rc::Rc<[String]> {
        std::rc::Rc::clone(&self.handlers)
    }
}

impl<'a> Interp<'a> {
    /// What a handler's module begins with; `None` where it is not what the runtime finds under its name, or may not
    /// even run.
    pub(in super::super) fn header(
        &mut self,
        name: &str,
        environment: &'a BTreeMap<String, String>,
    ) -> Option<Header<'a>> {
        let found = match name.contains('.') {
            true => self.finder.guess(name),
            false if self.is_builtin(name) => None,
            false => self.find_top(name),
        };
        let Some(Spec::File { entry, kind: FileKind::Source, package: None }) = found else { return None };
        let code = self.sources.get(entry, name, false);
        let is_read = |newer: &Newer| newer.minor <= self.input.version.1;
        let runs = code.problems.is_empty() && !code.broken && code.newer.iter().all(is_read);
        let block = code.code.block(code.code.body).iter();
        let leading = block.map_while(|id| code.code.stmts.get(id.0 as usize));
        let statements = leading.take_while(|stmt| is_import(&code.code, stmt)).count();
        runs.then(|| Header { name: name.to_owned(), entry, code, environment, statements })
    }

    /// Keeps the state before any of some handlers is imported.
    pub(in super::super) fn keep_start(&mut self, handlers: impl Iterator<Item = String>) {
        self.relay.handlers = handlers.collect();
        self.keep_point(None);
    }

    /// How many states are kept.
    pub(in super::super) fn points(&self) -> usize {
        self.relay.points.len()
    }

    /// How many statements of the handler the newest state has behind it.
    pub(in super::super) fn reached(&self) -> usize {
        let reached = self.relay.points.last().and_then(|point| point.reached.as_ref());
        reached.map_or(0, |reached| reached.statements)
    }

    /// Goes back to the newest state that is kept.
    pub(in super::super) fn go_back(&mut self) {
        let Some(point) = self.relay.points.last().cloned() else { return };
        let mut heap = std::mem::take(&mut self.heap);
        let relay = std::mem::take(&mut self.relay);
        let texts = heap.rewind();
        *self = Interp { heap, relay, ..(*point.state).clone() };
        // Names that were interned since have no number any more.
        for cell in self.mods.iter().flat_map(|module| module.syms.iter()).filter(|cell| cell.get() >= texts) {
            cell.set(u32::MAX);
        }
    }

    /// Gives up the newest state, after going back to it.
    pub(in super::super) fn give_up_point(&mut self) {
        self.relay.points.pop();
        self.heap.forget();
    }

    /// Wants states behind so many statements of a handler.
    pub(in super::super) fn want_points(&mut self, header: Option<&Header<'_>>, behind: Vec<usize>) {
        self.relay.wanted = header.map(|header| (header.entry, behind));
    }

    fn keep_point(&mut self, reached: Option<Reached>) {
        let heap = std::mem::take(&mut self.heap);
        let relay = std::mem::take(&mut self.relay);
        let state = Box::new(self.clone());
        (self.heap, self.relay) = (heap, relay);
        self.heap.remember();
        self.relay.points.push(std::rc::Rc::new(Point { state, reached }));
    }

    /// Behind how many statements of a module states are kept.
    pub(super) fn marks(&self, at: ModIdx) -> Vec<usize> {
        let entry = self.module(at).entry;
        let wanted = self.relay.wanted.as_ref().filter(|(wanted, _)| Some(*wanted) == entry && self.is_alone());
        wanted.map(|(_, marks)| marks.clone()).unwrap_or_default()
    }

    /// Whether nothing runs around the module whose top level runs.
    fn is_alone(&self) -> bool {
        self.total_depth == 1
            && self.phase == Phase::Init
            && self.catches.is_empty()
            && self.handling.is_empty()
            && self.call_sites.is_empty()
            && self.logs.is_empty()
            && self.doubt.is_certain()
    }

    /// Keeps the state behind some statements of a handler, if no code has looked at its module.
    pub(super) fn keep_behind(&mut self, module: ModIdx, statements: usize, entered: &Entered) {
        let Mod { name, entry, asked, .. } = *self.module(module);
        let text = self.heap.text(name);
        let is_site = |site: &Option<trace::Site>| site.is_some_and(|(at, _)| at == module);
        let trace = &self.trace;
        let is_seen = asked
            || self.probes.all
            || self.probes.names.contains(&name)
            || trace.imports.iter().any(|import| import.target == module)
            || trace.causes.iter().chain(trace.kept()).any(|fault| is_site(&fault.site))
            || trace.calls.iter().any(|call| call.module == module)
            || trace.hidden.iter().any(|(file, _, importer)| Some(*file) == entry || **importer == *text)
            || self.stated.contains_key(&module)
            || !self.is_alone();
        if !is_seen {
            self.keep_point(Some(Reached { module, statements, entered: entered.clone() }));
        }
    }

    /// Goes on from the newest state with another handler; `None` where code may have looked for that, too.
    pub(in super::super) fn take_over(&mut self, header: &Header<'a>) -> Option<Run<Value>> {
        let Reached { module, statements, entered } = self.relay.points.last()?.reached.clone()?;
        self.adopt(module, statements, header)?;
        let frame = self.module_frame(module);
        let result = self.exec_marked(&frame, statements, &entered);
        self.leave_top_level(module, entered);
        Some(self.end_load(module, &header.name, result.map(|_| ())))
    }

    /// Puts another handler in the place of the one whose module this is.
    fn adopt(&mut self, module: ModIdx, statements: usize, header: &Header<'a>) -> Option<()> {
        let name = self.heap.sym(&header.name);
        if self.sys_modules.get(name).is_some() || self.probes.names.contains(&name) || self.is_wanted(name) {
            return None;
        }
        self.declare(header.environment)?;
        let path = super::super::finder::absolute(&self.input.artifact.entry(header.entry).path);
        let (object_name, file) = (Value::Str(name), self.heap.str(&path));
        let (scope, before) = (self.module(module).scope, self.module(module).code);
        let [file_key, spec_key, name_key, origin_key] =
            ["__file__", "__spec__", "name", "origin"].map(|key| self.heap.sym(key));
        let spec = self.heap.vars(scope).get(spec_key)?;
        let vars = self.heap.vars_mut(scope);
        vars.set(known::NAME, object_name);
        vars.set(file_key, file);
        let Value::Obj(spec) = spec else { return None };
        let Object::Instance { attrs, .. } = self.heap.object_mut(spec) else { return None };
        attrs.set(name_key, object_name);
        attrs.set(origin_key, file);
        let (old, root) = (self.module(module).name, header.name.split('.').next().unwrap_or_default());
        self.sys_modules.rename(old, name);
        let root = self.heap.sym(root);
        let own = self.input.is_own(header.entry);
        self.set_code(module, header.code);
        let place = self.module_mut(module);
        (place.name, place.root, place.entry, place.own) = (name, root, Some(header.entry), own);
        self.move_lines(module, statements, &before.code, &header.code.code);
        Some(())
    }

    /// Takes a function's variables for those of another; `None` where what code has read of them differs.
    pub(in super::super) fn declare(&mut self, environment: &'a BTreeMap<String, String>) -> Option<()> {
        let is_same = |name: &Sym| {
            let name = self.heap.text(*name);
            self.declared.get(&*name) == environment.get(&*name)
        };
        let is_all_same = !self.probes.all_variables || self.declared == environment;
        let agrees = is_all_same && self.probes.variables.iter().all(is_same);
        agrees.then(|| self.declared = environment)
    }

    /// Whether some import has asked for a module and not found it.
    fn is_wanted(&self, name: Sym) -> bool {
        self.trace.unresolved.iter().any(|missing| missing.name == name)
    }

    /// Moves what was seen on the lines of one handler to those of another.
    fn move_lines(&mut self, module: ModIdx, statements: usize, from: &Code, to: &Code) {
        let spans = |code: &Code| -> Vec<Span> {
            code.block(code.body).iter().take(statements).map(|id| code.stmt_span(*id)).collect()
        };
        let moved: FxHashMap<Span, Span> = spans(from).into_iter().zip(spans(to)).collect();
        let move_site = |at: ModIdx, span: &mut Span| {
            if at == module
                && let Some(to) = moved.get(span)
            {
                *span = *to;
            }
        };
        let trace = &mut self.trace;
        trace.imports.iter_mut().for_each(|seen| move_site(seen.importer, &mut seen.span));
        trace.unresolved.iter_mut().for_each(|seen| move_site(seen.importer, &mut seen.span));
        trace.data_files.iter_mut().for_each(|(_, at, span)| move_site(*at, span));
        let via = trace.calls.iter_mut().flat_map(|call| &mut call.via);
        via.for_each(|(at, span)| move_site(*at, span));
        trace.seen_imports.retain(|(importer, ..)| *importer != module);
        let own = trace.imports.iter().filter(|seen| seen.importer == module);
        trace.seen_imports.extend(own.map(|seen| (module, seen.span.start, seen.target)));
        for (at, span) in self.mods.iter_mut().filter_map(|module| module.first_import.as_mut()) {
            move_site(*at, span);
        }
    }
}
