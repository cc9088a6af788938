//! The events of a function as the resources that the framework makes of them.

use super::super::model::{Origin, Place};
use super::super::resource::own;
use super::super::tree::{Kind, Maker, Tree};
use super::{Service, made};

/// Other services: their word and who waits.
const SERVICES: [(&str, &str); 8] = [
    ("alexaSkill", "sync"),
    ("alexaSmartHome", "sync"),
    ("cognitoUserPool", "sync"),
    ("cloudFront", "sync"),
    ("alb", "sync"),
    ("iot", "async"),
    ("cloudwatchLog", "async"),
    ("iotFleetProvisioning", "sync"),
];

/// Settings of polled sources: the framework's word and CloudFormation's.
const MAPPING: [(&str, &str); 13] = [
    ("batchSize", "BatchSize"),
    ("batchWindow", "MaximumBatchingWindowInSeconds"),
    ("maximumBatchingWindow", "MaximumBatchingWindowInSeconds"),
    ("startingPosition", "StartingPosition"),
    ("enabled", "Enabled"),
    ("parallelizationFactor", "ParallelizationFactor"),
    ("maximumRetryAttempts", "MaximumRetryAttempts"),
    ("maximumRecordAgeInSeconds", "MaximumRecordAgeInSeconds"),
    ("bisectBatchOnFunctionError", "BisectBatchOnFunctionError"),
    ("functionResponseType", "FunctionResponseTypes"),
    ("tumblingWindowInSeconds", "TumblingWindowInSeconds"),
    ("filterPatterns", "FilterCriteria"),
    ("queue", "Queues"),
];

impl Service<'_, '_, '_> {
    pub(super) fn event(&mut self, origin: &Origin, written: &Tree, function: &Tree) {
        // `- schedule: rate(1 day)`: one key, its place is the event's.
        let Some((key, value)) = written.entries().first() else { return };
        let origin = Origin { id: format!("{}/{}", origin.id, key.text), ..origin.clone() };
        let (origin, place) = (&origin, key.place);
        let function = &function.clone().moved(place);
        match &*key.text {
            "http" => self.route(origin, place, "rest", value, function),
            "httpApi" => self.route(origin, place, "http", value, function),
            "websocket" => self.websocket(origin, place, value, function),
            "sqs" | "stream" | "kafka" | "msk" | "activemq" | "rabbitmq" => {
                self.polled(origin, place, &key.text, value, function);
            }
            "schedule" => self.schedule(origin, place, value, function),
            "eventBridge" | "cloudwatchEvent" => self.bus(origin, place, value, function),
            "s3" => self.bucket(origin, place, value, function),
            "sns" => self.topic(origin, place, value, function),
            word => {
                let style = SERVICES.iter().find(|(name, _)| *name == word).map_or("unknown", |(_, style)| style);
                let make = Maker { place };
                let word = match word {
                    "cognitoUserPool" => "cognito",
                    "alexaSkill" | "alexaSmartHome" => "alexa",
                    "cloudwatchLog" => "cloudwatchlogs",
                    other => other,
                };
                let tree = make.map([
                    ("Function", function.clone()),
                    ("Word", make.text(word.to_ascii_lowercase())),
                    ("Invocation", make.text(style)),
                ]);
                self.push(made(origin, place, own::SERVICE, tree));
            }
        }
    }

    fn route(&mut self, origin: &Origin, place: Place, word: &str, value: &Tree, function: &Tree) {
        let make = Maker { place };
        let (method, path) = match value.known() {
            Some("*") => (make.text("ANY"), make.text("$default")),
            Some(text) => match text.trim().split_once(char::is_whitespace) {
                Some((method, path)) => (make.text(method), make.text(rooted(path.trim()))),
                None => (make.text("ANY"), make.text(rooted(text.trim()))),
            },
            None => (value.get("method").clone(), rooted_tree(value.get("path"))),
        };
        let is_async = value.get("async").clone();
        let id = if word == "http" { "HttpApi" } else { "ApiGatewayRestApi" };
        let shared = self.root.at(&["provider", "httpApi", "timeout"]).clone();
        let own_timeout = value.get("timeout");
        let timeout = match (word, own_timeout.is_null()) {
            ("http", false) => milliseconds(own_timeout),
            ("http", true) => milliseconds(&shared),
            _ => value.get("timeoutInMillis").clone(),
        };
        let tree = make.map([
            ("Kind", make.text(word)),
            ("Api", self.implicit_api(id, word, place)),
            ("Method", method),
            ("Path", path),
            ("TimeoutInMillis", timeout),
            ("Asynchronous", is_async),
            ("Streams", response_streams(value)),
            ("Function", function.clone()),
        ]);
        self.push(made(origin, place, own::ROUTE, tree));
        self.authorizer(origin, word, value.get("authorizer"));
    }

    /// A function of the service that authorises, by name.
    fn authorizer(&mut self, origin: &Origin, word: &str, written: &Tree) {
        let named =
            [written, written.get("name"), written.get("arn")].into_iter().find(|tree| tree.as_text().is_some());
        let Some(named) = named else { return };
        // An HTTP API's authorizers are declared once, at the provider.
        let declared = named.known().map(|name| self.root.at(&["provider", "httpApi", "authorizers", name]));
        let by_provider = declared.filter(|tree| !tree.is_null()).map(|tree| tree.get("functionName").clone());
        let named = by_provider.filter(|tree| !tree.is_null()).unwrap_or_else(|| named.clone());
        let function = self.target(&named);
        let make = Maker { place: written.place };
        let tree = make.map([("Kind", make.text(word)), ("Authorizer", make.text("true")), ("Function", function)]);
        self.push(made(origin, written.place, own::ROUTE, tree));
    }

    /// The API that the framework makes for its events.
    fn implicit_api(&mut self, id: &str, word: &str, place: Place) -> Tree {
        let kind = if word == "rest" { "AWS::ApiGateway::RestApi" } else { "AWS::ApiGatewayV2::Api" };
        if !self.reader.gathered.resources.iter().any(|resource| resource.origin.id == id) {
            let make = Maker { place };
            let types = self.root.at(&["provider", "endpointType"]).clone();
            let upper = types.known().map(str::to_ascii_uppercase);
            let endpoint = upper.map_or(types.clone(), |text| Tree::text(text, types.place).derived());
            let tree = make.map([("ProtocolType", make.text(word)), ("EndpointConfiguration", endpoint)]);
            let origin = Origin { id: id.to_owned(), place, properties: None, condition: None };
            self.push(made(&origin, place, kind, tree));
        }
        Tree::reference(super::SCOPE, id, "", place)
    }

    fn websocket(&mut self, origin: &Origin, place: Place, value: &Tree, function: &Tree) {
        let make = Maker { place };
        let route = if value.as_map().is_some() { value.get("route") } else { value };
        let tree = make.map([
            ("Kind", make.text("websocket")),
            ("Api", self.implicit_api("WebsocketsApi", "websocket", place)),
            ("Path", route.clone()),
            ("Function", function.clone()),
        ]);
        self.push(made(origin, place, own::ROUTE, tree));
    }

    fn polled(&mut self, origin: &Origin, place: Place, word: &str, value: &Tree, function: &Tree) {
        let make = Maker { place };
        let source = if value.as_map().is_some() { value.get("arn") } else { value };
        let kind = match word {
            "stream" => value.get("type").known().unwrap_or_default(),
            "kafka" => "selfmanagedkafka",
            "activemq" => "mq",
            word => word,
        };
        let scaling = value.get("maximumConcurrency");
        let scaling =
            if scaling.is_null() { scaling.clone() } else { make.map([("MaximumConcurrency", scaling.clone())]) };
        let failure = self.target(value.at(&["destinations", "onFailure"]));
        let failure =
            if failure.is_null() { failure } else { make.map([("OnFailure", make.map([("Destination", failure)]))]) };
        let mut tree = make.map([
            ("FunctionName", function.clone()),
            ("EventSourceArn", source.clone()),
            ("ScalingConfig", scaling),
            ("DestinationConfig", failure),
        ]);
        if !kind.is_empty() {
            tree = with(tree, "own::Kind", make.text(kind));
        }
        for (theirs, ours) in MAPPING {
            let setting = value.get(theirs);
            if !setting.is_null() {
                tree = with(tree, ours, setting.clone());
            }
        }
        self.push(made(origin, place, "AWS::Lambda::EventSourceMapping", tree));
    }

    fn schedule(&mut self, origin: &Origin, place: Place, value: &Tree, function: &Tree) {
        let rate = if value.as_map().is_some() { value.get("rate") } else { value };
        let scheduler = value.get("method").known() == Some("scheduler");
        for expression in rate.one_or_more() {
            let tree = rule(place, expression.clone(), value, function);
            let kind = if scheduler { "AWS::Scheduler::Schedule" } else { "AWS::Events::Rule" };
            self.push(made(origin, place, kind, tree));
        }
    }

    fn bus(&mut self, origin: &Origin, place: Place, value: &Tree, function: &Tree) {
        let tree = rule(place, value.get("schedule").clone(), value, function);
        self.push(made(origin, place, "AWS::Events::Rule", tree));
    }

    fn bucket(&mut self, origin: &Origin, place: Place, value: &Tree, function: &Tree) {
        let make = Maker { place };
        let bucket = if value.as_map().is_some() { value.get("bucket") } else { value };
        let events = [value.get("event"), value.get("events")].into_iter().find(|tree| !tree.is_null());
        let events = events.cloned().unwrap_or_else(|| make.text("s3:ObjectCreated:*"));
        let tree = make.map([("Bucket", bucket.clone()), ("Events", events), ("Function", function.clone())]);
        self.push(made(origin, place, own::NOTIFICATION, tree));
    }

    fn topic(&mut self, origin: &Origin, place: Place, value: &Tree, function: &Tree) {
        let make = Maker { place };
        let topic = [value.get("arn"), value.get("topicName")].into_iter().find(|tree| !tree.is_null());
        let policy = value.get("redrivePolicy");
        let policy = if policy.is_null() {
            policy.clone()
        } else {
            let target = ["deadLetterTargetArn", "deadLetterTargetRef"].map(|key| policy.get(key));
            let target = target.into_iter().find(|tree| !tree.is_null()).cloned();
            make.map([("deadLetterTargetArn", target.unwrap_or_else(|| Tree::null(place)))])
        };
        let tree = make.map([
            ("TopicArn", topic.unwrap_or(value).clone()),
            ("Protocol", make.text("lambda")),
            ("Endpoint", function.clone()),
            ("RedrivePolicy", policy),
        ]);
        self.push(made(origin, place, own::SUBSCRIPTION, tree));
    }
}

fn rule(place: Place, expression: Tree, value: &Tree, function: &Tree) -> Tree {
    let make = Maker { place };
    let dead_letter = value.get("deadLetterQueueArn");
    let dead_letter =
        if dead_letter.is_null() { dead_letter.clone() } else { make.map([("Arn", dead_letter.clone())]) };
    let retries = value.at(&["retryPolicy", "maximumRetryAttempts"]);
    let retries =
        if retries.is_null() { retries.clone() } else { make.map([("MaximumRetryAttempts", retries.clone())]) };
    let target = make.map([("Arn", function.clone()), ("DeadLetterConfig", dead_letter), ("RetryPolicy", retries)]);
    make.map([
        ("Name", value.get("name").clone()),
        ("ScheduleExpression", expression),
        ("Enabled", value.get("enabled").clone()),
        ("Targets", make.list(vec![target.clone()])),
        ("Target", target),
    ])
}

fn with(tree: Tree, key: &str, value: Tree) -> Tree {
    super::super::cloudformation::with(tree, key, value)
}

fn rooted(path: &str) -> String {
    if path.starts_with('/') || path.starts_with('$') || path == "*" { path.to_owned() } else { format!("/{path}") }
}

fn rooted_tree(path: &Tree) -> Tree {
    match path.known() {
        Some(text) if !text.starts_with(['/', '$', '*']) => {
            Tree { kind: Tree::text(rooted(text), path.place).kind, ..path.clone() }
        }
        _ => path.clone(),
    }
}

/// Seconds as milliseconds.
fn milliseconds(seconds: &Tree) -> Tree {
    match seconds.known().and_then(|text| text.parse::<f64>().ok()) {
        Some(number) => Tree::text(((number * 1_000.0) as u64).to_string(), seconds.place).derived(),
        None => seconds.clone(),
    }
}

fn response_streams(value: &Tree) -> Tree {
    let mode = value.at(&["response", "transferMode"]);
    let streams = mode.known().is_some_and(|mode| mode.eq_ignore_ascii_case("stream"));
    if streams { Tree::text("true", mode.place).derived() } else { Tree::new(Kind::Null, value.place) }
}
