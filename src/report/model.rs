//! The report as plain data: `defrost-report/1`. Field names are stable; adding is allowed.
//! Times are milliseconds, sizes bytes, paths relative with `/`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod application;
mod failed;
mod finding;
mod project;
mod rules;
mod start;

use crate::artifact::ArtifactKind;
use crate::assemble::Reason;
use crate::cost::{Basis, Counted, Grade, PartKind};
use crate::engine::LeftOut;
use crate::fault::Fault;
use crate::graph::Phase;
use crate::package::owners::Ecosystem;
use crate::platform::{Architecture, Platform};
use crate::routes::EventKind;
use crate::scaling::plan::FunctionPlan;
pub use application::{Application, Resource, UnknownValue};
pub use failed::Failed;
pub use finding::{Finding, Fix, FixEdit, FixFile, Frame, Place, Related, Saves};
pub use project::Project;
pub use rules::RuleInfo;
pub use start::{Cause, Start, Step, Verdict};

pub use super::budgets::Budgets;

/// A word of ours, or one that was read from a report.
pub type Word = Cow<'static, str>;

/// The value of [`Report::schema`].
pub const SCHEMA: &str = "defrost-report/1";

/// Everything one run has to say.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always `defrost-report/1`.
    pub schema: Word,
    /// The tool that wrote it.
    pub tool: Tool,
    /// One per analysed function.
    pub functions: Vec<Function>,
    /// What templates declare, one per deployment.
    pub applications: Vec<Application>,
    /// Source trees in which no function was found, and whose dependencies are judged.
    pub projects: Vec<Project>,
    /// What was asked for and is not analysed, and what failed by a fault of defrost.
    pub problems: Vec<Problem>,
    /// Gravest and most expensive first.
    pub findings: Vec<Finding>,
    /// Counts and exit code.
    pub summary: Summary,
    /// The rule table, for formats that carry it.
    #[serde(skip)]
    pub rules: Vec<RuleInfo>,
}

impl Report {
    /// Adds what failed by a fault of ours to the functions, or where it is about none, to the run.
    pub fn tell(&mut self, faults: &[(Option<String>, Fault)]) {
        for (name, fault) in faults {
            let function = self.functions.iter_mut().find(|function| Some(&function.name) == name.as_ref());
            let problems = function.map_or(&mut self.problems, |function| &mut function.problems);
            problems.push(Problem { path: None, line: None, message: fault.message.clone(), left_out: None });
        }
    }
}

/// The tool that wrote the report.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `defrost`.
    pub name: Word,
    /// Version.
    pub version: Word,
}

impl Tool {
    /// This one.
    #[must_use]
    pub const fn this() -> Self {
        Self { name: Cow::Borrowed(env!("CARGO_PKG_NAME")), version: Cow::Borrowed(env!("CARGO_PKG_VERSION")) }
    }
}

/// A line and a column from 1 in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Origin {
    /// File.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One analysed function.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Function {
    /// Logical name.
    pub name: String,
    /// What the list of inputs says of it: a team, an account, a stage.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Where it is declared.
    pub origin: Option<Origin>,
    /// Platform.
    pub platform: Platform,
    /// Runtime identifier.
    pub runtime: String,
    /// Instruction set.
    pub architecture: Architecture,
    /// Memory size in MB.
    pub memory_mb: Option<u32>,
    /// Handler string.
    pub handler: String,
    /// Letter against the bare runtime; `null` for a function that does not start, and for one whose dependencies are
    /// not here.
    pub grade: Option<Grade>,
    /// Whether it gets through Init.
    pub start: Start,
    /// Limits that the user set on it.
    pub budgets: Budgets,
    /// What is not here, so that nothing is said of what it could bring.
    pub open: Vec<Open>,
    /// By how many percent Init or its size grew against the baseline, whichever grew most; `null` without one.
    pub growth_percent: Option<f64>,
    /// The deployment package.
    pub package: DeploymentPackage,
    /// Files of its own code that are loaded and lie on the disk by themselves, and its layers that are here.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Packages in it, those first without which Init would save most.
    pub packages: Vec<Package>,
    /// The cold start.
    pub init: Init,
    /// Modules in load order.
    pub modules: Vec<Module>,
    /// Imports that nothing answers.
    pub unresolved: Vec<Unresolved>,
    /// What could not be analysed exactly.
    pub problems: Vec<Problem>,
    /// What the handler dispatches on.
    pub routes: Vec<Route>,
    /// The split plan of a monolithic handler.
    pub split: Option<Split>,
    /// Moving all that Init loads and works out to first use, what every route needs as well; `null`
    /// where Init has nothing to move.
    pub lazy_all: Option<LazyAll>,
    /// What it needs and may have at once; `null` where no template declares it and no traffic is stated.
    pub scaling: Option<FunctionPlan>,
    /// Index into [`Report::applications`]; `null` where no template declares it.
    pub application: Option<usize>,
}

/// Something of a package that is not here.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Open {
    /// Why.
    pub reason: Reason,
    /// What it is, and what to do.
    pub detail: String,
}

/// The deployment package.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DeploymentPackage {
    /// Path as given.
    pub path: String,
    /// Container.
    pub kind: ArtifactKind,
    /// Unpacked bytes with layers.
    pub bytes: u64,
    /// Bytes of the archive.
    pub zipped_bytes: Option<u64>,
    /// Files with layers.
    pub files: u64,
}

/// When something is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Loaded {
    /// During Init.
    Init,
    /// When some handler code runs.
    Invoke,
    /// No closure reaches it.
    Never,
}

impl From<Option<Phase>> for Loaded {
    fn from(phase: Option<Phase>) -> Self {
        match phase {
            Some(Phase::Init) => Self::Init,
            Some(Phase::Invoke) => Self::Invoke,
            None => Self::Never,
        }
    }
}

/// One package of the deployment package.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Package {
    /// Name.
    pub name: String,
    /// Version.
    pub version: Option<String>,
    /// Where it comes from.
    pub ecosystem: Ecosystem,
    /// Bytes; for a native binary the machine code attributed to it.
    pub bytes: u64,
    /// Files.
    pub files: u64,
    /// When it is loaded.
    pub loaded: Loaded,
    /// Whether a manifest declares it; `null` without a manifest.
    pub declared: Option<bool>,
    /// Init milliseconds of its own modules.
    pub init_ms: f64,
    /// With everything that they are the first to load.
    pub cumulative_ms: f64,
    /// What Init would save if nobody loaded it, with the calls at load that only it causes.
    pub removable_ms: f64,
    /// Who imports it: packages, and own files.
    pub imported_by: Vec<String>,
    /// The import in the function's own code that gets it loaded first.
    pub first_import: Option<FirstImport>,
}

/// The import in a function's own code that gets a package loaded first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FirstImport {
    /// File, relative to the package.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// The package in between that imports it, unless own code does so itself.
    pub via: Option<String>,
}

/// The cold start of a function.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Init {
    /// Init Duration; the sum of `parts`.
    pub estimated_ms: f64,
    /// Low end of the range that holds the model's spread and the platform's.
    pub low_ms: f64,
    /// High end of that range.
    pub high_ms: f64,
    /// Factors of the model's range alone, which holds for differences of two estimates.
    pub model_range: [f64; 2],
    /// What ties the estimate to the platform.
    pub basis: Basis,
    /// Fetch and unpack before Init.
    pub download_ms: f64,
    /// Lazy work in the first request.
    pub first_request_ms: f64,
    /// What `estimated_ms` is made of.
    pub parts: Vec<Part>,
    /// What was counted to get there.
    pub counted: Counted,
}

/// One additive part of the Init estimate.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// What it is about.
    pub kind: PartKind,
    /// Package, library, call or runtime.
    pub name: String,
    /// Milliseconds.
    pub ms: f64,
}

/// One loaded module.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Module {
    /// Name in the language.
    pub name: String,
    /// Path in the package; `null` for what the runtime brings.
    pub path: Option<String>,
    /// Package that owns it; `null` for own and runtime modules.
    pub package: Option<String>,
    /// Bytes of its file.
    pub bytes: u64,
    /// When it is loaded.
    pub loaded: Loaded,
    /// Milliseconds for itself.
    pub self_ms: f64,
    /// Milliseconds with everything that it is the first to load.
    pub cumulative_ms: f64,
    /// Milliseconds that Init would save if nobody loaded it, with the calls at load that only it causes.
    pub removable_ms: f64,
    /// Name of the module that loads it first.
    pub imported_by: Option<String>,
}

/// An import that nothing answers.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Unresolved {
    /// Name as asked for.
    pub import: String,
    /// File.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Whether failure is caught.
    pub guarded: bool,
}

/// Something that could not be analysed exactly.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// File or entry.
    pub path: Option<String>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// What.
    pub message: String,
    /// The function that nothing is known of for it.
    pub left_out: Option<LeftOut>,
}

/// One thing a handler dispatches on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Route {
    /// HTTP method.
    pub method: Option<String>,
    /// HTTP path.
    pub path: Option<String>,
    /// The dispatch key as written.
    pub key: String,
    /// Function that serves it.
    pub function: String,
    /// Where it is registered.
    pub location: Option<Origin>,
    /// What kind of event it answers.
    pub kind: EventKind,
    /// Packages that its own code imports, beyond those every route needs.
    pub packages: Vec<String>,
    /// Unpacked bytes of all packages and own modules that it needs.
    pub bytes: u64,
    /// Init if the route lived alone.
    pub estimated_ms: f64,
    /// What its first request loads on top.
    pub first_request_ms: f64,
    /// What it asks of the cloud's SDK, for permissions.
    pub services: Vec<Service>,
    /// Environment variables that it reads.
    pub environment: Vec<String>,
}

/// Operations of one service of the cloud's SDK.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Service {
    /// The service as the SDK names it.
    pub name: String,
    /// Operations, as far as the code says; none when only a client is made.
    pub operations: Vec<String>,
}

/// A split plan.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Split {
    /// Groups of routes.
    pub groups: Vec<SplitGroup>,
    /// Init before.
    pub before_ms: f64,
    /// Init after, weighted by route shares.
    pub weighted_after_ms: f64,
    /// Packages and own files that several groups need.
    pub shared: Vec<String>,
    /// Whether splitting pays; otherwise there is one group.
    pub pays: bool,
    /// Moving imports into the code of the routes that need them, instead.
    pub lazy: Lazy,
}

/// What moving imports into the routes' code does, without any split.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Lazy {
    /// Init with all imports moved.
    pub estimated_ms: f64,
    /// Low end for 90 % of the calibration corpus.
    pub low_ms: f64,
    /// High end for 90 % of the calibration corpus.
    pub high_ms: f64,
    /// The imports, most expensive first.
    pub moves: Vec<Move>,
    /// What the first request of each route then loads.
    pub first_requests: Vec<FirstRequest>,
}

/// What moving everything to first use does: Init is the bare handler module. It moves work rather
/// than saving it, so nothing recommends it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LazyAll {
    /// Init with everything moved.
    pub estimated_ms: f64,
    /// Low end for 90 % of the calibration corpus.
    pub low_ms: f64,
    /// High end for 90 % of the calibration corpus.
    pub high_ms: f64,
    /// What the first request of each route then takes; one, `*`, where no routes are known.
    pub first_requests: Vec<FirstRequest>,
    /// Init and first request together, on average over the routes.
    pub cold_ms: f64,
    /// Whether that is less by enough than today: requests that need little get by without the rest.
    pub pays: bool,
}

/// An import that only some routes need.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Move {
    /// What it loads: a package, or the path of an own file in the package of the function.
    pub name: String,
    /// The package; none for an own file.
    pub package: Option<String>,
    /// The line to move.
    pub location: Origin,
    /// Keys of the routes that need it.
    pub routes: Vec<String>,
    /// Milliseconds of Init that moving this one alone saves.
    pub saves_ms: f64,
    /// Milliseconds that it costs when all the others have moved: more where several load the same.
    pub costs_ms: f64,
}

/// The first request of a route when imports have moved.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FirstRequest {
    /// Route key.
    pub route: String,
    /// Milliseconds.
    pub ms: f64,
}

/// One group of a split plan.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SplitGroup {
    /// Route keys.
    pub routes: Vec<String>,
    /// Packages.
    pub packages: Vec<String>,
    /// Bytes of its closure.
    pub bytes: u64,
    /// Init.
    pub estimated_ms: f64,
    /// Share of the requests, as configured or equal for every route.
    pub share: f64,
    /// What it asks of the cloud's SDK, for permissions.
    pub services: Vec<Service>,
    /// Environment variables that its routes read.
    pub environment: Vec<String>,
}

/// Counts and exit code.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Functions.
    pub functions: usize,
    /// Findings by severity.
    pub findings: Counts,
    /// Silenced by comments.
    pub suppressed: usize,
    /// Known from the baseline.
    pub baselined: usize,
    /// Left out because the range of commits that was asked for does not touch them.
    #[serde(default)]
    pub untouched: usize,
    /// Limits that the user set on functions without their own.
    pub budgets: Budgets,
    /// The process exit code.
    pub exit_code: u8,
}

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Errors.
    pub error: usize,
    /// Warnings.
    pub warning: usize,
    /// Notes.
    pub note: usize,
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::Report;

    #[test]
    fn a_report_that_was_kept_is_read_as_it_was() {
        let mut report = sample::report();
        report.functions[0].problems.clone_from(&report.problems);
        let kept = postcard::to_allocvec(&report).unwrap();
        let known: Report = postcard::from_bytes(&kept).unwrap();
        assert_eq!(serde_json::to_value(&known).unwrap(), serde_json::to_value(&report).unwrap());
    }
}
