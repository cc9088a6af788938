use crate::artifact::ArtifactKind;
use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::text;

/// Reports sizes between a share of the limit and the limit.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    if cx.artifact.kind == ArtifactKind::Image {
        return;
    }
    let limits = cx.spec.platform.limits();
    let share = cx.number("share");
    let unpacked = cx.artifact.unpacked_bytes();
    let mut compare = |what: &str, bytes: u64, limit: u64| {
        if bytes as f64 > limit as f64 * share {
            let relation = if bytes > limit { "over" } else { "close to" };
            let message = format!("{what} is {}, {relation} the limit of {}", text::bytes(bytes), text::bytes(limit));
            sink.report(Finding::new(cx.location(), message).about(what));
        }
    };
    // Above the limit `over-package-limit` speaks.
    if unpacked <= limits.unzipped_bytes {
        compare("unpacked size", unpacked, limits.unzipped_bytes);
    }
    if let Some(zipped) = cx.artifact.archive_bytes {
        compare("size of the zip for a direct upload", zipped, limits.zipped_bytes);
    }
}
