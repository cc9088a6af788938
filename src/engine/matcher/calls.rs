use serde::Deserialize;

use super::fill;
use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::graph::LoadCall;
use crate::platform::sdk;

/// Calls at load by canonical callee; each call is a finding, those on one line are one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallMatch {
    callees: Vec<Callee>,
}

/// Callees and what calling them does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Callee {
    /// Patterns over canonical names; `*` stands for any characters, `{client}` for what makes a client of the SDK.
    any: Vec<String>,
    /// Patterns that exempt a name.
    #[serde(default)]
    unless: Vec<String>,
    /// What the call does, for `{does}` in the message.
    does: String,
}

pub(super) fn run(matching: &CallMatch, context: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    // Of what packages do while they are imported another rule speaks.
    for call in context.graph.calls.iter().filter(|call| context.package_of(call.module).is_none()) {
        if let Some(callee) = matching.callees.iter().find(|callee| callee.matches(call)) {
            sink.report(finding(context, call, callee));
        }
    }
}

impl Callee {
    fn matches(&self, call: &LoadCall) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| sdk::matches(pattern, &call.callee));
        any(&self.any) && !any(&self.unless)
    }
}

fn finding(context: &FunctionContext<'_>, call: &LoadCall, callee: &Callee) -> Finding {
    let message =
        fill(&context.rule.meta.message, &[("callee", &format!("{}()", call.callee)), ("does", &callee.does)]);
    let mut finding = Finding::new(context.locate_in_module(call.module, Some(call.span)), message)
        .about(call.callee.to_string())
        .noting("runs during Init");
    for site in &call.via {
        finding = finding.label(context.locate_import(*site), "called from here while the module loads");
    }
    finding
}
