//! What keeps native code from being loaded or started, judged by the files that are loaded and not by all.
//!
//! Inflating every shared object of a bundle costs more than the rest of the analysis: of all loaded files the start is
//! read, and of each package a few files in full, once for all rules.

mod bootstrap;
mod libraries;
mod loading;

use std::sync::Arc;

use super::FunctionFacts;
use super::modes::Access;
use crate::artifact::EntryId;
use crate::graph::native as graph_native;
use crate::graph::{LoaderError, ModuleId, Refused, StartCause, StartPlace, StartStep};
use crate::lang::native::{self, Host, NativeFacts};
use crate::platform::Language;

/// Native files beyond this are not read in full.
const LARGEST_READ: u64 = 64 << 20;
/// How many files of one package are read in full at most.
const MOST_READS: usize = 4;

/// Something that keeps native code from being loaded, or the executable from being started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The rule that reports it.
    pub rule: &'static str,
    /// The file.
    pub entry: Option<EntryId>,
    /// What it is about.
    pub subject: String,
    /// What is wrong.
    pub message: String,
    /// What to do, where more is known than the rule's own help says.
    pub help: Option<String>,
    /// What a layer that is not here could bring to cure it.
    cure: Option<String>,
    /// Whether it ends Init for sure; otherwise it may be caught, or not be met, or only in the handler.
    pub is_certain: bool,
    /// The module whose loading fails.
    module: Option<ModuleId>,
}

impl Obstacle {
    fn new(rule: &'static str, entry: Option<EntryId>, subject: &str, message: String) -> Self {
        let subject = subject.to_owned();
        Self { rule, entry, subject, message, help: None, cure: None, is_certain: true, module: None }
    }

    fn error(&self) -> LoaderError {
        LoaderError {
            rule: self.rule,
            subject: self.subject.as_str().into(),
            message: self.message.clone(),
            help: self.help.clone(),
            cure: self.cure.as_deref().map(Into::into),
        }
    }
}

/// Where a file of the package is when the function runs.
fn on_machine(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/var/task/{path}") }
}

impl FunctionFacts {
    /// What keeps native code from being loaded or started: found once, in the order in which it is met.
    #[must_use]
    pub fn obstacles(&self) -> &[Obstacle] {
        self.obstacles.get_or_init(|| {
            let mut found: Vec<Obstacle> = self.bootstrap_obstacle().into_iter().collect();
            let is_startable = !found.iter().any(|obstacle| obstacle.is_certain);
            // What cannot be started at all loads nothing.
            if is_startable || self.spec.runtime.language() != Language::Native {
                found.extend(self.loading_obstacles());
            }
            found
        })
    }

    /// Native files that loaders do not take, for a simulation that raises what they say.
    #[must_use]
    pub fn refused(&self) -> Refused {
        let known = self.obstacles.get().map_or(&[][..], Vec::as_slice);
        let of_modules = known.iter().filter_map(|obstacle| {
            let entry = self.graph.module(obstacle.module?).entry?;
            Some((entry, obstacle.error()))
        });
        let mut refused = Refused::default();
        for (entry, error) in of_modules {
            refused.entry(entry).or_insert(error);
        }
        refused
    }

    /// Obstacles and closed files that end Init for sure.
    pub(super) fn native_causes(&self) -> Vec<StartCause> {
        let certain = self.obstacles().iter().filter(|obstacle| obstacle.is_certain);
        let closed = self.closed_entries().into_iter().filter(|closed| closed.is_archived && closed.is_certain);
        let closed = closed.map(|closed| {
            let path = on_machine(&closed.path);
            let message = match closed.access {
                Access::Execute => format!("fork/exec {path}: permission denied"),
                Access::Read | Access::Search => format!("Permission denied: '{path}'"),
            };
            let module = self.graph.modules().find(|(_, module)| module.entry == Some(closed.entry)).map(|(id, _)| id);
            let found = Obstacle::new("unreadable-file", Some(closed.entry), &closed.path, message);
            self.start_cause(&Obstacle { module, ..found })
        });
        certain.map(|obstacle| self.start_cause(obstacle)).chain(closed).collect()
    }

    pub(super) fn start_cause(&self, obstacle: &Obstacle) -> StartCause {
        let LoaderError { rule, subject, message, help, cure } = obstacle.error();
        StartCause {
            rule,
            subject,
            message,
            help,
            chain: obstacle.module.map_or_else(Vec::new, |module| self.steps_to(module)),
            place: obstacle.entry.map(|entry| StartPlace { entry, span: None }),
            after: obstacle.module.map_or(0, |module| module.0 + 1),
            cure,
        }
    }

    /// The imports that lead to a module, the handler's first.
    fn steps_to(&self, module: ModuleId) -> Vec<StartStep> {
        let sites = self.graph.chain(module);
        let targets = sites.iter().map(|site| site.importer).chain([module]);
        let places = std::iter::once(None).chain(sites.iter().map(|site| {
            let entry = self.graph.module(site.importer).entry?;
            Some(StartPlace { entry, span: Some(site.span) })
        }));
        let step = |(target, place): (ModuleId, Option<StartPlace>)| StartStep {
            module: std::sync::Arc::clone(&self.graph.module(target).name),
            place,
        };
        targets.zip(places).map(step).collect()
    }

    /// The process that loads this function's native files.
    fn native_host(&self) -> Host {
        let machine = graph_native::machine_of(self.spec.architecture);
        let is_node = self.spec.runtime.language() == Language::Node;
        let node_abi = native::node_abi(self.spec.runtime.version().0).filter(|_| is_node);
        Host { machine, node_abi }
    }

    /// What a native file says; `None` when it cannot be read or is none.
    #[must_use]
    pub fn native_facts(&self, id: EntryId) -> Option<Arc<NativeFacts>> {
        self.bundle.native_facts(id)
    }
}

/// The newest C library version that a file must find, weak needs left out.
fn needed_glibc(facts: &NativeFacts) -> Option<(u32, u32)> {
    let needs = facts.versions.iter().filter(|need| !need.weak);
    let versions = needs.filter_map(|need| version_pair(need.version.strip_prefix("GLIBC_")?));
    versions.max()
}

/// Major and minor of a version such as `2.34`.
fn version_pair(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map_while(|part| part.parse::<u32>().ok());
    Some((numbers.next()?, numbers.next().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(version_pair("2.9") < version_pair("2.34"));
    }
}
