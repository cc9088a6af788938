//! The matcher of data rules: what a `[match]` table in a `rule.toml` can say.
//!
//! Kept narrow on purpose: when a match wants to become a language, the rule is written as code.

mod calls;
mod files;

use serde::Deserialize;

use super::{FunctionContext, PackageContext, Sink};

/// The `[match]` table of a data rule.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    files: Option<files::FileMatch>,
    calls: Option<calls::CallMatch>,
}

/// Runs what a data rule says of calls over one function.
pub(super) fn in_code(context: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    if let Some(calls) = context.rule.meta.matching.as_ref().and_then(|matching| matching.calls.as_ref()) {
        calls::run(calls, context, sink);
    }
}

/// Runs what a data rule says of files over one package.
pub(super) fn in_package(context: &PackageContext<'_>, sink: &mut Sink<'_>) {
    if let Some(files) = context.rule.meta.matching.as_ref().and_then(|matching| matching.files.as_ref()) {
        files::run(files, context, sink);
    }
}

/// Puts values into a message's `{placeholders}`.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    #[test]
    fn placeholders_are_filled() {
        assert_eq!(super::fill("{a} and {b}", &[("a", "1"), ("b", "2")]), "1 and 2");
    }
}
