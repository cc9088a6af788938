use crate::engine::native::NativeGroup;
use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::lang::native::{Machine, NativeFacts};
use crate::platform::Architecture;

/// Reports, once per package, a native file for another machine where none of the files read fits.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let (machine, tag) = match cx.spec.architecture {
        Architecture::X86_64 => (Machine::X86_64, "x86_64"),
        Architecture::Arm64 => (Machine::Aarch64, "aarch64"),
    };
    for group in cx.native_groups() {
        let loaded = group.package.is_none_or(|package| cx.package_phase(package).is_some());
        if !loaded || fits_by_tag(&group, tag) {
            continue;
        }
        let fits = |facts: &NativeFacts| (facts.machine == machine).then_some(());
        let other = |facts: &NativeFacts| (facts.machine != machine).then_some(());
        if cx.first_native(&group, fits).is_some() {
            continue;
        }
        if let Some((entry, ())) = cx.first_native(&group, other) {
            let file = &cx.artifact.entry(entry).path;
            let message = format!("{file} is not built for {}, which the function runs on", cx.spec.architecture);
            sink.report(Finding::new(cx.locate(entry, None), message).about(file.to_string()));
        }
    }
}

fn fits_by_tag(group: &NativeGroup, tag: &str) -> bool {
    group.platforms.iter().any(|platform| platform.ends_with(tag))
}
