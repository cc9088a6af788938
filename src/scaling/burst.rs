//! Traffic request by request, the way the platform serves it: a request takes an environment that is free, or has
//! one started for it and waits for its Init, or is refused (or waits, where its source keeps it).

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::Limits;
use super::random::Random;
use crate::platform::ScalingFacts;

/// When requests come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrivals {
    /// At even distances.
    Even,
    /// Independent of each other, as those of many callers.
    Independent,
}

/// How long invocations run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// All alike.
    Constant,
    /// Exponentially distributed.
    Exponential,
}

/// What happens to a request for which there is no environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// It is refused.
    Refuse,
    /// Its source keeps it.
    Wait,
}

/// Traffic and limits of one function.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Requests per second, for each second.
    pub rates: Vec<f64>,
    /// Requests at the very beginning, all at once.
    pub at_once: u32,
    /// When requests come.
    pub arrivals: Arrivals,
    /// Seconds that an invocation runs, on average.
    pub duration_s: f64,
    /// How that varies.
    pub service: Service,
    /// Seconds from the start of an environment until it serves: download and Init.
    pub cold_start_s: f64,
    /// Environments that are kept warm.
    pub provisioned: u32,
    /// Environments on demand that are there at the beginning.
    pub warm: u32,
    /// The most there may be, those kept warm included.
    pub allowed: u32,
    /// What happens beyond.
    pub when_full: WhenFull,
    /// Seconds for which a source keeps what waits; it is lost then.
    pub keeps_s: f64,
    /// Requests per second that each unit of concurrency admits; no limit when 0.
    pub requests_per_environment: f64,
    /// New environments at once.
    pub growth: u32,
    /// Further ones per second.
    pub growth_per_second: f64,
    /// Idle seconds after which an environment on demand is gone.
    pub idle_s: f64,
    /// What makes the same traffic again.
    pub seed: u64,
}

impl Scenario {
    /// Traffic at a platform's pace, of callers that wait for the answer.
    #[must_use]
    pub fn new(rates: Vec<f64>, duration_s: f64, allowed: u32, facts: &ScalingFacts) -> Self {
        Self {
            rates,
            at_once: 0,
            arrivals: Arrivals::Independent,
            duration_s,
            service: Service::Constant,
            cold_start_s: 0.0,
            provisioned: 0,
            warm: 0,
            allowed,
            when_full: WhenFull::Refuse,
            keeps_s: f64::INFINITY,
            requests_per_environment: facts.growth.requests_per_environment,
            growth: facts.growth.environments,
            growth_per_second: f64::from(facts.growth.environments) / facts.growth.seconds.max(1e-9),
            idle_s: facts.environment.idle_seconds,
            seed: 1,
        }
    }

    /// Requests that it stands for.
    #[must_use]
    pub fn requests(&self) -> f64 {
        f64::from(self.at_once)
            + self.rates.iter().filter(|rate| rate.is_finite()).map(|rate| rate.max(0.0)).sum::<f64>()
    }
}

/// What happened in one second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Second {
    /// Requests that came.
    pub requests: f64,
    /// Environments that were started.
    pub started: f64,
    /// Requests that were refused.
    pub refused: f64,
    /// Requests that wait at its end.
    pub waiting: f64,
    /// Most that ran at once.
    pub busy: f64,
    /// Environments at its end.
    pub environments: f64,
}

/// Time that requests took beyond their own running time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Added {
    /// Half took no longer, seconds.
    pub p50: f64,
    /// 90 % took no longer, seconds.
    pub p90: f64,
    /// 99 % took no longer, seconds.
    pub p99: f64,
    /// On average, seconds.
    pub mean: f64,
}

/// What happened.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Second by second.
    pub seconds: Vec<Second>,
    /// Requests that came.
    pub requests: f64,
    /// Environments that were started; each makes one request wait for Init.
    pub cold: f64,
    /// Requests that were refused.
    pub refused: f64,
    /// Requests that were kept and served later.
    pub waited: f64,
    /// Requests that their source gave up.
    pub lost: f64,
    /// Requests left waiting at the end.
    pub left: f64,
    /// Most environments at once.
    pub peak: f64,
    /// Time added to those that were served.
    pub added: Added,
    /// Seconds until the last request that came was served.
    pub finished_s: f64,
}

impl Outcome {
    /// The share of requests that were refused.
    #[must_use]
    pub fn refused_share(&self) -> f64 {
        if self.requests > 0.0 { self.refused / self.requests } else { 0.0 }
    }

    /// The share of requests that waited for Init.
    #[must_use]
    pub fn cold_share(&self) -> f64 {
        if self.requests > 0.0 { self.cold / self.requests } else { 0.0 }
    }
}

/// Whole nanoseconds, so that times compare exactly.
type Nanos = u64;

fn nanos(seconds: f64) -> Nanos {
    (seconds.max(0.0) * 1e9).min(1e18).round() as Nanos
}

fn seconds(nanos: Nanos) -> f64 {
    nanos as f64 / 1e9
}

/// What fills up with time and is taken piece by piece.
#[derive(Debug)]
struct Bucket {
    level: f64,
    most: f64,
    per_second: f64,
    at: Nanos,
}

impl Bucket {
    fn new(most: f64, per_second: f64) -> Self {
        Self { level: most, most, per_second, at: 0 }
    }

    fn fill(&mut self, now: Nanos) {
        self.level = (self.level + seconds(now.saturating_sub(self.at)) * self.per_second).min(self.most);
        self.at = self.at.max(now);
    }

    fn take(&mut self, now: Nanos) -> bool {
        self.fill(now);
        let there = self.level >= 1.0 - 1e-9;
        if there {
            self.level -= 1.0;
        }
        there
    }

    /// When there is one again; `None` when never.
    fn ready(&self) -> Option<Nanos> {
        let missing = (1.0 - self.level).max(0.0);
        (self.most >= 1.0 && self.per_second > 0.0).then(|| self.at + nanos(missing / self.per_second) + 1)
    }
}

/// One run.
struct Run<'a> {
    scenario: &'a Scenario,
    random: Random,
    running: BinaryHeap<Reverse<Nanos>>,
    /// Free environments on demand, each with the time since which; the last one used is taken first.
    idle: VecDeque<Nanos>,
    /// Environments, those kept warm included.
    total: u32,
    /// Free environments that are kept warm.
    kept: u32,
    waiting: VecDeque<Nanos>,
    growth: Bucket,
    admission: Option<Bucket>,
    added: Vec<f32>,
    outcome: Outcome,
}

/// Follows every request; `None` when there are more than `limits` allow.
#[must_use]
pub fn simulate(scenario: &Scenario, limits: &Limits) -> Option<Outcome> {
    let fits = scenario.requests() <= limits.requests as f64 && scenario.rates.len() <= limits.seconds;
    (fits && scenario.provisioned.max(scenario.warm) <= limits.environments).then(|| Run::new(scenario).run())
}

impl<'a> Run<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let kept = scenario.provisioned.min(scenario.allowed);
        let warm = scenario.warm.min(scenario.allowed - kept);
        let admitted = scenario.requests_per_environment * f64::from(scenario.allowed);
        Self {
            scenario,
            random: Random::new(scenario.seed),
            running: BinaryHeap::new(),
            idle: std::iter::repeat_n(0, warm as usize).collect(),
            total: kept + warm,
            kept,
            waiting: VecDeque::new(),
            growth: Bucket::new(f64::from(scenario.growth), scenario.growth_per_second),
            admission: (scenario.requests_per_environment > 0.0 && scenario.when_full == WhenFull::Refuse)
                .then(|| Bucket::new(admitted, admitted)),
            added: Vec::with_capacity(scenario.requests() as usize + 16),
            outcome: Outcome { seconds: vec![Second::default(); scenario.rates.len().max(1)], ..Outcome::default() },
        }
    }

    fn run(mut self) -> Outcome {
        for _ in 0..self.scenario.at_once {
            self.arrive(0);
        }
        for second in 0..self.scenario.rates.len() {
            self.second(second);
        }
        self.drain();
        self.finish()
    }

    /// The requests of one second.
    fn second(&mut self, number: usize) {
        let rate = self.scenario.rates[number];
        let start = number as f64;
        let mut at = start;
        if rate.is_finite() && rate > 0.0 {
            let mut count = 0.0;
            loop {
                at = match self.scenario.arrivals {
                    Arrivals::Even => start + count / rate,
                    Arrivals::Independent => at + self.random.exponential() / rate,
                };
                count += 1.0;
                if at >= start + 1.0 {
                    break;
                }
                self.arrive(nanos(at));
            }
        }
        self.advance(nanos(start + 1.0));
        let environments = f64::from(self.total);
        let waiting = self.waiting.len() as f64;
        if let Some(second) = self.outcome.seconds.get_mut(number) {
            second.environments = environments;
            second.waiting = waiting;
        }
    }

    /// Serves what still waits, as long as its source keeps it.
    fn drain(&mut self) {
        let mut steps = self.waiting.len() * 2 + self.running.len() + 16;
        while !self.waiting.is_empty() && steps > 0 {
            steps -= 1;
            let next = [self.running.peek().map(|Reverse(at)| *at), self.ready()].into_iter().flatten().min();
            let Some(next) = next else { break };
            self.advance(next);
        }
        if self.scenario.keeps_s.is_finite() {
            self.outcome.lost += self.waiting.len() as f64;
            self.waiting.clear();
        }
        self.outcome.left = self.waiting.len() as f64;
    }

    /// When a waiting request may have an environment of its own.
    fn ready(&self) -> Option<Nanos> {
        (!self.waiting.is_empty() && self.total < self.scenario.allowed).then(|| self.growth.ready()).flatten()
    }

    /// Everything that happens up to `now`.
    fn advance(&mut self, now: Nanos) {
        loop {
            let done = self.running.peek().map(|Reverse(at)| *at);
            let next = [done, self.ready()].into_iter().flatten().min();
            let Some(at) = next.filter(|at| *at <= now) else { break };
            self.give_up(at);
            if done == Some(at) {
                self.running.pop();
                self.release(at);
            } else if !self.waiting.is_empty()
                && self.growth.take(at)
                && let Some(since) = self.waiting.pop_front()
            {
                self.outcome.waited += 1.0;
                self.start(since, at);
            }
        }
        self.give_up(now);
        let oldest = now.saturating_sub(nanos(self.scenario.idle_s));
        while self.idle.front().is_some_and(|since| *since < oldest) {
            self.idle.pop_front();
            self.total -= 1;
        }
    }

    /// What has waited for longer than its source keeps it is lost.
    fn give_up(&mut self, now: Nanos) {
        let oldest = now.saturating_sub(nanos(self.scenario.keeps_s));
        while self.waiting.front().is_some_and(|since| *since < oldest) {
            self.waiting.pop_front();
            self.outcome.lost += 1.0;
        }
    }

    /// An environment is free again.
    fn release(&mut self, at: Nanos) {
        if let Some(since) = self.waiting.pop_front() {
            self.outcome.waited += 1.0;
            self.serve(since, at, 0.0);
        } else if self.kept < self.scenario.provisioned.min(self.scenario.allowed) {
            // Which of them is kept warm makes no difference.
            self.kept += 1;
        } else {
            self.idle.push_back(at);
        }
    }

    fn arrive(&mut self, now: Nanos) {
        self.advance(now);
        self.outcome.requests += 1.0;
        self.at(now).requests += 1.0;
        if self.admission.as_mut().is_some_and(|admission| !admission.take(now)) {
            self.refuse(now);
        } else if self.kept > 0 {
            self.kept -= 1;
            self.serve(now, now, 0.0);
        } else if self.idle.pop_back().is_some() {
            self.serve(now, now, 0.0);
        } else if self.total < self.scenario.allowed && self.waiting.is_empty() && self.growth.take(now) {
            self.start(now, now);
        } else if self.scenario.when_full == WhenFull::Wait {
            self.waiting.push_back(now);
        } else {
            self.refuse(now);
        }
    }

    fn refuse(&mut self, now: Nanos) {
        self.outcome.refused += 1.0;
        self.at(now).refused += 1.0;
    }

    /// Starts an environment for a request that has been there since `since`.
    fn start(&mut self, since: Nanos, now: Nanos) {
        self.total += 1;
        self.outcome.cold += 1.0;
        self.outcome.peak = self.outcome.peak.max(f64::from(self.total));
        self.at(now).started += 1.0;
        self.serve(since, now, self.scenario.cold_start_s);
    }

    fn serve(&mut self, since: Nanos, now: Nanos, cold_start_s: f64) {
        let running = match self.scenario.service {
            Service::Constant => self.scenario.duration_s,
            Service::Exponential => self.scenario.duration_s * self.random.exponential(),
        };
        let end = now + nanos(cold_start_s + running);
        self.running.push(Reverse(end));
        self.added.push((seconds(now - since) + cold_start_s) as f32);
        self.outcome.finished_s = self.outcome.finished_s.max(seconds(end));
        let busy = self.running.len() as f64;
        let second = self.at(now);
        second.busy = second.busy.max(busy);
    }

    fn at(&mut self, now: Nanos) -> &mut Second {
        let last = self.outcome.seconds.len() - 1;
        &mut self.outcome.seconds[(seconds(now) as usize).min(last)]
    }

    fn finish(mut self) -> Outcome {
        self.outcome.peak = self.outcome.peak.max(f64::from(self.total));
        self.outcome.added = percentiles(&mut self.added);
        self.outcome
    }
}

/// The percentiles of times, in seconds.
fn percentiles(times: &mut [f32]) -> Added {
    if times.is_empty() {
        return Added::default();
    }
    times.sort_unstable_by(f32::total_cmp);
    let at = |share: f64| f64::from(times[((times.len() as f64 * share).ceil() as usize).clamp(1, times.len()) - 1]);
    let mean = times.iter().map(|time| f64::from(*time)).sum::<f64>() / times.len() as f64;
    Added { p50: at(0.5), p90: at(0.9), p99: at(0.99), mean }
}

#[cfg(test)]
mod tests;
