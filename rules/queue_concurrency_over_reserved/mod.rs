use crate::declare::model::{Mapping, Origin, Setting, SourceKind};
use crate::engine::application::{compatible, live_mappings};
use crate::engine::{ApplicationContext, Sink};

/// Reports queues that may together ask for more environments than their function reserves.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions() {
        let Some(reserved) = function.reserved.known().copied().filter(|reserved| *reserved > 0) else { continue };
        let queues: Vec<(&Mapping, u32)> = live_mappings(cx, id)
            .filter(|mapping| mapping.kind == SourceKind::Sqs)
            .filter_map(|mapping| Some((mapping, asks_for(cx, mapping)?)))
            .collect();
        let claims: Vec<(&Origin, u32)> = queues.iter().map(|(mapping, most)| (&mapping.origin, *most)).collect();
        let (sum, chosen) = compatible(cx.application, &claims);
        if sum <= u64::from(reserved) {
            continue;
        }
        let chosen: Vec<(&Mapping, u32)> = chosen.iter().filter_map(|at| queues.get(*at).copied()).collect();
        let Some((first, _)) = chosen.iter().max_by_key(|(_, most)| *most) else { continue };
        let parts: Vec<String> = chosen.iter().map(|(_, most)| most.to_string()).collect();
        let total = if parts.len() > 1 { format!(" = {sum}") } else { String::new() };
        let message = format!(
            "queues may ask for {}{total} environments at once, and the function reserves {reserved}: what is too much \
             is throttled and counts as delivered",
            parts.join(" + "),
        );
        let place = |mapping: &Mapping| limit(mapping).place_or(&mapping.origin);
        let mut finding = cx.about(id, place(first), message);
        finding = finding.label(cx.at(cx.place(&function.reserved, &function.origin)), format!("reserves {reserved}"));
        for (mapping, most) in chosen.iter().filter(|(mapping, _)| !std::ptr::eq(*mapping, *first)).take(4) {
            finding = finding.label(cx.at(place(mapping)), format!("and {most}"));
        }
        let (each, least) = (u64::from(reserved) / chosen.len() as u64, u64::from(cx.facts().queue.mapping_least));
        if chosen.iter().any(|(mapping, _)| mapping.max_concurrency.is_unset()) {
            let per_poller = cx.facts().pollers.invocations;
            sink.report(finding.help(format!(
                "Reserve {sum} or more, or fewer pollers: each invokes up to {per_poller} times at once"
            )));
            continue;
        }
        sink.report(match each < least {
            true => finding.help(format!(
                "Reserve {} or more: no mapping can be limited below {least}",
                least * chosen.len() as u64
            )),
            false => finding.snippet(cx.snippet("maximum-concurrency", &[("n", &each.to_string())])),
        });
    }
}

/// What limits how often a queue invokes at once.
fn limit(mapping: &Mapping) -> &Setting<u32> {
    if mapping.max_concurrency.is_set() { &mapping.max_concurrency } else { &mapping.pollers_max }
}

/// How often a queue may invoke at once, where its mapping says it.
fn asks_for(cx: &ApplicationContext<'_>, mapping: &Mapping) -> Option<u32> {
    let most = *limit(mapping).known()?;
    let each = if mapping.max_concurrency.is_set() { 1 } else { cx.facts().pollers.invocations };
    most.checked_mul(each)
}
