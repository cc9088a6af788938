//! From an application's plain values to its plan.

use super::keep::{self, Kept};
use super::{
    AccountPlan, AddedMs, Change, FunctionInput, FunctionPlan, Plan, Point, Simulated, StatedTraffic, TrafficPlan,
    Variant, rounded,
};
use crate::platform::ScalingFacts;
use crate::scaling::burst::{self, Arrivals, Scenario, WhenFull};
use crate::scaling::need::{Polling, seconds_to_grow};
use crate::scaling::{Account, Bound, Limits, Need, Outcome, Source, Traffic, allowed, trace, whole};

/// Points of a course that reports show.
const POINTS: usize = 60;
/// Shorter differences of cold starts are told by nobody.
const LEAST_MS: f64 = 0.5;

/// What functions need and may have, with simulations of their traffic.
#[must_use]
pub fn plan(account: Account, functions: &[FunctionInput], facts: &ScalingFacts, limits: &Limits) -> Plan {
    let reserved: u64 =
        functions.iter().map(|function| u64::from(function.reserved.unwrap_or(function.provisioned))).sum();
    let unreserved = account.unreserved(reserved);
    let claimed = reserved.saturating_add(account.taken);
    let rooms = Rooms { unreserved, reservable: u64::from(account.reservable()).saturating_sub(claimed) };
    let plans: Vec<FunctionPlan> =
        functions.iter().map(|function| function_plan(function, &rooms, facts, limits)).collect();
    // What a reservation or a source holds back takes nothing from the account.
    let most = |plan: &FunctionPlan| match plan.bound {
        Bound::Account => u32::MAX,
        Bound::Reserved | Bound::Sources => plan.allowed,
    };
    let stated = |plan: &FunctionPlan| {
        let needed = plan.traffic.iter().filter(|traffic| !traffic.assumed).map(|traffic| traffic.needed).max()?;
        Some(needed.min(most(plan)))
    };
    let needed = plans.iter().filter_map(stated).fold(0_u32, u32::saturating_add);
    Plan {
        as_of: facts.as_of.clone(),
        account: AccountPlan {
            limit: account.limit,
            unreserved_floor: account.floor,
            stated: account.stated,
            reserved,
            reserved_elsewhere: account.taken,
            unreserved,
        },
        functions: plans,
        needed,
        over_limit: needed > account.limit,
    }
}

/// What an account has left when all reservations are taken off.
struct Rooms {
    /// Environments that functions without a reservation share.
    unreserved: u32,
    /// Environments that may still be reserved or kept warm.
    reservable: u64,
}

fn function_plan(input: &FunctionInput, rooms: &Rooms, facts: &ScalingFacts, limits: &Limits) -> FunctionPlan {
    // What is kept warm beside a reservation that is not there was taken off what is left.
    let own = if input.reserved.is_none() { input.provisioned } else { 0 };
    let found = allowed(input.reserved, rooms.unreserved.saturating_add(own), &input.sources, facts);
    let free = u32::try_from(rooms.reservable).unwrap_or(u32::MAX).saturating_add(own);
    let most_warm = found.environments.min(input.reserved.unwrap_or(free));
    let mut sources = input.sources.iter().map(|source| source.most(facts));
    let source_concurrency = sources.try_fold(0_u32, |sum, most| Some(sum.saturating_add(most?)));
    FunctionPlan {
        function: input.name.clone(),
        reserved: input.reserved,
        provisioned: input.provisioned,
        allowed: found.environments,
        bound: found.bound,
        source_concurrency: source_concurrency.filter(|_| !input.sources.is_empty()),
        first_in_first_out: is_in_order(&input.sources),
        most_requests_per_second: f64::from(found.environments) * facts.growth.requests_per_environment,
        init_ms: input.cold_start.as_ref().map(|cold| rounded(cold.init_ms)),
        memory_mb: input.memory_mb,
        invoked_by: invokers(&input.sources),
        cold_start_ms: input.cold_start.as_ref().map(|cold| rounded(cold.init_ms + cold.download_ms)),
        traffic: input
            .traffic
            .iter()
            .map(|traffic| of_traffic(input, traffic, (found.environments, most_warm), facts, limits))
            .collect(),
    }
}

fn of_traffic(
    input: &FunctionInput,
    traffic: &StatedTraffic,
    (allowed, most_warm): (u32, u32),
    facts: &ScalingFacts,
    limits: &Limits,
) -> TrafficPlan {
    // One batch of a message group at a time (Lambda guide, "Using Lambda with Amazon SQS", FIFO queues).
    let groups = traffic.groups.filter(|_| is_in_order(&input.sources));
    let allowed = groups.map_or(allowed, |groups| allowed.min(groups));
    let peak = traffic.rates.iter().copied().filter(|rate| rate.is_finite()).fold(0.0, f64::max);
    let duration_s = (traffic.duration_ms / 1e3).max(0.0);
    let need = Need::of(Traffic { per_second: peak, duration_s, batch: traffic.records() }, facts);
    let needed = need.environments.max(at_once(traffic));
    let scenario = scenario(input, traffic, allowed, facts);
    let outcome = simulated(&scenario, limits);
    let outcome_ref = outcome.as_ref();
    let kept =
        Kept { input, traffic, need: &need, scenario: &scenario, outcome: outcome_ref, most: most_warm, facts, limits };
    let warm = keep::warm(&kept);
    let beyond = if needed > allowed && needed > 0 { 1.0 - f64::from(allowed) / f64::from(needed) } else { 0.0 };
    let polling = Polling::of(&input.sources, facts);
    TrafficPlan {
        name: traffic.name.clone(),
        assumed: traffic.assumed,
        requests_per_second: peak,
        burst: traffic.burst,
        duration_ms: traffic.duration_ms,
        message_groups: groups,
        busy: rounded(need.busy),
        needed_for_rate: rounded(need.by_request_rate),
        needed,
        over_allowed: needed > allowed,
        beyond_share: rounded(beyond),
        seconds_to_grow: rounded(seconds_to_grow(input.provisioned, needed.min(allowed), facts)),
        seconds_to_poll: polling.map(|polling| rounded(polling.seconds_to(needed.min(allowed)))),
        variants: variants(input, &scenario, outcome.as_ref(), limits),
        simulated: outcome.map(|outcome| told(&outcome)),
        warm,
    }
}

/// Whether nobody waits for the answer: the sources keep what is refused, and a cold start delays work, not people.
pub(super) fn is_kept(sources: &[Source]) -> bool {
    !sources.is_empty() && sources.iter().all(|source| *source != Source::Requests)
}

/// Whether nothing but queues that are first in, first out invokes a function.
fn is_in_order(sources: &[Source]) -> bool {
    !sources.is_empty() && sources.iter().all(|source| matches!(source, Source::Queue { fifo: true, .. }))
}

/// What invokes a function, in words, each once.
fn invokers(sources: &[Source]) -> Vec<String> {
    let word = |source: &Source| match source {
        Source::Requests => "requests",
        Source::Events => "events",
        Source::Schedule => "a schedule",
        Source::Queue { .. } => "a queue",
        Source::Stream { .. } => "a stream",
        Source::Broker(_) => "a message broker",
    };
    let mut words: Vec<String> = sources.iter().map(|source| word(source).to_owned()).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The traffic as it is simulated.
fn scenario(input: &FunctionInput, traffic: &StatedTraffic, allowed: u32, facts: &ScalingFacts) -> Scenario {
    let batch = traffic.records();
    let rates = traffic.rates.iter().map(|rate| rate / batch).collect();
    let cold = input.cold_start.clone().unwrap_or_default();
    let waits = is_kept(&input.sources);
    let usual = Scenario::new(rates, (traffic.duration_ms / 1e3).max(0.0), allowed, facts);
    // What only a queue invokes grows no faster than its poller.
    let is_polled = input.sources.iter().all(|source| matches!(source, Source::Queue { .. }));
    let (growth, growth_per_second) = match Polling::of(&input.sources, facts).filter(|_| is_polled) {
        Some(polling) => (polling.start, f64::from(polling.per_minute) / 60.0),
        None => (usual.growth, usual.growth_per_second),
    };
    Scenario {
        at_once: at_once(traffic),
        arrivals: Arrivals::Independent,
        cold_start_s: (cold.init_ms + cold.download_ms) / 1e3,
        provisioned: input.provisioned,
        when_full: if waits { WhenFull::Wait } else { WhenFull::Refuse },
        keeps_s: input.keeps_s.unwrap_or(f64::INFINITY),
        growth,
        growth_per_second,
        ..usual
    }
}

/// Invocations at the very beginning.
pub(super) fn at_once(traffic: &StatedTraffic) -> u32 {
    whole(f64::from(traffic.burst) / traffic.records())
}

pub(super) fn simulated(scenario: &Scenario, limits: &Limits) -> Option<Outcome> {
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
        lost: rounded(outcome.lost),
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
    let (Some(cold), Some(outcome)) = (&input.cold_start, outcome) else { return Vec::new() };
    let gb = input.memory_mb.map(|memory| f64::from(memory) / 1024.0);
    let variant = |change: &Change, outcome: &Outcome| Variant {
        change: change.name.to_owned(),
        init_ms: rounded(change.init_ms),
        download_ms: rounded(change.download_ms),
        first_request_ms: rounded(change.first_request_ms),
        cold_start_ms: rounded(change.cold_ms()),
        cold_starts: rounded(outcome.cold),
        added_mean_ms: rounded(outcome.added.mean * 1e3),
        added_p99_ms: rounded(outcome.added.p99 * 1e3),
        gb_seconds: gb.map(|gb| rounded(outcome.cold * (change.init_ms + change.first_request_ms) / 1e3 * gb)),
    };
    let today =
        Change { name: "as it is", init_ms: cold.init_ms, download_ms: cold.download_ms, first_request_ms: 0.0 };
    let mut variants = vec![variant(&today, outcome)];
    for change in &cold.changes {
        // What the first request then waits for all the same, or for longer at little memory, is no help in a burst.
        if change.cold_ms() > today.cold_ms() - LEAST_MS {
            continue;
        }
        let changed = Scenario { cold_start_s: change.cold_ms() / 1e3, ..now.clone() };
        variants.extend(simulated(&changed, limits).map(|outcome| variant(change, &outcome)));
    }
    variants
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{Architecture, Platform};
    use crate::scaling::plan::{ColdStart, Keep};

    fn input(traffic: Vec<StatedTraffic>) -> FunctionInput {
        FunctionInput {
            name: "f".to_owned(),
            sources: vec![Source::Requests],
            reserved: None,
            provisioned: 0,
            memory_mb: Some(1024),
            architecture: Architecture::X86_64,
            cold_start: Some(ColdStart { init_ms: 900.0, download_ms: 100.0, ..ColdStart::default() }),
            keeps_s: None,
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
    fn a_queue_in_order_takes_a_batch_of_each_group_at_a_time() {
        let queue = |fifo| vec![Source::Queue { maximum: None, fifo, pollers: None }];
        let stated = StatedTraffic { groups: Some(3), ..StatedTraffic::steady("stated", 20.0, 500.0, 0) };
        let of = |fifo| planned(FunctionInput { sources: queue(fifo), ..input(vec![stated.clone()]) });
        let (ordered, other) = (of(true), of(false));
        let peak = |plan: &Plan| plan.functions[0].traffic[0].simulated.as_ref().map(|one| one.peak_environments);
        assert!(ordered.functions[0].first_in_first_out && !other.functions[0].first_in_first_out);
        assert_eq!((ordered.functions[0].traffic[0].message_groups, peak(&ordered)), (Some(3), Some(3.0)));
        assert!(ordered.functions[0].traffic[0].over_allowed && !other.functions[0].traffic[0].over_allowed);
        assert_eq!(other.functions[0].traffic[0].message_groups, None);
    }

    #[test]
    fn what_waits_for_longer_than_its_source_keeps_it_is_lost() {
        let burst = StatedTraffic::steady("stated", 0.0, 1000.0, 300);
        let of = |keeps_s| FunctionInput {
            sources: vec![Source::Events],
            reserved: Some(1),
            keeps_s,
            ..input(vec![burst.clone()])
        };
        let lost = |keeps_s| {
            let plan = planned(of(keeps_s));
            plan.functions[0].traffic[0].simulated.as_ref().map(|one| (one.waited, one.lost))
        };
        // One environment: download and Init of a second, then a request each second.
        assert_eq!(lost(Some(60.0)), Some((59.0, 240.0)));
        assert_eq!(lost(Some(600.0)), Some((299.0, 0.0)));
        assert_eq!(lost(None), Some((299.0, 0.0)));
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
        let plan = planned(input(StatedTraffic::assumed(&[Source::Requests], 1.0)));
        assert_eq!(plan.needed, 0);
        assert!(plan.functions[0].traffic.iter().all(|traffic| traffic.assumed && traffic.simulated.is_some()));
        assert!(
            plan.functions[0].traffic.iter().all(|traffic| {
                traffic.simulated.as_ref().is_some_and(|simulated| simulated.course.len() <= POINTS)
            })
        );
    }

    fn warm(traffic: StatedTraffic, sources: Vec<Source>) -> crate::scaling::plan::Warm {
        let plan = planned(FunctionInput { sources, ..input(vec![traffic]) });
        plan.functions[0].traffic[0].warm.clone()
    }

    #[test]
    fn what_stays_is_kept_at_a_number_and_what_varies_is_tracked() {
        let steady = warm(StatedTraffic::steady("stated", 100.0, 500.0, 0), vec![Source::Requests]);
        assert_eq!(steady.keep, Keep::Fixed);
        let rates = (0..60).map(|second| if second < 15 { 100.0 } else { 5.0 }).collect();
        let varying = StatedTraffic { rates, ..StatedTraffic::steady("stated", 0.0, 500.0, 0) };
        let varying = warm(varying, vec![Source::Requests]);
        assert_eq!((varying.keep, varying.tracked, varying.tracked_least), (Keep::Tracking, 72, 21));
        assert!(varying.cost_usd_per_hour > steady.cost_usd_per_hour, "what idles costs more");
    }

    #[test]
    fn a_burst_is_met_by_what_was_started_before_it() {
        let burst = warm(StatedTraffic::steady("stated", 0.0, 100.0, 300), vec![Source::Requests]);
        assert_eq!((burst.keep, burst.provisioned), (Keep::Schedule, 300));
        assert_eq!(burst.cold_starts_removed, 300.0);
    }

    #[test]
    fn what_must_stay_unreserved_is_not_kept_warm() {
        let burst = StatedTraffic::steady("stated", 0.0, 100.0, 3_000);
        let alone = warm(burst.clone(), vec![Source::Requests]);
        assert_eq!((alone.provisioned, alone.limited), (900, true));
        let other = FunctionInput { reserved: Some(300), ..input(Vec::new()) };
        let facts = Platform::AwsLambda.scaling();
        let both = plan(Account::default(), &[input(vec![burst.clone()]), other], facts, &Limits::default());
        assert_eq!(both.functions[0].traffic[0].warm.provisioned, 600);
        let kept = FunctionInput { provisioned: 200, ..input(vec![burst]) };
        assert_eq!(planned(kept).functions[0].traffic[0].warm.provisioned, 900);
    }

    #[test]
    fn nobody_waits_for_a_queue() {
        let queue = Source::Queue { maximum: None, fifo: false, pollers: None };
        assert_eq!(warm(StatedTraffic::steady("stated", 100.0, 500.0, 0), vec![queue]).keep, Keep::None);
    }

    #[test]
    fn busy_hours_of_a_day_are_a_schedule() {
        let rates = (0..86_400).map(|second| if (8..18).contains(&(second / 3_600)) { 40.0 } else { 2.0 }).collect();
        let day = StatedTraffic { rates, ..StatedTraffic::steady("stated", 0.0, 500.0, 0) };
        let day = warm(day, vec![Source::Requests]);
        assert_eq!(day.keep, Keep::Schedule);
        assert_eq!(
            day.hours.iter().map(|hours| (hours.from, hours.to, hours.provisioned)).collect::<Vec<_>>(),
            [(8, 18, 22)]
        );
    }

    #[test]
    fn work_that_moves_to_the_first_request_is_waited_for_all_the_same() {
        let change = Change { name: "lazy", init_ms: 300.0, download_ms: 100.0, first_request_ms: 500.0 };
        let cold = ColdStart { init_ms: 900.0, download_ms: 100.0, changes: vec![change] };
        let traffic = StatedTraffic::steady("stated", 0.0, 100.0, 50);
        let plan = planned(FunctionInput { cold_start: Some(cold), ..input(vec![traffic]) });
        let variants = &plan.functions[0].traffic[0].variants;
        assert_eq!(variants.iter().map(|variant| variant.cold_start_ms).collect::<Vec<_>>(), [1000.0, 900.0]);
        assert_eq!((variants[1].added_p99_ms, variants[1].gb_seconds), (900.0, Some(40.0)));
    }
}
