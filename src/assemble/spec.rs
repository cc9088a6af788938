//! A function to analyse: by the command line, by a template or by convention.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Open;
use crate::artifact::Location;
use crate::input::Part;
use crate::platform::{Architecture, Platform, Runtime};
use crate::text;

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
    /// The function's own handler, where the one that is set is a wrapper which is not here.
    pub leads_to: Option<String>,
    /// The code: a folder, an archive or a file, as a path that can be opened; the template for inline code.
    pub code: String,
    /// The root file of the executable's own crate, as findings show it; only for what a Cargo workspace builds.
    pub main: Option<String>,
    /// What of it is the package.
    pub content: Content,
    /// What of dependencies a build puts beside it.
    pub installs: Installs,
    /// Modules that a bundler leaves outside and nothing installs beside the bundle; `*` stands for any characters.
    pub outside: Vec<String>,
    /// The handler's module, where it is known that a bundler writes none of its name.
    pub unbundled: Option<Unbundled>,
    /// The folder of sources that the built package was made from.
    pub built_from: Option<String>,
    /// The tool that makes the package.
    pub tool: Tool,
    /// Layers, in the order in which they are merged.
    pub layers: Vec<LayerPath>,
    /// What is not here of the package or of its layers.
    pub open: Vec<Open>,
    /// Environment variables with literal values.
    pub environment: BTreeMap<String, String>,
    /// The names of all environment variables that are declared, where nothing else can declare one.
    pub variables: Option<BTreeSet<String>>,
    /// What invokes it, as far as the template says.
    pub events: Vec<EventSource>,
    /// Init runs ahead of requests: provisioned concurrency or SnapStart.
    pub init_off_request_path: bool,
}

impl FunctionSpec {
    /// A function that ships all that a path holds; of everything else nothing is said.
    #[must_use]
    pub fn new(name: String, runtime: Runtime, handler: String, code: String) -> Self {
        Self {
            name,
            origin: None,
            platform: Platform::default(),
            runtime,
            architecture: Architecture::default(),
            memory_mb: None,
            timeout_s: None,
            handler,
            leads_to: None,
            code,
            main: None,
            content: Content::Whole,
            installs: Installs::Nothing,
            outside: Vec::new(),
            unbundled: None,
            built_from: None,
            tool: Tool::default(),
            layers: Vec::new(),
            open: Vec::new(),
            environment: BTreeMap::new(),
            variables: None,
            events: Vec::new(),
            init_off_request_path: false,
        }
    }

    /// The handler from which the analysis starts.
    #[must_use]
    pub fn start(&self) -> &str {
        self.leads_to.as_deref().unwrap_or(&self.handler)
    }

    /// Whether a bundler leaves what a request asks for outside: a package with all that is in it, or what a pattern
    /// fits (esbuild's documentation of `external`).
    #[must_use]
    pub fn is_left_outside(&self, request: &str) -> bool {
        self.outside.iter().any(|name| {
            let is_inside = || request.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('/'));
            text::matches(name, request) || is_inside()
        })
    }
}

/// A handler for which a bundler writes no module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbundled {
    /// The module that the runtime asks for.
    pub module: String,
    /// The modules that the bundler writes.
    pub bundles: Vec<String>,
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

/// What of a path is the package.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// All of it.
    #[default]
    Whole,
    /// The file alone, without what lies beside it.
    File,
    /// What a build puts together of several places.
    Parts {
        /// What is put where.
        parts: Arc<[Part]>,
        /// It is a container image.
        is_image: bool,
    },
    /// A text that stands in a template, under the name that the platform gives it.
    Inline {
        /// The file's name.
        file: String,
        /// The text.
        text: Arc<str>,
    },
}

/// A tool that makes a package, as a dependency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tool {
    /// The names under which manifests declare it: whoever uses it needs them, whatever code imports.
    pub names: &'static [String],
    /// What it puts into the package of itself, declared or not.
    pub ships: &'static [String],
    /// It gives files permissions of its own, whatever those of the sources are.
    pub sets_modes: bool,
    /// It packs the environment in which it runs, whatever manifests declare.
    pub takes_environment: bool,
    /// What it puts in place of `process.env.NODE_ENV`.
    pub sets_node_env: Option<&'static str>,
    /// Names of the files in which its settings may say otherwise.
    pub settings: &'static [String],
    /// Distributions that it leaves behind; `*` stands for any characters.
    pub leaves_out: &'static [String],
}

/// What of dependencies a build puts into the package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Installs {
    /// Nothing: the package is as it is here.
    #[default]
    Nothing,
    /// What the manifest declares for run time, and what that needs.
    Declared,
    /// For Node the same; Python's are nobody's.
    Production,
    /// What code asks for, copied into one file.
    Bundled,
    /// Nothing says how the package is made of the sources: likely with what the manifest declares and code asks for.
    Guessed,
}

/// The content of a layer.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LayerPath {
    /// A folder or an archive.
    pub path: String,
    /// The folder of the layer that the content is put into; empty for the layer's root.
    pub below: String,
}

impl From<String> for LayerPath {
    fn from(path: String) -> Self {
        Self { path, below: String::new() }
    }
}
