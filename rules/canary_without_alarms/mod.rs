use crate::declare::model::{Deployment, DeploymentKind};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Finding;

/// Reports gradual deployments that nothing would stop.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for deployment in &cx.application.deployments {
        let Some(kind) = deployment.kind.known().filter(|kind| **kind != DeploymentKind::AllAtOnce) else { continue };
        if deployment.enabled.or_default(true) != Some(true) || is_watched(deployment) {
            continue;
        }
        let how = if *kind == DeploymentKind::Canary { "a part" } else { "equal parts" };
        let message = format!(
            "traffic is shifted by {how}, and neither an alarm nor a hook would stop it: a bad version gets all of it a \
             little later"
        );
        let place = deployment.alarms.place().or(deployment.kind_name.place()).unwrap_or(deployment.origin.place);
        let mut finding = Finding::new(cx.at(place), message).about(deployment.origin.id.clone());
        let function = deployment.functions.first().and_then(|function| function.function());
        finding.function = function.map(|id| cx.name(id));
        let id = function.map_or(deployment.origin.id.as_str(), |id| cx.application.functions[id].origin.id.as_str());
        let name = id.rsplit('.').next().unwrap_or_default();
        sink.report(finding.snippet(cx.snippet("gradual", &[("function", id), ("name", name)])));
    }
}

/// Whether something may roll it back: alarms, also such that are not known, or hooks.
fn is_watched(deployment: &Deployment) -> bool {
    let alarms = deployment.alarms.known().is_some_and(|alarms| !alarms.is_empty()) || deployment.alarms.is_unknown();
    alarms || deployment.pre_hook.is_set() || deployment.post_hook.is_set()
}
