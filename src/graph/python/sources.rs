//! Parsed source files, read ahead of the interpreter by worker threads.
//!
//! The interpreter runs on one thread and asks for files in the order of execution; workers
//! follow the top-level imports of what is parsed already, depth first as the interpreter will,
//! so that most answers are ready.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::finder::{FileKind, Finder, Spec};
use crate::artifact::{Artifact, EntryId};
use crate::graph::{OwnCode, free_aside};
use crate::lang::python::ir::{Block, Code, Expr, Stmt};
use crate::lang::python::{Parsed, Problem, ProblemKind, parse, too_large};

/// Tokens of all files that one simulation parses; see [`MAX_TOKENS`](crate::lang::python::MAX_TOKENS).
/// Importing all of torch, scipy and pandas takes less than half.
const MOST_TOKENS: usize = 8_000_000;
/// Bytes of a dotted name that is looked up ahead.
const LONGEST_NAME: usize = 1024;
/// Texts that one simulation runs as code.
const MOST_TEXTS: usize = 4096;

/// What a module without source has for code.
static NO_CODE: LazyLock<Parsed> = LazyLock::new(Parsed::default);

pub(super) fn no_code() -> &'static Parsed {
    &NO_CODE
}

#[derive(Default)]
struct Shared {
    /// Files that some thread has taken on.
    taken: FxHashSet<EntryId>,
    /// What workers do next, the last first.
    jobs: Vec<Job>,
    closed: bool,
}

impl Shared {
    /// Takes the file that a worker would parse next.
    fn next_unread(&mut self) -> Option<Job> {
        let at = self.jobs.iter().rposition(|job| !job.parsed && !self.taken.contains(&job.entry))?;
        let job = self.jobs.remove(at);
        self.taken.insert(job.entry);
        Some(job)
    }
}

/// A file with its module's name.
struct Job {
    entry: EntryId,
    name: Arc<str>,
    is_package: bool,
    /// The interpreter has parsed it already: only its imports are looked at.
    parsed: bool,
}

/// The cache of parsed files.
pub(super) struct Sources<'a> {
    artifact: &'a Artifact,
    finder: &'a Finder<'a>,
    /// By entry. Set once, so that the interpreter can borrow code for as long as it runs.
    parsed: Box<[OnceLock<Box<Parsed>>]>,
    /// Code that was made as text while the simulation ran, in order.
    texts: Box<[OnceLock<Box<Parsed>>]>,
    /// Tokens that were parsed so far.
    tokens: AtomicUsize,
    shared: Mutex<Shared>,
    changed: Condvar,
}

impl<'a> Sources<'a> {
    pub(super) fn new(artifact: &'a Artifact, finder: &'a Finder<'a>) -> Self {
        let parsed = artifact.entries().map(|_| OnceLock::new()).collect();
        let texts = (0..MOST_TEXTS).map(|_| OnceLock::new()).collect();
        Self {
            artifact,
            finder,
            parsed,
            texts,
            tokens: AtomicUsize::new(0),
            shared: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Keeps the code of the text number `at`; `None` where there are too many.
    pub(super) fn keep_text(&self, at: usize, parsed: Parsed) -> Option<&Parsed> {
        Some(self.texts.get(at)?.get_or_init(|| Box::new(parsed)))
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn done(&self, entry: EntryId) -> Option<&Parsed> {
        self.parsed.get(entry.0 as usize)?.get().map(|parsed| &**parsed)
    }

    /// The parsed file, parsed here if nobody has yet. While a worker is at it, others are parsed here that
    /// the workers would take next.
    pub(super) fn get(&self, entry: EntryId, name: &str, is_package: bool) -> &Parsed {
        let mut shared = self.lock();
        loop {
            if let Some(parsed) = self.done(entry) {
                return parsed;
            }
            let job = if shared.taken.insert(entry) {
                Some(Job { entry, name: name.into(), is_package, parsed: false })
            } else {
                shared.next_unread()
            };
            shared = match job {
                Some(job) => {
                    drop(shared);
                    self.parse_and_store(job.entry);
                    self.add([Job { parsed: true, ..job }]);
                    self.lock()
                }
                None => self.changed.wait(shared).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn parse_and_store(&self, entry: EntryId) -> &Parsed {
        // A thread that died here would leave the interpreter waiting for ever.
        let parsed = std::panic::catch_unwind(AssertUnwindSafe(|| self.read_and_parse(entry))).unwrap_or_else(|_| {
            unread(Problem::whole(ProblemKind::Limit, "not analysed: the parser failed on it".to_owned()))
        });
        self.parsed.get(entry.0 as usize).map_or(no_code(), |place| place.get_or_init(|| Box::new(parsed)))
    }

    /// Gives the workers something to do, the last first.
    fn add(&self, jobs: impl IntoIterator<Item = Job>) {
        let mut shared = self.lock();
        let Shared { jobs: waiting, taken, .. } = &mut *shared;
        waiting.extend(jobs.into_iter().filter(|job| job.parsed || !taken.contains(&job.entry)));
        drop(shared);
        self.changed.notify_all();
    }

    fn read_and_parse(&self, entry: EntryId) -> Parsed {
        if let Some(problem) = too_large(self.artifact.entry(entry).bytes) {
            return unread(problem);
        }
        if self.tokens.load(Ordering::Relaxed) > MOST_TOKENS {
            return unread(Problem::whole(
                ProblemKind::Limit,
                "not parsed: all files before it are as much as is read".to_owned(),
            ));
        }
        match self.artifact.read(entry) {
            Ok(bytes) => {
                let parsed = parse((*bytes).as_ref());
                self.tokens.fetch_add(parsed.tokens, Ordering::Relaxed);
                parsed
            }
            Err(error) => unread(Problem::whole(ProblemKind::Content, error.to_string())),
        }
    }

    /// Files that the top level of a module imports, by layout alone.
    fn predict(&self, code: &Code, name: &str, is_package: bool) -> Vec<Job> {
        let mut names = Vec::new();
        collect(code, code.body, name, is_package, &mut names);
        names.dedup();
        let found = names.into_iter().filter_map(|name| match self.finder.guess(&name) {
            Some(Spec::File { entry, kind: FileKind::Source, package }) => {
                Some(Job { entry, name: name.into(), is_package: package.is_some(), parsed: false })
            }
            _ => None,
        });
        found.collect()
    }

    /// What a worker thread does until [`Self::close`].
    pub(super) fn work(&self) {
        let mut shared = self.lock();
        while !shared.closed {
            let Some(job) = shared.jobs.pop() else {
                shared = self.changed.wait(shared).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if !job.parsed && !shared.taken.insert(job.entry) {
                continue;
            }
            drop(shared);
            let parsed = if job.parsed { self.done(job.entry) } else { Some(self.parse_and_store(job.entry)) };
            // With the lock, lest it comes between the interpreter's look and its sleep.
            drop(self.lock());
            self.changed.notify_all();
            if let Some(parsed) = parsed {
                let next = self.predict(&parsed.code, &job.name, job.is_package);
                self.add(next.into_iter().rev());
            }
            shared = self.lock();
        }
    }

    /// The code of the files that are wanted.
    pub(super) fn into_code(self, wanted: impl Fn(EntryId) -> bool) -> FxHashMap<EntryId, OwnCode> {
        let parsed = self.parsed.into_iter().enumerate();
        let parsed = parsed.filter_map(|(at, place)| Some((EntryId(at as u32), place.into_inner()?)));
        let (wanted, rest): (Vec<_>, Vec<_>) = parsed.partition(|(entry, _)| wanted(*entry));
        free_aside(rest);
        wanted.into_iter().map(|(entry, parsed)| (entry, OwnCode::Python(Arc::new(parsed.code)))).collect()
    }

    /// Sends the workers home.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }
}

fn unread(problem: Problem) -> Parsed {
    Parsed { broken: problem.kind == ProblemKind::Content, problems: vec![problem], ..Parsed::default() }
}

/// Absolute names that a block's import statements load, wherever it surely runs at load.
fn collect(code: &Code, block: Block, name: &str, is_package: bool, out: &mut Vec<String>) {
    for id in code.block(block) {
        let Some(stmt) = code.stmts.get(id.0 as usize) else { continue };
        match stmt {
            Stmt::Import(aliases) => {
                for alias in aliases {
                    parents(code.name(alias.name), out);
                }
            }
            Stmt::ImportFrom { module, level, names } => {
                let module = module.map_or("", |module| code.name(module));
                let Some(base) = absolute_name(name, is_package, *level, module) else { continue };
                parents(&base, out);
                for alias in names.iter().filter(|_| base.len() <= LONGEST_NAME) {
                    out.push(format!("{base}.{}", code.name(alias.name)));
                }
            }
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
    if name.len() > LONGEST_NAME {
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
