//! Conditions of conditional compilation.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// A `cfg` condition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cfg {
    /// All hold.
    All(Vec<Cfg>),
    /// At least one holds.
    Any(Vec<Cfg>),
    /// Does not hold.
    Not(Box<Cfg>),
    /// `feature = "name"`.
    Feature(String),
    /// `test`.
    Test,
    /// Anything else that is known for a Lambda target.
    Known(bool),
    /// Anything else.
    Other(String),
}

impl Cfg {
    /// Always true.
    pub const TRUE: Self = Self::Known(true);

    /// The conditions of `#[cfg(..)]` attributes together.
    #[must_use]
    pub fn of(attributes: &[Attribute]) -> Self {
        let mut all = Vec::new();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("cfg")) {
            if let Ok(Wrapper(cfg)) = attribute.parse_args::<Wrapper>() {
                all.push(cfg);
            }
        }
        match all.len() {
            0 => Self::TRUE,
            1 => all.swap_remove(0),
            _ => Self::All(all),
        }
    }

    /// One condition.
    pub(super) fn of_meta(meta: &Meta) -> Self {
        of_meta(meta)
    }

    /// Attributes that are themselves the condition: `#![feature = "fs"]` at the head of a macro's
    /// content.
    pub(super) fn of_metas(attributes: &[Attribute]) -> Self {
        attributes.iter().fold(Self::TRUE, |all, attribute| all.and(of_meta(&attribute.meta)))
    }

    /// Whether it can only hold while testing.
    #[must_use]
    pub fn is_test_only(&self) -> bool {
        match self {
            Self::Test => true,
            Self::All(parts) => parts.iter().any(Self::is_test_only),
            Self::Any(parts) => !parts.is_empty() && parts.iter().all(Self::is_test_only),
            _ => false,
        }
    }

    /// Its value where features and tests are decided by `feature`; `None` when open.
    pub fn evaluate(&self, feature: &impl Fn(&str) -> Option<bool>) -> Option<bool> {
        match self {
            Self::All(parts) => fold(parts, feature, false),
            Self::Any(parts) => fold(parts, feature, true),
            Self::Not(inner) => inner.evaluate(feature).map(|value| !value),
            Self::Feature(name) => feature(name),
            Self::Test => Some(false),
            Self::Known(value) => Some(*value),
            Self::Other(_) => None,
        }
    }

    /// Names of features that appear in it and matter on a Lambda target.
    pub fn features(&self, found: &mut Vec<String>) {
        if self.evaluate(&|_| None).is_some() {
            return;
        }
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.features(found)),
            Self::Not(inner) => inner.features(found),
            Self::Feature(name) => found.push(name.clone()),
            _ => {}
        }
    }

    /// Features without which something else takes their place: `not(feature = "name")`.
    pub fn negated(&self, found: &mut Vec<String>) {
        match self {
            Self::Not(inner) => inner.features(found),
            Self::All(parts) => parts.iter().for_each(|part| part.negated(found)),
            _ => {}
        }
    }

    /// Both.
    #[must_use]
    pub fn and(&self, other: Self) -> Self {
        match (self, other) {
            (Self::Known(true), other) => other,
            (this, Self::Known(true)) => this.clone(),
            (this, other) => Self::All(vec![this.clone(), other]),
        }
    }
}

fn fold(parts: &[Cfg], feature: &impl Fn(&str) -> Option<bool>, stop: bool) -> Option<bool> {
    let mut open = false;
    for part in parts {
        match part.evaluate(feature) {
            Some(value) if value == stop => return Some(stop),
            Some(_) => {}
            None => open = true,
        }
    }
    if open { None } else { Some(!stop) }
}

/// Whether the condition or triple of a `[target.*]` table can hold on Lambda.
#[must_use]
pub fn may_hold_on_lambda(target: &str) -> bool {
    let inner = target.trim().strip_prefix("cfg(").and_then(|rest| rest.strip_suffix(')'));
    match inner {
        Some(condition) => {
            syn::parse_str::<Wrapper>(condition).map_or(true, |Wrapper(cfg)| cfg.evaluate(&|_| None) != Some(false))
        }
        None => target.contains("linux"),
    }
}

/// `cfg` conditions are Rust meta items.
pub(super) struct Wrapper(pub(super) Cfg);

impl Parse for Wrapper {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let metas = Punctuated::<Meta, Token![,]>::parse_terminated(input)?;
        Ok(Self(all_of(metas.into_iter().map(|meta| of_meta(&meta)).collect())))
    }
}

fn all_of(mut parts: Vec<Cfg>) -> Cfg {
    if parts.len() == 1 { parts.swap_remove(0) } else { Cfg::All(parts) }
}

fn of_meta(meta: &Meta) -> Cfg {
    let name = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
    match meta {
        Meta::Path(_) => match name.as_str() {
            "test" => Cfg::Test,
            "unix" => Cfg::Known(true),
            "windows" => Cfg::Known(false),
            "doc" | "doctest" | "docsrs" | "miri" | "loom" | "fuzzing" => Cfg::Known(false),
            // Switches that only their author's own builds pass with `--cfg`.
            _ if name.contains("unstable") || name.contains("nightly") => Cfg::Known(false),
            _ => Cfg::Other(name),
        },
        Meta::List(list) => {
            let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            let parts: Vec<Cfg> = parts.map(|parts| parts.iter().map(of_meta).collect()).unwrap_or_default();
            match name.as_str() {
                "all" => Cfg::All(parts),
                "any" => Cfg::Any(parts),
                "not" => Cfg::Not(Box::new(all_of(parts))),
                _ => Cfg::Other(name),
            }
        }
        Meta::NameValue(pair) => {
            let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(value), .. }) = &pair.value else {
                return Cfg::Other(name);
            };
            let value = value.value();
            match name.as_str() {
                "feature" => Cfg::Feature(value),
                "target_os" => Cfg::Known(value == "linux"),
                "target_family" => Cfg::Known(value == "unix"),
                "target_vendor" => Cfg::Known(value == "unknown"),
                "target_arch" if value == "x86_64" || value == "aarch64" => Cfg::Other(value),
                "target_arch" => Cfg::Known(false),
                "target_pointer_width" => Cfg::Known(value == "64"),
                "target_endian" => Cfg::Known(value == "little"),
                "panic" => Cfg::Other(name),
                _ => Cfg::Other(format!("{name}={value}")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cfg(text: &str) -> Cfg {
        syn::parse_str::<Wrapper>(text).map(|w| w.0).expect("a condition")
    }

    #[test]
    fn conditions_are_decided_for_lambda() {
        assert!(cfg("test").is_test_only());
        assert!(cfg("all(test, feature = \"x\")").is_test_only());
        assert!(!cfg("any(test, feature = \"x\")").is_test_only());
        assert_eq!(cfg("all(target_arch = \"wasm32\", feature = \"f\")").evaluate(&|_| None), Some(false));
        assert_eq!(cfg("feature = \"f\"").evaluate(&|_| None), None);
    }
}
