use std::ops::Deref;

use super::{FunctionFacts, ProjectFacts, Rule, RulePolicy};

/// What a rule that looks at one function may ask for. Dereferences to the [`FunctionFacts`].
pub struct FunctionContext<'a> {
    /// The project around the function.
    pub project: &'a ProjectFacts,
    /// The function.
    pub function: &'a FunctionFacts,
    pub(super) rule: &'a Rule,
    policy: RulePolicy<'a>,
}

impl<'a> FunctionContext<'a> {
    pub(super) fn new(
        project: &'a ProjectFacts,
        function: &'a FunctionFacts,
        rule: &'a Rule,
        policy: RulePolicy<'a>,
    ) -> Self {
        Self { project, function, rule, policy }
    }

    /// A number option of the rule; 0 when the rule has no such option.
    #[must_use]
    pub fn number(&self, option: &str) -> f64 {
        self.policy.number(self.rule, option)
    }

    /// A list-of-strings option of the rule; empty when the rule has no such option.
    #[must_use]
    pub fn strings(&self, option: &str) -> Vec<&'a str> {
        self.policy.strings(self.rule, option)
    }

    /// A string option of the rule; empty when the rule has no such option.
    #[must_use]
    pub fn string(&self, option: &str) -> &'a str {
        self.policy.string(self.rule, option)
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

    /// A number option of the rule; 0 when the rule has no such option.
    #[must_use]
    pub fn number(&self, option: &str) -> f64 {
        self.policy.number(self.rule, option)
    }

    /// A list-of-strings option of the rule; empty when the rule has no such option.
    #[must_use]
    pub fn strings(&self, option: &str) -> Vec<&'a str> {
        self.policy.strings(self.rule, option)
    }
}
