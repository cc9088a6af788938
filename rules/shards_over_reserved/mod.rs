use crate::engine::application::sources;
use crate::engine::{ApplicationContext, Sink};
use crate::scaling::Source;

/// Reports streams that are read by more environments than the function reserves.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions() {
        let Some(reserved) = function.reserved.known().copied().filter(|reserved| *reserved > 0) else { continue };
        let streams: Vec<(u32, u32)> = sources(cx.application, id)
            .into_iter()
            .filter_map(|source| match source {
                Source::Stream { shards: Some(shards), factor } => Some((shards, factor)),
                _ => None,
            })
            .collect();
        let sum: u64 = streams.iter().map(|(shards, factor)| u64::from(*shards) * u64::from(*factor)).sum();
        if sum <= u64::from(reserved) {
            continue;
        }
        let parts: Vec<String> = streams.iter().map(|(shards, factor)| format!("{shards} shards x {factor}")).collect();
        let message = format!(
            "{} = {sum} batches at once, and the function reserves {reserved}: shards fall behind in turn",
            parts.join(" + "),
        );
        let finding = cx.about(id, cx.place(&function.reserved, &function.origin), message);
        sink.report(finding.snippet(cx.snippet("reserved", &[("n", &sum.to_string())])));
    }
}
