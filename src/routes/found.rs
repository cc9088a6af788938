//! Routes as they are found, before anything is counted.

use std::collections::BTreeSet;

use crate::program::reach::Region;

use super::words::EVENTS;
use crate::program::values::UnitId;
use crate::span::Span;

/// What kind of event a route answers.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// An HTTP request, by way of a gateway, load balancer or function URL.
    Http,
    /// A GraphQL field.
    Graphql,
    /// A queue or topic.
    Queue,
    /// A change of stored objects.
    Storage,
    /// A stream of records.
    Stream,
    /// A schedule.
    Schedule,
    /// An event bus.
    Bus,
    /// Anything else: a field of a direct call.
    Call,
}

impl EventKind {
    /// As people say it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Graphql => "GraphQL",
            Self::Queue => "queue",
            Self::Storage => "storage",
            Self::Stream => "stream",
            Self::Schedule => "schedule",
            Self::Bus => "event bus",
            Self::Call => "direct call",
        }
    }

    /// The kind behind a service's name as events and templates spell it.
    #[must_use]
    pub fn of_source(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix("aws:").unwrap_or(&name);
        EVENTS.source(name.strip_prefix("aws.").unwrap_or(name))
    }
}

/// One route, with the code that is its own.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) kind: EventKind,
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    /// The dispatch key, when it is neither method nor path.
    pub(crate) key: Option<String>,
    /// Name of the function that serves it; empty when it has none.
    pub(crate) function: String,
    /// Where it is registered.
    pub(crate) place: (UnitId, Span),
    /// The conditions around it that are about the same request.
    pub(crate) inside: Vec<(UnitId, Span)>,
    pub(crate) regions: Vec<Region>,
}

impl Found {
    /// How it is called: `GET /x`, or the dispatch key as written.
    pub(crate) fn label(&self) -> String {
        match (&self.method, &self.path, &self.key) {
            (_, _, Some(key)) => key.clone(),
            (Some(method), Some(path), None) => format!("{method} {path}"),
            (None, Some(path), None) => path.clone(),
            (Some(method), None, None) => method.clone(),
            (None, None, None) => "*".to_owned(),
        }
    }
}

/// Leaves out what is there twice.
pub(crate) fn distinct(routes: Vec<Found>) -> Vec<Found> {
    let mut seen = BTreeSet::new();
    let mut kept: Vec<Found> = Vec::new();
    for route in routes {
        if seen.insert((route.method.clone(), route.path.clone(), route.key.clone())) {
            kept.push(route);
        } else if let Some(first) =
            kept.iter_mut().find(|kept| kept.method == route.method && kept.path == route.path && kept.key == route.key)
        {
            first.regions.extend(route.regions);
            first.inside.extend(route.inside);
        }
    }
    kept
}

/// Joins a prefix and a path with one slash between them.
pub(crate) fn join(prefix: &str, path: &str) -> String {
    let (prefix, path) = (prefix.trim_end_matches('/'), path.trim_start_matches('/'));
    let prefix = prefix.trim_start_matches('/');
    match (prefix.is_empty(), path.is_empty()) {
        (true, _) => format!("/{path}"),
        (false, true) => format!("/{prefix}"),
        (false, false) => format!("/{prefix}/{path}"),
    }
}

/// Whether a text looks like a path of a request.
pub(crate) fn is_path(text: &str) -> bool {
    text.starts_with('/') || text == "*"
}
