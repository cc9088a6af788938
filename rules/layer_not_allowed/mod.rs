use crate::declare::model::{Application, CodeSource, LayerUse};
use crate::engine::application::declaration;
use crate::engine::contracts::because;
use crate::engine::{FunctionContext, Sink};
use crate::finding::Finding;
use crate::text;

/// Reports layers that no pattern of a contract means.
pub(super) fn check(cx: &FunctionContext<'_>, sink: &mut Sink<'_>) {
    let contracts = &cx.project.contracts.only;
    for contract in contracts.iter().filter(|contract| contract.functions.holds(&cx.spec.name)) {
        for names in layers(cx) {
            // What of an ARN is known when the template is deployed only stands as `*` in it.
            let is_meant = |name: &String| {
                let mut patterns = contract.layers.iter();
                patterns
                    .any(|pattern| text::matches(pattern, name) || name.contains('*') && text::matches(name, pattern))
            };
            let Some(name) = names.first().filter(|_| !names.iter().any(is_meant)) else { continue };
            let reason = because(contract.reason.as_deref());
            let place = cx.spec.origin.clone().unwrap_or_else(|| cx.location());
            let message = format!("{} must not have the layer {name}{reason}", cx.spec.name);
            sink.report(Finding::new(place, message).about(name.clone()));
        }
    }
}

/// What each layer of a function is called; as its template has it, where there is one.
fn layers(cx: &FunctionContext<'_>) -> Vec<Vec<String>> {
    match declaration(cx.project, cx) {
        Some((application, _, function)) => {
            function.layers.iter().map(|layer| names(application, layer)).filter(|names| !names.is_empty()).collect()
        }
        None => cx.spec.layers.iter().map(|layer| of_path(&layer.path)).collect(),
    }
}

/// The names of a layer, the most telling one first; none where it is not known which it is.
fn names(application: &Application, layer: &LayerUse) -> Vec<String> {
    match layer {
        LayerUse::Own(id, _) => {
            let layer = &application.layers[*id];
            let mut names: Vec<String> = layer.name.text().map(str::to_owned).into_iter().collect();
            names.push(layer.origin.id.clone());
            if let CodeSource::Local(path) = &layer.content.source {
                names.extend(of_path(path));
            }
            names
        }
        LayerUse::Arn(arn, _) => {
            let short = arn.split(':').nth(ARN_NAME).map(str::to_owned);
            short.into_iter().chain([arn.clone()]).collect()
        }
        LayerUse::Unknown(..) => Vec::new(),
    }
}

/// Where the name stands in a layer's ARN: `arn:PARTITION:lambda:REGION:ACCOUNT:layer:NAME:VERSION`.
const ARN_NAME: usize = 6;

/// The name of a file or folder, and its path.
fn of_path(path: &str) -> Vec<String> {
    let name = path.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or(path);
    vec![name.to_owned(), path.to_owned()]
}
