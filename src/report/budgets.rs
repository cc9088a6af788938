use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{Function, Loaded, Verdict};
use crate::{engine, text};

/// Limits that the user set.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Budgets {
    /// Init Duration, milliseconds.
    pub init_ms: Option<f64>,
    /// Unpacked bytes.
    pub bytes: Option<u64>,
    /// Bytes of the archive.
    pub zipped_bytes: Option<u64>,
    /// Files.
    pub files: Option<u64>,
    /// Modules that Init loads.
    pub modules: Option<u64>,
    /// Growth of Init and of sizes against the baseline, percent.
    pub growth_percent: Option<f64>,
    /// Whether it has to be known that the function starts.
    #[serde(default)]
    pub start: Option<bool>,
}

impl From<engine::Budgets> for Budgets {
    fn from(set: engine::Budgets) -> Self {
        Self {
            init_ms: set.init_ms,
            bytes: set.bytes,
            zipped_bytes: set.zipped_bytes,
            files: set.files,
            modules: set.modules,
            growth_percent: set.growth_percent,
            start: set.start,
        }
    }
}

impl Budgets {
    /// Whether any is set.
    #[must_use]
    pub fn are_set(self) -> bool {
        let counts = [self.bytes, self.zipped_bytes, self.files, self.modules];
        self.init_ms.or(self.growth_percent).is_some() || counts.iter().any(Option::is_some) || self.start == Some(true)
    }

    /// What a function is over, each with its value and the budget, for people.
    #[must_use]
    pub fn broken_by(self, function: &Function) -> Vec<String> {
        let package = &function.package;
        let modules = function.modules.iter().filter(|module| module.loaded == Loaded::Init).count() as u64;
        let mut broken = Vec::new();
        let mut over = |what: &str, value: Option<f64>, budget: Option<f64>, shown: &dyn Fn(f64) -> String| {
            if let Some((value, budget)) = value.zip(budget).filter(|(value, budget)| value > budget) {
                broken.push(format!("{what} over budget ({} > {})", shown(value), shown(budget)));
            }
        };
        let number = |value: Option<u64>| value.map(|value| value as f64);
        let (bytes, count) = (|value: f64| text::bytes(value as u64), |value: f64| text::count(value as u64));
        let init = |value: f64| text::ms(value);
        over("Init", Some(function.init.estimated_ms), self.init_ms, &init);
        over("Size", number(Some(package.bytes)), number(self.bytes), &bytes);
        over("Zip", number(package.zipped_bytes), number(self.zipped_bytes), &bytes);
        over("Files", number(Some(package.files)), number(self.files), &count);
        over("Modules", number(Some(modules)), number(self.modules), &count);
        over("Growth", function.growth_percent, self.growth_percent, &|percent| format!("{percent:.0} %"));
        if self.start == Some(true) && function.start.verdict != Verdict::Starts {
            broken.push("Start not certain, and required".to_owned());
        }
        broken
    }
}
