//! Whether a function starts: the first of what the simulation, the handler setting and native files say.

use std::collections::BTreeSet;

use super::modes::Closed;
use super::sink::Sink;
use super::{FunctionContext, FunctionFacts};
use crate::artifact::Location;
use crate::assemble::Absence;
use crate::finding::{Finding, Severity};
use crate::graph::{HandlerResolution, StartCause, StartPlace, StartVerdict};
use crate::platform::Language;
use crate::usage::may_bring;

/// Rules whose causes do not depend on the runtime's version.
const OF_ALL_VERSIONS: [&str; 3] = ["unresolved-import", "handler-not-found", "syntax-error"];

impl FunctionFacts {
    /// Whether the function gets through Init. Rules that are switched off do not change it.
    #[must_use]
    pub fn start(&self) -> StartVerdict {
        let all = self.graph.causes.iter().cloned().chain(self.native_causes());
        let (curable, mut causes): (Vec<StartCause>, Vec<StartCause>) = all.partition(|cause| self.may_be_cured(cause));
        causes.extend(self.handler_cause());
        if let Some(first) = causes.into_iter().min_by_key(|cause| cause.after) {
            return StartVerdict::Fails(Box::new(first));
        }
        let said = |cause: StartCause| match self.rests_on_a_guess(&cause) {
            true => format!("the version of the runtime is not known, which decides on: {}", cause.message),
            false => format!("`{}` may come with what is not here", cause.subject),
        };
        let mut missing: Vec<String> = curable.into_iter().map(said).collect();
        missing.extend(self.graph.doubts.iter().cloned());
        missing.extend(self.unset_variables());
        // What is told as a warning may as well break the runtime's module.
        missing.extend(self.graph.hidden.iter().map(|hidden| {
            format!(
                "`{}` finds another `{}` than the runtime's, and what it does with it is not followed",
                hidden.importer, hidden.module
            )
        }));
        let unread = self.graph.problems.iter().filter(|problem| problem.hides_code());
        missing.extend(unread.map(|problem| format!("a file was not read: {}", problem.message)));
        let unsure = self.closed_entries().into_iter().filter(|closed| closed.is_archived && !closed.is_certain);
        missing.extend(unsure.map(|closed| {
            let Closed { path, mode, .. } = closed;
            format!(
                "`{path}` is closed to the runtime's user ({mode:04o}), and what the runtime makes of that is not known"
            )
        }));
        if let HandlerResolution::ModuleMissing { module, .. } = &self.graph.handler {
            missing.push(format!("`{module}`, the module of the handler, may come with what is not here"));
        }
        if matches!(self.graph.handler, HandlerResolution::Unknown) && self.spec.runtime.language() != Language::Native
        {
            missing.push("this runtime's way of loading is not simulated".to_owned());
        }
        // Sources of a crate stand for what is built of them, as those of other languages do.
        if missing.is_empty() && self.spec.main.is_none() && self.lacks_executable() {
            missing.push("its executable is not built".to_owned());
        }
        match missing.is_empty() {
            true => StartVerdict::Starts,
            false => StartVerdict::Unknown(missing),
        }
    }

    /// Environment variables that own code demands and the template, which says all of them, does not have. They may be
    /// set after the deployment.
    fn unset_variables(&self) -> Vec<String> {
        let Some(set) = &self.spec.variables else { return Vec::new() };
        let wraps = set.iter().any(|name| name == crate::assemble::WRAPPER);
        let unset = self.graph.demanded.iter().filter(|(name, _)| !wraps && !set.contains(name));
        unset
            .map(|(name, module)| format!("`{module}` demands the variable `{name}`, which the template does not set"))
            .collect()
    }

    /// Whether something that is not here could bring what a cause misses.
    #[must_use]
    pub fn may_be_cured(&self, cause: &StartCause) -> bool {
        let unbuilt = self.artifact.is_tree() && self.packages.packages.is_empty();
        let may_come = |name: &str| self.usage.awaits(name) || may_bring(&self.declared, name);
        // A declared distribution that is not installed may bring it under another name.
        let unmatched = self.usage.unmatched();
        let may_match = |name: &str| unmatched.may_match() && unmatched.imports.contains(name);
        // A file that is asked for by its path may be made yet.
        let may_be_made = || cause.rule == "unresolved-import" && self.world.puts_at(&cause.subject);
        self.rests_on_a_guess(cause)
            || may_be_made()
            || cause.cure.as_deref().is_some_and(|name| {
                self.absence(name) != Absence::Certain || (unbuilt && may_come(name)) || may_match(name)
            })
    }

    /// Whether a cause holds for a version of the runtime that is a guess, and perhaps not for that which will be.
    fn rests_on_a_guess(&self, cause: &StartCause) -> bool {
        self.world.guesses_runtime() && !OF_ALL_VERSIONS.contains(&cause.rule)
    }

    /// How sure it is that a module which was not found does not exist. What is not here brings no parts of a module
    /// that is.
    #[must_use]
    pub fn absence(&self, name: &str) -> Absence {
        let is_here = self.has_top_level(name) && !self.world.puts_at(name);
        if is_here { Absence::Certain } else { self.world.absence(name) }
    }

    fn has_top_level(&self, name: &str) -> bool {
        if self.spec.runtime.language() != Language::Python || self.world.is_closed() {
            return false;
        }
        let top = name.split('.').next().unwrap_or(name);
        ["", "/opt/python/"].iter().any(|root| {
            let is_module = self.artifact.find(&format!("{root}{top}.py")).is_some();
            is_module || self.artifact.find(&format!("{root}{top}/__init__.py")).is_some()
        })
    }

    /// Whether something that is not here may bring the module of the handler, which may be named by its path in a
    /// layer.
    #[must_use]
    pub fn may_bring_handler(&self, module: &str) -> bool {
        let roots = ["/opt/nodejs/node_modules/", "/opt/python/", "/opt/nodejs/", "/opt/"];
        // From the package's folder two steps up lead to the root of the disk.
        let module = module.strip_prefix("../..").filter(|rest| rest.starts_with("/opt/")).unwrap_or(module);
        let name = roots.iter().find_map(|root| module.strip_prefix(root)).unwrap_or(module);
        may_bring(&self.declared, module) || self.world.may_bring(name)
    }

    /// Whether the handler has no part for the function, which the runtimes of scripts do not accept.
    #[must_use]
    pub fn handler_names_no_function(&self) -> bool {
        let scripted = matches!(self.spec.runtime.language(), Language::Python | Language::Node);
        scripted && !self.spec.handler.contains('.')
    }

    /// What the runtime says where the handler setting leads nowhere.
    fn handler_cause(&self) -> Option<StartCause> {
        let handler = &self.spec.handler;
        let (subject, message, place) = match &self.graph.handler {
            HandlerResolution::ModuleMissing { module, .. } if !self.may_bring_handler(module) => {
                (module, format!("handler `{handler}`: the package has no module `{module}`"), None)
            }
            HandlerResolution::NameMissing { module, name, .. } => {
                let entry = self.graph.module(*module).entry;
                let place = entry.map(|entry| StartPlace { entry, span: None });
                (name, format!("handler `{handler}`: the module defines no `{name}`"), place)
            }
            HandlerResolution::Found { .. } if self.handler_names_no_function() => {
                (handler, format!("handler `{handler}` names a module and no function in it"), None)
            }
            _ => return None,
        };
        Some(StartCause {
            rule: "handler-not-found",
            subject: subject.as_str().into(),
            message,
            help: None,
            chain: Vec::new(),
            place,
            // The handler is asked for once all is loaded.
            after: if place.is_some() { u32::MAX } else { 0 },
            cure: None,
        })
    }

    /// Where a cause is shown.
    #[must_use]
    pub fn locate_cause(&self, place: Option<StartPlace>) -> Location {
        match place {
            Some(place) => self.locate(place.entry, place.span),
            None => self.spec.origin.clone().unwrap_or_else(|| self.location()),
        }
    }
}

/// Reports the causes of one rule, each place and subject once. What something that is not here could cure is left
/// to the verdict.
pub fn report_causes(cx: &FunctionContext<'_>, sink: &mut Sink<'_>, rule: &str) {
    // What is missing in several places is one thing to mend.
    let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
    let causes = cx.graph.causes.iter().filter(|cause| cause.rule == rule && !cx.may_be_cured(cause));
    for cause in causes.filter(|cause| told.insert((&cause.subject, &cause.message))) {
        report_cause(cx, sink, cause);
    }
}

fn report_cause(cx: &FunctionContext<'_>, sink: &mut Sink<'_>, cause: &StartCause) {
    let message = format!("Init ends here: {}", cause.message);
    let finding = Finding::new(cx.locate_cause(cause.place), message).about(&*cause.subject).noting("Init ends here");
    sink.report_as(
        Severity::Error,
        match &cause.help {
            Some(help) => finding.help(help.clone()),
            None => finding,
        },
    );
}

/// Reports what keeps native files from being loaded: what ends Init as an error, the rest as a warning. What something
/// that is not here could cure is left to the verdict.
pub fn report_obstacles(cx: &FunctionContext<'_>, sink: &mut Sink<'_>, rule: &str) {
    // One wrong installation spoils all files of a package.
    let mut told = BTreeSet::new();
    let mut is_news = |subject: &str| {
        let owner = cx.artifact.find(subject).and_then(|entry| cx.packages.owner(entry));
        told.insert(owner.map_or_else(|| subject.to_owned(), |owner| format!("{}#", owner.0)))
    };
    for cause in cx.graph.causes.iter().filter(|cause| cause.rule == rule && !cx.may_be_cured(cause)) {
        if is_news(&cause.subject) {
            report_cause(cx, sink, cause);
        }
    }
    let raised = |subject: &str| cx.graph.causes.iter().any(|cause| cause.rule == rule && *cause.subject == *subject);
    for obstacle in cx.obstacles().iter().filter(|obstacle| obstacle.rule == rule && !raised(&obstacle.subject)) {
        if cx.may_be_cured(&cx.start_cause(obstacle)) {
            continue;
        }
        let place = obstacle.entry.map(|entry| StartPlace { entry, span: None });
        let finding = Finding::new(cx.locate_cause(place), obstacle.message.clone()).about(obstacle.subject.clone());
        let finding = match &obstacle.help {
            Some(help) => finding.help(help.clone()),
            None => finding,
        };
        match obstacle.is_certain {
            true => sink.report_as(Severity::Error, finding.noting("Init ends here")),
            false => {
                sink.report_as(Severity::Warning, finding.noting("fails where it is loaded, if nothing catches that"))
            }
        }
    }
}
