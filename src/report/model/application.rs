use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Origin;
use crate::scaling::plan::Plan;

/// What the templates of one deployment declare.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Application {
    /// Name.
    pub name: String,
    /// The language that it is written in.
    pub dialect: String,
    /// Templates, included files and settings that were read; the first is the template itself.
    pub templates: Vec<String>,
    /// Functions by their names in the template, whether or not their code is here.
    pub functions: Vec<String>,
    /// Every resource.
    pub resources: Vec<Resource>,
    /// Properties whose value is not known; rules are silent on them.
    pub unknown_values: usize,
    /// The same, one by one.
    #[serde(default)]
    pub unknown: Vec<UnknownValue>,
    /// What its functions need and may have at once.
    pub scaling: Plan,
}

/// A property whose value cannot be told here.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct UnknownValue {
    /// Where it stands.
    pub origin: Origin,
    /// Why, in words that follow "it".
    pub why: String,
}

/// A resource of a template.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Resource {
    /// Name in the template.
    pub name: String,
    /// Type as the template writes it.
    pub kind: String,
    /// Where its name stands.
    #[serde(default)]
    pub origin: Option<Origin>,
}
