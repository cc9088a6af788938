use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Severity};
use crate::graph::ProblemEffect;

/// Reports each file that ends Init because the runtime's parser refuses it, and those that a
/// limit of this analysis kept from being read.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    for problem in &cx.graph.problems {
        let Some(entry) = problem.entry else { continue };
        let path = cx.artifact.entry(entry).path.to_string();
        let finding = |what: &str| {
            let message = format!("`{path}` is loaded during Init and {what}{}", problem.message);
            Finding::new(cx.locate(entry, problem.span), message).about(path.clone())
        };
        match problem.effect {
            ProblemEffect::Inexact => {}
            ProblemEffect::Unread => {
                let help = "What it imports and costs is not in the estimate: split the file, or read data instead";
                sink.report_as(Severity::Warning, finding("").help(help));
            }
            ProblemEffect::Fatal => sink.report(finding("does not parse: ").noting("Init ends here")),
        }
    }
}
