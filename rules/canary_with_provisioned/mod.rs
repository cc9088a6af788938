use crate::declare::model::{Alias, DeploymentKind, Id, Provisioned, Qualifier};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Severity;

/// Reports traffic shifting on an alias that also holds provisioned concurrency.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for provisioned in &cx.application.provisioned {
        let (Qualifier::Alias(alias), Some(id)) = (&provisioned.on.qualifier, provisioned.on.function()) else {
            continue;
        };
        if provisioned.amount.known() == Some(&0) {
            continue;
        }
        if weights(cx, sink, *alias, provisioned) {
            continue;
        }
        let gradual = cx.application.deployments.iter().find(|deployment| {
            let kind = deployment.kind.known().is_some_and(|kind| *kind != DeploymentKind::AllAtOnce);
            let on = deployment.enabled.or_default(true) == Some(true);
            let mut functions = deployment.functions.iter();
            let this = functions.any(|of| of.function() == Some(id) && fits(&of.qualifier, *alias));
            // A group that does not say what it shifts has no other alias here.
            let only = deployment.functions.is_empty() && cx.application.aliases.len() == 1;
            kind && on && (this || only)
        });
        let Some(deployment) = gradual else { continue };
        let message = "traffic is shifted on the alias that holds the provisioned concurrency: while two versions share \
                       it, the new one starts cold and deployments can hang";
        let finding = cx.about(id, deployment.kind_name.place_or(&deployment.origin), message);
        sink.report(finding.label(cx.at(provisioned.amount.place_or(&provisioned.origin)), "kept warm on the alias"));
    }
}

/// Whether a deployment that names a function this way shifts this alias.
fn fits(qualifier: &Qualifier, alias: Id<Alias>) -> bool {
    match qualifier {
        Qualifier::Alias(other) => *other == alias,
        Qualifier::Latest => true,
        _ => false,
    }
}

/// Weights that are written on such an alias are refused.
fn weights(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>, alias: Id<Alias>, provisioned: &Provisioned) -> bool {
    let alias = &cx.application.aliases[alias];
    let weight = alias.weights.iter().find(|weight| weight.weight.known().is_some_and(|share| *share > 0.0));
    let (Some(weight), Some(id)) = (weight, provisioned.on.function()) else { return false };
    let share = weight.weight.known().copied().unwrap_or_default() * 100.0;
    let message = format!(
        "the alias sends {share:.0} % of its traffic to another version and holds provisioned concurrency: the two \
         together are refused"
    );
    let finding = cx.about(id, weight.place, message);
    let finding = finding.label(cx.at(provisioned.amount.place_or(&provisioned.origin)), "kept warm on the alias");
    sink.report_as(Severity::Error, finding);
    true
}
