//! A function as declared: by the command line, by a template or by convention.

use std::collections::BTreeMap;

use crate::artifact::Location;
use crate::platform::{Architecture, Platform, Runtime};

/// A function to analyse and where each of its properties was said.
#[derive(Clone, Debug)]
pub struct FunctionSpec {
    /// Logical name: that of the template's resource, or of the package.
    pub name: String,
    /// Where it is declared; `None` when the command line or a convention says it.
    pub origin: Option<Location>,
    /// Platform.
    pub platform: Platform,
    /// Runtime.
    pub runtime: Runtime,
    /// Instruction set.
    pub architecture: Architecture,
    /// Memory size in MB; `None` when nothing says it.
    pub memory_mb: Option<u32>,
    /// Timeout in seconds; `None` when nothing says it.
    pub timeout_s: Option<f64>,
    /// The handler as the platform wants it, `module.function`; empty for native executables.
    pub handler: String,
    /// The code: a folder or an archive, as a path that can be opened.
    pub code: String,
    /// Layers, in the order in which they are merged.
    pub layers: Vec<String>,
    /// Environment variables with literal values.
    pub environment: BTreeMap<String, String>,
    /// What invokes it, as far as the template says.
    pub events: Vec<EventSource>,
    /// Init runs ahead of requests: provisioned concurrency or SnapStart.
    pub init_off_request_path: bool,
}

/// One thing that invokes a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventSource {
    /// Kind as the template names it: `Api`, `HttpApi`, `SQS`, `S3`, `Schedule`, ...
    pub kind: String,
    /// HTTP method, upper case; `ANY` for all.
    pub method: Option<String>,
    /// HTTP path with `{parameters}`.
    pub path: Option<String>,
    /// Where it is declared.
    pub location: Option<Location>,
}

/// A function as a template declares it: only what the template says.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Logical id.
    pub name: String,
    /// The template, with the range of the logical id.
    pub origin: Location,
    /// Runtime.
    pub runtime: Option<Runtime>,
    /// Instruction set.
    pub architecture: Option<Architecture>,
    /// Memory size in MB.
    pub memory_mb: Option<u32>,
    /// Timeout in seconds.
    pub timeout_s: Option<f64>,
    /// Handler.
    pub handler: Option<String>,
    /// The code.
    pub code: LocalCode,
    /// Layers that the same template builds, in merge order.
    pub layers: Vec<LocalCode>,
    /// Environment variables with literal values.
    pub environment: BTreeMap<String, String>,
    /// What invokes it.
    pub events: Vec<EventSource>,
    /// Provisioned concurrency or SnapStart.
    pub init_off_request_path: bool,
}

/// Code on this machine that a resource of a template is built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalCode {
    /// Logical id of the resource, by which build tools name its output.
    pub resource: String,
    /// Folder or archive, relative to where the template's own path is relative to.
    pub path: String,
}
