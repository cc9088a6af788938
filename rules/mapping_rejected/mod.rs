use std::fmt::Display;

use crate::declare::model::{
    Destination, Dialect, EventInvoke, FunctionRef, Mapping, Origin, Place, Qualifier, Queue, Setting, SourceKind,
};
use crate::engine::application::{is_fifo, polled_queues};
use crate::engine::{ApplicationContext, Sink};

/// Reports settings of event sources and provisioned concurrency that the deployment refuses.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, _) in cx.own_functions() {
        let mappings = cx.application.mappings.iter().filter(|mapping| mapping.function.function() == Some(id));
        let of_mappings = mappings.flat_map(|mapping| {
            [out_of_range(cx, mapping), of_pollers(cx, mapping), of_a_queue(cx, mapping)].into_iter().flatten()
        });
        let invokes = cx.application.event_invokes.iter().filter(|invoke| invoke.on.function() == Some(id));
        let of_events = invokes.flat_map(|invoke| of_events(cx, invoke));
        for Rejected { place, message, write } in of_mappings.chain(of_events) {
            let snippet = write.and_then(|(name, value)| cx.snippet(name, &[("n", &value.to_string())]));
            sink.report(cx.about(id, place, message).snippet(snippet));
        }
        for provisioned in cx.application.provisioned_of(id) {
            // The Serverless Framework takes 0 for none.
            if provisioned.amount.known() == Some(&0) && cx.application.dialect != Dialect::Serverless {
                let message =
                    "provisioned concurrency 0 is refused: the least is 1, and none is the absence of the setting";
                sink.report(cx.about(id, provisioned.amount.place_or(&provisioned.origin), message));
            }
        }
    }
    // SAM's transform refuses it: "'DeploymentPreference' requires AutoPublishAlias property to be specified."
    for deployment in cx.application.deployments.iter().filter(|_| cx.application.dialect == Dialect::Sam) {
        let bare = |function: &&FunctionRef| function.qualifier == Qualifier::Latest;
        let own = deployment.functions.iter().find(bare).and_then(FunctionRef::function);
        let Some(id) = own.filter(|_| deployment.enabled.known() != Some(&false)) else { continue };
        let message = "DeploymentPreference without AutoPublishAlias is refused: there is no alias to shift traffic of";
        let snippet = cx.snippet_about(&cx.application.functions[id].origin.id, "alias", &[]);
        sink.report(cx.about(id, deployment.origin.place, message).snippet(snippet));
    }
    for polled in polled_queues(cx) {
        if let Some(Rejected { place, message, .. }) = mixed_dead_letters(cx, polled.queue) {
            sink.report(cx.about(polled.function, place, message));
        }
    }
}

/// A setting that is refused: where it stands, why, and what to write with which value.
struct Rejected {
    place: Place,
    message: String,
    write: Option<(&'static str, u32)>,
}

/// What is refused of a setting with a least and a largest value.
fn beyond<T: Copy + PartialOrd + Display>(
    name: &str,
    setting: &Setting<T>,
    [least, most]: [T; 2],
    origin: &Origin,
) -> Option<Rejected> {
    let value = setting.known().copied().filter(|value| *value < least || *value > most)?;
    let message = match value > most {
        true => format!("{name} {value} is refused: {most} is the most"),
        false => format!("{name} {value} is refused: {least} is the least"),
    };
    Some(Rejected { place: setting.place_or(origin), message, write: None })
}

/// Settings beyond what any source allows.
fn out_of_range(cx: &ApplicationContext<'_>, mapping: &Mapping) -> Vec<Rejected> {
    let (facts, stream, origin) = (&cx.facts().mapping, &cx.facts().stream, &mapping.origin);
    let written = |rejected: Option<Rejected>, snippet, most| {
        rejected.map(|rejected| Rejected { write: Some((snippet, most)), ..rejected })
    };
    let unlimited = |setting: &Setting<i64>| setting.known() == Some(&-1);
    let batch = beyond("BatchSize", &mapping.batch_size, [0, facts.batch_most], origin);
    let window = beyond("MaximumBatchingWindowInSeconds", &mapping.window_s, [0, facts.window_most], origin);
    let factor = beyond("ParallelizationFactor", &mapping.parallelization, [0, stream.factor_most], origin);
    let tumbling = beyond("TumblingWindowInSeconds", &mapping.tumbling_s, [0, facts.tumbling_most], origin);
    let retries = beyond("MaximumRetryAttempts", &mapping.retries, [-1, facts.retries_most], origin);
    let age = beyond("MaximumRecordAgeInSeconds", &mapping.max_age_s, facts.record_age, origin)
        .filter(|_| !unlimited(&mapping.max_age_s));
    let all = [
        written(batch, "batch-size", facts.batch_most),
        written(window, "batch-window", facts.window_most),
        factor,
        tumbling,
        retries,
        age,
    ];
    all.into_iter().flatten().collect()
}

/// What asynchronous invocations refuse.
fn of_events(cx: &ApplicationContext<'_>, invoke: &EventInvoke) -> Vec<Rejected> {
    let facts = &cx.facts().asynchronous;
    let retries = beyond("MaximumRetryAttempts", &invoke.retries, [0, facts.retries_most], &invoke.origin);
    let age = beyond("MaximumEventAgeInSeconds", &invoke.max_age_s, facts.event_age, &invoke.origin);
    [retries, age].into_iter().flatten().collect()
}

/// What reserved pollers refuse.
fn of_pollers(cx: &ApplicationContext<'_>, mapping: &Mapping) -> Vec<Rejected> {
    let facts = &cx.facts().pollers;
    let (least, most) = (&mapping.pollers_min, &mapping.pollers_max);
    let minimum = if mapping.kind == SourceKind::Sqs { facts.queue_minimum } else { facts.broker_minimum };
    let mut rejected: Vec<Rejected> = [
        beyond("MinimumPollers", least, minimum, &mapping.origin),
        beyond("MaximumPollers", most, [minimum[0], facts.largest], &mapping.origin),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let (Some(least), Some(largest)) = (least.known(), most.known())
        && least > largest
    {
        let message = format!("MaximumPollers {largest} is refused: it is less than MinimumPollers {least}");
        rejected.push(Rejected { place: most.place_or(&mapping.origin), message, write: None });
    }
    let is_reserved = most.known().is_some() || least.known().is_some();
    if mapping.kind == SourceKind::Sqs && mapping.max_concurrency.known().is_some() && is_reserved {
        let message =
            "MaximumConcurrency beside reserved pollers is refused: a queue takes one or the other".to_owned();
        rejected.push(Rejected { place: mapping.max_concurrency.place_or(&mapping.origin), message, write: None });
    }
    rejected
}

/// A dead-letter queue of another kind than its queue.
fn mixed_dead_letters(cx: &ApplicationContext<'_>, queue: &Queue) -> Option<Rejected> {
    let redrive = queue.redrive.known()?;
    let Destination::Queue(dead) = redrive.target else { return None };
    let dead = &cx.application.queues[dead];
    let (own, other) = (queue.fifo.or_default(false)?, dead.fifo.or_default(false)?);
    let word = |fifo: bool| if fifo { "in order" } else { "without order" };
    let message =
        format!("a queue {} with a dead-letter queue {} is refused: both are of one kind", word(own), word(other));
    (own != other).then(|| Rejected { place: queue.redrive.place_or(&queue.origin), message, write: None })
}

/// What queues alone refuse.
fn of_a_queue(cx: &ApplicationContext<'_>, mapping: &Mapping) -> Vec<Rejected> {
    if mapping.kind != SourceKind::Sqs {
        return Vec::new();
    }
    concurrency_of_a_queue(cx, mapping).into_iter().chain(batch_of_a_queue(cx, mapping)).collect()
}

fn concurrency_of_a_queue(cx: &ApplicationContext<'_>, mapping: &Mapping) -> Option<Rejected> {
    let facts = &cx.facts().queue;
    let most = mapping.max_concurrency.known().copied()?;
    let range = facts.mapping_least..=facts.mapping_most;
    let message = format!("MaximumConcurrency {most} is refused: it goes from {} to {}", range.start(), range.end());
    (!range.contains(&most)).then(|| Rejected {
        place: mapping.max_concurrency.place_or(&mapping.origin),
        message,
        write: Some(("maximum-concurrency", most.clamp(facts.mapping_least, facts.mapping_most))),
    })
}

fn batch_of_a_queue(cx: &ApplicationContext<'_>, mapping: &Mapping) -> Option<Rejected> {
    let facts = &cx.facts().queue;
    let rejected = |setting: &Setting<u32>, message: String, write| {
        Some(Rejected { place: setting.place_or(&mapping.origin), message, write: Some(write) })
    };
    let batch = mapping.batch_size.or_default(10).filter(|batch| *batch <= cx.facts().mapping.batch_most)?;
    let fifo = is_fifo(cx.application, mapping)?;
    let window = mapping.window_s.or_default(0);
    if fifo && batch > facts.fifo_batch {
        let message = format!("a batch of {batch} from a queue in order is refused: {} is the most", facts.fifo_batch);
        return rejected(&mapping.batch_size, message, ("batch-size", facts.fifo_batch));
    }
    if fifo && window.is_some_and(|window| window > 0) {
        let message = "a batching window on a queue in order is refused".to_owned();
        return rejected(&mapping.window_s, message, ("batch-window", 0));
    }
    if !fifo && batch > facts.batch_without_window && window == Some(0) {
        let message = format!(
            "a batch of {batch} without a batching window is refused: above {} the window is at least 1 s",
            facts.batch_without_window,
        );
        return rejected(&mapping.batch_size, message, ("batch-window", 1));
    }
    None
}
