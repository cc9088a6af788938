//! The cost model: what a cold start takes, as estimates with a range, parts and sources.
//!
//! Init = runtime base + what each eager module costs + known calls at load. The coefficients are
//! data (`rules/knowledge/*/cost.toml`), fitted by scripts beside them; design.md section 7 says
//! what the numbers mean.

mod calls;
mod descriptions;
mod model;
mod removable;
mod scale;

pub use model::{CostInput, estimate};
pub use removable::{Change, Savings};
pub use scale::{Basis, CALIBRATION_ERROR, Calibration, State};

use serde::{Deserialize, Serialize};

use crate::graph::{Module, ModuleId, ModuleKind};
use crate::package::owners::PackageId;

/// What a part of the Init estimate is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PartKind {
    /// The bare runtime.
    Runtime,
    /// Code of the function and its packages.
    Module,
    /// Modules that the runtime brings and had not loaded yet (standard library).
    Standard,
    /// Native libraries mapped and relocated.
    Native,
    /// Known calls at load.
    Call,
}

/// One additive part of the Init estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is about.
    pub kind: PartKind,
    /// Package, library, call or runtime.
    pub name: String,
    /// Milliseconds.
    pub ms: f64,
}

/// The estimate for one function. Milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimate {
    /// Init Duration; the sum of `parts`.
    pub init_ms: f64,
    /// Low end of the range that holds the model's spread and the platform's.
    pub low_ms: f64,
    /// High end of that range.
    pub high_ms: f64,
    /// Factors for the low and high end of a difference between two estimates, which does not suffer from the
    /// platform's spread: they hold for 90 % of the calibration corpus.
    pub model_range: [f64; 2],
    /// What ties the estimate to the platform.
    pub basis: Basis,
    /// Fetching and unpacking before Init.
    pub download_ms: f64,
    /// Work that lazy code moves into the first invocation, at the function's memory size.
    pub first_request_ms: f64,
    /// What finding and opening one file takes, whatever is in it.
    pub file_ms: f64,
    /// The bare runtime's share of `init_ms`.
    pub runtime_ms: f64,
    /// How much slower code runs in the first request than during Init, which has a full vCPU.
    pub slowdown: f64,
    /// What `init_ms` is made of.
    pub parts: Vec<Part>,
    /// What was counted to get there.
    pub counted: Counted,
    /// Milliseconds of each known call at load, in the order of the graph's calls.
    pub calls: Vec<f64>,
    /// Milliseconds of each data file that code reads, in the order of the graph's data files; part
    /// of what the module that reads it costs.
    pub reads: Vec<f64>,
    /// Per module, in the order of the graph's modules.
    pub modules: Vec<ModuleCost>,
    /// Per package, in the order of their ids.
    pub packages: Vec<PackageCost>,
}

/// What the modules loaded during Init consist of, summed up: the evidence behind an estimate and
/// the input of the scripts that fit the coefficients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Counted {
    /// Modules of the package that were not loaded already.
    pub modules: u64,
    /// Packages of which a module is opened, the function's own code being one.
    pub packages: u64,
    /// Bytes of source compiled because no valid bytecode is at hand.
    pub compiled_bytes: u64,
    /// Nodes of the syntax trees of that source.
    pub compiled_nodes: u64,
    /// Bytes of source whose bytecode is read instead, or that is only parsed.
    pub read_bytes: u64,
    /// Functions defined.
    pub functions: u64,
    /// Classes defined.
    pub classes: u64,
    /// Decorators applied.
    pub decorators: u64,
    /// Bytes of constant patterns compiled.
    pub regex_bytes: u64,
    /// Other statements run.
    pub statements: u64,
    /// Native extensions opened.
    pub extensions: u64,
    /// Bytes of native code mapped.
    pub native_bytes: u64,
    /// Dynamic relocations.
    pub relocations: u64,
    /// Bytes of functions that run during the load.
    pub run_bytes: u64,
    /// ES modules linked.
    pub linked: u64,
    /// Bytes of CommonJS source scanned for export names by an ES module graph.
    pub scanned_bytes: u64,
    /// Measured milliseconds of the runtime's own modules that were not loaded already.
    pub standard_ms: f64,
}

impl Counted {
    /// Adds one module.
    fn add(&mut self, module: &Module) {
        let weight = &module.weight;
        if module.preloaded {
            return;
        }
        if module.kind == ModuleKind::Runtime {
            self.standard_ms += weight.measured_ms;
            return;
        }
        self.modules += u64::from(module.entry.is_some() || module.kind == ModuleKind::Namespace);
        self.compiled_bytes += weight.compiled_bytes;
        self.compiled_nodes += weight.compiled_nodes;
        self.read_bytes += weight.read_bytes;
        self.functions += u64::from(weight.functions);
        self.classes += u64::from(weight.classes);
        self.decorators += u64::from(weight.decorators);
        self.regex_bytes += u64::from(weight.regex_bytes);
        self.statements += u64::from(weight.statements);
        self.extensions += u64::from(module.kind == ModuleKind::Extension);
        self.native_bytes += weight.native_bytes;
        self.relocations += weight.relocations;
        self.run_bytes += weight.run_bytes;
        self.linked += u64::from(weight.linked);
        self.scanned_bytes += weight.scanned_bytes;
    }
}

impl Estimate {
    /// The cost of one module; zero for an id of another graph.
    #[must_use]
    pub fn module(&self, id: ModuleId) -> ModuleCost {
        self.modules.get(id.0 as usize).copied().unwrap_or_default()
    }
}

/// What one package costs during Init, milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PackageCost {
    /// Its modules alone.
    pub own_ms: f64,
    /// With everything that its modules are the first to load.
    pub cumulative_ms: f64,
    /// What Init would save if nobody loaded it, with the calls at load that only it causes. What other code loads
    /// too is not in it.
    pub removable_ms: f64,
}

/// What one module costs at load, milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ModuleCost {
    /// Loading the module itself.
    pub self_ms: f64,
    /// With everything that it is the first to load.
    pub cumulative_ms: f64,
    /// What Init would save if nobody loaded it; nothing for what only handler code loads.
    pub removable_ms: f64,
    /// What Init would save by valid bytecode of this module, where every module of the function gets it.
    pub compile_ms: f64,
    /// Share of `self_ms` that its top level takes for other than definitions: statements and the
    /// functions that they call, loops, data that it reads.
    pub work_ms: f64,
}

impl Estimate {
    /// What a package costs; nothing for an id of another set.
    #[must_use]
    pub fn package(&self, id: PackageId) -> PackageCost {
        self.packages.get(id.0 as usize).copied().unwrap_or_default()
    }
}

/// How a cold start compares with the bare runtime's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Grade {
    /// Under twice the bare runtime.
    A,
    /// Under four times.
    B,
    /// Under eight times.
    C,
    /// Under sixteen times.
    D,
    /// Above, or a hard limit broken.
    F,
}

impl Grade {
    /// Grades an Init estimate against the bare runtime; a broken hard limit is an F.
    #[must_use]
    pub fn of(init_ms: f64, runtime_ms: f64, limit_broken: bool) -> Self {
        let ratio = init_ms / runtime_ms.max(1.0);
        match ratio {
            _ if limit_broken => Self::F,
            ratio if ratio < 2.0 => Self::A,
            ratio if ratio < 4.0 => Self::B,
            ratio if ratio < 8.0 => Self::C,
            ratio if ratio < 16.0 => Self::D,
            _ => Self::F,
        }
    }

    /// The letter.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::F => "F",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_follow_the_ratio_to_the_bare_runtime() {
        assert_eq!(Grade::of(100.0, 80.0, false), Grade::A);
        assert_eq!(Grade::of(640.0, 80.0, false), Grade::D);
        assert_eq!(Grade::of(100.0, 80.0, true), Grade::F);
    }
}
