//! The events of a SAM function as the resources that SAM makes of them.

use super::super::model::Place;
use super::super::resource::{Resource, own};
use super::super::tree::{Key, Kind, Maker, Tree};
use super::Stack;
use super::sam::{Parts, with};

/// Events that the platform polls, with the property that names their source.
const POLLED: [(&str, &str); 7] = [
    ("SQS", "Queue"),
    ("Kinesis", "Stream"),
    ("DynamoDB", "Stream"),
    ("MSK", "Stream"),
    ("MQ", "Broker"),
    ("SelfManagedKafka", "own::None"),
    ("DocumentDB", "Cluster"),
];

/// Other services: their word and who waits.
const SERVICES: [(&str, &str, &str); 4] = [
    ("AlexaSkill", "alexa", "sync"),
    ("Cognito", "cognito", "sync"),
    ("IoTRule", "iot", "async"),
    ("CloudWatchLogs", "cloudwatchlogs", "async"),
];

impl Stack<'_, '_> {
    pub(super) fn sam_events(&mut self, parts: &Parts, events: &Tree) {
        for (key, event) in events.entries() {
            let Some(kind) = event.get("Type").known().map(str::to_owned) else { continue };
            let empty = Tree::map(Vec::new(), key.place);
            let properties = event.get("Properties");
            let properties = if properties.is_null() { &empty } else { properties };
            self.sam_event(parts, key, &kind, properties);
        }
    }

    fn sam_event(&mut self, parts: &Parts, key: &Key, kind: &str, properties: &Tree) {
        let function = parts.function.clone().moved(key.place);
        if let Some((_, source)) = POLLED.iter().find(|(name, _)| *name == kind) {
            let tree = mapping(kind, properties, source, function, key.place);
            return self.push(event_resource(parts, key, "AWS::Lambda::EventSourceMapping", tree));
        }
        if let Some((_, word, style)) = SERVICES.iter().find(|(name, ..)| *name == kind) {
            return self.service_event(parts, key, word, style);
        }
        match kind {
            "Api" => self.api_event(parts, key, properties, "rest", "RestApiId"),
            "HttpApi" => self.api_event(parts, key, properties, "http", "ApiId"),
            "S3" => {
                let make = Maker { place: key.place };
                let tree = make.map([
                    ("Bucket", properties.get("Bucket").clone()),
                    ("Events", properties.get("Events").clone()),
                    ("Function", function),
                ]);
                self.push(event_resource(parts, key, own::NOTIFICATION, tree));
            }
            "SNS" => self.topic_event(parts, key, properties),
            "Schedule" | "ScheduleV2" | "CloudWatchEvent" | "EventBridgeRule" => {
                let tree = rule(kind, properties, function, key.place);
                let scheduler = kind == "ScheduleV2";
                let made = if scheduler { "AWS::Scheduler::Schedule" } else { "AWS::Events::Rule" };
                self.push(event_resource(parts, key, made, tree));
            }
            word => self.service_event(parts, key, &word.to_ascii_lowercase(), "unknown"),
        }
    }

    fn service_event(&mut self, parts: &Parts, key: &Key, word: &str, style: &str) {
        let make = Maker { place: key.place };
        let tree = make.map([
            ("Function", parts.function.clone().moved(key.place)),
            ("Word", make.text(word)),
            ("Invocation", make.text(style)),
        ]);
        self.push(event_resource(parts, key, own::SERVICE, tree));
    }

    fn api_event(&mut self, parts: &Parts, key: &Key, properties: &Tree, word: &str, api_key: &str) {
        let make = Maker { place: key.place };
        let named = properties.get(api_key);
        let api = if named.is_null() { self.implicit_api(parts, word, key.place) } else { named.clone() };
        let nothing = |name: &str| if word == "http" && properties.get(name).is_null() { "any" } else { "" };
        let or_any = |name: &str, any: &str| match properties.get(name) {
            value if value.is_null() && !nothing(name).is_empty() => make.text(any),
            value => value.clone(),
        };
        let tree = make.map([
            ("Kind", make.text(word)),
            ("Api", api),
            ("Method", or_any("Method", "ANY")),
            ("Path", or_any("Path", "$default")),
            ("TimeoutInMillis", properties.get("TimeoutInMillis").clone()),
            ("Streams", streams(properties.get("ResponseTransferMode"))),
            ("Function", parts.function.clone().moved(key.place)),
        ]);
        self.push(event_resource(parts, key, own::ROUTE, tree));
    }

    /// The API that SAM makes for events that name none.
    fn implicit_api(&mut self, parts: &Parts, word: &str, place: Place) -> Tree {
        let (id, kind) = match word {
            "http" => ("ServerlessHttpApi", "AWS::ApiGatewayV2::Api"),
            _ => ("ServerlessRestApi", "AWS::ApiGateway::RestApi"),
        };
        let is_there =
            self.reader.gathered.resources.iter().any(|made| made.scope == parts.scope && made.origin.id == id);
        if !is_there {
            let make = Maker { place };
            let tree = make.map([("ProtocolType", make.text(word))]);
            let mut api = Resource::made(id, place, parts.scope, kind, tree);
            api.extra.is_implicit = true;
            self.push(api);
        }
        Tree::reference(parts.scope, id, "", place)
    }

    fn topic_event(&mut self, parts: &Parts, key: &Key, properties: &Tree) {
        let through_queue = properties.get("SqsSubscription");
        let is_off = through_queue.is_null() || through_queue.truth().known() == Some(&false);
        if !is_off {
            // The topic feeds a queue, and the queue is polled.
            let tree = mapping("SQS", through_queue, "QueueArn", parts.function.clone(), key.place);
            return self.push(event_resource(parts, key, "AWS::Lambda::EventSourceMapping", tree));
        }
        let make = Maker { place: key.place };
        let tree = make.map([
            ("TopicArn", properties.get("Topic").clone()),
            ("Protocol", make.text("lambda")),
            ("Endpoint", parts.function.clone().moved(key.place)),
            ("RedrivePolicy", properties.get("RedrivePolicy").clone()),
        ]);
        self.push(event_resource(parts, key, own::SUBSCRIPTION, tree));
    }
}

fn event_resource(parts: &Parts, key: &Key, kind: &str, tree: Tree) -> Resource {
    let mut made = parts.resource(kind, key.place, tree);
    made.origin.id = format!("{}/{}", parts.origin.id, key.text);
    made
}

fn streams(mode: &Tree) -> Tree {
    match mode.known() {
        Some("STREAM") => Tree::text("true", mode.place).derived(),
        _ => Tree::null(mode.place),
    }
}

fn mapping(kind: &str, properties: &Tree, source: &str, function: Tree, place: Place) -> Tree {
    let make = Maker { place };
    let base = if properties.as_map().is_some() { properties.clone() } else { Tree::map(Vec::new(), place) };
    let tree = with(base, "FunctionName", function);
    let tree = with(tree, "own::Kind", make.text(kind.to_ascii_lowercase()));
    let named = properties.get(source);
    if named.is_null() || matches!(properties.kind, Kind::Text(_)) {
        return tree;
    }
    with(tree, "EventSourceArn", named.clone())
}

fn rule(kind: &str, properties: &Tree, function: Tree, place: Place) -> Tree {
    let make = Maker { place };
    let target = make.map([
        ("Arn", function),
        ("DeadLetterConfig", properties.get("DeadLetterConfig").clone()),
        ("RetryPolicy", properties.get("RetryPolicy").clone()),
    ]);
    let expression = match kind {
        "Schedule" => properties.get("Schedule").clone(),
        "ScheduleV2" => properties.get("ScheduleExpression").clone(),
        _ => Tree::null(place),
    };
    make.map([
        ("Name", properties.get("Name").clone()),
        ("ScheduleExpression", expression),
        ("Enabled", properties.get("Enabled").clone()),
        ("State", properties.get("State").clone()),
        ("Targets", make.list(vec![target.clone()])),
        ("Target", target),
    ])
}
