//! The pipeline: from paths to facts, for the command line and whoever else asks.
//!
//! Paths become function specs, specs become [`FunctionFacts`](crate::engine::FunctionFacts) side by side, and what
//! cannot be analysed becomes an [`Omission`](crate::engine::Omission) that stops nothing else. Packages are opened
//! once. Nothing here prints.

mod candidates;
mod convention;
mod crates;
mod discover;
mod facts;
mod functions;
mod ignored;
mod images;
mod in_order;
mod installed;
mod layers;
mod listed;
mod named;
mod search;
mod settings;
mod shelf;
mod sources;
mod templates;
mod threads;
mod together;
mod traffic;
mod tree;
mod unbuilt;
mod words;
mod workspace;
mod written;

use std::fmt;
use std::path::Path;

pub use convention::name_of;
pub use functions::{project, project_on};
pub use in_order::{Work, in_order};
pub use layers::GivenLayer;
pub use listed::{LONGEST as LONGEST_INPUT, Listed, ListedLayer};
pub use settings::{Settings, find as find_settings, find_for as find_settings_for};
pub use shelf::Shelf;
pub use sources::ProjectSources;
pub use threads::with_threads;
pub use workspace::{Asked, Found, Selection, facts as workspace_facts};
pub use written::at_sources;

use crate::engine::Budgets;
use crate::platform::{Architecture, Runtime};

/// An error of the user that ends the run: what is wrong, where, what to do.
#[derive(Debug)]
pub struct UserError(pub String);

impl<E: std::error::Error> From<E> for UserError {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// What the user said of the functions, before any configuration.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// What the function is called, where no template names it.
    pub name: Option<String>,
    /// The handler.
    pub handler: Option<String>,
    /// The runtime.
    pub runtime: Option<Runtime>,
    /// The instruction set.
    pub architecture: Option<Architecture>,
    /// Memory size in MB.
    pub memory_mb: Option<u32>,
    /// The stage that templates are deployed as.
    pub stage: Option<String>,
    /// Layers, in merge order.
    pub layers: Vec<GivenLayer>,
    /// Whether development dependencies are judged too.
    pub development: bool,
}

/// Who hears what a run has to say beside its result.
pub trait Listener: Sync {
    /// What the work is at now.
    fn step(&self, what: &str);
    /// Something to know that no report holds.
    fn note(&self, message: &str);
    /// Something that is probably wrong.
    fn warn(&self, message: &str);
    /// Whether the process ends after this run, so that its memory need not be freed.
    fn is_last(&self) -> bool {
        true
    }
}

/// What holds for all functions of a run.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// What the user said.
    pub given: &'a Given,
    /// The configuration.
    pub settings: &'a Settings,
    /// Budgets that the user said.
    pub budgets: Budgets,
    /// Who hears of the run.
    pub listener: &'a dyn Listener,
}

impl fmt::Debug for Inputs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inputs").field("given", self.given).finish_non_exhaustive()
    }
}

/// A path as people read it in reports: with `/`, without a leading `./`.
#[must_use]
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let text = text.strip_prefix("./").unwrap_or(&text);
    if text.is_empty() { ".".to_owned() } else { text.to_owned() }
}
