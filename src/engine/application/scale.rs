//! The concurrency of an application, from what its templates say and what its code costs.

use rustc_hash::FxHashMap;

use super::sources::keeps_s;
use super::{claimed, compatible, function_facts, sources};
use crate::declare::model::{Application, Function, FunctionKind, Id, Origin, Setting};
use crate::engine::{FunctionFacts, ProjectFacts};
use crate::platform::{Architecture, Platform};
use crate::scaling::plan::{self, Change, ColdStart, FunctionInput, Plan};
use crate::scaling::{Account, Limits};

/// Functions of an application that are planned; one stack holds no more.
const MOST_FUNCTIONS: usize = 500;
/// Messages of a queue in an invocation where nothing is said; streams have 100 and more, of which few are full.
const USUAL_BATCH: u32 = 10;

/// What each function needs and may have, with simulations of the traffic that is stated or assumed.
#[must_use]
pub fn plan(project: &ProjectFacts, application: &Application) -> Plan {
    let functions = application.functions.ids().filter(|(_, function)| function.kind != FunctionKind::Edge);
    let inputs: Vec<FunctionInput> =
        functions.take(MOST_FUNCTIONS).map(|(id, function)| input(project, application, id, function)).collect();
    let own = project.accounts.of(application.stage.text());
    let account = Account { taken: reserved_elsewhere(project, application), ..own };
    plan::plan(account, &inputs, Platform::AwsLambda.scaling(), &Limits::default())
}

/// What the other applications of a run reserve, of those that nothing says to lie in another account, region or stage.
fn reserved_elsewhere(project: &ProjectFacts, application: &Application) -> u64 {
    let may_be_one = |a: &Setting<String>, b: &Setting<String>| a.text().zip(b.text()).is_none_or(|(a, b)| a == b);
    let shares = |other: &&Application| {
        !std::ptr::eq(*other, application)
            && other.stage.text() == application.stage.text()
            && may_be_one(&other.account, &application.account)
            && may_be_one(&other.region, &application.region)
    };
    let sum = |other: &Application| {
        let claims = claimed(other);
        let origins: Vec<(&Origin, u32)> =
            claims.iter().map(|(id, amount)| (&other.functions[*id].origin, *amount)).collect();
        compatible(other, &origins).0
    };
    project.applications.iter().filter(shares).map(sum).sum()
}

/// The same for functions that no template declares, with the usual account and no reservation; `None` without any.
#[must_use]
pub fn plan_alone(project: &ProjectFacts) -> Option<Plan> {
    let declared = declared(project);
    let alone = project.functions.iter().filter(|facts| !declared.contains_key(&std::ptr::from_ref(*facts)));
    let inputs: Vec<FunctionInput> = alone
        .take(MOST_FUNCTIONS)
        .map(|facts| FunctionInput {
            name: facts.spec.name.clone(),
            sources: Vec::new(),
            reserved: None,
            provisioned: 0,
            memory_mb: facts.spec.memory_mb,
            architecture: facts.spec.architecture,
            cold_start: facts.has_closure().then(|| cold_start(facts)),
            keeps_s: None,
            traffic: project.traffic.of(&[&facts.spec.name], &[], 1.0),
        })
        .collect();
    let limits = Limits::default();
    (!inputs.is_empty()).then(|| plan::plan(project.accounts.usual, &inputs, Platform::AwsLambda.scaling(), &limits))
}

/// The application, by its index, of each function that a template declares.
#[must_use]
pub fn declared(project: &ProjectFacts) -> FxHashMap<*const FunctionFacts, usize> {
    let mut declared = FxHashMap::default();
    for (at, application) in project.applications.iter().enumerate() {
        for (id, _) in application.functions.ids() {
            if let Some(facts) = function_facts(project, application, id) {
                declared.entry(std::ptr::from_ref(facts)).or_insert(at);
            }
        }
    }
    declared
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
    let sources = sources(application, id);
    let is_own = function.kind == FunctionKind::Own;
    let traffic = if is_own { project.traffic.of(&names, &sources, batch(application, id)) } else { Vec::new() };
    FunctionInput {
        name: reported.to_owned(),
        sources,
        reserved: function.reserved.known().copied(),
        provisioned: u32::try_from(compatible(application, &warm).0).unwrap_or(u32::MAX),
        memory_mb: application.memory_mb(id),
        architecture: function.architecture.or_default(Architecture::X86_64).unwrap_or_default(),
        cold_start: code.filter(|code| code.has_closure()).map(cold_start),
        keeps_s: keeps_s(application, id),
        traffic,
    }
}

/// Messages in an invocation: the smallest batch of its mappings, which the platform sets to ten where nothing is said.
fn batch(application: &Application, id: Id<Function>) -> f64 {
    let mappings = application.mappings.iter().filter(|mapping| mapping.function.function() == Some(id));
    let sizes = mappings.filter_map(|mapping| mapping.batch_size.or_default(USUAL_BATCH));
    f64::from(sizes.min().unwrap_or(1).max(1))
}

fn cold_start(code: &FunctionFacts) -> ColdStart {
    let (init_ms, download_ms) = (code.estimate.init_ms, code.estimate.download_ms);
    let mut changes = Vec::new();
    let routes = &code.routes.routes;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let today = if routes.is_empty() {
        code.estimate.first_request_ms
    } else {
        mean(&routes.iter().map(|route| route.closure.first_request_ms).collect::<Vec<_>>())
    };
    if let Some(plan) = &code.routes.plan {
        if !plan.moves.is_empty() {
            let first_request_ms = (mean(&plan.lazy_first_ms) - today).max(0.0);
            changes.push(Change {
                name: "imports moved into their routes",
                init_ms: plan.lazy_ms[0],
                download_ms,
                first_request_ms,
            });
        }
        if plan.pays {
            let init_ms = plan.weighted_after_ms;
            changes.push(Change { name: "split by routes", init_ms, download_ms, first_request_ms: 0.0 });
        }
    }
    if let Some(lazy) = &code.routes.lazy_all {
        let first_request_ms = (mean(&lazy.first_ms) - today).max(0.0);
        changes.push(Change {
            name: "everything loaded at first use",
            init_ms: lazy.init_ms[0],
            download_ms,
            first_request_ms,
        });
    }
    if let Some(download_ms) = slim_download_ms(code) {
        let name = "without the files that nothing loads";
        changes.push(Change { name, init_ms, download_ms, first_request_ms: 0.0 });
    }
    ColdStart { init_ms, download_ms, changes }
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
