use crate::artifact::ArtifactKind;
use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::text;

/// Compares unpacked size, number of layers and environment with the platform's limits.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let limits = cx.spec.platform.limits();
    let over = |what: &str, has: String, limit: String| {
        Finding::new(cx.location(), format!("{what} {has}, and the platform allows {limit}")).about(what)
    };
    let unpacked = cx.artifact.unpacked_bytes();
    if cx.artifact.kind != ArtifactKind::Image && unpacked > limits.unzipped_bytes {
        sink.report(over("unpacked size with layers", text::bytes(unpacked), text::bytes(limits.unzipped_bytes)));
    }
    if cx.spec.layers.len() > limits.layers {
        sink.report(over("layers:", cx.spec.layers.len().to_string(), limits.layers.to_string()));
    }
    let environment: usize = cx.spec.environment.iter().map(|(name, value)| name.len() + value.len()).sum();
    if environment > limits.environment_bytes {
        sink.report(over(
            "environment variables:",
            text::bytes(environment as u64),
            text::bytes(limits.environment_bytes as u64),
        ));
    }
}
