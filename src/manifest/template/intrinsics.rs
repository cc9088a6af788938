//! Literal values behind `!Ref`, `!Sub` and `!Join`. What depends on the deployment has none.

use super::Template;
use crate::manifest::yaml::Node;

/// Intrinsics within intrinsics that are followed.
const DEEPEST: u8 = 8;
/// Longest text that joining may make.
const LONGEST: usize = 16 << 10;

/// The name and argument of an intrinsic function, in its short (`!Ref x`) or long form
/// (`{Ref: x}`, `{Fn::Sub: x}`).
pub(super) fn intrinsic(node: &Node) -> Option<(&str, &Node)> {
    if let Some(tag) = node.tag.as_deref() {
        return Some((tag, node));
    }
    let mut entries = node.entries();
    let (key, argument) = entries.next().filter(|_| entries.next().is_none())?;
    let name = key.text()?;
    let name = name.strip_prefix("Fn::").or_else(|| (name == "Ref" || name == "Condition").then_some(name))?;
    Some((name, argument))
}

/// The logical id that a `Ref`, or a `GetAtt` of any attribute, names.
pub(super) fn referenced(node: &Node) -> Option<&str> {
    let (name, argument) = intrinsic(node)?;
    match name {
        "Ref" => argument.text(),
        "GetAtt" => {
            let text = argument.text().or_else(|| argument.items().next()?.text())?;
            Some(text.split('.').next().unwrap_or(text))
        }
        _ => None,
    }
}

impl Template<'_> {
    /// The text that a value has in every deployment with default parameters.
    pub(super) fn literal(&self, node: &Node) -> Option<String> {
        self.literal_within(node, DEEPEST)
    }

    fn literal_within(&self, node: &Node, depth: u8) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let Some((name, argument)) = intrinsic(node) else { return node.text().map(str::to_owned) };
        match name {
            "Ref" => self.parameter(argument.text()?).map(str::to_owned),
            "Sub" => self.substituted(argument, depth),
            "Join" => {
                let mut parts = argument.items();
                let separator = parts.next()?.text()?;
                let mut joined = String::new();
                for (at, part) in parts.next()?.items().enumerate() {
                    if at > 0 {
                        joined.push_str(separator);
                    }
                    joined.push_str(&self.literal_within(part, depth)?);
                    if joined.len() > LONGEST {
                        return None;
                    }
                }
                Some(joined)
            }
            _ => None,
        }
    }

    /// `${Name}` replaced, `${!Name}` unescaped.
    fn substituted(&self, argument: &Node, depth: u8) -> Option<String> {
        let mut items = argument.items();
        let pattern = argument.text().or_else(|| items.next()?.text())?;
        let variables = items.next();
        let mut text = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}')?;
            text.push_str(before);
            match name.strip_prefix('!') {
                Some(escaped) => text.push_str(&format!("${{{escaped}}}")),
                None => match variables.and_then(|variables| variables.get(name)) {
                    Some(value) => text.push_str(&self.literal_within(value, depth)?),
                    None => text.push_str(self.parameter(name)?),
                },
            }
            if text.len() > LONGEST {
                return None;
            }
            rest = after;
        }
        text.push_str(rest);
        Some(text)
    }

    /// The default of a parameter.
    fn parameter(&self, name: &str) -> Option<&str> {
        self.root.get("Parameters")?.get(name)?.get("Default")?.text()
    }
}
