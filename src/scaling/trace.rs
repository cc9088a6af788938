//! Traffic second by second, for days: what runs at once follows its distribution in a system that loses nothing,
//! and what does not fit is refused by Erlang's loss formula or waits. Some tens of nanoseconds per second.

use std::collections::VecDeque;

use super::Limits;
use super::burst::{Added, Outcome, Scenario, Second, WhenFull};
use super::random::{Random, normal_quantile};

/// The share of requests that a group of `servers` refuses under a load of `offered` (Erlang's loss formula).
#[must_use]
pub fn erlang_b(servers: u32, offered: f64) -> f64 {
    if offered <= 0.0 || !offered.is_finite() {
        return 0.0;
    }
    (1..=servers).fold(1.0, |blocked, number| offered * blocked / (f64::from(number) + offered * blocked))
}

/// The share of requests that wait in a group of `servers` under a load of `offered` (Erlang's delay formula).
#[must_use]
pub fn erlang_c(servers: u32, offered: f64) -> f64 {
    if offered >= f64::from(servers) {
        return 1.0;
    }
    let blocked = erlang_b(servers, offered);
    let free = 1.0 - offered / f64::from(servers);
    blocked / (free + (1.0 - free) * blocked)
}

/// The most that runs at once in the last seconds, for every window in one pass.
#[derive(Default)]
struct Recent {
    peaks: VecDeque<(usize, f64)>,
}

impl Recent {
    fn push(&mut self, second: usize, peak: f64, window: usize) -> f64 {
        while self.peaks.back().is_some_and(|(_, known)| *known <= peak) {
            self.peaks.pop_back();
        }
        self.peaks.push_back((second, peak));
        while self.peaks.front().is_some_and(|(at, _)| at + window < second) {
            self.peaks.pop_front();
        }
        self.peaks.front().map_or(0.0, |(_, peak)| *peak)
    }
}

/// The refusals of the last load asked for; steady traffic asks for the same again and again.
#[derive(Default)]
struct Loss {
    offered: f64,
    share: f64,
}

impl Loss {
    fn share(&mut self, allowed: u32, offered: f64) -> f64 {
        let servers = f64::from(allowed);
        // Far below the limit nothing is refused, far above what does not fit: no need to sum up thousands of terms.
        if offered + 6.0 * offered.sqrt() < servers {
            return 0.0;
        }
        if offered > 2.0 * servers {
            return 1.0 - servers / offered;
        }
        if (offered - self.offered).abs() > 1e-3 * offered {
            (self.offered, self.share) = (offered, erlang_b(allowed, offered));
        }
        self.share
    }
}

/// The state of a trace.
struct Trace<'a> {
    scenario: &'a Scenario,
    random: Random,
    recent: Recent,
    loss: Loss,
    environments: f64,
    /// What may still be started.
    growth: f64,
    waiting: f64,
    /// When what waits came, and how much of it, the oldest first.
    came: VecDeque<(usize, f64)>,
    /// Time added and how many requests it was added to.
    added: Vec<(f32, f32)>,
    outcome: Outcome,
}

/// Follows traffic second by second; `None` when it lasts longer than `limits` allow.
#[must_use]
pub fn simulate(scenario: &Scenario, limits: &Limits) -> Option<Outcome> {
    if scenario.rates.len() > limits.seconds {
        return None;
    }
    let mut trace = Trace {
        scenario,
        random: Random::new(scenario.seed),
        recent: Recent::default(),
        loss: Loss::default(),
        environments: f64::from(scenario.warm.min(scenario.allowed)),
        growth: f64::from(scenario.growth),
        waiting: 0.0,
        came: VecDeque::new(),
        added: Vec::new(),
        outcome: Outcome { seconds: Vec::with_capacity(scenario.rates.len()), ..Outcome::default() },
    };
    for (second, rate) in scenario.rates.iter().enumerate() {
        let at_once = if second == 0 { f64::from(scenario.at_once) } else { 0.0 };
        let rate = if rate.is_finite() { rate.max(0.0) } else { 0.0 };
        trace.second(second, rate + at_once);
    }
    Some(trace.finish())
}

impl Trace<'_> {
    fn second(&mut self, number: usize, requests: f64) {
        let scenario = self.scenario;
        let allowed = f64::from(scenario.allowed);
        let offered = (requests + self.waiting.min(requests + allowed)) * scenario.duration_s;
        let wanted = self.peak(offered.max(0.0));
        let kept = f64::from(scenario.provisioned).min(allowed);
        let room = (allowed - kept).max(0.0);
        let missing = ((wanted - kept).clamp(0.0, room) - self.environments).max(0.0);
        self.growth = (self.growth + scenario.growth_per_second).min(f64::from(scenario.growth));
        let started = missing.min(self.growth).floor();
        self.growth -= started;
        self.environments += started;
        let there = kept + self.environments;
        // Where growth keeps up, only the limit refuses; otherwise what is there does.
        let most = if started < missing { there } else { allowed };
        let fits = self.fits(requests, offered, there, most);
        let second = self.book(requests, fits, started, wanted.min(there));
        let second = self.give_up(number, requests, fits, second);
        let window = scenario.idle_s.clamp(0.0, 1e9) as usize;
        let held = self.recent.push(number, (wanted - kept).clamp(0.0, room), window);
        self.environments = self.environments.min(held.ceil());
        self.outcome.seconds.push(Second { environments: kept + self.environments, ..second });
    }

    /// What runs at once at most within a second: the largest of as many draws as invocations follow each other.
    fn peak(&mut self, offered: f64) -> f64 {
        if offered <= 0.0 {
            return 0.0;
        }
        let draws = (1.0 / self.scenario.duration_s.max(1e-3)).clamp(1.0, 1e3);
        let z = normal_quantile(self.random.share().powf(1.0 / draws));
        // A few at a time are far from normal; one runs whenever anything does.
        (offered + z * offered.sqrt()).round().max(1.0)
    }

    /// The requests of a second that find an environment.
    fn fits(&mut self, requests: f64, offered: f64, there: f64, most: f64) -> f64 {
        let scenario = self.scenario;
        let mut share = 1.0 - self.loss.share(most as u32, offered);
        if scenario.requests_per_environment > 0.0 && requests > 0.0 && scenario.when_full == WhenFull::Refuse {
            let admitted = scenario.requests_per_environment * f64::from(scenario.allowed);
            share = share.min(admitted / requests);
        }
        if scenario.when_full == WhenFull::Wait {
            let most = if scenario.duration_s > 0.0 { there / scenario.duration_s } else { f64::INFINITY };
            return (requests + self.waiting).min(most);
        }
        requests * share.clamp(0.0, 1.0)
    }

    fn book(&mut self, requests: f64, fits: f64, started: f64, busy: f64) -> Second {
        let mut second = Second { requests, started, busy, ..Second::default() };
        if self.scenario.when_full == WhenFull::Wait {
            let before = self.waiting;
            self.waiting = (before + requests - fits).max(0.0);
            self.outcome.waited += fits.min(before);
            second.waiting = self.waiting;
            if before > 0.0 && fits > 0.0 {
                self.added.push(((before / fits) as f32, fits as f32));
            }
        } else {
            second.refused = requests - fits;
            self.outcome.refused += second.refused;
        }
        if started > 0.0 {
            self.added.push((self.scenario.cold_start_s as f32, started.min(fits) as f32));
        }
        self.outcome.requests += requests;
        self.outcome.cold += started;
        self.outcome.peak = self.outcome.peak.max(self.environments + f64::from(self.scenario.provisioned));
        second
    }

    /// What has waited for longer than its source keeps it is lost.
    fn give_up(&mut self, number: usize, requests: f64, fits: f64, second: Second) -> Second {
        let keeps = self.scenario.keeps_s;
        if self.scenario.when_full != WhenFull::Wait || !keeps.is_finite() {
            return second;
        }
        self.came.push_back((number, requests));
        let mut served = fits;
        while let Some((since, amount)) = self.came.front_mut() {
            let taken = served.min(*amount);
            served -= taken;
            *amount -= taken;
            let is_over = (number - *since) as f64 >= keeps;
            if is_over {
                self.outcome.lost += *amount;
                self.waiting = (self.waiting - *amount).max(0.0);
            } else if *amount > 0.0 {
                break;
            }
            self.came.pop_front();
        }
        Second { waiting: self.waiting, ..second }
    }

    fn finish(mut self) -> Outcome {
        self.outcome.left = self.waiting;
        self.outcome.finished_s = self.outcome.seconds.len() as f64;
        self.outcome.added =
            percentiles(&mut self.added, self.outcome.requests - self.outcome.refused - self.outcome.lost);
        self.outcome
    }
}

/// The percentiles of times with their weights; the requests that are not among them had nothing added.
fn percentiles(added: &mut [(f32, f32)], served: f64) -> Added {
    added.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let at = |share: f64| {
        let mut beyond = served * (1.0 - share);
        for (time, weight) in added.iter() {
            beyond -= f64::from(*weight);
            if beyond < 0.0 {
                return f64::from(*time);
            }
        }
        0.0
    };
    let sum: f64 = added.iter().map(|(time, weight)| f64::from(*time) * f64::from(*weight)).sum();
    let mean = if served > 0.0 { sum / served } else { 0.0 };
    Added { p50: at(0.5), p90: at(0.9), p99: at(0.99), mean }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Platform;
    use crate::scaling::burst;

    fn near(found: f64, expected: f64, share: f64) {
        assert!((found - expected).abs() <= share * expected.abs(), "{found} is not near {expected}");
    }

    #[test]
    fn the_formulas_give_the_published_values() {
        // Table values: B(10, 5) = 0.0184, C(10, 8) = 0.4092.
        near(erlang_b(10, 5.0), 0.01838, 0.001);
        near(erlang_c(10, 8.0), 0.4092, 0.001);
    }

    #[test]
    fn refusals_are_those_of_the_run_request_by_request() {
        let mut scenario = Scenario::new(vec![400.0; 300], 0.25, 90, Platform::AwsLambda.scaling());
        scenario.warm = 90;
        let exact = burst::simulate(&scenario, &Limits::default()).unwrap();
        let quick = simulate(&scenario, &Limits::default()).unwrap();
        near(quick.refused_share(), exact.refused_share(), 0.05);
    }

    #[test]
    fn a_constant_rate_needs_what_it_needs_request_by_request() {
        let scenario = Scenario::new(vec![400.0; 300], 0.25, 1000, Platform::AwsLambda.scaling());
        let exact = burst::simulate(&scenario, &Limits::default()).unwrap();
        let quick = simulate(&scenario, &Limits::default()).unwrap();
        near(quick.peak, exact.peak, 0.05);
        near(quick.cold, exact.cold, 0.05);
    }

    #[test]
    fn a_day_of_ten_functions_is_quick_and_environments_come_and_go() {
        let rates: Vec<f64> = (0..86_400).map(|at| 50.0 * (1.0 + (f64::from(at) / 13_750.0).sin())).collect();
        let scenario = Scenario::new(rates, 0.1, 1000, Platform::AwsLambda.scaling());
        let outcome = simulate(&scenario, &Limits::default()).unwrap();
        assert!(outcome.cold >= outcome.peak && outcome.refused == 0.0);
        assert!(outcome.seconds.iter().any(|second| second.environments < outcome.peak / 3.0));
    }

    #[test]
    fn what_a_queue_keeps_is_worked_off() {
        let mut rates = vec![0.0; 600];
        rates[..60].fill(100.0);
        let mut scenario = Scenario::new(rates, 1.0, 50, Platform::AwsLambda.scaling());
        scenario.when_full = WhenFull::Wait;
        let outcome = simulate(&scenario, &Limits::default()).unwrap();
        // 6,000 messages at 50 per second take two minutes.
        let end = outcome.seconds.iter().rposition(|second| second.waiting > 0.0).unwrap();
        near(end as f64, 119.0, 0.02);
        assert_eq!(outcome.left, 0.0);
    }
}
