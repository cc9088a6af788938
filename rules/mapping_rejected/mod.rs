use crate::declare::model::{Dialect, Mapping, Place, SourceKind};
use crate::engine::application::is_fifo;
use crate::engine::{ApplicationContext, Sink};

/// Reports settings of event sources and provisioned concurrency that the deployment refuses.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, _) in cx.own_functions() {
        let mappings = cx.application.mappings.iter().filter(|mapping| mapping.function.function() == Some(id));
        for mapping in mappings.filter(|mapping| mapping.kind == SourceKind::Sqs) {
            if let Some((place, message, name, value)) = rejected(cx, mapping) {
                sink.report(cx.about(id, place, message).snippet(cx.snippet(name, &[("n", &value.to_string())])));
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

/// Where, why, and the snippet with its value.
fn rejected(cx: &ApplicationContext<'_>, mapping: &Mapping) -> Option<(Place, String, &'static str, u32)> {
    let facts = &cx.facts().queue;
    let at = |place: Option<Place>| place.unwrap_or(mapping.origin.place);
    if let Some(most) = mapping.max_concurrency.known().copied() {
        let range = facts.mapping_least..=facts.mapping_most;
        if !range.contains(&most) {
            let message =
                format!("MaximumConcurrency {most} is refused: it goes from {} to {}", range.start(), range.end());
            let near = most.clamp(facts.mapping_least, facts.mapping_most);
            return Some((at(mapping.max_concurrency.place()), message, "maximum-concurrency", near));
        }
    }
    let batch = mapping.batch_size.or_default(10)?;
    let fifo = is_fifo(cx.application, mapping)?;
    let window = mapping.window_s.or_default(0);
    if fifo && batch > facts.fifo_batch {
        let message = format!("a batch of {batch} from a queue in order is refused: {} is the most", facts.fifo_batch);
        return Some((at(mapping.batch_size.place()), message, "batch-size", facts.fifo_batch));
    }
    if fifo && window.is_some_and(|window| window > 0) {
        let message = "a batching window on a queue in order is refused".to_owned();
        return Some((at(mapping.window_s.place()), message, "batch-window", 0));
    }
    if !fifo && batch > facts.batch_without_window && window == Some(0) {
        let message = format!(
            "a batch of {batch} without a batching window is refused: above {} the window is at least 1 s",
            facts.batch_without_window,
        );
        return Some((at(mapping.batch_size.place()), message, "batch-window", 1));
    }
    None
}
