use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::FunctionFacts;
use super::matcher::Match;
use crate::finding::Severity;
use crate::platform::Language;

/// What a rule is about; usable in `--select` and `--ignore`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Will it start at all.
    Package,
    /// Bytes that nobody needs.
    Bloat,
    /// Declared against used dependencies.
    Dependencies,
    /// Work at load time.
    Init,
    /// Handlers that do too many things.
    Monolith,
    /// Settings of the templates around the code.
    Scaling,
}

impl Category {
    /// All categories, in the order of reports.
    pub const ALL: [Self; 6] =
        [Self::Package, Self::Bloat, Self::Dependencies, Self::Init, Self::Monolith, Self::Scaling];

    /// The word used in configuration and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Bloat => "bloat",
            Self::Dependencies => "dependencies",
            Self::Init => "init",
            Self::Monolith => "monolith",
            Self::Scaling => "scaling",
        }
    }
}

/// How sure a rule's findings are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Depends on what cannot be seen.
    Low,
    /// Right in most code.
    Medium,
    /// Follows from what is in the package.
    High,
}

/// Languages a rule may be limited to, as written in `rule.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleLanguage {
    /// Python functions.
    Python,
    /// Node.js functions.
    Node,
    /// Native executables.
    Native,
    /// Rust sources.
    Rust,
}

/// An option of a rule, with its default.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionMeta {
    /// What it sets, one sentence.
    pub about: String,
    /// The value when configuration says nothing; its type is the option's type.
    pub default: toml::Value,
}

/// Everything about a rule but its code; the content of `rule.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleMeta {
    /// Kebab-case name; never changes.
    pub name: String,
    /// What it finds, one line.
    pub summary: String,
    /// What it is about.
    pub category: Category,
    /// Severity unless configured otherwise.
    pub severity: Severity,
    /// How sure its findings are.
    pub confidence: Confidence,
    /// Version of the tool that brought it.
    pub since: String,
    /// Languages it looks at; all when empty.
    #[serde(default)]
    pub languages: Vec<RuleLanguage>,
    /// Message of a data rule; `{placeholders}` are the match's.
    #[serde(default)]
    pub message: String,
    /// What to do, unless the finding says it better.
    #[serde(default)]
    pub help: String,
    /// Options, by name.
    #[serde(default)]
    pub options: BTreeMap<String, OptionMeta>,
    /// The match of a data rule.
    #[serde(default, rename = "match")]
    pub matching: Option<Match>,
}

impl RuleMeta {
    /// Whether the rule looks at functions of this language.
    #[must_use]
    pub fn applies_to(&self, function: &FunctionFacts) -> bool {
        let language = match function.spec.runtime.language() {
            Language::Python => RuleLanguage::Python,
            Language::Node => RuleLanguage::Node,
            Language::Native => RuleLanguage::Native,
            Language::Other => return self.languages.is_empty(),
        };
        self.languages.is_empty() || self.languages.contains(&language)
    }
}
