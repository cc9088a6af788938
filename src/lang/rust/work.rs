//! What a function does before it takes requests, what it builds again for each, and its routes.
//!
//! `main` is walked in the order in which it runs, into the functions of the own crates that it
//! calls, up to the call that hands over to the runtime. What is passed to that call as a handler
//! is walked as request code.

mod expr;
mod known;
mod program;
mod routes;
mod walk;

use std::collections::BTreeSet;

use crate::span::Span;

pub use program::{CrateInput, Program, ProgramInput};

/// Kinds of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkKind {
    /// A request to a service is awaited.
    Network,
    /// A database connection or an eager pool.
    Connection,
    /// Schema migrations.
    Migration,
    /// Sleeping.
    Sleep,
    /// Starting a process.
    Process,
    /// Blocking on a future.
    BlockOn,
    /// Reading a file, or working through embedded data.
    File,
    /// A loop or a computation that takes long.
    Compute,
    /// A lazy static is forced.
    EagerStatic,
    /// Request code: a client or a pool is built.
    Client,
    /// Request code: a regular expression is compiled.
    Regex,
    /// Request code: a file of a fixed name in the temporary folder is written.
    Temporary,
}

/// One place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkItem {
    /// The file.
    pub file: String,
    /// Where in it.
    pub span: Span,
    /// What kind.
    pub kind: WorkKind,
    /// The call as code, short.
    pub what: String,
    /// Bytes of the file, where there is one and it is known.
    pub bytes: Option<u64>,
}

/// One route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Method, upper case; `None` for all.
    pub method: Option<String>,
    /// Path with `{parameters}`.
    pub path: String,
    /// The function as written; `(closure)` for a closure.
    pub handler: String,
    /// The file.
    pub file: String,
    /// Where in it.
    pub span: Span,
    /// What its code names first in paths: other crates, and what cannot be told from them.
    pub crates: BTreeSet<String>,
}

/// What was found for one executable.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// Before requests, in order of place.
    pub init: Vec<WorkItem>,
    /// For each request.
    pub handler: Vec<WorkItem>,
    /// Calls before requests that are right where they are and whose cost is known.
    pub calls: Vec<WorkItem>,
    /// Routes in order of place.
    pub routes: Vec<Route>,
    /// `main` hands over to a Lambda runtime, as far as could be seen.
    pub reaches_run: bool,
}
