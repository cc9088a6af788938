use crate::assemble::Installs;
use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Saves};
use crate::graph::{ModuleKind, Phase};
use crate::text;

/// Share of the time for finding and opening files that a bundle saves: with about 590 files it
/// saved 57 % (a NestJS function of the calibration corpus, bundled and not).
const SAVED: f64 = 0.55;

/// Packages that get slower when they are bundled whole: AWS SDK v2 reads the model of a service
/// when that is used, and a bundle evaluates all of them.
const SLOWER_BUNDLED: &str = "aws-sdk/lib/aws.js";

/// Counts the files of packages that Init loads.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    if cx.spec.installs == Installs::Bundled {
        return;
    }
    let eager = cx.graph.modules().filter(|(id, module)| {
        let file = module.kind == ModuleKind::Source && module.entry.is_some();
        file && module.loaded == Phase::Init && cx.package_of(*id).is_some()
    });
    let names: Vec<&str> = eager.map(|(_, module)| &*module.name).collect();
    let files = names.len();
    let gets_slower = names.iter().any(|name| name.ends_with(SLOWER_BUNDLED));
    if (files as f64) < cx.number("min_files") || gets_slower {
        return;
    }
    let ms = files as f64 * cx.estimate.file_ms;
    let message = format!(
        "Init opens {} files of packages one by one, which takes about {}",
        text::count(files as u64),
        text::ms(ms)
    );
    let saves = Some(ms * SAVED).filter(|ms| *ms >= Saves::NOISE_MS);
    sink.report(Finding::new(cx.location(), message).saving(Saves { init_ms: saves, bytes: None }));
}
