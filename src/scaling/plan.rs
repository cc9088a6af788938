//! The concurrency of an application: what each function needs and may have, what happens while traffic arrives, and
//! what keeping environments warm changes. From plain values to plain values; reports show them as they are.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::burst::{self, Arrivals, Scenario, WhenFull};
use super::need::{seconds_to_grow, seconds_to_poll};
use super::provision::Hour;
use super::{Account, Bound, Costs, Limits, Need, Outcome, Provisioning, Source, Traffic, allowed, trace};
use crate::platform::{Architecture, ScalingFacts};

/// Points of a course that reports show.
const POINTS: usize = 60;
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
    /// What arrives; none where nothing is stated.
    pub traffic: Vec<StatedTraffic>,
}

/// A function's cold start, milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct ColdStart {
    /// Init, as it is estimated.
    pub init_ms: f64,
    /// Before Init.
    pub download_ms: f64,
    /// Init with everything moved to first use.
    pub lazy_init_ms: Option<f64>,
    /// Init of the pieces of the split, on average over requests.
    pub split_init_ms: Option<f64>,
    /// Download without the bytes that nothing loads.
    pub slim_download_ms: Option<f64>,
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
    /// Records in an invocation.
    pub batch: f64,
}

impl StatedTraffic {
    /// The same rate for a minute.
    #[must_use]
    pub fn steady(name: &str, per_second: f64, duration_ms: f64, burst: u32) -> Self {
        Self { name: name.to_owned(), assumed: false, rates: vec![per_second; SECONDS], burst, duration_ms, batch: 1.0 }
    }

    /// What is looked at where nothing is stated.
    #[must_use]
    pub fn assumed() -> Vec<Self> {
        let ramp = |peak: f64| (0..SECONDS).map(|second| peak * (second as f64 / 10.0).min(1.0)).collect();
        let one = |name: &str, rates: Vec<f64>, burst| Self {
            name: name.to_owned(),
            assumed: true,
            rates,
            burst,
            duration_ms: 100.0,
            batch: 1.0,
        };
        vec![
            one("steady: 10 requests per second of 100 ms", vec![10.0; SECONDS], 0),
            one("busy: 500 requests per second of 100 ms within 10 s", ramp(500.0), 0),
            one("burst: 2,000 requests at once, of 100 ms", vec![0.0; SECONDS], 2_000),
        ]
    }
}

/// What the user states about traffic, by function.
#[derive(Clone, Debug, Default)]
pub struct TrafficTable {
    /// For every function of which nothing else is said.
    pub usual: Option<StatedTraffic>,
    /// By name.
    pub functions: BTreeMap<String, StatedTraffic>,
    /// Whether functions without any are looked at under assumed traffic.
    pub assume: bool,
}

impl TrafficTable {
    /// The traffic of a function with these names.
    #[must_use]
    pub fn of(&self, names: &[&str]) -> Vec<StatedTraffic> {
        let own = names.iter().find_map(|name| self.functions.get(*name));
        match own.or(self.usual.as_ref()) {
            Some(stated) => vec![stated.clone()],
            None if self.assume => StatedTraffic::assumed(),
            None => Vec::new(),
        }
    }
}

/// An application's concurrency.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccountPlan {
    /// Environments of all functions together.
    pub limit: u32,
    /// What must stay unreserved.
    pub unreserved_floor: u32,
    /// Whether the user said the limit.
    pub stated: bool,
    /// What functions of this application reserve.
    pub reserved: u64,
    /// What is left for those that reserve nothing.
    pub unreserved: u32,
}

/// A function's concurrency.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
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
    /// Requests per second that it can be given at most.
    pub most_requests_per_second: f64,
    /// Init and download, milliseconds; `null` where its code is not here.
    pub cold_start_ms: Option<f64>,
    /// What happens under each traffic.
    pub traffic: Vec<TrafficPlan>,
}

/// What happens under some traffic.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Variant {
    /// What is changed.
    pub change: String,
    /// Init and download, milliseconds.
    pub cold_start_ms: f64,
    /// Time that is added to all but 1 % of the requests, milliseconds.
    pub added_p99_ms: f64,
}

/// What keeping environments warm takes. Hours have the traffic's peak all the time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Warm {
    /// For traffic that stays: what is needed and a tenth.
    pub provisioned: u32,
    /// With a policy that tracks 70 % of utilisation: where it settles.
    pub tracked: u32,
    /// Cold starts of the simulation that this takes away.
    pub cold_starts_removed: f64,
    /// GB-seconds of one hour of being kept warm; `null` where the memory is not known.
    pub gb_seconds_per_hour: Option<f64>,
    /// The same in US dollars, less what running there saves.
    pub cost_usd_per_hour: Option<f64>,
    /// GB-seconds of Init at the cold starts of the simulation.
    pub init_gb_seconds: Option<f64>,
    /// The same in US dollars.
    pub init_cost_usd: Option<f64>,
}

/// What functions need and may have, with simulations of their traffic.
#[must_use]
pub fn plan(account: Account, functions: &[FunctionInput], facts: &ScalingFacts, limits: &Limits) -> Plan {
    let reserved: u64 =
        functions.iter().map(|function| u64::from(function.reserved.unwrap_or(function.provisioned))).sum();
    let unreserved = account.unreserved(reserved);
    let plans: Vec<FunctionPlan> =
        functions.iter().map(|function| function_plan(function, unreserved, facts, limits)).collect();
    let stated = |plan: &FunctionPlan| plan.traffic.iter().filter(|traffic| !traffic.assumed).map(|t| t.needed).max();
    let needed = plans.iter().filter_map(stated).fold(0_u32, u32::saturating_add);
    Plan {
        as_of: facts.as_of.clone(),
        account: AccountPlan {
            limit: account.limit,
            unreserved_floor: account.floor,
            stated: account.stated,
            reserved,
            unreserved,
        },
        functions: plans,
        needed,
        over_limit: needed > account.limit,
    }
}

fn function_plan(input: &FunctionInput, unreserved: u32, facts: &ScalingFacts, limits: &Limits) -> FunctionPlan {
    // What is kept warm beside a reservation that is not there was taken off what is left.
    let room = if input.reserved.is_none() { unreserved.saturating_add(input.provisioned) } else { unreserved };
    let found = allowed(input.reserved, room, &input.sources, facts);
    let mut sources = input.sources.iter().map(|source| source.most(facts));
    let source_concurrency = sources.try_fold(0_u32, |sum, most| Some(sum.saturating_add(most?)));
    FunctionPlan {
        function: input.name.clone(),
        reserved: input.reserved,
        provisioned: input.provisioned,
        allowed: found.environments,
        bound: found.bound,
        source_concurrency: source_concurrency.filter(|_| !input.sources.is_empty()),
        most_requests_per_second: f64::from(found.environments) * facts.growth.requests_per_environment,
        cold_start_ms: input.cold_start.map(|cold| rounded(cold.init_ms + cold.download_ms)),
        traffic: input
            .traffic
            .iter()
            .map(|traffic| of_traffic(input, traffic, found.environments, facts, limits))
            .collect(),
    }
}

fn of_traffic(
    input: &FunctionInput,
    traffic: &StatedTraffic,
    allowed: u32,
    facts: &ScalingFacts,
    limits: &Limits,
) -> TrafficPlan {
    let peak = traffic.rates.iter().copied().filter(|rate| rate.is_finite()).fold(0.0, f64::max);
    let duration_s = (traffic.duration_ms / 1e3).max(0.0);
    let need = Need::of(Traffic { per_second: peak, duration_s, batch: traffic.batch }, facts);
    let needed = need.environments.max(traffic.burst);
    let scenario = scenario(input, traffic, allowed, facts);
    let outcome = simulated(&scenario, limits);
    let warm = warm(input, &need, &scenario, outcome.as_ref(), facts, limits);
    let beyond = if needed > allowed && needed > 0 { 1.0 - f64::from(allowed) / f64::from(needed) } else { 0.0 };
    let queue = input.sources.iter().any(|source| matches!(source, Source::Queue { .. }));
    TrafficPlan {
        name: traffic.name.clone(),
        assumed: traffic.assumed,
        requests_per_second: peak,
        burst: traffic.burst,
        duration_ms: traffic.duration_ms,
        busy: rounded(need.busy),
        needed_for_rate: rounded(need.by_request_rate),
        needed,
        over_allowed: needed > allowed,
        beyond_share: rounded(beyond),
        seconds_to_grow: rounded(seconds_to_grow(input.provisioned, needed.min(allowed), facts)),
        seconds_to_poll: queue.then(|| rounded(seconds_to_poll(needed.min(allowed), facts))),
        variants: variants(input, &scenario, outcome.as_ref(), limits),
        simulated: outcome.map(|outcome| told(&outcome)),
        warm,
    }
}

/// The traffic as it is simulated.
fn scenario(input: &FunctionInput, traffic: &StatedTraffic, allowed: u32, facts: &ScalingFacts) -> Scenario {
    let batch = traffic.batch.max(1.0);
    let rates = traffic.rates.iter().map(|rate| rate / batch).collect();
    let cold = input.cold_start.unwrap_or_default();
    let waits = !input.sources.is_empty() && input.sources.iter().all(|source| *source != Source::Requests);
    Scenario {
        at_once: traffic.burst,
        arrivals: Arrivals::Independent,
        cold_start_s: (cold.init_ms + cold.download_ms) / 1e3,
        provisioned: input.provisioned,
        when_full: if waits { WhenFull::Wait } else { WhenFull::Refuse },
        ..Scenario::new(rates, (traffic.duration_ms / 1e3).max(0.0), allowed, facts)
    }
}

fn simulated(scenario: &Scenario, limits: &Limits) -> Option<Outcome> {
    burst::simulate(scenario, limits).or_else(|| trace::simulate(scenario, limits))
}

fn told(outcome: &Outcome) -> Simulated {
    let added = outcome.added;
    Simulated {
        requests: rounded(outcome.requests),
        cold_starts: rounded(outcome.cold),
        cold_share: rounded(outcome.cold_share()),
        throttled: rounded(outcome.refused),
        throttled_share: rounded(outcome.refused_share()),
        waited: rounded(outcome.waited),
        peak_environments: rounded(outcome.peak),
        added_ms: AddedMs {
            p50: rounded(added.p50 * 1e3),
            p90: rounded(added.p90 * 1e3),
            p99: rounded(added.p99 * 1e3),
            mean: rounded(added.mean * 1e3),
        },
        finished_s: rounded(outcome.finished_s),
        course: course(outcome),
    }
}

/// The seconds of a simulation in as many stretches as are shown.
fn course(outcome: &Outcome) -> Vec<Point> {
    let stretch = outcome.seconds.len().div_ceil(POINTS).max(1);
    let mut points = Vec::new();
    for (number, seconds) in outcome.seconds.chunks(stretch).enumerate() {
        let Some(last) = seconds.last() else { continue };
        let sum = |of: fn(&burst::Second) -> f64| rounded(seconds.iter().map(of).sum());
        points.push(Point {
            second: u32::try_from(number * stretch + seconds.len()).unwrap_or(u32::MAX),
            requests: sum(|second| second.requests),
            cold_starts: sum(|second| second.started),
            throttled: sum(|second| second.refused),
            waiting: rounded(last.waiting),
            environments: rounded(last.environments),
        });
    }
    points
}

/// The same traffic with the cold starts that changes of the code would give.
fn variants(input: &FunctionInput, now: &Scenario, outcome: Option<&Outcome>, limits: &Limits) -> Vec<Variant> {
    let (Some(cold), Some(outcome)) = (input.cold_start, outcome) else { return Vec::new() };
    let mut variants = vec![Variant {
        change: "as it is".to_owned(),
        cold_start_ms: rounded(cold.init_ms + cold.download_ms),
        added_p99_ms: rounded(outcome.added.p99 * 1e3),
    }];
    let changes = [
        ("everything loaded at first use", cold.lazy_init_ms.map(|init| init + cold.download_ms)),
        ("split by routes", cold.split_init_ms.map(|init| init + cold.download_ms)),
        ("without the files that nothing loads", cold.slim_download_ms.map(|download| cold.init_ms + download)),
    ];
    for (change, ms) in changes {
        let Some(ms) = ms.filter(|ms| *ms < cold.init_ms + cold.download_ms - 0.5) else { continue };
        let changed = Scenario { cold_start_s: ms / 1e3, ..now.clone() };
        let Some(outcome) = simulated(&changed, limits) else { continue };
        variants.push(Variant {
            change: change.to_owned(),
            cold_start_ms: rounded(ms),
            added_p99_ms: rounded(outcome.added.p99 * 1e3),
        });
    }
    variants
}

/// What keeping warm takes, and what it takes away.
fn warm(
    input: &FunctionInput,
    need: &Need,
    scenario: &Scenario,
    outcome: Option<&Outcome>,
    facts: &ScalingFacts,
    limits: &Limits,
) -> Warm {
    let sized = Provisioning::of(need, facts);
    let provisioned = sized.fixed.min(scenario.allowed);
    let cold = outcome.map_or(0.0, |outcome| outcome.cold);
    let held = simulated(&Scenario { provisioned, ..scenario.clone() }, limits).map_or(cold, |outcome| outcome.cold);
    let costs = input.memory_mb.map(|memory| {
        let hour = Hour {
            memory_mb: f64::from(memory),
            architecture: input.architecture,
            provisioned: f64::from(provisioned),
            busy: need.busy,
            cold_starts: cold,
            init_s: input.cold_start.unwrap_or_default().init_ms / 1e3,
        };
        Costs::of(&hour, facts)
    });
    let with_code = costs.filter(|_| input.cold_start.is_some());
    Warm {
        provisioned: sized.fixed,
        tracked: sized.tracked,
        cold_starts_removed: rounded((cold - held).max(0.0)),
        gb_seconds_per_hour: costs.map(|costs| rounded(costs.warm_gb_seconds)),
        cost_usd_per_hour: costs.map(|costs| money(costs.warm_usd)),
        init_gb_seconds: with_code.map(|costs| rounded(costs.init_gb_seconds)),
        init_cost_usd: with_code.map(|costs| money(costs.init_usd)),
    }
}

/// Thousandths: the last bits of a sum do not show.
fn rounded(value: f64) -> f64 {
    if value.is_finite() { (value * 1e3).round() / 1e3 } else { 0.0 }
}

/// Millionths of a dollar.
fn money(value: f64) -> f64 {
    if value.is_finite() { (value * 1e6).round() / 1e6 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Platform;

    fn input(traffic: Vec<StatedTraffic>) -> FunctionInput {
        FunctionInput {
            name: "f".to_owned(),
            sources: vec![Source::Requests],
            reserved: None,
            provisioned: 0,
            memory_mb: Some(1024),
            architecture: Architecture::X86_64,
            cold_start: Some(ColdStart { init_ms: 900.0, download_ms: 100.0, ..ColdStart::default() }),
            traffic,
        }
    }

    fn planned(input: FunctionInput) -> Plan {
        plan(Account::default(), &[input], Platform::AwsLambda.scaling(), &Limits::default())
    }

    #[test]
    fn short_requests_need_one_environment_for_ten_a_second() {
        let plan = planned(input(vec![StatedTraffic::steady("stated", 6000.0, 20.0, 0)]));
        assert_eq!((plan.functions[0].traffic[0].needed, plan.needed), (600, 600));
        assert_eq!(plan.functions[0].allowed, 1000);
    }

    #[test]
    fn what_is_beyond_is_told_as_a_share() {
        let mut input = input(vec![StatedTraffic::steady("stated", 100.0, 1000.0, 0)]);
        input.reserved = Some(25);
        let plan = planned(input);
        let traffic = &plan.functions[0].traffic[0];
        assert_eq!((traffic.needed, traffic.beyond_share, traffic.over_allowed), (100, 0.75, true));
        let share = traffic.simulated.as_ref().map(|simulated| simulated.throttled_share);
        assert!(share.is_some_and(|share| (0.72..0.78).contains(&share)), "{share:?}");
    }

    #[test]
    fn warm_environments_take_cold_starts_away_and_cost_money() {
        let plan = planned(input(vec![StatedTraffic::steady("stated", 100.0, 500.0, 0)]));
        let traffic = &plan.functions[0].traffic[0];
        assert_eq!((traffic.warm.provisioned, traffic.warm.tracked), (55, 72));
        assert!(traffic.warm.cold_starts_removed > 40.0);
        assert!(traffic.warm.cost_usd_per_hour.is_some_and(|usd| usd < 1.0));
        assert_eq!(traffic.variants.len(), 1);
    }

    #[test]
    fn assumed_traffic_is_no_need_of_the_application() {
        let plan = planned(input(StatedTraffic::assumed()));
        assert_eq!(plan.needed, 0);
        assert!(plan.functions[0].traffic.iter().all(|traffic| traffic.assumed && traffic.simulated.is_some()));
        assert!(
            plan.functions[0].traffic.iter().all(|traffic| {
                traffic.simulated.as_ref().is_some_and(|simulated| simulated.course.len() <= POINTS)
            })
        );
    }
}
