//! The concurrency of an application, from what its templates say and what its code costs.

use super::{compatible, function_facts, sources};
use crate::declare::model::{Application, Function, FunctionKind, Id, Origin};
use crate::engine::{FunctionFacts, ProjectFacts};
use crate::platform::{Architecture, Platform};
use crate::scaling::Limits;
use crate::scaling::plan::{self, ColdStart, FunctionInput, Plan};

/// Functions of an application that are planned; one stack holds no more.
const MOST_FUNCTIONS: usize = 500;

/// What each function needs and may have, with simulations of the traffic that is stated or assumed.
#[must_use]
pub fn plan(project: &ProjectFacts, application: &Application) -> Plan {
    let functions = application.functions.ids().filter(|(_, function)| function.kind != FunctionKind::Edge);
    let inputs: Vec<FunctionInput> =
        functions.take(MOST_FUNCTIONS).map(|(id, function)| input(project, application, id, function)).collect();
    let account = project.accounts.of(application.stage.text());
    plan::plan(account, &inputs, Platform::AwsLambda.scaling(), &Limits::default())
}

fn input(project: &ProjectFacts, application: &Application, id: Id<Function>, function: &Function) -> FunctionInput {
    let code = function_facts(project, application, id);
    let warm: Vec<(&Origin, u32)> = application
        .provisioned_of(id)
        .filter_map(|provisioned| Some((&provisioned.origin, *provisioned.amount.known()?)))
        .collect();
    let own = function.origin.id.as_str();
    let reported = code.map_or(own, |code| code.spec.name.as_str());
    let short = own.rsplit('.').next().unwrap_or(own);
    let names = [reported, own, short, function.name.text().unwrap_or(own)];
    FunctionInput {
        name: reported.to_owned(),
        sources: sources(application, id),
        reserved: function.reserved.known().copied(),
        provisioned: u32::try_from(compatible(application, &warm).0).unwrap_or(u32::MAX),
        memory_mb: application.memory_mb(id),
        architecture: function.architecture.or_default(Architecture::X86_64).unwrap_or_default(),
        cold_start: code.filter(|code| code.has_closure()).map(cold_start),
        traffic: if function.kind == FunctionKind::Own { project.traffic.of(&names) } else { Vec::new() },
    }
}

fn cold_start(code: &FunctionFacts) -> ColdStart {
    ColdStart {
        init_ms: code.estimate.init_ms,
        download_ms: code.estimate.download_ms,
        lazy_init_ms: code.routes.lazy_all.as_ref().map(|lazy| lazy.init_ms[0]),
        split_init_ms: code.routes.plan.as_ref().map(|plan| plan.weighted_after_ms),
        slim_download_ms: slim_download_ms(code),
    }
}

/// The download without the files of packages that nothing loads, by their share of the bytes.
fn slim_download_ms(code: &FunctionFacts) -> Option<f64> {
    let all = code.artifact.unpacked_bytes();
    let idle: u64 =
        code.packages().filter(|(id, _)| code.package_phase(*id).is_none()).map(|(_, package)| package.bytes).sum();
    let floor = code.spec.platform.limits().download_floor_ms;
    let above = (code.estimate.download_ms - floor).max(0.0);
    (all > 0 && idle > 0).then(|| code.estimate.download_ms - above * (idle as f64 / all as f64).min(1.0))
}
