//! Whether a function gets through Init, in the words of no language: what ends it, and what is missing to say.

use std::sync::Arc;

use crate::artifact::EntryId;
use crate::span::Span;

/// Whether the runtime gets from its start to the first call of the handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartVerdict {
    /// For all that is known it does.
    Starts,
    /// It does not, and nothing that is not here could change that.
    Fails(Box<StartCause>),
    /// It cannot be said. Each text names one thing that is missing.
    Unknown(Vec<String>),
}

/// An error that ends Init: the code that raises it surely runs, and nothing catches it.
///
/// Simulations note all that they meet, since each would be the first once those before it are mended, and go on
/// behind them. Only what is certain belongs here: a wrong alarm is worse than a missed failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartCause {
    /// The rule that reports it.
    pub rule: &'static str,
    /// What it is about: a module, a name in one, a file.
    pub subject: Arc<str>,
    /// The error in the runtime's words: `ImportError: cannot import name 'UTC' from 'datetime'`.
    pub message: String,
    /// What to do about it, where more is known than the rule's own help says.
    pub help: Option<String>,
    /// The imports that lead to the code that fails, outermost first.
    pub chain: Vec<StartStep>,
    /// Where it happens; `None` where it is about the handler setting or the package as a whole.
    pub place: Option<StartPlace>,
    /// How many modules Init had begun to load by then: the cause with the smallest number comes first.
    pub after: u32,
    /// The module, by name, with which a layer or distribution that is not here would cure it; `None` where only a
    /// change of what is here does.
    pub cure: Option<Arc<str>>,
}

/// A place in a file of the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartPlace {
    /// The file.
    pub entry: EntryId,
    /// Where in it.
    pub span: Option<Span>,
}

/// One import on the way to a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartStep {
    /// The module that is imported.
    pub module: Arc<str>,
    /// The import; `None` for the runtime's own of the handler.
    pub place: Option<StartPlace>,
}
