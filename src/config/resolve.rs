//! From what is written to what it means: names checked against the rule table, types against
//! the rules' options, paths and units in the pipeline's terms.

use std::collections::BTreeMap;
use std::path::Path;

use super::options;
use super::written::{AccountSettings, CalibrationSettings, SplitSettings, TrafficSettings};
use super::{ConfigError, Level, Overrides, Source};
use crate::cost::Calibration;
use crate::engine::contracts::{Contracts, Deny, Lazy, Only, Scope};
use crate::engine::{Budgets, Category, Policy, Registry, Selector};
use crate::finding::Severity;
use crate::platform::{Architecture, Platform, Runtime};
use crate::scaling::{Account, Accounts};
use crate::split::Objective;
use crate::text::similar;

/// What a configuration means.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// Which rules run and how.
    pub policy: Policy,
    /// Levels by path.
    pub overrides: Overrides,
    /// Mildest severity that fails the run.
    pub fail_on: Option<Severity>,
    /// Budgets of every function.
    pub budgets: Budgets,
    /// Budgets by function, where they differ.
    pub function_budgets: BTreeMap<String, Budgets>,
    /// What a split is judged by.
    pub objective: Objective,
    /// What the accounts may run at once.
    pub accounts: Accounts,
    /// What arrives at functions.
    pub traffic: TrafficSettings,
    /// What cold starts of one's own say about estimates.
    pub calibrations: Vec<Calibration>,
    /// What must never happen.
    pub contracts: Contracts,
    /// What holds for functions that no template describes.
    pub defaults: Defaults,
    /// Baseline file, relative to the folder of the configuration.
    pub baseline: Option<String>,
}

impl Resolved {
    /// Whether anything depends on what functions are called.
    #[must_use]
    pub fn tells_apart(&self) -> bool {
        let named = !self.function_budgets.is_empty() || !self.traffic.functions.is_empty();
        named || !self.contracts.is_empty() || self.baseline.is_some()
    }

    /// The same without what selects findings, makes them severe, or leaves them out.
    #[must_use]
    pub fn unselective(&self) -> Self {
        Self {
            policy: self.policy.unselective(),
            overrides: Overrides::default(),
            fail_on: None,
            baseline: None,
            ..self.clone()
        }
    }
}

/// What holds for a function where neither the command line nor a template says it.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// Handler.
    pub handler: Option<String>,
    /// Runtime.
    pub runtime: Option<Runtime>,
    /// Instruction set.
    pub architecture: Option<Architecture>,
    /// Memory size in MB.
    pub memory_mb: Option<u32>,
    /// The stage that templates are deployed as.
    pub stage: Option<String>,
    /// Layers, relative to the folder of the configuration.
    pub layers: Vec<String>,
}

/// Resolves a configuration; `folder` is that of its file, absolute.
///
/// # Errors
/// When a rule, category, option, runtime or glob does not exist, with its place.
pub fn resolve(source: &Source, registry: &Registry, folder: &Path) -> Result<Resolved, ConfigError> {
    let written = &source.written;
    let functions = written.functions.iter();
    Ok(Resolved {
        policy: policy(source, registry)?,
        overrides: overrides(source, registry, folder)?,
        fail_on: written.fail_on,
        budgets: budgets(
            source,
            &[],
            [written.budget_init, written.budget_size, written.budget_zipped, written.budget_growth],
            [written.budget_files, written.budget_modules],
            written.require_start,
        )?,
        function_budgets: functions
            .map(|(name, settings)| {
                let keys = ["functions", name.as_str()];
                let numbers =
                    [settings.budget_init, settings.budget_size, settings.budget_zipped, settings.budget_growth];
                let counts = [settings.budget_files, settings.budget_modules];
                Ok((name.clone(), budgets(source, &keys, numbers, counts, settings.require_start)?))
            })
            .collect::<Result<_, ConfigError>>()?,
        objective: objective(&written.split),
        accounts: accounts(&written.account),
        traffic: traffic(source)?,
        calibrations: calibrations(source)?,
        contracts: contracts(source),
        defaults: Defaults {
            handler: written.handler.clone(),
            runtime: parsed(source, "runtime", written.runtime.as_deref(), Runtime::named)?,
            architecture: parsed(source, "architecture", written.architecture.as_deref(), str::parse)?,
            memory_mb: written.memory,
            stage: written.stage.clone(),
            layers: written.layers.clone(),
        },
        baseline: written.baseline.clone(),
    })
}

fn contracts(source: &Source) -> Contracts {
    let written = &source.written;
    let lazy = written.lazy.iter().map(|one| Lazy {
        modules: one.modules.clone(),
        functions: Scope(one.functions.clone()),
        routes: one.routes.clone(),
        reason: one.reason.clone(),
    });
    let deny = written.deny.iter().map(|one| Deny {
        packages: one.packages.clone(),
        functions: Scope(one.functions.clone()),
        reason: one.reason.clone(),
    });
    let only = written.only.iter().map(|one| Only {
        layers: one.layers.clone(),
        functions: Scope(one.functions.clone()),
        reason: one.reason.clone(),
    });
    Contracts { lazy: lazy.collect(), deny: deny.collect(), only: only.collect() }
}

/// Factors that are numbers above 0; an error below 1 counts as none.
fn calibrations(source: &Source) -> Result<Vec<Calibration>, ConfigError> {
    let one = |(at, written): (usize, &CalibrationSettings)| {
        if !written.factor.is_finite() || written.factor <= 0.0 || !written.error.is_finite() {
            let at = at.to_string();
            let keys = ["calibration", at.as_str(), "factor"];
            return Err(source.fault(&keys, "factor", "`factor` must be a number above 0".to_owned()));
        }
        Ok(Calibration {
            language: written.language,
            state: written.state,
            factor: written.factor,
            starts: written.starts,
            error: written.error,
        })
    };
    source.written.calibration.iter().enumerate().map(one).collect()
}

/// Budgets in the pipeline's units; a negative one is a mistake.
fn budgets(
    source: &Source,
    keys: &[&str],
    numbers: [Option<f64>; 4],
    counts: [Option<u64>; 2],
    start: Option<bool>,
) -> Result<Budgets, ConfigError> {
    for (key, value) in ["budget-init", "budget-size", "budget-zipped", "budget-growth"].into_iter().zip(numbers) {
        if value.is_some_and(|value| !value.is_finite() || value < 0.0) {
            let keys: Vec<&str> = keys.iter().copied().chain([key]).collect();
            return Err(source.fault(&keys, key, format!("`{key}` must be a number from 0 up")));
        }
    }
    let [init_ms, size, zipped, growth_percent] = numbers;
    let bytes = |mb: f64| (mb * 1e6) as u64;
    Ok(Budgets {
        init_ms,
        bytes: size.map(bytes),
        zipped_bytes: zipped.map(bytes),
        files: counts[0],
        modules: counts[1],
        growth_percent,
        start,
    })
}

fn parsed<T>(
    source: &Source,
    key: &str,
    text: Option<&str>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, ConfigError> {
    text.map(|text| read(text).map_err(|message| source.fault(&[key], text, message))).transpose()
}

fn policy(source: &Source, registry: &Registry) -> Result<Policy, ConfigError> {
    let written = &source.written;
    let mut policy = Policy {
        select: selectors(source, registry, "select", &written.select)?,
        ignore: selectors(source, registry, "ignore", &written.ignore)?,
        ..Policy::default()
    };
    for (name, settings) in &written.rules {
        let rule = registry.find(name).ok_or_else(|| unknown_rule(source, registry, &["rules", name], name))?;
        match settings.level.map(Level::severity) {
            Some(Some(severity)) => {
                policy.severities.insert(name.clone(), severity);
            }
            Some(None) => policy.ignore.push(Selector::Rule(name.clone())),
            None => {}
        }
        for (option, value) in &settings.options {
            let keys = ["rules", name.as_str(), option.as_str()];
            let known = || rule.meta.options.keys().map(String::as_str).chain(["level"]);
            let Some(meta) = rule.meta.options.get(option) else {
                let help = match similar(option, known()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known options: {}", known().collect::<Vec<_>>().join(", ")),
                };
                let message = format!("rule `{name}` has no option `{option}`");
                return Err(source.fault(&keys, option, message).help(Some(help)));
            };
            if !options::fits(&meta.default, value) {
                let message = format!("option `{option}` of `{name}` must be {}", options::noun(&meta.default));
                return Err(source.fault(&keys, option, message).help(Some(meta.about.clone())));
            }
        }
        policy.options.insert(name.clone(), settings.options.clone());
    }
    Ok(policy)
}

fn selectors(source: &Source, registry: &Registry, key: &str, names: &[String]) -> Result<Vec<Selector>, ConfigError> {
    let read = names.iter().map(|name| {
        Selector::named(name, registry).map_err(|near| {
            let message = format!("there is no rule or category `{name}`");
            source.fault(&[key], name, message).help(Some(hint(near)))
        })
    });
    read.collect()
}

fn hint(near: Option<&str>) -> String {
    let list = || "`defrost rules` lists them all".to_owned();
    near.map_or_else(list, |near| format!("did you mean `{near}`?"))
}

fn unknown_rule(source: &Source, registry: &Registry, keys: &[&str], name: &str) -> ConfigError {
    let near = similar(name, registry.rules().iter().map(|rule| rule.name));
    let mut help = hint(near);
    if Category::ALL.into_iter().any(|category| category.word() == name) {
        help = format!("`{name}` is a category; name its rules, or use `select` and `ignore`");
    }
    source.fault(keys, name, format!("there is no rule `{name}`")).help(Some(help))
}

fn overrides(source: &Source, registry: &Registry, folder: &Path) -> Result<Overrides, ConfigError> {
    for (at, row) in source.written.overrides.iter().enumerate() {
        let at = at.to_string();
        if let Some(name) = row.rules.keys().find(|name| registry.find(name).is_none()) {
            return Err(unknown_rule(source, registry, &["overrides", &at, "rules", name], name));
        }
    }
    Overrides::new(folder, &source.written.overrides).map_err(|(at, glob, error)| {
        source.fault(&["overrides", &at.to_string(), "paths"], &glob, format!("`{glob}` is no glob: {error}"))
    })
}

/// What is not said is usual.
fn accounts(written: &AccountSettings) -> Accounts {
    let facts = Platform::default().scaling();
    let stage = |own: (Option<u32>, Option<u32>)| {
        Account::new(own.0.or(written.concurrency_limit), own.1.or(written.unreserved_floor), facts)
    };
    Accounts {
        usual: stage((None, None)),
        stages: written
            .stages
            .iter()
            .map(|(name, own)| (name.clone(), stage((own.concurrency_limit, own.unreserved_floor))))
            .collect(),
    }
}

/// Rates and times are numbers from 0 up.
fn traffic(source: &Source) -> Result<TrafficSettings, ConfigError> {
    let written = &source.written.traffic;
    let wrong = |value: Option<f64>| value.is_some_and(|value| !value.is_finite() || value < 0.0);
    let check = |keys: &[&str], key: &str, value: Option<f64>| {
        let keys: Vec<&str> = keys.iter().copied().chain([key]).collect();
        let fault = || source.fault(&keys, key, format!("`{key}` must be a number from 0 up"));
        if wrong(value) { Err(fault()) } else { Ok(()) }
    };
    check(&["traffic"], "requests-per-second", written.requests_per_second)?;
    check(&["traffic"], "duration-ms", written.duration_ms)?;
    for (name, own) in &written.functions {
        let keys = ["traffic", name.as_str()];
        check(&keys, "requests-per-second", own.requests_per_second)?;
        check(&keys, "duration-ms", own.duration_ms)?;
        check(&keys, "batch", own.batch)?;
    }
    Ok(written.clone())
}

/// What is not said stays as it is; what is negative counts as nothing.
fn objective(written: &SplitSettings) -> Objective {
    let usual = Objective::default();
    Objective {
        shares: written.shares.iter().map(|(route, share)| (route.clone(), share.max(0.0))).collect(),
        function_ms: written.function_ms.map_or(usual.function_ms, |ms| ms.max(0.0)),
        pool: written.pool.map_or(usual.pool, |pool| pool.clamp(0.0, 1.0)),
    }
}
