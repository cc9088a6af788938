use std::collections::BTreeMap;

use super::{Category, Registry, Rule};
use crate::finding::Severity;
use crate::text;

/// Which rules run, how severe they are and with which options: configuration once resolved.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Rules or categories to run; all when empty.
    pub select: Vec<Selector>,
    /// Rules or categories not to run; wins over `select`.
    pub ignore: Vec<Selector>,
    /// Severity by rule.
    pub severities: BTreeMap<String, Severity>,
    /// Option values by rule and option.
    pub options: BTreeMap<String, BTreeMap<String, toml::Value>>,
}

/// A rule or a category, as named in `select` and `ignore`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// One rule.
    Rule(String),
    /// All rules of a category.
    Category(Category),
}

impl Selector {
    /// The rule or category of this name.
    ///
    /// # Errors
    /// When there is none; the error is a known name close to it.
    pub fn named<'a>(name: &str, registry: &'a Registry) -> Result<Self, Option<&'a str>> {
        if let Some(category) = Category::ALL.into_iter().find(|category| category.word() == name) {
            return Ok(Self::Category(category));
        }
        if registry.find(name).is_some() {
            return Ok(Self::Rule(name.to_owned()));
        }
        let known = registry.rules().iter().map(|rule| rule.name).chain(Category::ALL.map(Category::word));
        Err(text::similar(name, known))
    }

    fn matches(&self, rule: &Rule) -> bool {
        match self {
            Self::Rule(name) => rule.name == name,
            Self::Category(category) => rule.meta.category == *category,
        }
    }
}

impl Policy {
    /// The same with every rule, as severe as rules are by themselves: what [`choose`](super::choose) needs to answer
    /// for any selection.
    #[must_use]
    pub fn unselective(&self) -> Self {
        // A rule of which a level alone is configured has options as well, and none in them.
        let options = self.options.iter().filter(|(_, options)| !options.is_empty());
        Self { options: options.map(|(rule, options)| (rule.clone(), options.clone())).collect(), ..Self::default() }
    }

    /// Whether a rule runs.
    #[must_use]
    pub fn selects(&self, rule: &Rule) -> bool {
        let named = |list: &[Selector]| list.iter().any(|selector| selector.matches(rule));
        (self.select.is_empty() || named(&self.select)) && !named(&self.ignore)
    }

    /// What configuration says about one rule.
    #[must_use]
    pub fn of(&self, rule: &Rule) -> RulePolicy<'_> {
        RulePolicy { severity: self.severities.get(rule.name).copied(), options: self.options.get(rule.name) }
    }
}

/// What configuration says about one rule.
#[derive(Clone, Copy, Debug)]
pub struct RulePolicy<'a> {
    /// The severity configured for it.
    pub severity: Option<Severity>,
    options: Option<&'a BTreeMap<String, toml::Value>>,
}

impl<'a> RulePolicy<'a> {
    fn value(self, rule: &'a Rule, option: &str) -> Option<&'a toml::Value> {
        let configured = self.options.and_then(|options| options.get(option));
        configured.or_else(|| rule.meta.options.get(option).map(|meta| &meta.default))
    }

    pub(super) fn number(self, rule: &'a Rule, option: &str) -> f64 {
        match self.value(rule, option) {
            Some(toml::Value::Integer(value)) => *value as f64,
            Some(toml::Value::Float(value)) => *value,
            _ => 0.0,
        }
    }

    pub(super) fn string(self, rule: &'a Rule, option: &str) -> &'a str {
        self.value(rule, option).and_then(toml::Value::as_str).unwrap_or_default()
    }

    pub(super) fn strings(self, rule: &'a Rule, option: &str) -> Vec<&'a str> {
        let list = self.value(rule, option).and_then(toml::Value::as_array);
        list.into_iter().flatten().filter_map(toml::Value::as_str).collect()
    }
}

/// Writes what every context answers about the options of its rule.
macro_rules! answers_options {
    ($($context:ident),+) => {
        $(impl<'a> $context<'a> {
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
        })+
    };
}

pub(super) use answers_options;
