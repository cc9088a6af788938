//! A function as a template declares it.

use std::collections::BTreeMap;

use crate::artifact::Location;
use crate::platform::{Architecture, Runtime};

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
