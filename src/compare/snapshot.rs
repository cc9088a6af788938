//! What of a report is compared. Reports of other versions of the tool lack fields: those are nothing then.

use serde::Deserialize;

use crate::report::model::SCHEMA;

/// Largest report that is read, in bytes.
pub const LARGEST: u64 = 512 << 20;

/// A report, as far as it is compared.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Snapshot {
    schema: String,
    /// The functions.
    pub functions: Vec<Function>,
}

/// A function of it. Times are milliseconds, sizes bytes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Function {
    /// Name.
    pub name: String,
    /// Runtime.
    pub runtime: String,
    /// Handler.
    pub handler: String,
    /// Letter.
    pub grade: Option<String>,
    /// Start verdict.
    pub start: Option<Start>,
    /// The deployment package.
    pub package: Package,
    /// The cold start.
    pub init: Init,
    /// Packages in it.
    pub packages: Vec<Dependency>,
    /// Modules that are loaded.
    pub modules: Vec<Module>,
    /// What it dispatches on.
    pub routes: Vec<Route>,
}

/// Whether it starts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Start {
    /// `starts`, `fails` or `unknown`.
    pub verdict: String,
    /// What ends Init.
    pub cause: Option<Cause>,
}

/// What ends Init.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Cause {
    /// In the runtime's words.
    pub message: String,
}

/// Sizes.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Package {
    /// Unpacked.
    pub bytes: u64,
    /// As an archive.
    pub zipped_bytes: Option<u64>,
    /// Files.
    pub files: u64,
}

/// The estimate.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Init {
    /// Init Duration.
    pub estimated_ms: f64,
    /// Factors within which a difference lies.
    pub model_range: Option<[f64; 2]>,
    /// Fetch and unpack.
    pub download_ms: f64,
    /// What the first request loads.
    pub first_request_ms: f64,
}

/// A package inside.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Dependency {
    /// Name.
    pub name: String,
    /// Version.
    pub version: Option<String>,
    /// Bytes.
    pub bytes: u64,
    /// `init`, `invoke` or `never`.
    pub loaded: String,
    /// Own modules' share of Init.
    pub init_ms: f64,
}

/// A loaded module.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Module {
    /// Name.
    pub name: String,
    /// File.
    pub path: Option<String>,
    /// Package.
    pub package: Option<String>,
    /// `init` or `invoke`.
    pub loaded: String,
    /// What it costs itself.
    pub self_ms: f64,
    /// Who loads it first.
    pub imported_by: Option<String>,
}

/// A route.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Route {
    /// The dispatch key.
    pub key: String,
}

impl Snapshot {
    /// Reads a report in JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self, String> {
        let snapshot: Self = serde_json::from_str(text).map_err(|error| format!("not a report in JSON: {error}"))?;
        match snapshot.schema == SCHEMA {
            true => Ok(snapshot),
            false => Err(format!("not a report that this version reads: `{}`, not `{SCHEMA}`", snapshot.schema)),
        }
    }
}
