//! The configuration as people write it. The JSON schema comes from these types.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::cost::State;
use crate::finding::Severity;
use crate::platform::Language;

/// Settings of defrost: the content of `defrost.toml`, of `[tool.defrost]` in `pyproject.toml`,
/// of `"defrost"` in `package.json`, and of `[package.metadata.defrost]` or
/// `[workspace.metadata.defrost]` in `Cargo.toml`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Written {
    /// Rules or categories to run; all when empty.
    pub select: Vec<String>,
    /// Rules or categories not to run; wins over `select`.
    pub ignore: Vec<String>,
    /// Mildest severity that fails the run; `error` unless set.
    pub fail_on: Option<Severity>,
    /// Budget for Init of every function, milliseconds.
    pub budget_init: Option<f64>,
    /// Budget for the unpacked size of every function, MB.
    pub budget_size: Option<f64>,
    /// Budget for the size as a zip archive of every function, MB.
    pub budget_zipped: Option<f64>,
    /// Budget for the number of files of every function.
    pub budget_files: Option<u64>,
    /// Budget for the number of modules that Init loads of every function.
    pub budget_modules: Option<u64>,
    /// Budget for the growth of Init and of both sizes of every function against the baseline, or against the old side of
    /// `defrost diff`, percent.
    pub budget_growth: Option<f64>,
    /// Whether a function that may not start fails the run: one whose verdict is *unknown*. One that does not start
    /// is an error as it is.
    pub require_start: Option<bool>,
    /// Baseline file, relative to the folder of the configuration.
    pub baseline: Option<String>,
    /// Runtime of functions for which no template names one, such as `python3.12`.
    pub runtime: Option<String>,
    /// Handler of functions for which no template names one, such as `app.handler`.
    pub handler: Option<String>,
    /// Instruction set of functions for which no template names one: `x86_64` or `arm64`.
    pub architecture: Option<String>,
    /// Memory size in MB of functions for which no template names one.
    pub memory: Option<u32>,
    /// Stage that templates are deployed as, such as `prod`; otherwise the one that they name themselves.
    pub stage: Option<String>,
    /// Layer folders or zips in merge order, relative to the folder of the configuration, for
    /// functions for which no template names any; `ARN=FOLDER` says what a layer of a template holds.
    pub layers: Vec<String>,
    /// Level and options by rule, or the level alone.
    #[serde(deserialize_with = "rules")]
    pub rules: BTreeMap<String, RuleSettings>,
    /// Levels for findings in some files; of several that match, the last one counts.
    pub overrides: Vec<Override>,
    /// Budgets by function, in place of those for every function.
    pub functions: BTreeMap<String, FunctionSettings>,
    /// What a split of a function with several routes is judged by.
    pub split: SplitSettings,
    /// Modules that Init must not load.
    pub lazy: Vec<LazySettings>,
    /// Packages that must not ship.
    pub deny: Vec<DenySettings>,
    /// The only layers that there may be.
    pub only: Vec<OnlySettings>,
    /// What cold starts of one's own say about the estimates; `defrost calibrate` writes it.
    pub calibration: Vec<CalibrationSettings>,
    /// What the account may run at once.
    pub account: AccountSettings,
    /// What arrives at functions, for `defrost scale`.
    pub traffic: TrafficSettings,
}

/// What the account may run at once.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct AccountSettings {
    /// Concurrent executions of all functions in the region; 1,000 unless set.
    pub concurrency_limit: Option<u32>,
    /// What must stay unreserved; 100 unless set, and never more than the limit.
    pub unreserved_floor: Option<u32>,
    /// The same by stage, where a stage has an account of its own.
    pub stages: BTreeMap<String, StageAccount>,
}

/// The account of a stage.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct StageAccount {
    /// Concurrent executions of all functions in the region.
    pub concurrency_limit: Option<u32>,
    /// What must stay unreserved.
    pub unreserved_floor: Option<u32>,
}

/// What arrives at every function, and by function where that differs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct TrafficSettings {
    /// Requests, messages or records per second at the peak.
    pub requests_per_second: Option<f64>,
    /// How long an invocation runs, milliseconds.
    pub duration_ms: Option<f64>,
    /// Requests that come at once.
    pub burst: Option<u32>,
    /// Records of one invocation, for queues and streams.
    pub batch: Option<f64>,
    /// By function.
    #[serde(flatten)]
    pub functions: BTreeMap<String, FunctionTraffic>,
}

/// What arrives at one function.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct FunctionTraffic {
    /// Requests, messages or records per second at the peak.
    pub requests_per_second: Option<f64>,
    /// How long an invocation runs, milliseconds.
    pub duration_ms: Option<f64>,
    /// Requests that come at once.
    pub burst: Option<u32>,
    /// Records of one invocation, for queues and streams.
    pub batch: Option<f64>,
    /// Message groups that are active at a time, for queues that are first in, first out: one batch of each at a time.
    pub message_groups: Option<u32>,
    /// A file with the invocations of each minute, relative to the folder of the configuration: a graph of CloudWatch
    /// as CSV, or what `aws cloudwatch get-metric-statistics` and `get-metric-data` print as JSON or text.
    pub minutes: Option<String>,
    /// By route (`"GET /users"`) or event source: what arrives there adds up to the function's traffic.
    pub sources: BTreeMap<String, SourceTraffic>,
}

/// What arrives at one route or from one event source.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct SourceTraffic {
    /// Requests, messages or records per second at the peak.
    pub requests_per_second: f64,
    /// How long an invocation runs, milliseconds.
    pub duration_ms: Option<f64>,
}

/// Modules that Init must not load.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LazySettings {
    /// Modules or packages, by name or pattern (`*`); a module stands for what is inside it too.
    pub modules: Vec<String>,
    /// Functions that it holds for, by name or pattern; all unless set.
    #[serde(default)]
    pub functions: Vec<String>,
    /// The only routes whose requests may load them, by name or pattern; all unless set.
    #[serde(default)]
    pub routes: Vec<String>,
    /// Why, for whoever breaks it.
    pub reason: Option<String>,
}

/// Packages that must not ship.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DenySettings {
    /// Packages, by name or pattern (`*`).
    pub packages: Vec<String>,
    /// Functions that it holds for, by name or pattern; all unless set.
    #[serde(default)]
    pub functions: Vec<String>,
    /// Why, for whoever breaks it.
    pub reason: Option<String>,
}

/// The only layers that there may be.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnlySettings {
    /// ARNs, paths or names of layers, or patterns (`*`).
    pub layers: Vec<String>,
    /// Functions that it holds for, by name or pattern; all unless set.
    #[serde(default)]
    pub functions: Vec<String>,
    /// Why, for whoever breaks it.
    pub reason: Option<String>,
}

/// How estimates for functions of one language compare with their real cold starts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CalibrationSettings {
    /// Language of the functions.
    pub language: Language,
    /// State of most of their code, where it holds for that alone.
    pub state: Option<State>,
    /// How many times longer than estimated Init takes beyond the runtime's own start.
    pub factor: f64,
    /// Cold starts behind it.
    pub starts: u64,
    /// Functions behind it.
    #[serde(default)]
    pub functions: u64,
    /// Median factor by which those functions lie off after it, at least 1.
    pub error: f64,
    /// The day on which it was fitted.
    #[serde(default)]
    pub date: String,
}

/// What a split is judged by.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct SplitSettings {
    /// Share of the requests by route (`"GET /users" = 0.4`); other routes share the rest equally.
    pub shares: BTreeMap<String, f64>,
    /// Milliseconds of Init that each function beyond the first must save; 25 unless set.
    pub function_ms: Option<f64>,
    /// How much more often a smaller pool of instances starts cold: with share `s` of the requests
    /// `s^-pool` times; 0.15 unless set.
    pub pool: Option<f64>,
}

/// Settings of one rule; a level alone may stand for the table.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RuleSettings {
    /// How severe its findings are, or `off`.
    pub level: Option<Level>,
    /// The rule's own options; `defrost explain RULE` lists them.
    #[serde(flatten)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub options: BTreeMap<String, toml::Value>,
}

/// Reads the settings of all rules, each a table or a level.
fn rules<'de, D: Deserializer<'de>>(input: D) -> Result<BTreeMap<String, RuleSettings>, D::Error> {
    struct Either(RuleSettings);

    impl<'de> Deserialize<'de> for Either {
        fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
            input.deserialize_any(Settings).map(Self)
        }
    }

    struct Settings;

    impl<'de> Visitor<'de> for Settings {
        type Value = RuleSettings;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a level (`off`, `note`, `warning` or `error`) or a table")
        }

        fn visit_str<E: de::Error>(self, level: &str) -> Result<RuleSettings, E> {
            let level = Level::deserialize(level.into_deserializer())?;
            Ok(RuleSettings { level: Some(level), ..RuleSettings::default() })
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RuleSettings, A::Error> {
            RuleSettings::deserialize(de::value::MapAccessDeserializer::new(map))
        }
    }

    let rules = BTreeMap::<String, Either>::deserialize(input)?;
    Ok(rules.into_iter().map(|(rule, Either(settings))| (rule, settings)).collect())
}

/// How severe the findings of a rule are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not reported.
    Off,
    /// Worth knowing.
    Note,
    /// It costs measurably.
    Warning,
    /// The deployment or the cold start fails.
    Error,
}

impl Level {
    /// The severity; `None` when off.
    #[must_use]
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// Levels for findings in some files.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Globs, relative to the folder of the configuration; inside an archive also relative to it.
    pub paths: Vec<String>,
    /// Level by rule.
    pub rules: BTreeMap<String, Level>,
}

/// Budgets of one function.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct FunctionSettings {
    /// Budget for Init, milliseconds.
    pub budget_init: Option<f64>,
    /// Budget for the unpacked size, MB.
    pub budget_size: Option<f64>,
    /// Budget for the size as a zip archive, MB.
    pub budget_zipped: Option<f64>,
    /// Budget for the number of files.
    pub budget_files: Option<u64>,
    /// Budget for the number of modules that Init loads.
    pub budget_modules: Option<u64>,
    /// Budget for the growth of Init and of both sizes against the baseline, or against the old side of
    /// `defrost diff`, percent.
    pub budget_growth: Option<f64>,
    /// Whether it fails the run if nothing says that the function starts.
    pub require_start: Option<bool>,
}
