use crate::declare::model::{Alarm, Deployment, DeploymentKind, Function, FunctionRef, Id};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Finding;

/// Reports gradual deployments that nothing would stop.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for deployment in &cx.application.deployments {
        let Some(kind) = deployment.kind.known().filter(|kind| **kind != DeploymentKind::AllAtOnce) else { continue };
        if deployment.enabled.or_default(true) != Some(true) {
            continue;
        }
        let how = if *kind == DeploymentKind::Canary { "a part" } else { "equal parts" };
        let message = match is_watched(deployment) {
            false => format!(
                "traffic is shifted by {how}, and neither an alarm nor a hook would stop it: a bad version gets all of \
                 it a little later"
            ),
            true => match useless(cx, deployment) {
                Some(why) => format!("traffic is shifted by {how}, and nothing would stop it: {why}"),
                None => continue,
            },
        };
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

/// Why none of the alarms would stop it, where all of them are known and no hook is there.
fn useless(cx: &ApplicationContext<'_>, deployment: &Deployment) -> Option<&'static str> {
    if deployment.pre_hook.is_set() || deployment.post_hook.is_set() {
        return None;
    }
    let alarms: Option<Vec<&Alarm>> =
        deployment.alarms.known()?.iter().map(|id| Some(&cx.application.alarms[(*id)?])).collect();
    let alarms = alarms.filter(|alarms| !alarms.is_empty())?;
    let shifts_s = deployment.kind_name.text().and_then(shift_s)?;
    if alarms.iter().all(|alarm| rings_after_s(alarm).is_some_and(|seconds| seconds > shifts_s)) {
        return Some("its alarms ring when all of it has been shifted");
    }
    let shifted: Option<Vec<Id<Function>>> = deployment.functions.iter().map(FunctionRef::function).collect();
    let shifted = shifted.filter(|shifted| !shifted.is_empty())?;
    let of_others = |alarm: &&Alarm| watched(alarm).is_some_and(|watched| !shifted.contains(&watched));
    alarms.iter().all(of_others).then_some("its alarms watch other functions")
}

/// Seconds until all traffic is shifted, from a name such as `Canary10Percent5Minutes` or
/// `LambdaLinear10PercentEvery1Minute`.
fn shift_s(name: &str) -> Option<u32> {
    let (share, time) = name.split_once("Percent")?;
    let share: u32 = share.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok()?;
    let minutes = time.trim_start_matches("Every").trim_end_matches('s').strip_suffix("Minute")?.parse::<u32>().ok()?;
    let steps = if time.starts_with("Every") { 100_u32.div_ceil(share.max(1)).saturating_sub(1) } else { 1 };
    minutes.checked_mul(60)?.checked_mul(steps)
}

/// Seconds over a threshold after which a plain alarm rings at the earliest.
fn rings_after_s(alarm: &Alarm) -> Option<u32> {
    let [query] = alarm.metrics.as_slice() else { return None };
    let periods = alarm.datapoints.known().or(alarm.evaluation_periods.known())?;
    (!alarm.metrics_open).then_some(())?;
    periods.checked_mul(*query.period_s.known()?)
}

/// The one function that an alarm certainly is about.
fn watched(alarm: &Alarm) -> Option<Id<Function>> {
    let [query] = alarm.metrics.as_slice() else { return None };
    let is_lambda = query.namespace.text() == Some("AWS/Lambda") && !alarm.metrics_open && !query.dimensions_open;
    let function = query.dimensions.iter().find_map(|dimension| dimension.function.as_ref()?.function());
    function.filter(|_| is_lambda)
}

#[cfg(test)]
mod tests {
    use super::shift_s;

    #[test]
    fn names_of_deployments_say_how_long_they_take() {
        assert_eq!(shift_s("Canary10Percent5Minutes"), Some(300));
        assert_eq!(shift_s("CodeDeployDefault.LambdaCanary10Percent30Minutes"), Some(1_800));
        assert_eq!(shift_s("Linear10PercentEvery1Minute"), Some(540));
        assert_eq!(shift_s("AllAtOnce"), None);
    }
}
