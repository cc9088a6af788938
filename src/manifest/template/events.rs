//! What invokes a function: the `Events` of a SAM function.

use super::Template;
use crate::manifest::function::EventSource;
use crate::manifest::yaml::Node;

impl Template<'_> {
    /// The events of one function, in the order of the template.
    pub(super) fn events(&self, events: &Node) -> Vec<EventSource> {
        events.entries().filter_map(|(name, event)| self.event(name, event)).collect()
    }

    fn event(&self, name: &Node, event: &Node) -> Option<EventSource> {
        let kind = self.literal(event.get("Type")?)?;
        let is_http = matches!(kind.as_str(), "Api" | "HttpApi");
        let property = |key: &str| event.get("Properties")?.get(key).and_then(|node| self.literal(node));
        let method = property("Method").filter(|_| is_http).map(|method| match method.to_ascii_uppercase().as_str() {
            "*" | "ANY" | "X-AMAZON-APIGATEWAY-ANY-METHOD" => "ANY".to_owned(),
            method => method.to_owned(),
        });
        let path = property("Path").filter(|_| is_http);
        Some(EventSource { kind, method, path, location: Some(self.location(name.span)) })
    }
}
