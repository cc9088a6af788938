//! The rates that a load test goes through, function by function.

use super::Tested;
use crate::scaling::plan::TrafficPlan;

/// Requests per second that are expected where nothing is stated or assumed.
const USUAL_RATE: f64 = 10.0;
/// Seconds in which a test goes from one rate to the next.
pub(super) const CLIMB_S: u32 = 30;
/// Seconds for which it stays at a rate: percentiles need some, and the platform's metrics have a point a minute.
pub(super) const HOLD_S: u32 = 120;
/// Below its limit a function refuses nothing, where it is large enough.
const NEAR: f64 = 0.9;
/// The share of requests that may be refused by chance where it is not.
const BY_CHANCE: f64 = 0.000_5;
/// Above it, it must.
const ABOVE: f64 = 1.2;

/// What is sent to a function, in requests per second.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ramp {
    /// Rates that it is allowed to answer, rising.
    pub(super) within: Vec<f64>,
    /// Rates at which some requests are refused, rising.
    pub(super) beyond: Vec<f64>,
    /// From which rate on for sure.
    pub(super) limit: f64,
    /// Up to which share of that none is.
    quiet: f64,
    /// What is expected.
    expected: f64,
}

impl Ramp {
    /// What it gets where nothing is wrong: what is expected, as far as it is allowed.
    pub(super) fn usual(&self) -> f64 {
        self.expected.min(self.near()).max(1.0)
    }

    /// The highest rate at which nothing is refused.
    pub(super) fn near(&self) -> f64 {
        self.limit * self.quiet
    }

    /// The lowest rate at which something must be.
    pub(super) fn above(&self) -> f64 {
        self.limit * ABOVE
    }

    /// The highest rate of all.
    pub(super) fn top(&self) -> f64 {
        self.within.iter().chain(&self.beyond).copied().fold(1.0, f64::max)
    }
}

/// The rates for functions that are tested at the same time. Those without a reservation share what is unreserved, so
/// that all of them together reach its end: each gets the part of it that its traffic asks for.
pub(super) fn ramps(functions: &[&Tested]) -> Vec<Ramp> {
    let need = |tested: &Tested| expected(tested) * duration_s(tested);
    let shared: f64 = functions.iter().filter(|tested| shares(tested)).map(|tested| need(tested)).sum();
    let ramp = |tested: &&Tested| {
        let part = if shares(tested) && shared > 0.0 { need(tested) / shared } else { 1.0 };
        let environments = f64::from(tested.plan.allowed) * part;
        let limit = (environments / duration_s(tested)).min(tested.plan.most_requests_per_second * part).max(1.0);
        of(expected(tested), limit, quiet(f64::from(tested.plan.allowed)))
    };
    functions.iter().map(ramp).collect()
}

/// Half of what is expected, all of it, nearly what is allowed, and beyond.
pub(super) fn of(expected: f64, limit: f64, quiet: f64) -> Ramp {
    let ramp = Ramp { limit, expected, quiet, ..Ramp::default() };
    let (usual, above) = (ramp.usual(), ramp.above());
    let within = rising([usual * 0.5, usual, ramp.near()].into_iter());
    let beyond = rising([above, expected].into_iter().filter(|rate| *rate >= above));
    Ramp { within, beyond, ..ramp }
}

/// The share of its limit up to which a function with so many environments refuses next to nothing, when requests come
/// independently of each other: few environments are all busy by chance long before their limit (Erlang's loss formula).
fn quiet(environments: f64) -> f64 {
    let servers = environments.floor().max(1.0);
    let refuses = |share: f64| lost(servers, servers * share) > BY_CHANCE;
    let (mut low, mut high) = (0.0, NEAR);
    if !refuses(high) {
        return NEAR;
    }
    for _ in 0..20 {
        let middle = (low + high) / 2.0;
        if refuses(middle) { high = middle } else { low = middle }
    }
    low
}

/// The share of requests that find all servers busy, by Erlang's loss formula; `load` is how many would be busy.
fn lost(servers: f64, load: f64) -> f64 {
    let mut lost = 1.0;
    let mut number = 1.0;
    while number <= servers {
        lost = load * lost / (number + load * lost);
        number += 1.0;
    }
    lost
}

/// Rates in whole numbers, without those that are no higher than one before.
pub(super) fn rising(rates: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut found: Vec<f64> = Vec::new();
    for rate in rates.map(|rate| rate.max(1.0).round()) {
        if found.last().is_none_or(|last| *last < rate) {
            found.push(rate);
        }
    }
    found
}

/// Whether a function takes its environments from what nobody has reserved.
fn shares(tested: &Tested) -> bool {
    tested.plan.reserved.is_none()
}

/// What is expected at the most, in requests per second.
fn expected(tested: &Tested) -> f64 {
    busiest(tested).map_or(USUAL_RATE, |traffic| traffic.requests_per_second.max(1.0))
}

/// How long an invocation runs.
fn duration_s(tested: &Tested) -> f64 {
    busiest(tested).map_or(0.1, |traffic| traffic.duration_ms / 1e3).max(1e-3)
}

fn busiest(tested: &Tested) -> Option<&TrafficPlan> {
    tested.plan.traffic.iter().max_by(|a, b| a.requests_per_second.total_cmp(&b.requests_per_second))
}

/// The longest that 95 % of the requests may take, milliseconds.
pub(super) fn bar_ms(tested: &Tested) -> f64 {
    let cold = tested.plan.cold_start_ms.unwrap_or(1_000.0);
    let bar = (duration_s(tested) * 2e3 + cold).max(200.0);
    tested.timeout_ms.map_or(bar, |timeout| bar.min(timeout)).round()
}

/// Requests that wait for an answer at a rate, at the most.
pub(super) fn in_flight(rate: f64, tested: &Tested) -> f64 {
    (rate * bar_ms(tested) / 1e3).ceil().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rates_go_through_what_is_expected_and_through_the_limit() {
        let ramp = of(100.0, 250.0, NEAR);
        assert_eq!((ramp.within, ramp.beyond), (vec![50.0, 100.0, 225.0], vec![300.0]));
        // More is expected than is allowed: the limit is met on the way.
        let ramp = of(500.0, 50.0, NEAR);
        assert_eq!((ramp.within, ramp.beyond), (vec![23.0, 45.0], vec![60.0, 500.0]));
        let ramp = of(500.0, 10_000.0, NEAR);
        assert_eq!((ramp.within, ramp.beyond), (vec![250.0, 500.0, 9_000.0], vec![12_000.0]));
    }

    #[test]
    fn few_environments_are_busy_by_chance() {
        // Tables of Erlang B: 20 servers lose 10.9 % of a load of 18, and 0.1 % of one of 9.4.
        assert!((lost(20.0, 18.0) - 0.109).abs() < 0.001, "{}", lost(20.0, 18.0));
        assert!((lost(20.0, 9.41) - 0.001).abs() < 0.0001, "{}", lost(20.0, 9.41));
        assert!((0.40..0.47).contains(&quiet(20.0)), "{}", quiet(20.0));
        assert!(quiet(1_000.0) > 0.88 && quiet(5_000.0) == NEAR);
        assert!(quiet(1.0) < 0.01);
    }
}
