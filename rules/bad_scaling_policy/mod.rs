use crate::declare::model::{Id, Origin, Place, PolicyKind, Qualifier, ScalableTarget, Setting};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::{Finding, Severity};

/// The share of what is kept warm that is busy.
const UTILISATION: &str = "LambdaProvisionedConcurrencyUtilization";

/// Reports scalable targets and policies that cannot do what they are for.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    targets(cx, sink);
    policies(cx, sink);
}

fn targets(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, target) in cx.application.scalable_targets.ids() {
        let at = |setting: &Setting<u32>, place: Place| setting.place().unwrap_or(place);
        let own = (&target.min, &target.max, target.origin.place, "the target");
        let actions = target.schedule.iter().map(|action| (&action.min, &action.max, action.place, "the change"));
        for (low, high, place, what) in std::iter::once(own).chain(actions) {
            let bounds = low.known().copied().zip(high.known().copied());
            let Some((min, max)) = bounds.filter(|(min, max)| min > max) else { continue };
            let message = format!("the least capacity {min} is above the most, {max}: {what} is refused");
            let mut finding = about(cx, target, at(low, place), message);
            if let Some(place) = high.place() {
                finding = finding.label(cx.at(place), "the most");
            }
            let values = [("min", &*max.to_string()), ("max", &*min.to_string())];
            sink.report(finding.snippet(cx.snippet("capacity", &values)));
        }
        if tracks_nothing(cx, id, target) {
            let message = "nothing is kept warm to begin with: only provisioned concurrency that is set has a utilisation \
                           to track, and scaling may never begin";
            let finding = about(cx, target, target.origin.place, message.to_owned());
            let least = target.min.known().copied().unwrap_or(1).max(1).to_string();
            sink.report_as(Severity::Warning, finding.snippet(cx.snippet("provisioned", &[("n", &least)])));
        }
    }
}

fn about(cx: &ApplicationContext<'_>, target: &ScalableTarget, place: Place, message: String) -> Finding {
    let mut finding = Finding::new(cx.at(place), message).about(target.origin.id.clone());
    finding.function = target.function.function().map(|id| cx.name(id));
    finding
}

/// Whether a policy follows the utilisation of an alias or version of this application on which certainly nothing is
/// provisioned, and nothing changes that by time.
fn tracks_nothing(cx: &ApplicationContext<'_>, id: Id<ScalableTarget>, target: &ScalableTarget) -> bool {
    let app = cx.application;
    let held: Option<&Origin> = match target.function.qualifier {
        Qualifier::Alias(alias) => Some(&app.aliases[alias].origin),
        Qualifier::Version(version) => Some(&app.versions[version].origin),
        _ => None,
    };
    let Some(function) = target.function.function().filter(|_| held.is_some() && target.schedule.is_empty()) else {
        return false;
    };
    // What is provisioned for something that is not known may be for this.
    let warm = app.provisioned.iter().any(|warm| warm.on.function().is_none_or(|of| of == function));
    let tracked = app.scaling_policies.iter().any(|policy| {
        let utilisation = policy.predefined_metric.text() == Some(UTILISATION);
        policy.target == Some(id) && utilisation && !policy.is_custom_metric
    });
    tracked && !warm
}

fn policies(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let facts = &cx.facts().provisioned;
    for policy in &cx.application.scaling_policies {
        let utilisation = policy.predefined_metric.text() == Some(UTILISATION);
        if policy.is_custom_metric || !utilisation || matches!(policy.kind.known(), Some(PolicyKind::Step)) {
            continue;
        }
        let Some(value) = policy.target_value.known().copied() else { continue };
        let message = if value > 1.0 {
            format!("the target {value} is a share from 0 to 1: utilisation never reaches it and nothing is ever added")
        } else if value > facts.target_most {
            format!("at the target {value} nothing is free when traffic grows: more is added only after three minutes")
        } else if value < facts.target_least {
            format!("at the target {value} more than nine of ten warm environments stay idle")
        } else {
            continue;
        };
        let place = policy.target_value.place_or(&policy.origin);
        let mut finding = Finding::new(cx.at(place), message).about(policy.origin.id.clone());
        let target = policy.target.map(|target| &cx.application.scalable_targets[target]);
        finding.function = target.and_then(|target| target.function.function()).map(|id| cx.name(id));
        let better = facts.target.to_string();
        finding.fix = cx.change(&policy.target_value, &better, format!("track a utilisation of {better}"));
        sink.report_as(Severity::Warning, finding.snippet(cx.snippet("policy-target", &[("n", &better)])));
    }
}
