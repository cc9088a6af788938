//! Resources in one common form, before they become a model: CloudFormation's types and
//! properties, whatever the dialect. What frameworks add by themselves has types of its own.

use std::collections::BTreeMap;

use super::model::{Code, Condition, FunctionKind, Origin, Parameter, Place};
use super::tree::{Scope, Tree};

/// A resource of any dialect.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub(super) origin: Origin,
    pub(super) scope: Scope,
    /// Type in CloudFormation's words, or one of [`own`].
    pub(super) kind: String,
    pub(super) properties: Tree,
    /// CloudFormation's update policy.
    pub(super) update_policy: Option<Tree>,
    pub(super) extra: Extra,
}

/// What a dialect knows about a resource beyond its properties.
#[derive(Clone, Debug, Default)]
pub(super) struct Extra {
    /// Code of a function or layer.
    pub(super) code: Option<Code>,
    /// Whose function it is.
    pub(super) kind: FunctionKind,
    /// Name of an alias that the framework makes.
    pub(super) alias: Option<Tree>,
    /// The framework makes the resource by itself.
    pub(super) is_implicit: bool,
    /// Other names by which templates refer to it.
    pub(super) names: Vec<String>,
    /// Type as the dialect writes it, where `kind` is another.
    pub(super) written: Option<String>,
    /// It is not listed among the resources, because its template does not have it.
    pub(super) is_hidden: bool,
}

/// Types that no template has: what a framework makes of a function's events and settings.
pub(super) mod own {
    /// `Kind` (`rest`, `http`, `websocket`), `Api`, `Method`, `Path`, `Function`, `TimeoutInMillis`,
    /// `Asynchronous`, `Streams`, `Authorizer`.
    pub(in crate::declare) const ROUTE: &str = "own::Route";
    /// `Bucket`, `Events`, `Function`.
    pub(in crate::declare) const NOTIFICATION: &str = "own::Notification";
    /// `Function`, `Type`, `Enabled`, `Alarms`, `Pre`, `Post`.
    pub(in crate::declare) const DEPLOYMENT: &str = "own::Deployment";
    /// `Function`, `Word`, `Invocation` (`sync`, `async`, `poll`), `Enabled`.
    pub(in crate::declare) const SERVICE: &str = "own::Service";
    /// `FunctionName`, `Qualifier`, `Amount`.
    pub(in crate::declare) const PROVISIONED: &str = "own::Provisioned";
    /// `Target` (the scalable target), `Schedule`, `MinCapacity`, `MaxCapacity`.
    pub(in crate::declare) const SCHEDULED_ACTION: &str = "own::ScheduledAction";
    /// `Queue`, `RedrivePolicy`.
    pub(in crate::declare) const REDRIVE: &str = "own::RedrivePolicy";
    /// `Rule` and a target's properties.
    pub(in crate::declare) const RULE_TARGET: &str = "own::RuleTarget";
    /// A subscription of a topic with `Topic` or `TopicArn`, `Protocol`, `Endpoint`.
    pub(in crate::declare) const SUBSCRIPTION: &str = "AWS::SNS::Subscription";
}

impl Resource {
    pub(super) fn new(origin: Origin, scope: Scope, kind: impl Into<String>, properties: Tree) -> Self {
        Self { origin, scope, kind: kind.into(), properties, update_policy: None, extra: Extra::default() }
    }

    /// A resource that a framework makes because of something at a place.
    pub(super) fn made(id: &str, place: Place, scope: Scope, kind: &str, properties: Tree) -> Self {
        let origin = Origin { id: id.to_owned(), place, properties: None, condition: None };
        let extra = Extra { is_hidden: true, is_implicit: true, ..Extra::default() };
        Self { extra, ..Self::new(origin, scope, kind, properties) }
    }

    /// The same under a condition.
    pub(super) fn under(mut self, condition: Option<&String>) -> Self {
        self.origin.condition = condition.cloned();
        self
    }
}

/// What a reader gathers from the files of one application.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) resources: Vec<Resource>,
    /// Outputs of a nested stack or module, by the scope that it has and their name.
    pub(super) outputs: BTreeMap<(Scope, String), Tree>,
    /// The scope of a nested stack or module, by the scope and id of the resource that holds it.
    pub(super) nested: BTreeMap<(Scope, String), Scope>,
    /// Exports, by their name.
    pub(super) exports: BTreeMap<String, Tree>,
    pub(super) parameters: BTreeMap<String, Parameter>,
    pub(super) conditions: BTreeMap<String, Condition>,
}
