use std::collections::BTreeMap;

use crate::artifact::Location;
use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::routes::EventKind;

/// Reports handlers for events that somebody waits for and events that nobody waits for.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let Some(handler) = cx.handler_location() else { return };
    let mut kinds: BTreeMap<EventKind, Option<Location>> = BTreeMap::new();
    for route in &cx.routes.routes {
        let place = cx.locate_in_module(route.place.0, Some(route.place.1));
        kinds.entry(route.kind).or_insert(Some(place));
    }
    for event in &cx.spec.events {
        if let Some(kind) = EventKind::of_source(&event.kind) {
            kinds.entry(kind).or_insert_with(|| event.location.clone());
        }
    }
    let waited = |kind: &EventKind| matches!(kind, EventKind::Http | EventKind::Graphql);
    kinds.retain(|kind, _| *kind != EventKind::Call);
    if !kinds.keys().any(waited) || kinds.keys().all(waited) {
        return;
    }
    let names: Vec<&str> = kinds.keys().map(|kind| kind.label()).collect();
    let message = format!("one handler for {} events", names.join(", "));
    let mut finding = Finding::new(handler, message).about(cx.spec.handler.clone());
    for (kind, place) in kinds {
        if let Some(place) = place {
            finding = finding.label(place, format!("{} events", kind.label()));
        }
    }
    sink.report(finding);
}
