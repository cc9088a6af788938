//! The simulation against what queueing theory says in closed form, within 2 %.

use super::*;
use crate::platform::Platform;
use crate::scaling::trace::{erlang_b, erlang_c};

fn facts() -> &'static ScalingFacts {
    Platform::AwsLambda.scaling()
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 0.02 * expected.abs(), "{found} is not within 2 % of {expected}");
}

fn run(scenario: &Scenario) -> Outcome {
    simulate(scenario, &Limits::default()).unwrap()
}

#[test]
fn requests_that_wait_follow_erlang_c() {
    let mut scenario = Scenario::new(vec![70.0; 5000], 0.1, 10, facts());
    scenario.service = Service::Exponential;
    scenario.when_full = WhenFull::Wait;
    scenario.warm = 10;
    scenario.idle_s = 1e9;
    let seeds = [4, 5, 6];
    let outcomes = seeds.map(|seed| run(&Scenario { seed, ..scenario.clone() }));
    let mean = |of: fn(&Outcome) -> f64| outcomes.iter().map(of).sum::<f64>() / seeds.len() as f64;
    let waits = erlang_c(10, 7.0);
    near(mean(|outcome| outcome.waited / outcome.requests), waits);
    near(mean(|outcome| outcome.added.mean), waits / (10.0 / 0.1 - 70.0));
}

#[test]
fn refusals_follow_erlang_b_whatever_the_running_times() {
    for service in [Service::Constant, Service::Exponential] {
        let mut scenario = Scenario::new(vec![80.0; 4000], 0.1, 8, facts());
        scenario.service = service;
        scenario.warm = 8;
        scenario.idle_s = 1e9;
        scenario.requests_per_environment = 0.0;
        scenario.seed = 3;
        near(run(&scenario).refused_share(), erlang_b(8, 8.0));
    }
}

#[test]
fn a_constant_rate_needs_rate_times_duration() {
    let mut scenario = Scenario::new(vec![100.0; 60], 0.5, 1000, facts());
    scenario.arrivals = Arrivals::Even;
    let outcome = run(&scenario);
    assert_eq!(outcome.peak, 50.0);
    assert_eq!((outcome.cold, outcome.refused), (50.0, 0.0));
}

#[test]
fn the_first_requests_wait_for_init_and_so_do_those_that_come_meanwhile() {
    let mut scenario = Scenario::new(vec![100.0; 60], 0.5, 1000, facts());
    scenario.arrivals = Arrivals::Even;
    scenario.cold_start_s = 2.0;
    let outcome = run(&scenario);
    // Nothing is free before 2.5 s: 250 requests have an environment started for each.
    near(outcome.cold, 250.0);
    near(outcome.added.p99, 2.0);
    assert_eq!(outcome.added.p50, 0.0);
}

#[test]
fn one_burst_takes_a_thousand_environments_and_no_more() {
    let mut scenario = Scenario::new(vec![0.0; 5], 1.0, 10_000, facts());
    scenario.at_once = 5000;
    let outcome = run(&scenario);
    assert_eq!((outcome.cold, outcome.refused), (1000.0, 4000.0));
}

#[test]
fn a_burst_that_waits_gets_a_hundred_more_each_second() {
    let mut scenario = Scenario::new(vec![0.0; 30], 100.0, 10_000, facts());
    scenario.at_once = 3000;
    scenario.when_full = WhenFull::Wait;
    let outcome = run(&scenario);
    // The guide's figure: 1,000 at once, then 1,000 in each 10 s; the last one starts after 20 s.
    near(outcome.seconds[9].environments, 2000.0);
    near(outcome.finished_s, 120.0);
    assert_eq!(outcome.left, 0.0);
}

#[test]
fn what_is_kept_warm_takes_away_the_wait() {
    let mut scenario = Scenario::new(vec![100.0; 60], 0.5, 1000, facts());
    scenario.cold_start_s = 2.0;
    scenario.provisioned = 90;
    let outcome = run(&scenario);
    assert_eq!((outcome.cold, outcome.added.p99), (0.0, 0.0));
}

#[test]
fn the_request_rate_is_limited_too() {
    let mut scenario = Scenario::new(vec![6000.0; 20], 0.02, 300, facts());
    scenario.warm = 300;
    let outcome = run(&scenario);
    // 300 environments admit 3,000 requests per second; the first second's worth is at hand.
    near(outcome.requests - outcome.refused, 3000.0 * 21.0);
}

#[test]
fn idle_environments_go_away() {
    let mut rates = vec![0.0; 800];
    rates[0] = 1.0;
    rates[700] = 1.0;
    let mut scenario = Scenario::new(rates, 0.1, 10, facts());
    scenario.arrivals = Arrivals::Even;
    let outcome = run(&scenario);
    assert_eq!(outcome.cold, 2.0);
    assert_eq!(outcome.seconds[500].environments, 0.0);
}

#[test]
fn the_same_seed_gives_the_same_answer_and_limits_hold() {
    let scenario = Scenario::new(vec![50.0; 100], 0.2, 100, facts());
    assert_eq!(run(&scenario).seconds, run(&scenario).seconds);
    let large = Scenario::new(vec![1e9; 100], 0.2, 100, facts());
    assert!(simulate(&large, &Limits::default()).is_none());
    let nothing = run(&Scenario::new(vec![f64::NAN, -1.0], f64::NAN, 0, facts()));
    assert_eq!(nothing.requests, 0.0);
}

/// The mean wait in a queue for one server with constant running times (Pollaczek and Khinchine): half of what it is
/// with exponential ones.
#[test]
fn constant_running_times_wait_half_as_long() {
    let mut scenario = Scenario::new(vec![7.0; 40_000], 0.1, 1, facts());
    scenario.when_full = WhenFull::Wait;
    scenario.warm = 1;
    scenario.idle_s = 1e9;
    let load: f64 = 0.7;
    let outcomes = [1, 2, 3].map(|seed| run(&Scenario { seed, ..scenario.clone() }));
    let mean = outcomes.iter().map(|outcome| outcome.added.mean).sum::<f64>() / 3.0;
    near(mean, load * 0.1 / (2.0 * (1.0 - load)));
}

/// With room for all, what runs at a time has a Poisson distribution around rate times duration (Palm): its mean is that.
#[test]
fn with_room_for_all_rate_times_duration_run_at_a_time() {
    for service in [Service::Constant, Service::Exponential] {
        let mut scenario = Scenario::new(vec![200.0; 1500], 0.25, 1000, facts());
        scenario.service = service;
        scenario.warm = 1000;
        scenario.idle_s = 1e9;
        let outcome = run(&scenario);
        assert_eq!((outcome.refused, outcome.cold), (0.0, 0.0));
        near(outcome.requests / 1500.0 * 0.25, 50.0);
    }
}

/// A burst on one environment is worked off one by one: the last of them waits for all others.
#[test]
fn a_burst_on_few_environments_is_worked_off_in_rounds() {
    let mut scenario = Scenario::new(vec![0.0; 10], 2.0, 4, facts());
    scenario.at_once = 40;
    scenario.when_full = WhenFull::Wait;
    scenario.cold_start_s = 1.0;
    let outcome = run(&scenario);
    // Ten rounds of four, the first behind Init; waits are 1 s for the first and 1 s and two for each round before.
    assert_eq!((outcome.cold, outcome.waited), (4.0, 36.0));
    near(outcome.finished_s, 21.0);
    near(outcome.added.mean, (0..10).map(|round| 1.0 + 2.0 * f64::from(round)).sum::<f64>() / 10.0);
    near(outcome.added.p50, 9.0);
}

/// More than is served at a constant rate: the line grows by the difference, and a source that keeps it for so long
/// loses the difference once the line is that long.
#[test]
fn beyond_what_is_served_a_source_loses_the_difference() {
    let mut scenario = Scenario::new(vec![30.0; 400], 0.1, 2, facts());
    scenario.arrivals = Arrivals::Even;
    scenario.when_full = WhenFull::Wait;
    scenario.warm = 2;
    scenario.keeps_s = 60.0;
    let outcome = run(&scenario);
    // 20 a second are served: after 180 s the oldest has waited for 60 s; what came in the last minute is served until
    // it is that old, too.
    near(outcome.seconds[99].waiting, 1000.0);
    let served = 20.0 * (400.0 + 60.0);
    assert!((outcome.lost - (12_000.0 - served)).abs() <= 0.02 * 12_000.0, "{} lost", outcome.lost);
    assert_eq!(outcome.left, 0.0);
    let trace = crate::scaling::trace::simulate(&scenario, &Limits::default()).unwrap();
    // Second by second nothing is worked off behind the end.
    near(trace.lost + trace.left, 12_000.0 - 20.0 * 400.0);
    assert!(trace.lost > 0.0);
}

/// What is there serves at ten requests per second each while Init lasts; beyond, new ones start, a thousand at once.
#[test]
fn a_step_of_the_rate_starts_as_many_as_come_while_init_lasts() {
    let mut rates = vec![10.0; 20];
    rates.extend([200.0; 20]);
    let mut scenario = Scenario::new(rates, 0.1, 1000, facts());
    scenario.arrivals = Arrivals::Even;
    scenario.cold_start_s = 1.5;
    scenario.warm = 1;
    let outcome = run(&scenario);
    // From the step on nothing new is free before 1.6 s, in which 320 come and the one that is there takes 16.
    near(outcome.cold, 320.0 - 16.0);
    assert_eq!(outcome.refused, 0.0);
}
