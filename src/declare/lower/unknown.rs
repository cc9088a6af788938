//! How many values of the model are not known.

use super::super::model::{Application, Setting, Target};

fn of<T>(setting: &Setting<T>) -> usize {
    usize::from(setting.is_unknown())
}

macro_rules! sum {
    ($item:expr; $($field:ident),+) => { 0 $(+ of(&$item.$field))+ };
}

/// Counts the settings of all resources whose value is not known.
pub(super) fn count(app: &Application) -> usize {
    functions(app) + sources(app) + callers(app) + scaling(app)
}

fn functions(app: &Application) -> usize {
    let one = |function: &super::Function| {
        let settings = sum!(function; runtime_name, architecture, handler, memory_mb, timeout_s, ephemeral_mb, reserved,
            snap_start, dead_letter, tracing, vpc, capacity_provider, durable, publishes);
        settings + function.environment.values().map(of).sum::<usize>()
    };
    let aliases: usize = app.aliases.iter().map(|alias| of(&alias.name)).sum();
    let provisioned: usize = app.provisioned.iter().map(|item| of(&item.amount)).sum();
    let invokes = |item: &super::super::model::EventInvoke| sum!(item; retries, max_age_s, on_failure, on_success);
    app.functions.iter().map(one).sum::<usize>()
        + aliases
        + provisioned
        + app.event_invokes.iter().map(invokes).sum::<usize>()
}

fn sources(app: &Application) -> usize {
    let mapping = |item: &super::super::model::Mapping| {
        let named = usize::from(matches!(item.function.target, Target::Unknown(_)));
        named
            + sum!(item; batch_size, window_s, max_concurrency, pollers_min, pollers_max, reports_item_failures,
                bisects, retries, max_age_s, parallelization, tumbling_s, on_failure, enabled, starting_position)
    };
    let queue = |item: &super::Queue| sum!(item; visibility_s, retention_s, fifo, redrive);
    let stream = |item: &super::Stream| sum!(item; shards, on_demand, retention_h);
    let rule = |item: &super::super::model::Rule| sum!(item; schedule, enabled);
    app.mappings.iter().map(mapping).sum::<usize>()
        + app.queues.iter().map(queue).sum::<usize>()
        + app.streams.iter().map(stream).sum::<usize>()
        + app.rules.iter().map(rule).sum::<usize>()
}

fn callers(app: &Application) -> usize {
    let route = |item: &super::super::model::Route| sum!(item; method, path, timeout_ms);
    app.routes.iter().map(route).sum()
}

fn scaling(app: &Application) -> usize {
    let target = |item: &super::ScalableTarget| sum!(item; min, max);
    let policy = |item: &super::super::model::ScalingPolicy| sum!(item; kind, target_value);
    let deployment = |item: &super::super::model::Deployment| sum!(item; kind_name, enabled, alarms);
    let alarm = |item: &super::Alarm| sum!(item; threshold, comparison, evaluation_periods, missing_data, actions, actions_enabled);
    app.scalable_targets.iter().map(target).sum::<usize>()
        + app.scaling_policies.iter().map(policy).sum::<usize>()
        + app.deployments.iter().map(deployment).sum::<usize>()
        + app.alarms.iter().map(alarm).sum::<usize>()
}
