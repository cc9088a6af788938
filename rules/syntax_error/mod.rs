use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Severity};
use crate::graph::{ProblemEffect, StartCause};

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
            ProblemEffect::Inexact | ProblemEffect::Unreadable => {}
            ProblemEffect::Unread => {
                let help = "What it imports and costs is not in the estimate: split the file, or read data instead";
                sink.report_as(Severity::Warning, finding("").help(help));
            }
            ProblemEffect::Fatal => sink.report(finding("does not parse: ").noting("Init ends here")),
        }
    }
    let told = |cause: &StartCause| {
        cx.graph
            .problems
            .iter()
            .any(|problem| problem.entry.is_some() && problem.entry == cause.place.map(|it| it.entry))
    };
    // Files that are read on the way, such as the package.json that tells Node the kind of a module.
    for cause in cx.graph.causes.iter().filter(|cause| cause.rule == "syntax-error" && !told(cause)) {
        let message = format!("Init ends here: {}", cause.message);
        let finding = Finding::new(cx.locate_cause(cause.place), message).about(cause.subject.to_string());
        sink.report(match &cause.help {
            Some(help) => finding.help(help.clone()),
            None => finding,
        });
    }
}
