use std::ops::Deref;

use super::options::answers_options;
use super::{FunctionFacts, ProjectFacts, Rule, RulePolicy};
use crate::manifest::dependency::Dependency;

/// What a rule that looks at one function may ask for. Dereferences to the [`FunctionFacts`].
pub struct FunctionContext<'a> {
    /// The project around the function.
    pub project: &'a ProjectFacts,
    /// The function.
    pub function: &'a FunctionFacts,
    pub(super) rule: &'a Rule,
    policy: RulePolicy<'a>,
}

answers_options!(FunctionContext, ProjectContext);

impl<'a> FunctionContext<'a> {
    pub(super) fn new(
        project: &'a ProjectFacts,
        function: &'a FunctionFacts,
        rule: &'a Rule,
        policy: RulePolicy<'a>,
    ) -> Self {
        Self { project, function, rule, policy }
    }

    /// The functions that ship the manifest in which a dependency stands, in order, and whether each is this one.
    pub fn sharing<'b>(&'b self, dependency: &'b Dependency) -> impl Iterator<Item = (&'b FunctionFacts, bool)> {
        let declares = |function: &&FunctionFacts| {
            function.declared.dependencies.iter().any(|other| other.location == dependency.location)
        };
        let functions = self.project.functions.iter().filter(declares);
        functions.map(|function| (function, std::ptr::eq(function, self.function)))
    }
}

impl Deref for FunctionContext<'_> {
    type Target = FunctionFacts;

    fn deref(&self) -> &FunctionFacts {
        self.function
    }
}

/// What a rule that looks at the whole project may ask for.
pub struct ProjectContext<'a> {
    /// The project.
    pub project: &'a ProjectFacts,
    rule: &'a Rule,
    policy: RulePolicy<'a>,
}

impl<'a> ProjectContext<'a> {
    pub(super) fn new(project: &'a ProjectFacts, rule: &'a Rule, policy: RulePolicy<'a>) -> Self {
        Self { project, rule, policy }
    }
}
