//! Handlers of telemetry layers that stand in front of a function's own.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    wrapper: Vec<Wrapper>,
}

#[derive(Deserialize)]
struct Wrapper {
    module: String,
    variable: String,
}

static TABLE: LazyLock<Option<Table>> =
    LazyLock::new(|| toml::from_str(include_str!("../../../rules/knowledge/python/wrappers.toml")).ok());

/// The function's own handler behind a wrapper's module; `None` where the module is no wrapper or no variable says it.
pub(super) fn wrapped<'a>(module: &str, environment: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let wrapper = TABLE.as_ref()?.wrapper.iter().find(|wrapper| wrapper.module == module)?;
    environment.get(&wrapper.variable).map(String::as_str).filter(|handler| handler.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_names_the_handler() {
        let environment = BTreeMap::from([("DD_LAMBDA_HANDLER".to_owned(), "app.handler".to_owned())]);
        assert_eq!(wrapped("datadog_lambda.handler", &environment), Some("app.handler"));
        assert_eq!(wrapped("newrelic_lambda_wrapper", &environment), None);
        assert_eq!(wrapped("app", &environment), None);
    }
}
