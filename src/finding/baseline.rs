//! Findings that are known and accepted for now: a committed file, so that only what got worse is
//! reported.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The value of [`Baseline::schema`].
pub const SCHEMA: &str = "defrost-baseline/1";
/// Name of the file where nothing names one.
pub const FILE: &str = "defrost-baseline.json";
/// Largest baseline that is read, in bytes.
pub const LARGEST: u64 = 64 << 20;

/// The content of a baseline file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Always `defrost-baseline/1`.
    pub schema: String,
    /// The known findings, by path and rule.
    pub findings: Vec<Known>,
}

/// A known finding. Only the fingerprint is compared; the rest is for people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The file.
    pub path: String,
    /// The rule.
    pub rule: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Identity without lines and estimates.
    pub fingerprint: String,
}

impl Baseline {
    /// A baseline of these findings.
    #[must_use]
    pub fn new(mut findings: Vec<Known>) -> Self {
        findings.sort();
        Self { schema: SCHEMA.to_owned(), findings }
    }

    /// Reads a baseline file.
    ///
    /// # Errors
    /// When it is not one; the error names line and column.
    pub fn read(text: &str) -> Result<Self, String> {
        let baseline: Self = serde_json::from_str(text).map_err(|error| format!("not a baseline: {error}"))?;
        if baseline.schema != SCHEMA {
            return Err(format!("a baseline of another version: `{}`; write it anew", baseline.schema));
        }
        Ok(baseline)
    }

    /// The text of the file.
    ///
    /// # Errors
    /// Never in practice: nothing in it can fail to be written.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// The known fingerprints.
    #[must_use]
    pub fn fingerprints(&self) -> BTreeSet<&str> {
        self.findings.iter().map(|known| known.fingerprint.as_str()).collect()
    }
}
