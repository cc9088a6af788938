use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;

/// Reports each file that ends Init because the runtime's parser refuses it.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    for problem in cx.graph.problems.iter().filter(|problem| problem.fatal) {
        let Some(entry) = problem.entry else { continue };
        let path = cx.artifact.entry(entry).path.to_string();
        let message = format!("`{path}` is loaded during Init and does not parse: {}", problem.message);
        sink.report(Finding::new(cx.locate(entry, problem.span), message).about(path).noting("Init ends here"));
    }
}
