//! Parsed source files, read ahead of the interpreter by following imports.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use rustc_hash::FxHashMap;

use super::finder::{FileKind, Finder, Spec};
use super::limits::LIMITS;
use super::mentions::Known;
use crate::artifact::{Artifact, EntryId};
use crate::fault::Fault;
use crate::graph::ahead::{Ahead, File, Next, Reader};
use crate::graph::{ModuleGraph, OwnCode, PythonCode};
use crate::lang::python::ir::{Block, Code, Expr, Stmt};
use crate::lang::python::{PARSE_STACK, Parsed, Problem, ProblemKind, parse, too_large};
use crate::package::owners::Packages;
use crate::package::{Bundle, ByEntry};

/// What a module without source has for code.
static NO_CODE: LazyLock<Parsed> = LazyLock::new(Parsed::default);

pub(super) fn no_code() -> &'static Parsed {
    &NO_CODE
}

/// The cache of parsed files.
pub(super) struct Sources<'a> {
    files: Files<'a>,
    ahead: Ahead<ModuleOf, Arc<Parsed>>,
    /// Code that was made as text while the simulation ran, in order: as much as one walk may make, for each walk.
    texts: Box<[OnceLock<Texts>]>,
    /// How many texts there are.
    kept: AtomicUsize,
    mentioned: Known,
}

/// Texts of one walk or of several.
type Texts = Box<[OnceLock<Box<Parsed>>]>;

/// How files are read and followed.
struct Files<'a> {
    artifact: &'a Artifact,
    /// What all functions of the package have parsed.
    parsed: Arc<ByEntry<Parsed>>,
    finder: &'a Finder<'a>,
    packages: &'a Packages,
    /// Tokens that were parsed so far.
    tokens: AtomicUsize,
}

/// The module that a file is the code of.
struct ModuleOf {
    name: Arc<str>,
    is_package: bool,
}

impl<'a> Sources<'a> {
    /// For so many walks.
    pub(super) fn new(bundle: &'a Bundle, finder: &'a Finder<'a>, packages: &'a Packages, walks: usize) -> Self {
        let (artifact, count) = (&*bundle.artifact, bundle.artifact.entries().len());
        let parsed = bundle.shared(0, |_| ByEntry::new(count));
        Self {
            files: Files { artifact, parsed, finder, packages, tokens: AtomicUsize::new(0) },
            ahead: Ahead::new(count),
            texts: (0..walks).map(|_| OnceLock::new()).collect(),
            kept: AtomicUsize::new(0),
            mentioned: Known::new(count),
        }
    }

    /// Another walk begins, with as much to parse as the first had.
    pub(super) fn begin_walk(&self) {
        self.files.tokens.store(0, Ordering::Relaxed);
    }

    /// What the texts of modules say, as far as some walk has asked.
    pub(super) fn mentioned(&self) -> &Known {
        &self.mentioned
    }

    /// Keeps the code of a walk's text number `at`; `None` where there are too many.
    pub(super) fn keep_text(&self, at: usize, parsed: Parsed) -> Option<&Parsed> {
        if at >= LIMITS.texts_run {
            return None;
        }
        let place = self.kept.fetch_add(1, Ordering::Relaxed);
        let of_walk = || (0..LIMITS.texts_run).map(|_| OnceLock::new()).collect();
        let texts = self.texts.get(place / LIMITS.texts_run)?.get_or_init(of_walk);
        Some(texts.get(place % LIMITS.texts_run)?.get_or_init(|| Box::new(parsed)))
    }

    /// The parsed file of a module.
    pub(super) fn get(&self, entry: EntryId, name: &str, is_package: bool) -> &Parsed {
        let found = self.ahead.get(&self.files, entry, || ModuleOf { name: name.into(), is_package });
        found.map_or(no_code(), |parsed| &**parsed)
    }

    /// Does some work while worker threads read ahead.
    pub(super) fn reading_ahead<W>(&self, work: impl FnOnce() -> W) -> W {
        self.ahead.during(&self.files, PARSE_STACK, work)
    }

    /// Files on which reading has failed by a fault of ours.
    pub(super) fn faults(&self) -> Vec<Fault> {
        self.ahead.faults()
    }

    /// The code of the function's own files that a walk has loaded.
    pub(super) fn own_code(&self, graph: &ModuleGraph) -> FxHashMap<EntryId, OwnCode> {
        let loaded = graph.modules.iter().filter_map(|module| module.entry);
        let own = loaded.filter(|entry| self.files.is_own(*entry));
        own.filter_map(|entry| Some((entry, OwnCode::Python(PythonCode(Arc::clone(self.ahead.done(entry)?))))))
            .collect()
    }
}

impl Files<'_> {
    fn is_own(&self, entry: EntryId) -> bool {
        self.packages.is_own(self.artifact, entry)
    }

    /// The files of modules, as far as their layout tells.
    fn files_of(&self, mut names: Vec<String>) -> Vec<File<ModuleOf>> {
        names.dedup();
        let found = names.into_iter().filter_map(|name| match self.finder.guess(&name) {
            Some(Spec::File { entry, kind: FileKind::Source, package }) => {
                Some(File { entry, context: ModuleOf { name: name.into(), is_package: package.is_some() } })
            }
            _ => None,
        });
        found.collect()
    }
}

impl Reader for Files<'_> {
    type Context = ModuleOf;
    type Read = Arc<Parsed>;

    fn read(&self, entry: EntryId) -> Arc<Parsed> {
        if let Some(problem) = too_large(self.artifact.entry(entry).bytes) {
            return Arc::new(unread(problem));
        }
        if self.tokens.load(Ordering::Relaxed) > LIMITS.tokens {
            return Arc::new(unread(Problem::whole(
                ProblemKind::Limit,
                "not parsed: all files before it are as much as is read".to_owned(),
            )));
        }
        let parsed = self.parsed.get(entry, || match self.artifact.read(entry) {
            Ok(bytes) => parse((*bytes).as_ref()),
            Err(error) => unread(Problem::whole(ProblemKind::Unreadable, error.to_string())),
        });
        self.tokens.fetch_add(parsed.tokens, Ordering::Relaxed);
        parsed
    }

    fn failed(&self) -> Arc<Parsed> {
        let message = "not analysed: the parser failed on it".to_owned();
        Arc::new(unread(Problem::whole(ProblemKind::Limit, message)))
    }

    /// The imports of the top level, then those of the function's own functions, which the simulation runs last.
    fn follow(&self, file: &File<ModuleOf>, read: &Arc<Parsed>) -> Next<ModuleOf> {
        let (code, ModuleOf { name, is_package }) = (&read.code, &file.context);
        let (mut at_load, mut later) = (Vec::new(), Vec::new());
        collect(code, code.body, name, *is_package, &mut at_load);
        if self.is_own(file.entry) {
            for function in &code.functions {
                collect(code, function.body, name, *is_package, &mut later);
            }
        }
        Next { at_load: self.files_of(at_load), later: self.files_of(later), prepare: false }
    }
}

fn unread(problem: Problem) -> Parsed {
    Parsed { broken: problem.kind == ProblemKind::Unreadable, problems: vec![problem], ..Parsed::default() }
}

/// Absolute names that a block's import statements load, wherever it surely runs at load.
fn collect(code: &Code, block: Block, name: &str, is_package: bool, out: &mut Vec<String>) {
    for id in code.block(block) {
        let Some(stmt) = code.stmts.get(id.0 as usize) else { continue };
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom { .. } => imported(code, stmt, name, is_package, out),
            Stmt::Try(node) => {
                collect(code, node.body, name, is_package, out);
                collect(code, node.orelse, name, is_package, out);
            }
            Stmt::If(tests, orelse) => {
                for (test, body) in tests {
                    if !mentions_type_checking(code, code.expr(*test)) {
                        collect(code, *body, name, is_package, out);
                    }
                }
                collect(code, *orelse, name, is_package, out);
            }
            Stmt::With(_, body) => collect(code, *body, name, is_package, out),
            _ => {}
        }
    }
}

/// Absolute names that an import statement loads.
fn imported(code: &Code, stmt: &Stmt, name: &str, is_package: bool, out: &mut Vec<String>) {
    match stmt {
        Stmt::Import(aliases) => {
            for alias in aliases {
                parents(code.name(alias.name), out);
            }
        }
        Stmt::ImportFrom { module, level, names } => {
            let module = module.map_or("", |module| code.name(module));
            let Some(base) = absolute_name(name, is_package, *level, module) else { return };
            parents(&base, out);
            for alias in names.iter().filter(|_| base.len() <= LIMITS.name_ahead_bytes) {
                out.push(format!("{base}.{}", code.name(alias.name)));
            }
        }
        _ => {}
    }
}

fn mentions_type_checking(code: &Code, test: Expr) -> bool {
    match test {
        Expr::Name(name) | Expr::Attribute(_, name) => code.name(name) == "TYPE_CHECKING",
        Expr::Compare(at) => code
            .compares
            .get(at as usize)
            .is_some_and(|c| matches!(code.expr(c.left), Expr::Name(n) if code.name(n) == "__name__")),
        _ => false,
    }
}

fn parents(name: &str, out: &mut Vec<String>) {
    // No path is that long; a hostile name would make as many names as it has dots.
    if name.len() > LIMITS.name_ahead_bytes {
        return;
    }
    for (at, _) in name.match_indices('.') {
        out.push(name[..at].to_owned());
    }
    out.push(name.to_owned());
}

/// The absolute name of `from <level dots><module> import ...` inside module `name`.
pub(super) fn absolute_name(name: &str, is_package: bool, level: u32, module: &str) -> Option<String> {
    if level == 0 {
        return (!module.is_empty()).then(|| module.to_owned());
    }
    let mut base = name;
    let up = if is_package { level - 1 } else { level };
    for step in 0..up {
        match base.rsplit_once('.') {
            Some((parent, _)) => base = parent,
            // A top-level module has no parent package to start from.
            None if step + 1 == up && !base.is_empty() => base = "",
            None => return None,
        }
    }
    if base.is_empty() {
        return None;
    }
    Some(if module.is_empty() { base.to_owned() } else { format!("{base}.{module}") })
}
