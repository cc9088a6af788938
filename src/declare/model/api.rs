//! What calls functions and waits: APIs, function URLs, load balancers.

use super::{FunctionRef, Id, Origin, Place, Setting};

/// An API.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// Where it is declared; the function's event for one that the framework makes by itself.
    pub origin: Origin,
    /// Kind.
    pub kind: ApiKind,
    /// The framework makes it because of a function's events.
    pub is_implicit: bool,
    /// Its name on the platform.
    pub name: Setting<String>,
    /// REST: `EDGE`, `REGIONAL` or `PRIVATE`. Only the latter two can have integrations above 29 s.
    pub endpoint: Setting<String>,
    /// Stages that the template declares.
    pub stages: Vec<Stage>,
}

/// Kinds of APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiKind {
    /// REST API of API Gateway.
    Rest,
    /// HTTP API of API Gateway.
    Http,
    /// WebSocket API of API Gateway.
    WebSocket,
    /// AppSync.
    GraphQl,
}

/// A stage of an API.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Where it is declared.
    pub place: Place,
    /// Name.
    pub name: Setting<String>,
    /// Requests at once that are let through.
    pub burst_limit: Setting<u32>,
    /// Requests per second that are let through.
    pub rate_limit: Setting<f64>,
}

/// A route of an API that reaches a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Where it is declared: the event, or the integration.
    pub origin: Origin,
    /// The API, where it is one of this application.
    pub api: Option<Id<Api>>,
    /// Kind of API.
    pub kind: ApiKind,
    /// HTTP method, upper case; `ANY` for all; unset for WebSocket keys.
    pub method: Setting<String>,
    /// Path with `{parameters}`, or the WebSocket route key, or a GraphQL `Type.field`.
    pub path: Setting<String>,
    /// Milliseconds that the integration waits. Platform default: 29,000 (REST, WebSocket), 30,000 (HTTP).
    pub timeout_ms: Setting<u32>,
    /// The caller does not wait (`InvocationType: Event`).
    pub asynchronous: Setting<bool>,
    /// The answer is streamed (`ResponseTransferMode: STREAM`).
    pub streams: Setting<bool>,
    /// What the function is to the API.
    pub role: RouteRole,
    /// What is invoked.
    pub function: FunctionRef,
}

/// What a function is to an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteRole {
    /// It answers requests.
    Handler,
    /// It authorises requests.
    Authorizer,
}

/// A function URL.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionUrl {
    /// Where it is declared.
    pub origin: Origin,
    /// What is invoked.
    pub function: FunctionRef,
    /// `NONE` or `AWS_IAM`.
    pub auth: Setting<String>,
    /// `BUFFERED` or `RESPONSE_STREAM`.
    pub mode: Setting<String>,
}

/// A load balancer's target group that holds a function.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetGroup {
    /// Where it is declared.
    pub origin: Origin,
    /// What is invoked.
    pub function: FunctionRef,
}
