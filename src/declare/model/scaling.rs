//! Automatic scaling of provisioned concurrency, and how new versions take over traffic.

use super::{Alarm, FunctionRef, Id, Origin, Place, Setting};

/// A scalable target of Application Auto Scaling that is a function's provisioned concurrency.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalableTarget {
    /// Where it is declared.
    pub origin: Origin,
    /// What is scaled; [`Qualifier::Latest`](super::Qualifier::Latest) where the resource id has no qualifier.
    pub function: FunctionRef,
    /// Least provisioned concurrency.
    pub min: Setting<u32>,
    /// Most provisioned concurrency.
    pub max: Setting<u32>,
    /// Changes by time.
    pub schedule: Vec<ScheduledAction>,
}

/// A change of a scalable target by time.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduledAction {
    /// Where it is declared.
    pub place: Place,
    /// `cron(...)`, `rate(...)` or `at(...)`.
    pub schedule: Setting<String>,
    /// Least from then on.
    pub min: Setting<u32>,
    /// Most from then on.
    pub max: Setting<u32>,
}

/// A scaling policy of a function's provisioned concurrency.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalingPolicy {
    /// Where it is declared.
    pub origin: Origin,
    /// Its target, where it is one of this application.
    pub target: Option<Id<ScalableTarget>>,
    /// Target tracking or steps.
    pub kind: Setting<PolicyKind>,
    /// What target tracking keeps; a share from 0 to 1 for the predefined metric, in the metric's unit otherwise.
    pub target_value: Setting<f64>,
    /// Predefined metric such as `LambdaProvisionedConcurrencyUtilization`; unset for a metric of the user's own.
    pub predefined_metric: Setting<String>,
    /// The metric is the user's own.
    pub is_custom_metric: bool,
}

/// Kinds of scaling policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// Keeps a metric at a value.
    TargetTracking,
    /// By alarms and steps.
    Step,
}

/// How a new version takes over traffic: SAM's deployment preference, a CodeDeploy deployment
/// group, or a plugin's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployment {
    /// Where it is declared; the property of the function, where it is one.
    pub origin: Origin,
    /// What is shifted: the function with its alias. Empty where the template does not say it (Terraform's CodeDeploy
    /// groups, which get the alias with each deployment).
    pub functions: Vec<FunctionRef>,
    /// How, by the platform's name (`LambdaCanary10Percent5Minutes`, `Canary10Percent5Minutes`, `AllAtOnce`).
    pub kind_name: Setting<String>,
    /// How.
    pub kind: Setting<DeploymentKind>,
    /// Whether it is on.
    pub enabled: Setting<bool>,
    /// Alarms that roll back. An alarm under a condition counts; a list that is not known is unknown.
    pub alarms: Setting<Vec<Option<Id<Alarm>>>>,
    /// A hook runs before traffic is shifted.
    pub pre_hook: Setting<String>,
    /// A hook runs after traffic was shifted.
    pub post_hook: Setting<String>,
}

/// How traffic is shifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeploymentKind {
    /// All at once.
    AllAtOnce,
    /// A part first, the rest later.
    Canary,
    /// In equal steps.
    Linear,
}
