//! Findings that are known and accepted for now: a committed file, so that only what got worse is
//! reported.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::text;

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
    /// Its package and handler, by which it is known when it has another name; nothing in files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
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

/// A known finding that costs this many times what it did is another one: two versions of an estimate differ by less.
const WORSE: f64 = 1.5;
/// The least by which it must have grown, milliseconds of Init.
const WORSE_MS: u64 = 50;
/// The same, unpacked bytes.
const WORSE_BYTES: u64 = 1 << 20;

/// A known finding. Its fingerprint says which one it is, and what acting on it saves whether it got worse; the rest is
/// for people.
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
    /// What acting on it saves, milliseconds of Init; nothing in files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saves_ms: Option<u64>,
    /// The same, unpacked bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saves_bytes: Option<u64>,
}

impl Known {
    /// What it was, where it has become much worse since: known by the same fingerprint, it costs far more.
    #[must_use]
    pub fn outgrown(&self, saves_ms: Option<u64>, saves_bytes: Option<u64>) -> Option<String> {
        let grew = |before: Option<u64>, after: Option<u64>, least: u64| {
            let (before, after) = before.zip(after)?;
            (after.saturating_sub(before) >= least && after as f64 >= before as f64 * WORSE).then_some(before)
        };
        let ms = grew(self.saves_ms, saves_ms, WORSE_MS).map(|before| text::ms(before as f64));
        ms.or_else(|| grew(self.saves_bytes, saves_bytes, WORSE_BYTES).map(text::bytes))
    }
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

    /// What is known, by fingerprint.
    #[must_use]
    pub fn by_fingerprint(&self) -> BTreeMap<&str, &Known> {
        self.findings.iter().map(|known| (known.fingerprint.as_str(), known)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_costs_far_more_than_it_did_is_another_finding() {
        let known = |saves_ms| Known {
            path: "app.py".to_owned(),
            rule: "missing-bytecode".to_owned(),
            subject: None,
            fingerprint: "x".to_owned(),
            saves_ms,
            saves_bytes: Some(10 << 20),
        };
        assert_eq!(known(Some(209)).outgrown(Some(1213), None).as_deref(), Some("209 ms"));
        for (before, after) in [(Some(209), Some(300)), (Some(10), Some(50)), (Some(300), Some(200)), (None, Some(900))]
        {
            assert_eq!(known(before).outgrown(after, Some(12 << 20)), None);
        }
        assert!(known(None).outgrown(None, Some(30 << 20)).is_some());
    }

    #[test]
    fn baselines_of_earlier_versions_read() {
        let text = r#"{"schema": "defrost-baseline/1", "findings": [{"path": "a", "rule": "b", "fingerprint": "c"}]}"#;
        assert_eq!(Baseline::read(text).map(|baseline| baseline.findings[0].saves_ms), Ok(None));
    }
}
