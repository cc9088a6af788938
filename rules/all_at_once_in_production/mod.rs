use crate::declare::model::{Deployment, DeploymentKind, Function, Id, Place, TriggerSource};
use crate::engine::{ApplicationContext, Sink};

/// Reports functions behind a production API whose new versions get all traffic at once.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let stages: Vec<String> = cx.strings("stages").into_iter().map(str::to_lowercase).collect();
    for (id, function) in cx.own_functions() {
        if function.capacity_provider.is_set() || !cx.answers_http(id) {
            continue;
        }
        let Some((_, alias)) = cx.application.aliases_of(id).next() else { continue };
        let Some((stage, stage_place)) = production(cx, id, &stages) else { continue };
        let mut own = cx.application.deployments.iter().filter(|deployment| {
            // One for functions that are not known may be for this one.
            let mut functions = deployment.functions.iter();
            deployment.functions.is_empty() || functions.any(|of| of.function().is_none_or(|of| of == id))
        });
        if own.clone().any(shifts) {
            continue;
        }
        let place = own.next().map_or(alias.origin.place, |found| found.kind_name.place_or(&found.origin));
        let message = format!("a new version gets all traffic of the stage `{stage}` at once");
        let finding = cx.about(id, place, message).label(cx.at(stage_place), "the stage");
        sink.report(finding.snippet(cx.snippet_about(&function.origin.id, "gradual", &[])));
    }
}

/// Whether it shifts traffic gradually, or may.
fn shifts(deployment: &Deployment) -> bool {
    let off = deployment.enabled.known() == Some(&false);
    let gradual = match deployment.kind.known() {
        Some(kind) => *kind != DeploymentKind::AllAtOnce,
        None => deployment.kind.is_unknown(),
    };
    gradual && !off
}

/// The production stage that a function's requests come through.
fn production(cx: &ApplicationContext<'_>, id: Id<Function>, stages: &[String]) -> Option<(String, Place)> {
    let is_one = |name: &str| stages.contains(&name.to_lowercase());
    for trigger in cx.live_triggers(id) {
        let TriggerSource::Route(route) = trigger.source else { continue };
        let Some(api) = cx.application.routes[route].api else { continue };
        for stage in &cx.application.apis[api].stages {
            if let Some(name) = stage.name.text().filter(|name| is_one(name)) {
                return Some((name.to_owned(), stage.name.place().unwrap_or(stage.place)));
            }
        }
    }
    let stage = cx.application.stage.text().filter(|stage| is_one(stage))?;
    Some((stage.to_owned(), cx.application.stage.place()?))
}
