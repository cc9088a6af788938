use crate::engine::{FunctionContext, Sink};
use crate::finding::{Finding, Fix, Saves};
use crate::graph::HandlerResolution;
use crate::platform::Language;
use crate::split::RareImport;
use crate::text;

/// Reports imports that Init pays for and that only branches need, or nothing that requests lead to.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let least = cx.number("min_ms").max(cx.number("min_share") * cx.estimate.init_ms);
    for rare in cx.routes.rare.iter().filter(|rare| rare.saves_ms >= least) {
        if let Some(finding) = finding(cx, rare) {
            sink.report(finding);
        }
    }
}

fn finding(cx: &FunctionContext<'_>, rare: &RareImport) -> Option<Finding> {
    let (first, others) = rare.sites.split_first()?;
    let name = cx.loaded_name(rare.loads);
    let ms = text::ms(rare.saves_ms);
    let within = rare.used.as_ref().map(|(_, function)| function.as_str()).filter(|function| !function.is_empty());
    let uses = match (rare.reached, within) {
        (true, Some(function)) => format!("only a branch of {function}() or behind it uses it"),
        (true, None) => "only a branch uses it".to_owned(),
        (false, _) => "no code that a request leads to is seen to use it".to_owned(),
    };
    let mut finding =
        Finding::new(cx.locate_import(*first), format!("{name} costs {ms} at every cold start and {uses}"));
    for other in others.iter().take(3) {
        finding = finding.label(cx.locate_import(*other), "imported here as well");
    }
    if let Some((place, _)) = &rare.used {
        let note = if rare.reached { "used here" } else { "used here, where no request is seen to lead" };
        finding = finding.label(cx.locate_in_module(place.0, Some(place.1)), note);
    }
    let how = match cx.spec.runtime.language() {
        Language::Node => "Load it with `require()` or `await import()`",
        _ => "Import it",
    };
    let into = within.map_or_else(|| "where it is used".to_owned(), |function| format!("inside {function}()"));
    let along = match rare.along.as_slice() {
        [] => String::new(),
        made => {
            format!(" and make {} there", made.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
        }
    };
    let first_ms = text::ms(rare.saves_ms * cx.estimate.slowdown);
    let mut help = format!("{how} {into}{along}; the first request that needs it then takes about {first_ms} longer");
    match moved(cx, rare, within) {
        Some(Ok(fix)) => finding = finding.fix(fix),
        Some(Err(why)) => help.push_str(&format!(". No patch moves it: {why}")),
        None => {}
    }
    let saves = Saves { init_ms: Some(rare.saves_ms), bytes: None };
    Some(finding.about(name).noting("loaded during Init").help(help).saving(saves))
}

/// The change that moves the imports. In the handler, which every request runs, only a branch may import.
fn moved(cx: &FunctionContext<'_>, rare: &RareImport, within: Option<&str>) -> Option<Result<Fix, String>> {
    let HandlerResolution::Found { definition, .. } = &cx.graph.handler else { return None };
    let handler = cx.spec.start().rsplit('.').next();
    // What is made of it would have to move along.
    if !rare.along.is_empty() {
        return None;
    }
    // Where the handler of Node begins is not known well enough to tell its branches.
    if cx.spec.runtime.language() == Language::Node && within.is_none_or(|function| Some(function) == handler) {
        return None;
    }
    cx.moved(rare.loads, definition.as_slice())
}
