//! The matcher of data rules: what a `[match]` table in a `rule.toml` can say.
//!
//! Kept narrow on purpose: when a match wants to become a language, the rule is written as code.

mod calls;
mod files;

use serde::Deserialize;

use super::{FunctionContext, Sink};

/// The `[match]` table of a data rule.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    files: Option<files::FileMatch>,
    calls: Option<calls::CallMatch>,
}

/// Runs a data rule over one function.
pub(super) fn run(context: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let Some(matching) = &context.rule.meta.matching else { return };
    if let Some(files) = &matching.files {
        files::run(files, context, sink);
    }
    if let Some(calls) = &matching.calls {
        calls::run(calls, context, sink);
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
