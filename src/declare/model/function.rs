//! Functions, layers, versions, aliases, and references to them.

use std::collections::BTreeMap;

use super::{Code, Destination, Id, Origin, Place, Setting, Why};
use crate::platform::{Architecture, Runtime};

/// A function as its template declares it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Function {
    /// Where it is declared.
    pub origin: Origin,
    /// Whose it is.
    pub kind: FunctionKind,
    /// The name that it has on the platform (`FunctionName`); unset where the platform makes one.
    pub name: Setting<String>,
    /// Code and how it is built.
    pub code: Code,
    /// `true` where the package is a container image; then neither runtime nor handler nor layers count.
    pub is_image: bool,
    /// Runtime identifier as it is written, such as `python3.12`; newer ones than this tool knows included.
    pub runtime_name: Setting<String>,
    /// Runtime; unknown where this tool does not know the identifier.
    pub runtime: Setting<Runtime>,
    /// Instruction set.
    pub architecture: Setting<Architecture>,
    /// Handler as the platform wants it, `module.function`.
    pub handler: Setting<String>,
    /// Memory in MB. Platform default: 128.
    pub memory_mb: Setting<u32>,
    /// Timeout in seconds. Platform default: 3.
    pub timeout_s: Setting<u32>,
    /// `/tmp` in MB. Platform default: 512.
    pub ephemeral_mb: Setting<u32>,
    /// Reserved concurrency; 0 switches the function off. Terraform's -1 is unset here.
    pub reserved: Setting<u32>,
    /// SnapStart.
    pub snap_start: Setting<SnapStart>,
    /// Layers in merge order: later ones win.
    pub layers: Vec<LayerUse>,
    /// Environment variables.
    pub environment: BTreeMap<String, Setting<String>>,
    /// Why there may be more variables than `environment` has.
    pub environment_open: Option<Why>,
    /// Target of its dead-letter configuration.
    pub dead_letter: Setting<Destination>,
    /// `Active` or `PassThrough`.
    pub tracing: Setting<String>,
    /// It is attached to a VPC.
    pub vpc: Setting<bool>,
    /// File systems that it mounts, by their mount path.
    pub file_systems: Vec<Setting<String>>,
    /// Managed Instances: the capacity provider that runs it.
    pub capacity_provider: Setting<CapacityProvider>,
    /// Durable execution.
    pub durable: Setting<Durable>,
    /// Tenant isolation mode.
    pub tenancy: Setting<String>,
    /// The template publishes a version of it by itself at every change (Terraform's `publish`,
    /// the Serverless Framework's `versionFunctions`, SAM's `AutoPublishAlias`).
    pub publishes: Setting<bool>,
    /// Tags, as far as they are literal.
    pub tags: BTreeMap<String, Setting<String>>,
}

/// Whose function it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FunctionKind {
    /// The user's own.
    #[default]
    Own,
    /// A helper that a framework adds to the template (CDK: log retention, bucket notifications,
    /// custom resources). Rules and analysis leave it out by default.
    Helper,
    /// A kind of function that is recognised and not analysed (web functions, customer-managed runtimes, those of
    /// devices).
    NotAnalysed,
    /// Code that runs at the edge (Lambda@Edge, CloudFront functions): other limits apply.
    Edge,
}

/// SnapStart's `ApplyOn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapStart {
    /// Published versions start from a snapshot.
    PublishedVersions,
    /// Off.
    None,
}

/// Managed Instances.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CapacityProvider {
    /// ARN or logical id of the provider.
    pub provider: Setting<String>,
    /// Most invocations at a time in one execution environment.
    pub concurrency_per_environment: Setting<u32>,
    /// GiB of memory per vCPU.
    pub gib_per_vcpu: Setting<f64>,
    /// Fewest execution environments.
    pub min_environments: Setting<u32>,
    /// Most execution environments.
    pub max_environments: Setting<u32>,
}

/// Durable execution.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Durable {
    /// Seconds that one execution may take over all its invocations.
    pub execution_timeout_s: Setting<u32>,
    /// Days that its history is kept.
    pub retention_days: Setting<u32>,
}

/// A layer that the template builds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    /// Where it is declared.
    pub origin: Origin,
    /// Its name on the platform.
    pub name: Setting<String>,
    /// Content and how it is built.
    pub content: Code,
    /// Runtimes that it says it is for.
    pub runtimes: Vec<Setting<String>>,
    /// Architectures that it says it is for.
    pub architectures: Vec<Setting<String>>,
}

/// One entry of a function's layers.
#[derive(Clone, Debug, PartialEq)]
pub enum LayerUse {
    /// A layer of this application.
    Own(Id<Layer>, Place),
    /// A layer by its ARN, as far as it is known: what depends on the deployment (region, account) is `*`.
    Arn(String, Place),
    /// Not known which, or how many.
    Unknown(Why, Place),
}

impl LayerUse {
    /// Where it is written.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Self::Own(_, place) | Self::Arn(_, place) | Self::Unknown(_, place) => *place,
        }
    }
}

/// A published version as a resource of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Where it is declared.
    pub origin: Origin,
    /// Of which function.
    pub function: FunctionRef,
}

/// An alias, written or made by the framework.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// Where it is declared; the function's own property for one that the framework makes.
    pub origin: Origin,
    /// Its name.
    pub name: Setting<String>,
    /// Of which function; the qualifier is the version that it points at.
    pub function: FunctionRef,
    /// The framework makes it and points the events of the function to it (SAM's
    /// `AutoPublishAlias`, the Serverless Framework's `provisionedConcurrency`).
    pub is_automatic: bool,
    /// Static routing weights on other versions. A weight that the deployment tool changes by
    /// itself is none.
    pub weights: Vec<Weight>,
}

/// Part of an alias' traffic that goes to another version.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// The version.
    pub version: Setting<String>,
    /// From 0 to 1.
    pub weight: Setting<f64>,
    /// Where.
    pub place: Place,
}

/// Provisioned concurrency: on a version or an alias, or (which is refused) on the function itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Provisioned {
    /// Where it is declared.
    pub origin: Origin,
    /// On what: [`Qualifier::Latest`] means that there is no version or alias to hold it.
    pub on: FunctionRef,
    /// How many environments.
    pub amount: Setting<u32>,
}

/// Asynchronous invocation settings of a function or one of its aliases and versions.
#[derive(Clone, Debug, PartialEq)]
pub struct EventInvoke {
    /// Where it is declared.
    pub origin: Origin,
    /// Of what.
    pub on: FunctionRef,
    /// Retries after an error. Platform default: 2.
    pub retries: Setting<u32>,
    /// Seconds that an event is kept. Platform default: 21,600.
    pub max_age_s: Setting<u32>,
    /// Where an event goes that could not be processed.
    pub on_failure: Setting<Destination>,
    /// Where results go.
    pub on_success: Setting<Destination>,
}

/// A function as something else names it.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionRef {
    /// Which.
    pub target: Target,
    /// Which version of it.
    pub qualifier: Qualifier,
    /// Where it is named.
    pub place: Place,
}

impl FunctionRef {
    /// The function, where it is one of this application.
    #[must_use]
    pub fn function(&self) -> Option<Id<Function>> {
        match self.target {
            Target::Own(id) => Some(id),
            _ => None,
        }
    }
}

/// Which function is named.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// One of this application.
    Own(Id<Function>),
    /// One of another application, by name or ARN.
    Foreign(String),
    /// Not known, or no function.
    Unknown(Why),
}

/// Which version of a function is named.
#[derive(Clone, Debug, PartialEq)]
pub enum Qualifier {
    /// None, or `$LATEST`.
    Latest,
    /// An alias of this application.
    Alias(Id<Alias>),
    /// A published version of this application.
    Version(Id<Version>),
    /// A name or number that is no resource of this application.
    Named(String),
    /// Not known.
    Unknown(Why),
}
