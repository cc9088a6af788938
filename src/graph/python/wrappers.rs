//! Handlers of telemetry layers that stand in front of a function's own.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::knowledge;

#[derive(Default, Deserialize)]
struct Table {
    wrapper: Vec<Wrapper>,
}

#[derive(Deserialize)]
struct Wrapper {
    module: String,
    variable: String,
}

knowledge::table! {
    static TABLE: Table = "python/wrappers.toml", tested by the_wrappers_read;
}

/// The function's own handler behind a wrapper's module; `None` where the module is no wrapper or no variable says it.
pub(super) fn wrapped<'a>(module: &str, environment: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let wrapper = TABLE.wrapper.iter().find(|wrapper| wrapper.module == module)?;
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
