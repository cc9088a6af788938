use crate::declare::model::{Origin, Provisioned};
use crate::engine::application::compatible;
use crate::engine::{ApplicationContext, Sink};

/// Reports more provisioned concurrency than the function reserves.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for (id, function) in cx.own_functions() {
        let Some(reserved) = function.reserved.known().copied() else { continue };
        let warm: Vec<(&Provisioned, u32)> = cx
            .application
            .provisioned_of(id)
            .filter_map(|provisioned| Some((provisioned, *provisioned.amount.known()?)))
            .collect();
        let claims: Vec<(&Origin, u32)> =
            warm.iter().map(|(provisioned, amount)| (&provisioned.origin, *amount)).collect();
        let (sum, _) = compatible(cx.application, &claims);
        if let Some((provisioned, _)) =
            warm.iter().max_by_key(|(_, amount)| *amount).filter(|_| sum > u64::from(reserved))
        {
            let message = format!(
                "provisioned concurrency {sum} is more than the {reserved} that the function reserves: it is refused"
            );
            let finding = cx.about(id, provisioned.amount.place_or(&provisioned.origin), message);
            let finding =
                finding.label(cx.at(cx.place(&function.reserved, &function.origin)), format!("reserves {reserved}"));
            sink.report(finding.snippet(cx.snippet("reserved", &[("n", &sum.to_string())])));
            continue;
        }
        for target in cx.application.scalable_targets_of(id) {
            let Some(min) = target.min.known().copied().filter(|min| *min > reserved) else { continue };
            let message = format!("the scalable target asks for at least {min}, and the function reserves {reserved}");
            let finding = cx.about(id, target.min.place_or(&target.origin), message);
            let finding =
                finding.label(cx.at(cx.place(&function.reserved, &function.origin)), format!("reserves {reserved}"));
            sink.report(finding.snippet(cx.snippet("reserved", &[("n", &min.to_string())])));
        }
    }
}
