//! Who invokes a function, from everything that the model has.

use super::super::model::{
    ApiKind, Application, Destination, FunctionRef, Invocation, Place, Qualifier, RouteRole, RuleKind, Setting,
    Trigger, TriggerSource, Why,
};
use super::{Lower, services};

impl Lower {
    pub(super) fn make_triggers(&mut self) {
        let mut made = Vec::new();
        let app = &self.app;
        http(app, &mut made);
        polled(app, &mut made);
        events(app, &mut made);
        results(app, &mut made);
        made.append(&mut self.app.triggers);
        permissions(&self.app, &mut made);
        // Each function's triggers in the order of the template.
        made.sort_by_key(|trigger| (trigger.function, trigger.place));
        self.app.triggers = made;
    }
}

fn add(
    made: &mut Vec<Trigger>,
    function: &FunctionRef,
    invocation: Invocation,
    source: TriggerSource,
    enabled: Setting<bool>,
    place: Place,
) {
    let Some(id) = function.function() else { return };
    let qualifier = function.qualifier.clone();
    made.push(Trigger { function: id, qualifier, invocation, source, enabled, place });
}

fn http(app: &Application, made: &mut Vec<Trigger>) {
    for (id, route) in app.routes.ids() {
        let asynchronous = route.asynchronous.known() == Some(&true);
        let invocation = if asynchronous { Invocation::Asynchronous } else { Invocation::Synchronous };
        let source = match (route.role, route.kind) {
            (RouteRole::Authorizer, _) => TriggerSource::Authorizer(route.api),
            (RouteRole::Handler, ApiKind::GraphQl) => TriggerSource::Service("appsync".to_owned()),
            (RouteRole::Handler, _) => TriggerSource::Route(id),
        };
        // The integration that names the function is what has to change.
        add(made, &route.function, invocation, source, Setting::Unset, route.function.place);
    }
    for (id, url) in app.urls.ids() {
        add(made, &url.function, Invocation::Synchronous, TriggerSource::Url(id), Setting::Unset, url.origin.place);
    }
    for (id, group) in app.target_groups.ids() {
        let source = TriggerSource::LoadBalancer(id);
        add(made, &group.function, Invocation::Synchronous, source, Setting::Unset, group.origin.place);
    }
}

fn polled(app: &Application, made: &mut Vec<Trigger>) {
    for (id, mapping) in app.mappings.ids() {
        let source = TriggerSource::Mapping(id);
        add(made, &mapping.function, Invocation::Poll, source, mapping.enabled.clone(), mapping.origin.place);
    }
}

fn events(app: &Application, made: &mut Vec<Trigger>) {
    for (id, bucket) in app.buckets.ids() {
        for notification in &bucket.notifications {
            let source = TriggerSource::Bucket(id);
            let place = notification.place;
            add(made, &notification.function, Invocation::Asynchronous, source, Setting::Unset, place);
        }
    }
    for (id, subscription) in app.subscriptions.ids() {
        if let Some(function) = &subscription.function {
            let (source, place) = (TriggerSource::Topic(id), subscription.origin.place);
            add(made, function, Invocation::Asynchronous, source, Setting::Unset, place);
        }
    }
    for (id, rule) in app.rules.ids() {
        for target in &rule.targets {
            let Some(function) = &target.function else { continue };
            let (invocation, source) = match rule.kind {
                RuleKind::Pattern => (Invocation::Asynchronous, TriggerSource::Rule(id)),
                RuleKind::Schedule | RuleKind::Scheduler => (Invocation::Asynchronous, TriggerSource::Schedule(id)),
                RuleKind::Pipe => (Invocation::Synchronous, TriggerSource::Service("pipe".to_owned())),
            };
            add(made, function, invocation, source, rule.enabled.clone(), rule.origin.place);
        }
    }
}

/// Functions that get what others have made of their events.
fn results(app: &Application, made: &mut Vec<Trigger>) {
    for invoke in app.event_invokes.iter() {
        for destination in [&invoke.on_success, &invoke.on_failure] {
            let (Some(Destination::Function(function)), Some(place)) = (destination.known(), destination.place())
            else {
                continue;
            };
            made.push(Trigger {
                function: *function,
                // Which version is named is not kept.
                qualifier: Qualifier::Unknown(Why::new("is named as a destination")),
                invocation: Invocation::Asynchronous,
                source: TriggerSource::Service("destination".to_owned()),
                enabled: Setting::Unset,
                place,
            });
        }
    }
}

/// A permission says that something invokes a function; it counts only where nothing else of that
/// service does.
fn permissions(app: &Application, made: &mut Vec<Trigger>) {
    for permission in &app.permissions {
        let Some(principal) = permission.principal.text().filter(|name| name.contains(".amazon")) else { continue };
        let Some(function) = permission.function.function() else { continue };
        let invocation = services::by_principal(principal);
        let is_said = made.iter().any(|trigger| trigger.function == function && says(&trigger.source, principal));
        if !is_said {
            let source = TriggerSource::Permission(principal.to_owned());
            add(made, &permission.function, invocation, source, Setting::Unset, permission.origin.place);
        }
    }
}

/// Whether a trigger is what a permission for a principal is for.
fn says(source: &TriggerSource, principal: &str) -> bool {
    let service = principal.split('.').next().unwrap_or_default();
    match source {
        TriggerSource::Route(_) | TriggerSource::Authorizer(_) => service == "apigateway",
        TriggerSource::Url(_) => false,
        TriggerSource::LoadBalancer(_) => service == "elasticloadbalancing",
        TriggerSource::Mapping(_) => matches!(service, "sqs" | "kinesis" | "dynamodb" | "kafka" | "mq"),
        TriggerSource::Bucket(_) => service == "s3",
        TriggerSource::Topic(_) => service == "sns",
        TriggerSource::Rule(_) | TriggerSource::Schedule(_) => service == "events" || service == "scheduler",
        TriggerSource::Permission(other) => other == principal,
        TriggerSource::Service(word) => {
            let same = [("cognito", "cognito-idp"), ("alexa", "alexa-appkit"), ("cloudwatchlogs", "logs")];
            word == service || same.contains(&(word.as_str(), service)) || service == "cloudformation"
        }
    }
}
