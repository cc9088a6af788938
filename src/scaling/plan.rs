//! The concurrency of an application: what each function needs and may have, what happens while traffic arrives, and
//! what keeping environments warm changes. From plain values to plain values; reports show them as they are.

mod compute;
mod keep;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bound, Source};
use crate::platform::Architecture;
pub use compute::plan;
pub use keep::{Keep, Stretch, Warm};

/// Seconds of traffic that are simulated where nothing else is said.
const SECONDS: usize = 60;

/// A function.
#[derive(Clone, Debug)]
pub struct FunctionInput {
    /// Name in the report.
    pub name: String,
    /// What invokes it.
    pub sources: Vec<Source>,
    /// Reserved concurrency.
    pub reserved: Option<u32>,
    /// Provisioned concurrency.
    pub provisioned: u32,
    /// Memory, MB; `None` where it is not known.
    pub memory_mb: Option<u32>,
    /// Instruction set.
    pub architecture: Architecture,
    /// Its cold start; `None` where its code is not here.
    pub cold_start: Option<ColdStart>,
    /// Seconds for which its sources keep what is not served; `None` where that is not known, or nothing is kept.
    pub keeps_s: Option<f64>,
    /// What arrives; none where nothing is stated.
    pub traffic: Vec<StatedTraffic>,
}

/// A function's cold start, milliseconds.
#[derive(Clone, Debug, Default)]
pub struct ColdStart {
    /// Init, as it is estimated.
    pub init_ms: f64,
    /// Before Init.
    pub download_ms: f64,
    /// What the report proposes, and what the cold start then is.
    pub changes: Vec<Change>,
}

/// A change of the code or the package.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What is changed.
    pub name: &'static str,
    /// Init then, milliseconds.
    pub init_ms: f64,
    /// Download then, milliseconds.
    pub download_ms: f64,
    /// What the first request then loads more than today, on average over the routes, milliseconds.
    pub first_request_ms: f64,
}

/// What arrives at a function, as stated or assumed.
#[derive(Clone, Debug)]
pub struct StatedTraffic {
    /// What it is called.
    pub name: String,
    /// Whether nobody stated it.
    pub assumed: bool,
    /// Per second, for each second.
    pub rates: Vec<f64>,
    /// At once, at the beginning.
    pub burst: u32,
    /// How long an invocation runs, milliseconds.
    pub duration_ms: f64,
    /// Records in an invocation, where somebody said it.
    pub batch: Option<f64>,
    /// Message groups that are active at a time, for queues that are first in, first out; where somebody said it.
    pub groups: Option<u32>,
    /// The share of each route or event source of which something is said, by its name there.
    pub shares: BTreeMap<String, f64>,
}

impl StatedTraffic {
    /// The same rate for a minute.
    #[must_use]
    pub fn steady(name: &str, per_second: f64, duration_ms: f64, burst: u32) -> Self {
        Self {
            name: name.to_owned(),
            assumed: false,
            rates: vec![per_second; SECONDS],
            burst,
            duration_ms,
            batch: None,
            groups: None,
            shares: BTreeMap::new(),
        }
    }

    /// Records in an invocation, 1 at least.
    #[must_use]
    pub fn records(&self) -> f64 {
        self.batch.unwrap_or(1.0).max(1.0)
    }

    /// What is looked at where nothing is stated, by what invokes the function.
    #[must_use]
    pub fn assumed(sources: &[Source], batch: f64) -> Vec<Self> {
        let only = |is_it: fn(&Source) -> bool| only(sources, is_it);
        let one = |name: &str, rates: Vec<f64>, burst, batch| Self {
            name: name.to_owned(),
            assumed: true,
            rates,
            burst,
            duration_ms: 100.0,
            batch: Some(batch),
            groups: None,
            shares: BTreeMap::new(),
        };
        if is_scheduled(sources) {
            let runs = u32::try_from(sources.len()).unwrap_or(u32::MAX);
            return vec![one("its schedules at the same time", vec![0.0; SECONDS], runs, 1.0)];
        }
        let is_polled = only(|source| matches!(source, Source::Queue { .. } | Source::Stream { .. }));
        let (noun, batch) = if is_polled { ("messages", batch.max(1.0)) } else { ("requests", 1.0) };
        let batches = if batch > 1.0 { format!(", {batch} in a batch") } else { String::new() };
        let ramp = |peak: f64| (0..SECONDS).map(|second| peak * (second as f64 / 10.0).min(1.0)).collect();
        let steady = format!("steady, 10 {noun} per second of 100 ms{batches}");
        let busy = format!("busy, 500 {noun} per second of 100 ms within 10 s{batches}");
        let burst = format!("burst, 2,000 {noun} at once, of 100 ms{batches}");
        vec![
            one(&steady, vec![10.0; SECONDS], 0, batch),
            one(&busy, ramp(500.0), 0, batch),
            one(&burst, vec![0.0; SECONDS], 2_000, batch),
        ]
    }
}

/// Whether there are sources, all of one kind.
fn only(sources: &[Source], is_it: fn(&Source) -> bool) -> bool {
    !sources.is_empty() && sources.iter().all(is_it)
}

/// Whether nothing but schedules invokes a function: what arrives elsewhere does not arrive at it.
fn is_scheduled(sources: &[Source]) -> bool {
    only(sources, |source| *source == Source::Schedule)
}

/// What the user states about traffic, by function.
#[derive(Clone, Debug, Default)]
pub struct TrafficTable {
    /// For every function of which nothing else is said, and that something else than its schedules invokes.
    pub usual: Option<StatedTraffic>,
    /// By name.
    pub functions: BTreeMap<String, StatedTraffic>,
    /// Whether functions without any are looked at under assumed traffic.
    pub assume: bool,
}

impl TrafficTable {
    /// The traffic of a function with these names, that these sources invoke in batches of this size.
    #[must_use]
    pub fn of(&self, names: &[&str], sources: &[Source], batch: f64) -> Vec<StatedTraffic> {
        let own = names.iter().find_map(|name| self.functions.get(*name));
        let usual = self.usual.as_ref().filter(|_| !is_scheduled(sources));
        match own.or(usual) {
            // Requests come alone, whatever is said of records.
            Some(stated) if !sources.is_empty() && !sources.iter().any(Source::comes_in_batches) => {
                vec![StatedTraffic { batch: None, ..stated.clone() }]
            }
            Some(stated) => {
                let is_set = only(sources, Source::comes_in_batches);
                vec![StatedTraffic { batch: stated.batch.or(is_set.then_some(batch)), ..stated.clone() }]
            }
            None if self.assume => StatedTraffic::assumed(sources, batch),
            None => Vec::new(),
        }
    }
}

/// An application's concurrency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// The date of the platform's figures.
    pub as_of: String,
    /// The account.
    pub account: AccountPlan,
    /// Each function.
    pub functions: Vec<FunctionPlan>,
    /// Environments that all functions with stated traffic need together.
    pub needed: u32,
    /// Whether that is more than the account has.
    pub over_limit: bool,
}

/// What an account may run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountPlan {
    /// Environments of all functions together.
    pub limit: u32,
    /// What must stay unreserved.
    pub unreserved_floor: u32,
    /// Whether the user said the limit.
    pub stated: bool,
    /// What functions of this application reserve.
    pub reserved: u64,
    /// What other applications of the run reserve, if they share the account.
    #[serde(default)]
    pub reserved_elsewhere: u64,
    /// What is left for those that reserve nothing.
    pub unreserved: u32,
}

/// A function's concurrency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunctionPlan {
    /// Name in the report.
    pub function: String,
    /// Reserved concurrency.
    pub reserved: Option<u32>,
    /// Provisioned concurrency.
    pub provisioned: u32,
    /// The most that it may have at once.
    pub allowed: u32,
    /// Why not more.
    pub bound: Bound,
    /// Batches at once that its queues, streams and brokers ask for; `null` where something else invokes it.
    pub source_concurrency: Option<u32>,
    /// Whether nothing but queues that are first in, first out invokes it: no more batches at once than message groups.
    #[serde(default)]
    pub first_in_first_out: bool,
    /// Requests per second that it can be given at most.
    pub most_requests_per_second: f64,
    /// What invokes it: `requests`, `events`, `a schedule`, `a queue`, `a stream`, `a message broker`.
    pub invoked_by: Vec<String>,
    /// Memory, MB; `null` where it is not known.
    pub memory_mb: Option<u32>,
    /// Init, milliseconds; `null` where its code is not here.
    pub init_ms: Option<f64>,
    /// Init and download, milliseconds; `null` where its code is not here.
    pub cold_start_ms: Option<f64>,
    /// What happens under each traffic.
    pub traffic: Vec<TrafficPlan>,
}

/// What happens under some traffic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrafficPlan {
    /// What it is called.
    pub name: String,
    /// Whether nobody stated it.
    pub assumed: bool,
    /// At its peak.
    pub requests_per_second: f64,
    /// At once, at the beginning.
    pub burst: u32,
    /// How long an invocation runs, milliseconds.
    pub duration_ms: f64,
    /// Message groups that are active at a time, where the user said it.
    #[serde(default)]
    pub message_groups: Option<u32>,
    /// Environments that run at a time: rate times duration.
    pub busy: f64,
    /// Environments that the rate asks for, at ten requests per second each.
    pub needed_for_rate: f64,
    /// Environments that are needed: the larger of both, and as many as requests at once.
    pub needed: u32,
    /// Whether more is needed than allowed.
    pub over_allowed: bool,
    /// Share of the requests beyond what is allowed, once all that is allowed runs.
    pub beyond_share: f64,
    /// Seconds until the function has grown to what is needed, as far as it may.
    pub seconds_to_grow: f64,
    /// Seconds until the poller of its queue asks for that much; `null` without a queue.
    pub seconds_to_poll: Option<f64>,
    /// What happens, simulated; `null` where there is too much to simulate.
    pub simulated: Option<Simulated>,
    /// The same under changes of the code that the report proposes.
    pub variants: Vec<Variant>,
    /// What keeping environments warm would take.
    pub warm: Warm,
}

/// The outcome of a simulation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Simulated {
    /// Requests.
    pub requests: f64,
    /// Environments that were started, each at the cost of one request's wait.
    pub cold_starts: f64,
    /// Share of the requests that waited for Init.
    pub cold_share: f64,
    /// Requests that were refused.
    pub throttled: f64,
    /// Share of the requests that were refused.
    pub throttled_share: f64,
    /// Requests that their source kept and that were served later.
    pub waited: f64,
    /// Requests that their source gave up before they were served.
    #[serde(default)]
    pub lost: f64,
    /// Most environments at once.
    pub peak_environments: f64,
    /// Time added to requests, milliseconds.
    pub added_ms: AddedMs,
    /// Seconds until the last of the requests was answered.
    pub finished_s: f64,
    /// How it went.
    pub course: Vec<Point>,
}

/// Time that requests took beyond their own running time, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AddedMs {
    /// Half took no longer.
    pub p50: f64,
    /// 90 % took no longer.
    pub p90: f64,
    /// 99 % took no longer.
    pub p99: f64,
    /// On average.
    pub mean: f64,
}

/// A stretch of a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    /// Its end, seconds.
    pub second: u32,
    /// Requests.
    pub requests: f64,
    /// Environments started.
    pub cold_starts: f64,
    /// Requests refused.
    pub throttled: f64,
    /// Requests that wait at its end.
    pub waiting: f64,
    /// Environments at its end.
    pub environments: f64,
}

/// A simulation with another cold start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// What is changed.
    pub change: String,
    /// Init, milliseconds.
    pub init_ms: f64,
    /// Before Init, milliseconds.
    pub download_ms: f64,
    /// What the first request then loads more than today, milliseconds: lazy code moves work, and does not save it.
    pub first_request_ms: f64,
    /// All three together: what a request waits that starts an environment, milliseconds.
    pub cold_start_ms: f64,
    /// Cold starts of the simulation: while Init runs, further requests start environments of their own.
    pub cold_starts: f64,
    /// Time that is added to a request on average, milliseconds.
    pub added_mean_ms: f64,
    /// Time that is added to all but 1 % of the requests, milliseconds.
    pub added_p99_ms: f64,
    /// GB-seconds of Init, and of what the first request then loads more, at these cold starts; `null` where the memory
    /// is not known.
    pub gb_seconds: Option<f64>,
}

/// Thousandths: the last bits of a sum do not show.
fn rounded(value: f64) -> f64 {
    if value.is_finite() { (value * 1e3).round() / 1e3 } else { 0.0 }
}

/// Millionths of a dollar.
fn money(value: f64) -> f64 {
    if value.is_finite() { (value * 1e6).round() / 1e6 } else { 0.0 }
}

impl Change {
    /// What a request waits that starts an environment.
    fn cold_ms(&self) -> f64 {
        self.init_ms + self.download_ms + self.first_request_ms.max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrives_at_all_functions_does_not_arrive_at_schedules() {
        let usual = Some(StatedTraffic::steady("stated", 200.0, 250.0, 0));
        let own = StatedTraffic::steady("stated", 1.0, 250.0, 0);
        let table = TrafficTable { usual, functions: BTreeMap::from([("hourly".to_owned(), own)]), assume: true };
        let peak = |name: &str, sources: &[Source]| {
            let traffic = table.of(&[name], sources, 1.0);
            traffic.iter().flat_map(|traffic| &traffic.rates).copied().fold(0.0, f64::max)
        };
        assert_eq!((peak("nightly", &[Source::Schedule]), peak("hourly", &[Source::Schedule])), (0.0, 1.0));
        assert_eq!(peak("api", &[Source::Schedule, Source::Requests]), 200.0);
    }
}
