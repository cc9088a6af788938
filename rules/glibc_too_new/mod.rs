use crate::engine::native::{NativeGroup, needed_glibc, promised_glibc, version_pair};
use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;

/// Confirms by a file what the wheels' tags make suspicious, once per package.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let Some(base) = version_pair(&cx.spec.runtime.facts(cx.spec.platform).glibc) else { return };
    for group in cx.native_groups() {
        let loaded = group.package.is_none_or(|package| cx.package_phase(package).is_some());
        if !loaded || is_promised(&group, base) {
            continue;
        }
        let newer = |facts: &_| needed_glibc(facts).filter(|needed| *needed > base);
        if let Some((entry, needed)) = cx.first_native(&group, newer) {
            let name = group.package.map(|package| cx.packages.package(package).name.to_string());
            let file = &cx.artifact.entry(entry).path;
            let message = format!(
                "{file} needs GLIBC {}.{}, and {} has {}.{}: it will not load",
                needed.0, needed.1, cx.spec.runtime, base.0, base.1
            );
            sink.report(Finding::new(cx.locate(entry, None), message).about(name.unwrap_or_else(|| file.to_string())));
        }
    }
}

/// Whether the wheel's tags promise that the base image is enough.
fn is_promised(group: &NativeGroup, base: (u32, u32)) -> bool {
    group.platforms.iter().any(|platform| promised_glibc(platform).is_some_and(|promised| promised <= base))
}
