use crate::declare::model::{Function, FunctionRef, Id, Origin, Place, Qualifier};
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Finding;

/// Reports provisioned concurrency that no version or alias can hold.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    for provisioned in &cx.provisioned {
        if provisioned.amount.known() == Some(&0) {
            continue;
        }
        let amount = provisioned.amount.known().copied().unwrap_or(1);
        let place = provisioned.amount.place_or(&provisioned.origin);
        if let Some((id, finding)) = without_holder(cx, &provisioned.on, place, &provisioned.origin) {
            let message = match provisioned.on.qualifier {
                Qualifier::Alias(_) => {
                    "provisioned concurrency on an alias of `$LATEST`: only an alias of a published version can hold it"
                }
                _ => {
                    "provisioned concurrency on the function itself: only a version or an alias can hold it, and none \
                     is published"
                }
            };
            sink.report(finding(id, message, amount));
        }
    }
    for target in &cx.scalable_targets {
        let place = target.function.place;
        if let Some((id, finding)) = without_holder(cx, &target.function, place, &target.origin) {
            let message = "the scalable target names the function without an alias or version, which cannot be scaled";
            sink.report(finding(id, message, 1));
        }
    }
}

type Make<'a> = Box<dyn Fn(Id<Function>, &str, u32) -> Finding + 'a>;

/// The function, where what is named is certainly its unpublished code.
fn without_holder<'a>(
    cx: &'a ApplicationContext<'_>,
    on: &FunctionRef,
    place: Place,
    origin: &'a Origin,
) -> Option<(Id<Function>, Make<'a>)> {
    let id = on.function().filter(|_| is_unpublished(cx, &on.qualifier))?;
    let function = &cx.application.functions[id];
    // Managed Instances have a scaling of their own.
    if function.capacity_provider.is_set() {
        return None;
    }
    let make = move |id: Id<Function>, message: &str, amount: u32| {
        let snippet = cx.snippet_about(&function.origin.id, "alias", &[("n", &amount.to_string())]);
        let finding = cx.about(id, place, message).snippet(snippet);
        if origin.place == function.origin.place {
            finding
        } else {
            finding.label(cx.at(function.origin.place), "the function")
        }
    };
    Some((id, Box::new(make)))
}

/// Whether what is named certainly is the unpublished code, by itself or through an alias.
fn is_unpublished(cx: &ApplicationContext<'_>, qualifier: &Qualifier) -> bool {
    match qualifier {
        Qualifier::Latest => true,
        Qualifier::Alias(alias) => {
            let alias = &cx.application.aliases[*alias];
            !alias.is_automatic && alias.function.qualifier == Qualifier::Latest
        }
        _ => false,
    }
}
