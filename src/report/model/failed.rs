use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The record of an input of a list that could not be analysed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// The input as the list gives it, or the text of a line that is none.
    pub input: serde_json::Value,
    /// Its line in the list, from 1.
    pub line: u64,
    /// Why.
    pub error: String,
}
