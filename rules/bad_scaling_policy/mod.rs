use crate::declare::model::PolicyKind;
use crate::engine::{ApplicationContext, Sink};
use crate::finding::{Finding, Severity};

/// Reports scalable targets and policies that cannot do what they are for.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    targets(cx, sink);
    policies(cx, sink);
}

fn targets(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for target in &cx.application.scalable_targets {
        let bounds = target.min.known().copied().zip(target.max.known().copied());
        let Some((min, max)) = bounds.filter(|(min, max)| min > max) else { continue };
        let message = format!("the least capacity {min} is above the most, {max}: the target is refused");
        let mut finding =
            Finding::new(cx.at(target.min.place_or(&target.origin)), message).about(target.origin.id.clone());
        finding.function = target.function.function().map(|id| cx.name(id));
        if let Some(place) = target.max.place() {
            finding = finding.label(cx.at(place), "the most");
        }
        let values = [("min", &*max.to_string()), ("max", &*min.to_string())];
        sink.report(finding.snippet(cx.snippet("capacity", &values)));
    }
}

fn policies(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    let facts = &cx.facts().provisioned;
    for policy in &cx.application.scaling_policies {
        let utilisation = policy.predefined_metric.text() == Some("LambdaProvisionedConcurrencyUtilization");
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
