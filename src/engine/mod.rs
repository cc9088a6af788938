//! The rule engine: what a rule is, what it may ask for, and how its findings are collected.
//!
//! A rule is a folder under `rules/` and one row in `rules/mod.rs`. It is either data (a
//! `[match]` table in its `rule.toml`) or one pure function of a read-only context.

pub mod cargo;
mod context;
mod facts;
mod matcher;
mod meta;
pub mod modes;
pub mod native;
mod npm;
mod options;
mod registry;
mod sink;

pub use context::{FunctionContext, ProjectContext};
pub use facts::{Budgets, FunctionFacts, ProjectFacts};
pub use meta::{Category, Confidence, OptionMeta, RuleMeta};
pub use options::{Policy, RulePolicy, Selector};
pub use registry::{CargoCheck, Check, Registry, Rule, RuleSource};
pub use sink::Sink;

use rayon::prelude::*;

use crate::finding::Finding;

/// Runs every selected rule over the project and all its functions.
/// The findings come in report order.
#[must_use]
pub fn run(registry: &Registry, policy: &Policy, project: &ProjectFacts) -> Vec<Finding> {
    let selected: Vec<&Rule> = registry.rules().iter().filter(|rule| policy.selects(rule)).collect();
    let mut findings: Vec<Finding> =
        selected.par_iter().flat_map_iter(|rule| run_rule(rule, policy, project)).collect();
    findings.sort_by(Finding::report_order);
    findings.dedup();
    findings
}

fn run_rule(rule: &Rule, policy: &Policy, project: &ProjectFacts) -> Vec<Finding> {
    let options = policy.of(rule);
    let mut findings = Vec::new();
    if let Some(check) = rule.cargo.filter(|_| project.cargo.is_some()) {
        let mut sink = Sink::new(rule, options, None);
        check(&ProjectContext::new(project, rule, options), &mut sink);
        findings.extend(sink.into_findings());
    }
    if let Check::Project(check) = rule.check {
        let mut sink = Sink::new(rule, options, None);
        check(&ProjectContext::new(project, rule, options), &mut sink);
        findings.extend(sink.into_findings());
        return findings;
    }
    for function in project.functions.iter().filter(|function| rule.meta.applies_to(function)) {
        let mut sink = Sink::new(rule, options, Some(function));
        let context = FunctionContext::new(project, function, rule, options);
        match rule.check {
            Check::Function(check) => check(&context, &mut sink),
            Check::Match => matcher::run(&context, &mut sink),
            Check::Project(_) | Check::Cargo | Check::Suppressions => {}
        }
        findings.extend(sink.into_findings());
    }
    findings
}
