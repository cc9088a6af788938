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
    /// What each function takes, for budgets of growth.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<Size>,
}

/// What a function takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// The function.
    pub name: String,
    /// Estimated Init, milliseconds.
    pub init_ms: f64,
    /// Unpacked bytes.
    pub bytes: u64,
    /// Bytes of the archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zipped_bytes: Option<u64>,
}

impl Size {
    /// By how many percent Init or one of the sizes grew, whichever grew most; 0 where nothing did.
    #[must_use]
    pub fn growth_to(&self, after: &Self) -> f64 {
        let percent = |before: f64, after: f64| if before > 0.0 { (after / before - 1.0) * 100.0 } else { 0.0 };
        let zipped = self.zipped_bytes.zip(after.zipped_bytes);
        let zipped = zipped.map_or(0.0, |(before, after)| percent(before as f64, after as f64));
        let init = percent(self.init_ms, after.init_ms);
        init.max(percent(self.bytes as f64, after.bytes as f64)).max(zipped).max(0.0)
    }
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
    pub fn new(mut findings: Vec<Known>, functions: Vec<Size>) -> Self {
        findings.sort();
        Self { schema: SCHEMA.to_owned(), findings, functions }
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
