use crate::declare::model::{Dialect, Mapping, Place, SourceKind};
use crate::engine::application::is_fifo;
use crate::engine::{ApplicationContext, Sink};

/// Reports settings of event sources and provisioned concurrency that the deployment refuses.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, _) in cx.own_functions() {
        let mappings = cx.application.mappings.iter().filter(|mapping| mapping.function.function() == Some(id));
        for mapping in mappings {
            if let Some(Rejected { place, message, write }) = too_large(cx, mapping).or_else(|| of_a_queue(cx, mapping))
            {
                let snippet = write.and_then(|(name, value)| cx.snippet(name, &[("n", &value.to_string())]));
                sink.report(cx.about(id, place, message).snippet(snippet));
            }
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
}

/// A setting that is refused: where it stands, why, and what to write with which value.
struct Rejected {
    place: Place,
    message: String,
    write: Option<(&'static str, u32)>,
}

/// A setting above what any source allows.
fn too_large(cx: &ApplicationContext<'_>, mapping: &Mapping) -> Option<Rejected> {
    let (facts, stream) = (&cx.facts().mapping, &cx.facts().stream);
    let settings = [
        ("BatchSize", &mapping.batch_size, facts.batch_most, Some("batch-size")),
        ("MaximumBatchingWindowInSeconds", &mapping.window_s, facts.window_most, Some("batch-window")),
        ("ParallelizationFactor", &mapping.parallelization, stream.factor_most, None),
        ("TumblingWindowInSeconds", &mapping.tumbling_s, facts.tumbling_most, None),
    ];
    let (name, value, place, most, snippet) = settings.into_iter().find_map(|(name, setting, most, snippet)| {
        let value = setting.known().copied().filter(|value| *value > most)?;
        Some((name, value, setting.place(), most, snippet))
    })?;
    Some(Rejected {
        place: place.unwrap_or(mapping.origin.place),
        message: format!("{name} {value} is refused: {most} is the most"),
        write: snippet.map(|snippet| (snippet, most)),
    })
}

/// What queues alone refuse.
fn of_a_queue(cx: &ApplicationContext<'_>, mapping: &Mapping) -> Option<Rejected> {
    if mapping.kind != SourceKind::Sqs {
        return None;
    }
    let facts = &cx.facts().queue;
    let rejected = |place: Option<Place>, message: String, write| {
        Some(Rejected { place: place.unwrap_or(mapping.origin.place), message, write: Some(write) })
    };
    if let Some(most) = mapping.max_concurrency.known().copied() {
        let range = facts.mapping_least..=facts.mapping_most;
        if !range.contains(&most) {
            let message =
                format!("MaximumConcurrency {most} is refused: it goes from {} to {}", range.start(), range.end());
            let near = most.clamp(facts.mapping_least, facts.mapping_most);
            return rejected(mapping.max_concurrency.place(), message, ("maximum-concurrency", near));
        }
    }
    let batch = mapping.batch_size.or_default(10)?;
    let fifo = is_fifo(cx.application, mapping)?;
    let window = mapping.window_s.or_default(0);
    if fifo && batch > facts.fifo_batch {
        let message = format!("a batch of {batch} from a queue in order is refused: {} is the most", facts.fifo_batch);
        return rejected(mapping.batch_size.place(), message, ("batch-size", facts.fifo_batch));
    }
    if fifo && window.is_some_and(|window| window > 0) {
        let message = "a batching window on a queue in order is refused".to_owned();
        return rejected(mapping.window_s.place(), message, ("batch-window", 0));
    }
    if !fifo && batch > facts.batch_without_window && window == Some(0) {
        let message = format!(
            "a batch of {batch} without a batching window is refused: above {} the window is at least 1 s",
            facts.batch_without_window,
        );
        return rejected(mapping.batch_size.place(), message, ("batch-window", 1));
    }
    None
}
