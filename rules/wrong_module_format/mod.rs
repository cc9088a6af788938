use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::graph::WrongFormatKind;

/// Reports each module that Node refuses for its format, where it is asked for.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    for wrong in &cx.graph.wrong_formats {
        let path = cx.artifact.entry(wrong.entry).path.to_string();
        let (place, message, note) = match wrong.kind {
            WrongFormatKind::RequiredModule => (
                wrong.site.map_or_else(|| cx.locate(wrong.entry, None), |site| cx.locate_import(site)),
                format!("`{path}` is an ES module, and this runtime cannot `require` one"),
                "ERR_REQUIRE_ESM",
            ),
            WrongFormatKind::ModuleSyntax => (
                cx.locate(wrong.entry, None),
                format!("`{path}` has `import` or `export`, and Node takes it for CommonJS"),
                "Init ends here",
            ),
        };
        sink.report(Finding::new(place, message).about(path).noting(note));
    }
}
