//! One application in six languages gives one model.

use super::model::*;
use crate::input::files::DiskFiles;

const LANGUAGES: [(&str, Dialect); 6] = [
    ("sam/template.yaml", Dialect::Sam),
    ("cloudformation/template.yaml", Dialect::CloudFormation),
    ("cdk/cdk.out/manifest.json", Dialect::Cdk),
    ("serverless/serverless.yml", Dialect::Serverless),
    ("terraform/main.tf", Dialect::Terraform),
    ("plan/plan.json", Dialect::TerraformPlan),
];

fn read(path: &str) -> Application {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/parity");
    super::read(path, &DiskFiles::new(root)).unwrap()
}

/// A resource's name, whatever the dialect's way to write it.
fn plain(id: &str) -> String {
    id.rsplit('.').next().unwrap_or(id).to_lowercase()
}

fn value<T: std::fmt::Debug>(setting: &Setting<T>) -> String {
    match setting {
        Setting::Unset => "unset".to_owned(),
        Setting::Known { value, .. } => format!("{value:?}"),
        Setting::Unknown { why, .. } => format!("unknown: {why}"),
    }
}

fn destination(app: &Application, destination: &Destination) -> String {
    match destination {
        Destination::Queue(id) => format!("queue {}", plain(&app.queues[*id].origin.id)),
        Destination::Stream(id) => format!("stream {}", plain(&app.streams[*id].origin.id)),
        other => format!("{other:?}"),
    }
}

fn function_lines(app: &Application) -> Vec<String> {
    let own = app.functions.iter().filter(|function| function.kind == FunctionKind::Own);
    let line = |function: &Function| {
        let code = match &function.code.source {
            CodeSource::Local(path) => path.clone(),
            CodeSource::Image(_) => "image".to_owned(),
            other => format!("{other:?}"),
        };
        let layers = function.layers.iter().map(|layer| match layer {
            LayerUse::Own(id, _) => match &app.layers[*id].content.source {
                CodeSource::Local(path) => path.clone(),
                other => format!("{other:?}"),
            },
            other => format!("{other:?}"),
        });
        let layers: Vec<_> = layers.collect();
        let variables: Vec<_> =
            function.environment.iter().map(|(key, item)| format!("{key}={}", value(item))).collect();
        format!(
            "function {} {} {} {} MB {} s {} reserved {} {code} {layers:?} {variables:?}",
            plain(&function.origin.id),
            value(&function.runtime_name),
            value(&function.handler),
            value(&function.memory_mb),
            value(&function.timeout_s),
            value(&function.architecture),
            value(&function.reserved),
        )
    };
    own.map(line).collect()
}

fn trigger_lines(app: &Application) -> Vec<String> {
    let line = |trigger: &Trigger| {
        let source = match &trigger.source {
            TriggerSource::Route(id) => {
                let route = &app.routes[*id];
                format!("{:?} {} {}", route.kind, value(&route.method), value(&route.path))
            }
            TriggerSource::Mapping(id) => {
                let mapping = &app.mappings[*id];
                let failure = mapping.on_failure.known().map(|target| destination(app, target));
                format!(
                    "{:?} {} batch {} most {} items {} bisect {} factor {} failure {failure:?}",
                    mapping.kind,
                    destination(app, &mapping.source),
                    value(&mapping.batch_size),
                    value(&mapping.max_concurrency),
                    value(&mapping.reports_item_failures),
                    value(&mapping.bisects),
                    value(&mapping.parallelization),
                )
            }
            TriggerSource::Schedule(id) => format!("schedule {}", value(&app.rules[*id].schedule)),
            TriggerSource::Bucket(_) => "bucket".to_owned(),
            other => format!("{other:?}"),
        };
        let through = if matches!(trigger.qualifier, Qualifier::Alias(_)) { "alias" } else { "latest" };
        let name = plain(&app.functions[trigger.function].origin.id);
        format!("trigger {name} {:?} {through} {source} on {}", trigger.invocation, trigger.is_on())
    };
    app.triggers.iter().map(line).collect()
}

fn other_lines(app: &Application) -> Vec<String> {
    let mut lines = Vec::new();
    for provisioned in &app.provisioned {
        let held = matches!(provisioned.on.qualifier, Qualifier::Alias(_));
        let name = provisioned.on.function().map(|id| plain(&app.functions[id].origin.id));
        lines.push(format!("provisioned {name:?} {} held {held}", value(&provisioned.amount)));
    }
    for queue in &app.queues {
        let redrive =
            queue.redrive.known().map(|redrive| (destination(app, &redrive.target), value(&redrive.max_receives)));
        let id = plain(&queue.origin.id);
        lines.push(format!(
            "queue {id} {} {redrive:?} dead letters {}",
            value(&queue.visibility_s),
            queue.is_dead_letter
        ));
    }
    for stream in &app.streams {
        lines.push(format!("stream {} {}", plain(&stream.origin.id), value(&stream.shards)));
    }
    for invoke in &app.event_invokes {
        let name = invoke.on.function().map(|id| plain(&app.functions[id].origin.id));
        let failure = invoke.on_failure.known().map(|target| destination(app, target));
        lines.push(format!("invoke {name:?} {} {failure:?}", value(&invoke.retries)));
    }
    for alarm in &app.alarms {
        let metric = &alarm.metrics[0];
        let about = metric.dimensions[0].function.as_ref().and_then(FunctionRef::function);
        let about = about.map(|id| plain(&app.functions[id].origin.id));
        lines.push(format!(
            "alarm {} {} {about:?} {} {} {} actions {}",
            value(&metric.namespace),
            value(&metric.metric),
            value(&metric.statistic),
            value(&alarm.threshold),
            value(&alarm.missing_data),
            value(&alarm.actions),
        ));
    }
    lines
}

fn summary(app: &Application) -> Vec<String> {
    let mut lines = function_lines(app);
    lines.extend(trigger_lines(app));
    lines.extend(other_lines(app));
    lines.sort();
    lines
}

#[test]
fn one_application_in_six_languages_is_one_model() {
    let expected = summary(&read(LANGUAGES[0].0));
    assert!(expected.len() > 15, "{expected:#?}");
    for (path, dialect) in LANGUAGES {
        let app = read(path);
        assert_eq!(app.dialect, dialect, "{path}");
        assert!(app.problems.is_empty(), "{path}: {:?}", app.problems);
        let found = summary(&app);
        let missing: Vec<_> = expected.iter().filter(|line| !found.contains(line)).collect();
        let more: Vec<_> = found.iter().filter(|line| !expected.contains(line)).collect();
        assert!(missing.is_empty() && more.is_empty(), "{path}: missing {missing:#?}, more {more:#?}");
    }
}
