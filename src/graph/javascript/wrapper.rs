//! Handlers that only lead to the function's own, which an environment variable names.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::knowledge;

/// A wrapper that some product puts before the handler.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapper {
    /// The module part of the handler: all of it, or its end behind a slash.
    module: String,
    /// The environment variable with the function's own handler.
    variable: String,
}

#[derive(Deserialize)]
struct Table {
    wrapper: Vec<Wrapper>,
}

knowledge::table! {
    static TABLE: Table = "node/wrappers.toml", tested by the_table_reads;
}

/// The function's own handler behind a wrapper.
pub(super) fn wrapped<'e>(module: &str, environment: &'e BTreeMap<String, String>) -> Option<&'e str> {
    let leads = |wrapper: &&Wrapper| {
        module.strip_suffix(wrapper.module.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let wrapper = TABLE.wrapper.iter().find(leads)?;
    environment.get(&wrapper.variable).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapper_leads_to_the_handler_in_its_variable() {
        let environment = BTreeMap::from([("DD_LAMBDA_HANDLER".to_owned(), "src/app.handler".to_owned())]);
        let wrapped = |module| wrapped(module, &environment);
        assert_eq!(wrapped("/opt/nodejs/node_modules/datadog-lambda-js/handler"), Some("src/app.handler"));
        assert_eq!(wrapped("newrelic-lambda-wrapper"), None);
        assert_eq!(wrapped("src/app"), None);
    }
}
