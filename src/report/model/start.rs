//! Whether a function starts, as the report says it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Function, Place};

impl Function {
    /// The grade in words, or that there is none.
    #[must_use]
    pub fn mark(&self) -> String {
        match (self.grade, self.start.verdict) {
            (Some(grade), _) => format!("grade {}", grade.letter()),
            (None, Verdict::Fails) => "does not start".to_owned(),
            (None, _) => "no grade".to_owned(),
        }
    }
}

/// Whether a function gets through Init.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Start {
    /// The answer.
    pub verdict: Verdict,
    /// What ends Init first.
    pub cause: Option<Cause>,
    /// What is missing to say, where that is not known.
    pub missing: Vec<String>,
}

/// Whether a function gets through Init, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// For all that is known it does.
    Starts,
    /// It does not.
    Fails,
    /// Something is missing to say.
    Unknown,
}

/// What ends Init.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// The rule that reports it.
    pub rule: String,
    /// The error in the runtime's words.
    pub message: String,
    /// The imports that lead to the code that fails, outermost first.
    pub chain: Vec<Step>,
    /// Where it happens.
    pub location: Place,
}

/// One import on the way to what ends Init.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The module that is imported.
    pub module: String,
    /// The file that imports it; `null` for the runtime's own import of the handler.
    pub path: Option<String>,
    /// Line of the import, from 1.
    pub line: Option<u32>,
}
