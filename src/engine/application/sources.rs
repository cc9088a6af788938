//! From what templates say to the plain values that [`crate::scaling`] works with.

use super::ApplicationContext;
use crate::declare::model::{
    Application, Destination, Function, Id, Invocation, Mapping, Origin, Queue, SourceKind, Trigger, TriggerSource,
};
use crate::platform::{Platform, ScalingFacts};
use crate::scaling::Source;

/// What invokes a function, by how it is limited.
#[must_use]
pub fn sources(application: &Application, id: Id<Function>) -> Vec<Source> {
    let live = application.triggers_of(id).filter(|trigger| !trigger.is_off());
    let mut sources: Vec<Source> = live
        .map(|trigger| match &trigger.source {
            TriggerSource::Mapping(mapping) => {
                polled(application, &application.mappings[*mapping], Platform::AwsLambda.scaling())
            }
            TriggerSource::Schedule(_) => Source::Schedule,
            _ if trigger.invocation == Invocation::Synchronous => Source::Requests,
            _ => Source::Events,
        })
        .collect();
    // Twenty routes of one API are one source of requests.
    sources.dedup_by(|a, b| a == b && matches!(a, Source::Requests | Source::Events | Source::Schedule));
    sources
}

fn polled(application: &Application, mapping: &Mapping, facts: &ScalingFacts) -> Source {
    match mapping.kind {
        SourceKind::Sqs => Source::Queue {
            maximum: mapping.max_concurrency.known().copied(),
            fifo: is_fifo(application, mapping) == Some(true),
            pollers: pollers(mapping, facts),
        },
        SourceKind::Kinesis | SourceKind::DynamoDb => {
            let factor = mapping.parallelization.or_default(1);
            let shards = shards(application, mapping).filter(|_| factor.is_some());
            Source::Stream { shards, factor: factor.unwrap_or(1) }
        }
        SourceKind::Mq => Source::Broker(facts.broker.activemq),
        SourceKind::RabbitMq => Source::Broker(facts.broker.rabbitmq),
        // Partitions are read like shards; how many there are is not in a template.
        SourceKind::Msk | SourceKind::Kafka | SourceKind::DocumentDb => Source::Stream { shards: None, factor: 1 },
        SourceKind::Unknown => Source::Events,
    }
}

/// Seconds for which the sources of a function keep what it does not take, the shortest of those that are known.
pub(super) fn keeps_s(application: &Application, id: Id<Function>) -> Option<f64> {
    let facts = Platform::AwsLambda.scaling();
    let live = application.triggers_of(id).filter(|trigger| !trigger.is_off());
    let of = |trigger: &Trigger| match &trigger.source {
        TriggerSource::Mapping(mapping) => kept_by(application, &application.mappings[*mapping], facts),
        _ if trigger.invocation == Invocation::Synchronous => None,
        _ => kept_as_event(application, id, facts),
    };
    live.filter_map(of).reduce(f64::min)
}

fn kept_by(application: &Application, mapping: &Mapping, facts: &ScalingFacts) -> Option<f64> {
    match (mapping.kind, &mapping.source) {
        (SourceKind::Sqs, Destination::Queue(queue)) => {
            application.queues[*queue].retention_s.or_default(facts.queue.retention_seconds).map(f64::from)
        }
        (SourceKind::Kinesis | SourceKind::DynamoDb, Destination::Stream(stream)) => {
            let record = mapping.max_age_s.or_default(-1)?;
            let hours = application.streams[*stream].retention_h.or_default(facts.stream.retention_hours)?;
            let whole = f64::from(hours) * 3600.0;
            Some(if record < 0 { whole } else { whole.min(record as f64) })
        }
        _ => None,
    }
}

/// Events of an asynchronous invocation; nothing where several settings may hold for one.
fn kept_as_event(application: &Application, id: Id<Function>, facts: &ScalingFacts) -> Option<f64> {
    let mut its = application.event_invokes.iter().filter(|settings| settings.on.function() == Some(id));
    let first = its.next();
    if its.next().is_some() {
        return None;
    }
    let usual = facts.asynchronous.event_age[1];
    first.map_or(Some(usual), |settings| settings.max_age_s.or_default(usual)).map(f64::from)
}

/// The pollers that a queue's mapping reserves; nothing where it reserves none, or it is not known how many.
fn pollers(mapping: &Mapping, facts: &ScalingFacts) -> Option<[u32; 2]> {
    let (least, most) = (&mapping.pollers_min, &mapping.pollers_max);
    let is_reserved = least.is_set() || most.is_set();
    let range = [least.or_default(facts.pollers.queue_least)?, most.or_default(facts.pollers.queue_most)?];
    is_reserved.then_some(range)
}

/// Shards of a mapping's stream, where the template says how many.
fn shards(application: &Application, mapping: &Mapping) -> Option<u32> {
    let Destination::Stream(stream) = mapping.source else { return None };
    let stream = &application.streams[stream];
    let fixed = stream.on_demand.or_default(false) == Some(false);
    stream.shards.known().copied().filter(|_| fixed)
}

/// Whether a mapping's queue is first in, first out; `None` where nothing is known of it.
#[must_use]
pub fn is_fifo(application: &Application, mapping: &Mapping) -> Option<bool> {
    match &mapping.source {
        Destination::Queue(queue) => application.queues[*queue].fifo.or_default(false),
        Destination::Foreign(name) => Some(name.ends_with(".fifo")),
        _ => None,
    }
}

/// The largest sum of what can be deployed together: conditions that exclude each other are not added up. Each claim
/// is a resource and its number; the answer has the sum and the claims in it, as indices.
#[must_use]
pub fn compatible(application: &Application, claims: &[(&Origin, u32)]) -> (u64, Vec<usize>) {
    let mut order: Vec<usize> = (0..claims.len()).collect();
    // What always exists first, then the largest.
    order.sort_by_key(|at| (claims[*at].0.condition.is_some(), std::cmp::Reverse(claims[*at].1), *at));
    let mut chosen: Vec<usize> = Vec::new();
    for at in order {
        if chosen.iter().all(|other| !application.exclude(claims[at].0, claims[*other].0)) {
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    (chosen.iter().map(|at| u64::from(claims[*at].1)).sum(), chosen)
}

/// What functions take from the account for themselves: their reservation, or what is kept warm where nothing is
/// reserved. Each with its function.
#[must_use]
pub fn claimed(application: &Application) -> Vec<(Id<Function>, u32)> {
    let claim = |(id, function): (Id<Function>, &Function)| {
        let warm: Vec<(&Origin, u32)> = application
            .provisioned_of(id)
            .filter_map(|provisioned| Some((&provisioned.origin, *provisioned.amount.known()?)))
            .collect();
        let amount = match function.reserved.known() {
            Some(reserved) => *reserved,
            // What is reserved and not known is no reason to count what is kept warm within it.
            None if function.reserved.is_unknown() => 0,
            None => u32::try_from(compatible(application, &warm).0).unwrap_or(u32::MAX),
        };
        (amount > 0).then_some((id, amount))
    };
    application.functions.ids().filter_map(claim).collect()
}

/// Mappings of a function that are not switched off.
pub fn live_mappings<'a>(cx: &ApplicationContext<'a>, id: Id<Function>) -> impl Iterator<Item = &'a Mapping> {
    let application = cx.application;
    application
        .mappings
        .iter()
        .filter(move |mapping| mapping.function.function() == Some(id) && mapping.enabled.known() != Some(&false))
}

/// A queue of the application and a function of the user's that works it off.
#[derive(Clone, Copy, Debug)]
pub struct PolledQueue<'a> {
    /// The function.
    pub function: Id<Function>,
    /// How it is polled.
    pub mapping: &'a Mapping,
    /// The queue.
    pub queue: &'a Queue,
}

impl PolledQueue<'_> {
    /// Visibility timeout of the queue and timeout of the function, seconds; `None` where one is not known.
    #[must_use]
    pub fn visibility_and_timeout(&self, cx: &ApplicationContext<'_>) -> Option<(f64, f64)> {
        let usual = cx.facts().queue.visibility_seconds as u32;
        let visibility = self.queue.visibility_s.or_default(usual)?;
        Some((f64::from(visibility), f64::from(cx.application.timeout_s(self.function)?)))
    }

    /// The batching window in seconds; `None` where it is not known.
    #[must_use]
    pub fn window_s(&self) -> Option<f64> {
        self.mapping.window_s.or_default(0).map(f64::from)
    }
}

/// Queues of the application that functions of the user's work off.
#[must_use]
pub fn polled_queues<'a>(cx: &ApplicationContext<'a>) -> Vec<PolledQueue<'a>> {
    let application = cx.application;
    let mut found = Vec::new();
    for (function, _) in cx.own_functions() {
        for mapping in live_mappings(cx, function).filter(|mapping| mapping.kind == SourceKind::Sqs) {
            let Destination::Queue(queue) = mapping.source else { continue };
            let queue = &application.queues[queue];
            if !application.exclude(&mapping.origin, &queue.origin) {
                found.push(PolledQueue { function, mapping, queue });
            }
        }
    }
    found
}
