//! Who invokes a function: one view for all dialects and kinds of events.

use super::{
    Api, Bucket, Function, FunctionUrl, Id, Mapping, Place, Qualifier, Route, Rule, Setting, Subscription, TargetGroup,
};

/// One thing that invokes a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// The function.
    pub function: Id<Function>,
    /// Through which version or alias.
    pub qualifier: Qualifier,
    /// Who waits for the answer, and who tries again.
    pub invocation: Invocation,
    /// What it is.
    pub source: TriggerSource,
    /// Whether it is on; unset: it is.
    pub enabled: Setting<bool>,
    /// Where it is declared: the place of a finding about it.
    pub place: Place,
}

/// How a function is invoked: this decides who sees a throttle and who tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invocation {
    /// The caller waits and gets a throttle or an error itself.
    Synchronous,
    /// The platform queues the event and tries again.
    Asynchronous,
    /// The platform polls a queue or stream and invokes with batches.
    Poll,
    /// Not known.
    Unknown,
}

/// What invokes a function.
#[derive(Clone, Debug, PartialEq)]
pub enum TriggerSource {
    /// A route of an API.
    Route(Id<Route>),
    /// An API that authorises its requests with the function.
    Authorizer(Option<Id<Api>>),
    /// Its own URL.
    Url(Id<FunctionUrl>),
    /// A load balancer.
    LoadBalancer(Id<TargetGroup>),
    /// A queue, stream or broker that is polled.
    Mapping(Id<Mapping>),
    /// A bucket's notification.
    Bucket(Id<Bucket>),
    /// A topic.
    Topic(Id<Subscription>),
    /// A rule by pattern.
    Rule(Id<Rule>),
    /// A schedule.
    Schedule(Id<Rule>),
    /// Another service, by the dialect's own word for it in lower case (`cognito`, `iot`, `alexa`,
    /// `cloudwatchlogs`, `ses`, `stepfunctions`, `cloudfront`, `appsync`, `pipe`, ...).
    Service(String),
    /// A permission for a service of which nothing else is declared here, by its principal.
    Permission(String),
}

impl Trigger {
    /// Whether it certainly is on.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.enabled.or_default(true) == Some(true)
    }

    /// Whether it certainly is off.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.enabled.known() == Some(&false)
    }

    /// Whether the caller waits until the function itself reports how it went, so that a failure is noticed whatever
    /// becomes of the event: a custom resource of CloudFormation and an action of CodePipeline fail when nobody answers
    /// (CloudFormation User Guide, "Custom resources"; CodePipeline User Guide, "Invoke an AWS Lambda function").
    #[must_use]
    pub fn awaits_report(&self) -> bool {
        let awaits = |service: &str| matches!(service, "cloudformation" | "codepipeline");
        match &self.source {
            TriggerSource::Service(word) => awaits(word),
            TriggerSource::Permission(principal) => awaits(principal.split('.').next().unwrap_or_default()),
            _ => false,
        }
    }

    /// A person or program waits on the other side of HTTP (an API, a URL, a load balancer).
    #[must_use]
    pub fn is_http(&self) -> bool {
        match &self.source {
            TriggerSource::Route(_)
            | TriggerSource::Authorizer(_)
            | TriggerSource::Url(_)
            | TriggerSource::LoadBalancer(_) => true,
            // What the dialects know of these is their word alone.
            TriggerSource::Service(word) => matches!(word.as_str(), "alb" | "appsync"),
            _ => false,
        }
    }
}
