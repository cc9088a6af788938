//! Values of the model that are not known.

use super::super::model::{Application, Place, Setting, Target, Why};

/// What is not known, in the order of the model.
struct Unknown(Vec<(Place, Why)>);

impl Unknown {
    fn note<T>(&mut self, setting: &Setting<T>) {
        if let Setting::Unknown { why, place } = setting {
            self.0.push((*place, why.clone()));
        }
    }
}

macro_rules! note {
    ($unknown:expr, $item:expr; $($field:ident),+) => { $($unknown.note(&$item.$field);)+ };
}

/// The settings of all resources that rules look at and whose value is not known, by their places.
pub(super) fn values(app: &Application) -> Vec<(Place, Why)> {
    let mut unknown = Unknown(Vec::new());
    functions(app, &mut unknown);
    sources(app, &mut unknown);
    scaling(app, &mut unknown);
    let Unknown(mut found) = unknown;
    found.sort_by_key(|(place, _)| *place);
    found
}

fn functions(app: &Application, unknown: &mut Unknown) {
    for function in &app.functions {
        note!(unknown, function; runtime_name, architecture, handler, memory_mb, timeout_s, ephemeral_mb, reserved,
            snap_start, dead_letter, tracing, vpc, capacity_provider, durable, publishes);
    }
    for alias in &app.aliases {
        unknown.note(&alias.name);
    }
    for provisioned in &app.provisioned {
        unknown.note(&provisioned.amount);
    }
    for invoke in &app.event_invokes {
        note!(unknown, invoke; retries, max_age_s, on_failure, on_success);
    }
}

fn sources(app: &Application, unknown: &mut Unknown) {
    for mapping in &app.mappings {
        if let Target::Unknown(why) = &mapping.function.target {
            unknown.0.push((mapping.function.place, why.clone()));
        }
        note!(unknown, mapping; batch_size, window_s, max_concurrency, pollers_min, pollers_max, reports_item_failures,
            bisects, retries, max_age_s, parallelization, tumbling_s, on_failure, enabled, starting_position);
    }
    for queue in &app.queues {
        note!(unknown, queue; visibility_s, retention_s, fifo, redrive);
    }
    for stream in &app.streams {
        note!(unknown, stream; shards, on_demand, retention_h);
    }
    for rule in &app.rules {
        note!(unknown, rule; schedule, enabled);
    }
    for route in &app.routes {
        note!(unknown, route; method, path, timeout_ms);
    }
}

fn scaling(app: &Application, unknown: &mut Unknown) {
    for target in &app.scalable_targets {
        note!(unknown, target; min, max);
    }
    for policy in &app.scaling_policies {
        note!(unknown, policy; kind, target_value);
    }
    for deployment in &app.deployments {
        note!(unknown, deployment; kind_name, enabled, alarms);
    }
    for alarm in &app.alarms {
        note!(unknown, alarm; threshold, comparison, evaluation_periods, missing_data, actions, actions_enabled);
    }
}
