//! What to keep warm, how, and what that costs next to what Init costs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::compute::{at_once, is_kept, simulated};
use super::{FunctionInput, StatedTraffic, money, rounded};
use crate::platform::ScalingFacts;
use crate::scaling::burst::Scenario;
use crate::scaling::provision::Hour;
use crate::scaling::{Costs, Limits, Need, Outcome, Provisioning, Traffic, whole};

/// How much a peak is above the average, so that a fixed number would mostly idle.
const VARIES: f64 = 1.5;
/// Seconds of an hour and of a day.
const HOUR: usize = 3_600;
const DAY: usize = 24 * HOUR;
/// Share of the busiest hour from which an hour belongs to the schedule.
const BUSY: f64 = 0.5;

/// How environments are best kept warm for some traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// Not at all: nobody waits for its cold starts, or it has none.
    None,
    /// The same number all the time: traffic stays.
    Fixed,
    /// As a policy that tracks utilisation sets it: traffic varies.
    Tracking,
    /// By the clock: the busy hours repeat, or the burst is known beforehand.
    Schedule,
}

/// Hours of a day that are busy, and what to keep warm in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stretch {
    /// First hour, from 0, counted from where the stated minutes begin.
    pub from: u32,
    /// The hour at which it ends.
    pub to: u32,
    /// Environments.
    pub provisioned: u32,
}

/// What keeping environments warm takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Warm {
    /// How it is best done.
    pub keep: Keep,
    /// For traffic that stays: what is needed and a tenth; for a burst, what comes at once.
    pub provisioned: u32,
    /// Whether more would be wanted: the reservation, or what must stay unreserved in the account, lets it have no more.
    #[serde(default)]
    pub limited: bool,
    /// With a policy that tracks 70 % of utilisation: where it settles at the peak.
    pub tracked: u32,
    /// The least that such a policy should keep: where it settles on average.
    pub tracked_least: u32,
    /// The busy hours of a day; empty where less than a day is stated or no hours stand out.
    pub hours: Vec<Stretch>,
    /// Cold starts of the simulation that `provisioned` takes away.
    pub cold_starts_removed: f64,
    /// GB-seconds of one hour of `provisioned` being kept warm; `null` where the memory is not known.
    pub gb_seconds_per_hour: Option<f64>,
    /// The same in US dollars, less what running there saves on average; below zero where it saves more than it costs.
    pub cost_usd_per_hour: Option<f64>,
    /// GB-seconds of Init at the cold starts of the simulation.
    pub init_gb_seconds: Option<f64>,
    /// The same in US dollars.
    pub init_cost_usd: Option<f64>,
}

/// What the decision rests on.
pub(super) struct Kept<'a> {
    pub(super) input: &'a FunctionInput,
    pub(super) traffic: &'a StatedTraffic,
    pub(super) need: &'a Need,
    pub(super) scenario: &'a Scenario,
    pub(super) outcome: Option<&'a Outcome>,
    /// The most that may be kept warm: the reservation, or what the account's floor leaves.
    pub(super) most: u32,
    pub(super) facts: &'a ScalingFacts,
    pub(super) limits: &'a Limits,
}

/// What keeping warm takes, and what it takes away.
pub(super) fn warm(kept: &Kept<'_>) -> Warm {
    let sized = Provisioning::of(kept.need, kept.facts);
    // Environments for a burst have to be there before it comes.
    let wanted = sized.fixed.max(at_once(kept.traffic));
    let provisioned = wanted.min(kept.most);
    let cold = kept.outcome.map_or(0.0, |outcome| outcome.cold);
    let held = simulated(&Scenario { provisioned, ..kept.scenario.clone() }, kept.limits);
    let removed = (cold - held.map_or(cold, |outcome| outcome.cold)).max(0.0);
    let costs = costs(kept, provisioned, cold);
    let with_code = costs.filter(|_| kept.input.cold_start.is_some());
    let mean = Provisioning::of(&need_at(kept, mean(&kept.traffic.rates)), kept.facts);
    let hours = hours(kept);
    Warm {
        keep: keep(kept, removed, &hours),
        provisioned,
        limited: wanted > kept.most,
        tracked: sized.tracked.min(kept.most),
        tracked_least: mean.tracked.min(sized.tracked).min(kept.most),
        hours,
        cold_starts_removed: rounded(removed),
        gb_seconds_per_hour: costs.map(|costs| rounded(costs.warm_gb_seconds)),
        cost_usd_per_hour: costs.map(|costs| money(costs.warm_usd)),
        init_gb_seconds: with_code.map(|costs| rounded(costs.init_gb_seconds)),
        init_cost_usd: with_code.map(|costs| money(costs.init_usd)),
    }
}

fn keep(kept: &Kept<'_>, removed: f64, hours: &[Stretch]) -> Keep {
    let rates = &kept.traffic.rates;
    let (peak, mean) = (rates.iter().copied().fold(0.0, f64::max), mean(rates));
    if is_kept(&kept.input.sources) || removed < 1.0 {
        Keep::None
    } else if !hours.is_empty() || at_once(kept.traffic) > kept.need.environments {
        Keep::Schedule
    } else if peak > mean * VARIES {
        Keep::Tracking
    } else {
        Keep::Fixed
    }
}

fn costs(kept: &Kept<'_>, provisioned: u32, cold: f64) -> Option<Costs> {
    let busy = kept.traffic.rates.iter().map(|rate| need_at(kept, *rate).busy.min(f64::from(provisioned)));
    let hour = Hour {
        memory_mb: f64::from(kept.input.memory_mb?),
        architecture: kept.input.architecture,
        provisioned: f64::from(provisioned),
        busy: busy.sum::<f64>() / kept.traffic.rates.len().max(1) as f64,
        cold_starts: cold,
        init_s: kept.input.cold_start.as_ref().map_or(0.0, |cold| cold.init_ms / 1e3),
    };
    Some(Costs::of(&hour, kept.facts))
}

fn need_at(kept: &Kept<'_>, per_second: f64) -> Need {
    let duration_s = (kept.traffic.duration_ms / 1e3).max(0.0);
    Need::of(Traffic { per_second, duration_s, batch: kept.traffic.records() }, kept.facts)
}

fn mean(rates: &[f64]) -> f64 {
    rates.iter().filter(|rate| rate.is_finite()).sum::<f64>() / rates.len().max(1) as f64
}

/// The busy hours of a day, where at least a day is stated: neighbours with at least half of what the busiest needs.
fn hours(kept: &Kept<'_>) -> Vec<Stretch> {
    let rates = &kept.traffic.rates;
    if rates.len() < DAY {
        return Vec::new();
    }
    let mut peaks = [0.0_f64; 24];
    for (at, rate) in rates.iter().enumerate().filter(|(_, rate)| rate.is_finite()) {
        let hour = &mut peaks[(at / HOUR) % 24];
        *hour = hour.max(*rate);
    }
    let needs = peaks.map(|rate| {
        let need = need_at(kept, rate);
        need.busy.max(need.by_request_rate)
    });
    let most = needs.iter().copied().fold(0.0, f64::max);
    let mut stretches: Vec<Stretch> = Vec::new();
    for (hour, need) in (0_u32..).zip(needs).filter(|(_, need)| *need >= most * BUSY && *need > 0.0) {
        let provisioned = whole(need * (1.0 + kept.facts.provisioned.buffer)).min(kept.most);
        match stretches.last_mut().filter(|last| last.to == hour) {
            Some(last) => {
                last.to += 1;
                last.provisioned = last.provisioned.max(provisioned);
            }
            None => stretches.push(Stretch { from: hour, to: hour + 1, provisioned }),
        }
    }
    // A day that is busy throughout has no hours to tell.
    stretches.retain(|stretch| stretch.to - stretch.from < 24);
    stretches
}
