//! Handlers that a monitoring tool brings, and the function's own behind them.

use serde::Deserialize;

use super::FunctionSpec;
use crate::knowledge;

#[derive(Debug, Deserialize)]
struct Wrappers {
    wrapper: Vec<Wrapper>,
}

#[derive(Debug, Deserialize)]
struct Wrapper {
    handler: String,
    variable: String,
}

knowledge::table! {
    static WRAPPERS: Wrappers = "assemble/wrappers.toml", tested by the_wrappers_read;
}

/// The function's own handler, where the one that is set is a wrapper that finds it in the environment.
#[must_use]
pub fn own_handler(spec: &FunctionSpec) -> Option<&str> {
    let roots = ["/opt/nodejs/node_modules/", "/opt/python/", "node_modules/"];
    let handler = roots.iter().find_map(|root| spec.handler.strip_prefix(root)).unwrap_or(&spec.handler);
    let wrapper = WRAPPERS.wrapper.iter().find(|wrapper| wrapper.handler == handler)?;
    spec.environment.get(&wrapper.variable).map(String::as_str).filter(|own| *own != spec.handler)
}
