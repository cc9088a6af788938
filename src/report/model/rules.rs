use crate::engine::{Category, Confidence, Registry, Rule};
use crate::finding::Severity;

/// What formats say about a rule.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// Name.
    pub name: &'static str,
    /// What it finds, one line.
    pub summary: String,
    /// Category.
    pub category: Category,
    /// Severity unless configured otherwise.
    pub severity: Severity,
    /// How sure its findings are.
    pub confidence: Confidence,
    /// What to do.
    pub help: String,
    /// The rule's page, Markdown.
    pub page: &'static str,
}

impl RuleInfo {
    /// The rules of a registry, in its order.
    #[must_use]
    pub fn table(registry: &Registry) -> Vec<Self> {
        let info = |rule: &Rule| Self {
            name: rule.name,
            summary: rule.meta.summary.clone(),
            category: rule.meta.category,
            severity: rule.meta.severity,
            confidence: rule.meta.confidence,
            help: rule.meta.help.clone(),
            page: rule.page,
        };
        registry.rules().iter().map(info).collect()
    }
}
