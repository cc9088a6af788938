//! Conditions under which resources exist, and which of them exclude each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A condition over the parameters of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A parameter has a value.
    Is(Arc<str>, Arc<str>),
    /// Always or never.
    Constant(bool),
    /// Not.
    Not(Arc<Condition>),
    /// All of them.
    All(Vec<Arc<Condition>>),
    /// Any of them.
    Any(Vec<Arc<Condition>>),
    /// Something that is not known, by its text: equal texts have equal values.
    Opaque(Arc<str>),
}

/// Combinations of values that are tried; more, and nothing is said.
const MOST_COMBINATIONS: usize = 4_096;
/// Conditions within conditions.
const DEEPEST: u8 = 32;

impl Condition {
    /// Its value when the parameters have these values; `None` when that is not decided.
    #[must_use]
    pub fn value(&self, of: &dyn Fn(&str) -> Option<Arc<str>>) -> Option<bool> {
        self.value_within(of, &|_| None, DEEPEST)
    }

    fn value_within(
        &self,
        of: &dyn Fn(&str) -> Option<Arc<str>>,
        opaque: &dyn Fn(&str) -> Option<bool>,
        depth: u8,
    ) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        match self {
            Self::Is(parameter, value) => of(parameter).map(|has| has == *value),
            Self::Constant(value) => Some(*value),
            Self::Not(inner) => inner.value_within(of, opaque, depth).map(|value| !value),
            Self::All(parts) => Self::fold(parts, false, |part| part.value_within(of, opaque, depth)),
            Self::Any(parts) => Self::fold(parts, true, |part| part.value_within(of, opaque, depth)),
            Self::Opaque(text) => opaque(text),
        }
    }

    /// `deciding` as soon as one part has it, its opposite when all have that.
    fn fold(parts: &[Arc<Self>], deciding: bool, value: impl Fn(&Self) -> Option<bool>) -> Option<bool> {
        let mut open = false;
        for part in parts {
            match value(part) {
                Some(value) if value == deciding => return Some(deciding),
                Some(_) => {}
                None => open = true,
            }
        }
        (!open).then_some(!deciding)
    }

    fn collect(&self, values: &mut BTreeMap<Arc<str>, BTreeSet<Arc<str>>>, depth: u8) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match self {
            Self::Is(parameter, value) => {
                values.entry(parameter.clone()).or_default().insert(value.clone());
            }
            Self::Opaque(text) => {
                values.entry(opaque_key(text)).or_default().insert("true".into());
            }
            Self::Not(inner) => inner.collect(values, depth),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.collect(values, depth)),
            Self::Constant(_) => {}
        }
    }

    /// Whether two conditions can never hold together. `allowed` gives the values that a parameter
    /// may have, where the template limits them.
    #[must_use]
    pub fn excludes(&self, other: &Self, allowed: &dyn Fn(&str) -> Option<Vec<Arc<str>>>) -> bool {
        let mut values = BTreeMap::new();
        self.collect(&mut values, DEEPEST);
        other.collect(&mut values, DEEPEST);
        let domains: Vec<(Arc<str>, Vec<Arc<str>>)> = values
            .into_iter()
            .map(|(parameter, mentioned)| {
                let all = allowed(&parameter).unwrap_or_else(|| {
                    // A value that nobody mentions stands for all the others.
                    mentioned.iter().cloned().chain([Arc::from("\u{0}")]).collect()
                });
                (parameter, all)
            })
            .collect();
        let combinations = domains.iter().try_fold(1usize, |product, (_, all)| product.checked_mul(all.len()));
        if combinations.is_none_or(|number| number == 0 || number > MOST_COMBINATIONS) {
            return false;
        }
        (0..combinations.unwrap_or(0)).all(|number| {
            let mut rest = number;
            let mut chosen: BTreeMap<&str, &Arc<str>> = BTreeMap::new();
            for (parameter, all) in &domains {
                chosen.insert(parameter, &all[rest % all.len()]);
                rest /= all.len();
            }
            let of = |name: &str| chosen.get(name).map(|value| Arc::clone(value));
            let opaque = |text: &str| chosen.get(&*opaque_key(text)).map(|value| &***value == "true");
            let holds = |condition: &Self| condition.value_within(&of, &opaque, DEEPEST) != Some(false);
            !(holds(self) && holds(other))
        })
    }
}

fn opaque_key(text: &str) -> Arc<str> {
    format!("\u{0}{text}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(parameter: &str, value: &str) -> Condition {
        Condition::Is(parameter.into(), value.into())
    }

    fn not(inner: Condition) -> Condition {
        Condition::Not(Arc::new(inner))
    }

    #[test]
    fn different_values_of_one_parameter_exclude_each_other() {
        let any = |_: &str| None;
        assert!(is("Stage", "prod").excludes(&is("Stage", "dev"), &any));
        assert!(is("Stage", "prod").excludes(&not(is("Stage", "prod")), &any));
        assert!(!is("Stage", "prod").excludes(&is("Region", "x"), &any));
        assert!(!not(is("Stage", "prod")).excludes(&not(is("Stage", "dev")), &any));
    }

    #[test]
    fn allowed_values_are_all_that_there_are() {
        let two = |_: &str| Some(vec!["prod".into(), "dev".into()]);
        assert!(not(is("Stage", "prod")).excludes(&not(is("Stage", "dev")), &two));
    }

    #[test]
    fn what_is_not_known_excludes_its_opposite_alone() {
        let opaque = Condition::Opaque("x".into());
        let any = |_: &str| None;
        assert!(opaque.excludes(&not(opaque.clone()), &any));
        assert!(!opaque.excludes(&Condition::Opaque("y".into()), &any));
    }
}
