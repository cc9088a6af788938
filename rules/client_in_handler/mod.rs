use crate::engine::{FunctionContext, ProjectContext, Sink};
use crate::finding::Finding;
use crate::lang::rust::work::WorkKind;
use crate::platform::Language;

/// Reports clients that the code behind the handler makes anew for every request.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    for client in &cx.routes.clients {
        let what = client.subject.as_ref().map_or_else(String::new, |subject| format!(" for {subject}"));
        let message = format!("`{}` makes a client{what} for every request, without open connections", client.callee);
        let place = cx.locate_in_module(client.place.0, Some(client.place.1));
        let mut help = match cx.spec.runtime.language() {
            Language::Node => {
                "Make it at module level, or when the first request needs it and keep it in a variable there"
            }
            _ => "Make it at module level, or in a function under `functools.cache` where not every request needs it",
        }
        .to_owned();
        let mut finding = Finding::new(place, message).about(client.callee.clone()).noting("made anew every time");
        match cx.made_once(client.place.0, client.place.1) {
            Some(Ok(fix)) => finding = finding.fix(fix),
            Some(Err(why)) => help.push_str(&format!(". No patch does it: {why}")),
            None => {}
        }
        sink.report(finding.help(help));
    }
}

/// Reports clients that request code builds.
pub(super) fn cargo(cx: &ProjectContext<'_>, sink: &mut Sink<'_>) {
    cx.report_work(
        sink,
        &[WorkKind::Client],
        |work| &work.handler,
        |item| format!("`{}` builds a client for every request, without open connections", item.what),
    );
}
