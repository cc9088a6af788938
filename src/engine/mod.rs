//! The rule engine: what a rule is, what it may ask for, and how its findings are collected.
//!
//! A rule is a folder under `rules/` and one row in `rules/mod.rs`. It is either data (a
//! `[match]` table in its `rule.toml`) or one pure function of a read-only context.

mod addresses;
pub mod application;
pub mod cargo;
pub mod contracts;
mod context;
mod facts;
mod matcher;
mod meta;
pub mod modes;
mod moving;
pub mod native;
mod npm;
mod options;
mod parting;
mod package;
mod registry;
mod sink;
mod start;
mod taken;

pub use application::ApplicationContext;
pub use context::{FunctionContext, ProjectContext};
pub use facts::{Budgets, FunctionFacts, LeftOut, Omission, ProjectFacts};
pub use meta::{Category, Confidence, OptionMeta, RuleMeta};
pub use options::{Policy, RulePolicy, Selector};
pub use package::PackageContext;
pub use parting::Part;
pub use registry::{CargoCheck, Check, PackageCheck, Registry, Rule, RuleSource};
pub use sink::Sink;
pub use start::{report_causes, report_obstacles};

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::fault::{self, Fault};
use crate::finding::{Finding, culprit};

/// What rules have found, and which of them failed.
#[derive(Debug, Default)]
pub struct Checked {
    /// By rule.
    pub findings: Vec<Finding>,
    /// Faults of ours, with the function that the rule looked at.
    pub faults: Vec<(Option<String>, Fault)>,
}

impl Checked {
    /// Takes what a rule reports, or that it failed.
    fn add(&mut self, mut sink: Sink<'_>, function: Option<&FunctionFacts>, check: impl FnOnce(&mut Sink<'_>)) {
        let part = sink.part();
        match fault::caught(&part, || check(&mut sink)) {
            Ok(()) => self.findings.extend(sink.into_findings()),
            Err(fault) => self.faults.push((function.map(|function| function.spec.name.clone()), fault)),
        }
    }
}

/// Runs every selected rule over the project and all its functions. What of it is said, [`choose`] says.
#[must_use]
pub fn run(registry: &Registry, policy: &Policy, project: &ProjectFacts) -> Checked {
    let selected: Vec<&Rule> = registry.rules().iter().filter(|rule| policy.selects(rule)).collect();
    let packages = package::shared(project);
    let parts: Vec<Checked> = selected.par_iter().map(|rule| run_rule(rule, policy, project, &packages)).collect();
    let mut checked = Checked::default();
    for part in parts {
        checked.findings.extend(part.findings);
        checked.faults.extend(part.faults);
    }
    checked.faults.sort();
    checked
}

/// Leaves of what rules have found what a policy wants to hear, as severe as it says, and puts it in report order. The
/// same comes out whether only the rules that it selects were run, or more of them.
pub fn choose(findings: &mut Vec<Finding>, registry: &Registry, policy: &Policy) {
    findings.retain_mut(|finding| {
        let Some(rule) = registry.find(finding.rule) else { return false };
        finding.severity = policy.of(rule).severity.unwrap_or(finding.severity);
        policy.selects(rule)
    });
    culprit::settle(findings);
    findings.sort_by(Finding::report_order);
}

fn run_rule(rule: &Rule, policy: &Policy, project: &ProjectFacts, packages: &[Vec<&FunctionFacts>]) -> Checked {
    let options = policy.of(rule);
    let mut checked = Checked::default();
    let sink = |function| Sink::new(rule, options, function);
    if let Some(check) = rule.cargo.filter(|_| !project.workspaces.is_empty() || !project.trees.is_empty()) {
        checked.add(sink(None), None, |sink| check(&ProjectContext::new(project, rule, options), sink));
    }
    if let Check::Project(check) = rule.check {
        checked.add(sink(None), None, |sink| check(&ProjectContext::new(project, rule, options), sink));
        return checked;
    }
    if let Check::Application(check) = rule.check {
        for application in &project.applications {
            let context = ApplicationContext::new(project, application, rule, options);
            checked.add(sink(None), None, |sink| check(&context, sink));
        }
        once(&mut checked.findings);
        return checked;
    }
    if let Some(check) = of_package(rule) {
        for functions in packages {
            let Some(first) = functions.first().filter(|function| rule.meta.applies_to(function)) else { continue };
            let context = PackageContext::new(functions, first, project, rule, options);
            checked.add(Sink::of_package(rule, options, functions), Some(first), |sink| check(&context, sink));
        }
    }
    for function in project.functions.iter().filter(|function| rule.meta.applies_to(function)) {
        let context = FunctionContext::new(project, function, rule, options);
        checked.add(sink(Some(function)), Some(function), |sink| match rule.check {
            Check::Function(check) => check(&context, sink),
            Check::Match => matcher::in_code(&context, sink),
            Check::Package(_) | Check::Project(_) | Check::Application(_) | Check::Cargo | Check::Suppressions => {}
        });
    }
    checked
}

/// Keeps one of the findings that several applications have alike: they use one module, or nest one template.
fn once(findings: &mut Vec<Finding>) {
    let mut known = BTreeSet::new();
    findings.retain(|finding| {
        let location = &finding.location;
        let place =
            (location.path.clone(), location.inner_path.clone(), location.span.map(|span| (span.start, span.end)));
        known.insert((place, finding.message.clone(), finding.function.clone(), finding.subject.clone()))
    });
}

/// What a rule has to say of a package, if anything.
fn of_package(rule: &Rule) -> Option<PackageCheck> {
    match rule.check {
        Check::Package(check) => Some(check),
        Check::Match => Some(matcher::in_package),
        _ => None,
    }
}
