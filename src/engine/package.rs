//! Rules that judge a deployment package: once, however many functions ship it.

use std::ops::Deref;
use std::sync::Arc;

use super::options::answers_options;
use super::{FunctionFacts, ProjectFacts, Rule, RulePolicy};
use crate::graph::Phase;
use crate::package::owners::{Package, PackageId};

/// What a rule that looks at one package may ask for. Dereferences to the [`FunctionFacts`] of the first function that
/// ships it; what depends on code is asked of all of them.
pub struct PackageContext<'a> {
    /// The functions that ship the package for one runtime and one instruction set, in the order in which they were
    /// declared; never none.
    pub functions: &'a [&'a FunctionFacts],
    first: &'a FunctionFacts,
    project: &'a ProjectFacts,
    pub(super) rule: &'a Rule,
    policy: RulePolicy<'a>,
}

answers_options!(PackageContext);

impl<'a> PackageContext<'a> {
    pub(super) fn new(
        functions: &'a [&'a FunctionFacts],
        first: &'a FunctionFacts,
        project: &'a ProjectFacts,
        rule: &'a Rule,
        policy: RulePolicy<'a>,
    ) -> Self {
        Self { functions, first, project, rule, policy }
    }

    /// Whether it is known of every function what it loads; otherwise nothing can be said of what is never loaded.
    #[must_use]
    pub fn has_closure(&self) -> bool {
        self.functions.iter().all(|function| function.has_closure())
    }

    /// For each entry whether a closure of any function loads it as a module or reads it as data.
    #[must_use]
    pub fn reached_entries(&self) -> Vec<bool> {
        let mut reached = self.first.reached_entries();
        for function in self.functions.iter().filter(|function| !std::ptr::eq(**function, self.first)) {
            for (all, one) in reached.iter_mut().zip(function.reached_entries()) {
                *all |= one;
            }
        }
        reached
    }

    /// When a package is loaded first by any function; `None` when none reaches it.
    #[must_use]
    pub fn package_phase(&self, package: PackageId) -> Option<Phase> {
        self.functions.iter().filter_map(|function| function.package_phase(package)).min()
    }

    /// The layer that a package lies in: a folder or an archive.
    #[must_use]
    pub fn layer_of(&self, package: &Package) -> Option<&str> {
        self.artifact.layer_of(*package.entries.first()?)
    }

    /// Whether another function that has a layer needs a package that lies in it.
    #[must_use]
    pub fn is_needed_beside(&self, layer: &str, package: &str) -> bool {
        let has_layer = |facts: &&FunctionFacts| facts.spec.layers.iter().any(|one| one.path == layer);
        self.project.functions.iter().filter(has_layer).any(|facts| {
            let mut same = facts.packages.with_ids().filter(|(_, one)| *one.name == *package);
            !facts.has_closure()
                || facts.usage.is_asked_for(package)
                || same.any(|(id, _)| facts.package_phase(id).is_some())
        })
    }

    /// Whether something that is no import asks for a package in any function.
    #[must_use]
    pub fn is_asked_for(&self, name: &str) -> bool {
        self.functions.iter().any(|function| function.usage.is_asked_for(name))
    }
}

impl Deref for PackageContext<'_> {
    type Target = FunctionFacts;

    fn deref(&self) -> &FunctionFacts {
        self.first
    }
}

/// Functions by the package that they ship, with what a package is judged by.
pub(super) fn shared(project: &ProjectFacts) -> Vec<Vec<&FunctionFacts>> {
    let mut shared: Vec<Vec<&FunctionFacts>> = Vec::new();
    for function in &project.functions {
        match shared.iter_mut().find(|group| group.first().is_some_and(|first| is_same(first, function))) {
            Some(group) => group.push(function),
            None => shared.push(vec![function]),
        }
    }
    shared
}

fn is_same(a: &FunctionFacts, b: &FunctionFacts) -> bool {
    let runs_on = |of: &FunctionFacts| (of.spec.platform, of.spec.runtime.clone(), of.spec.architecture);
    Arc::ptr_eq(&a.bundle, &b.bundle) && runs_on(a) == runs_on(b)
}
