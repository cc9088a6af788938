use super::{Category, FunctionFacts, Rule, RulePolicy};
use crate::finding::{Finding, Saves, Severity, by_saving};

/// Takes the findings of one rule for one function, one package, or the project.
pub struct Sink<'a> {
    rule: &'a Rule,
    policy: RulePolicy<'a>,
    function: Option<&'a FunctionFacts>,
    /// All that ship the package, when the rule looks at packages.
    sharing: &'a [&'a FunctionFacts],
    findings: Vec<Finding>,
}

impl<'a> Sink<'a> {
    pub(super) fn new(rule: &'a Rule, policy: RulePolicy<'a>, function: Option<&'a FunctionFacts>) -> Self {
        Self { rule, policy, function, sharing: &[], findings: Vec::new() }
    }

    /// For a rule that looks at the package of these functions.
    pub(super) fn of_package(rule: &'a Rule, policy: RulePolicy<'a>, sharing: &'a [&'a FunctionFacts]) -> Self {
        Self { sharing, ..Self::new(rule, policy, sharing.first().copied()) }
    }

    /// Reports a finding with the rule's severity.
    pub fn report(&mut self, finding: Finding) {
        self.report_as(self.rule.meta.severity, finding);
    }

    /// Reports a finding with another severity than the rule's own; configuration still wins.
    pub fn report_as(&mut self, severity: Severity, mut finding: Finding) {
        if severity < Severity::Error && is_noise(finding.saves) {
            return;
        }
        finding.rule = self.rule.name;
        finding.severity = self.policy.severity.unwrap_or_else(|| self.adjusted(severity, finding.saves));
        finding.function = finding.function.or_else(|| self.function.map(|function| function.spec.name.clone()));
        if self.sharing.len() > 1 {
            finding.sharing = self.sharing.iter().map(|function| function.spec.name.clone()).collect();
        }
        if finding.help.is_none() && !self.rule.meta.help.is_empty() {
            finding.help = Some(self.rule.meta.help.clone());
        }
        self.findings.push(finding);
    }

    /// Takes back what was reported about these subjects.
    pub fn drop_about(&mut self, subjects: &[&str]) {
        self.findings.retain(|finding| !finding.subject.as_deref().is_some_and(|subject| subjects.contains(&subject)));
    }

    /// With provisioned concurrency or SnapStart, Init is off the request path.
    fn adjusted(&self, severity: Severity, saves: Saves) -> Severity {
        let severity = self.function.map_or(severity, |function| by_saving(severity, saves, function.estimate.init_ms));
        let off_path = self.function.is_some_and(|function| function.spec.init_off_request_path);
        if off_path && self.rule.meta.category == Category::Init { severity.milder() } else { severity }
    }

    /// What fails where the rule fails.
    pub(super) fn part(&self) -> String {
        format!("the rule {}", self.rule.name)
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// Whether a finding states savings, all of which are below the noise floor.
fn is_noise(saves: Saves) -> bool {
    let states_any = saves.init_ms.is_some() || saves.bytes.is_some();
    let small_time = saves.init_ms.is_none_or(|ms| ms < Saves::NOISE_MS);
    let small_size = saves.bytes.is_none_or(|bytes| bytes < Saves::NOISE_BYTES);
    states_any && small_time && small_size
}
