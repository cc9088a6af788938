//! Queues, streams, topics, buckets, rules, and the mappings and notifications between them and functions.

use super::super::model::{
    Bucket, Destination, FunctionRef, Id, Mapping, Notification, Permission, Place, Queue, Redrive, Rule, RuleKind,
    RuleTarget, Setting, SourceKind, Stream, StreamKind, Subscription, Target, Topic, Why,
};
use super::super::resource::Resource;
use super::super::tree::{Kind, Tree};
use super::{Entity, Lower};

impl Lower {
    fn register_name(&mut self, service: &'static str, name: &Tree, entity: Entity) {
        if let Some(text) = name.as_text() {
            self.other_names.insert((service, text.symbolic()), entity);
        }
    }

    pub(super) fn queue(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let name = properties.get("QueueName");
        let named_fifo = name.as_text().is_some_and(|text| text.pattern().ends_with(".fifo"));
        let fifo = match properties.get("FifoQueue").truth() {
            Setting::Unset if named_fifo => Setting::derived(true, name.place),
            said => said,
        };
        let allows = properties.get("RedriveAllowPolicy");
        let queue = Queue {
            origin: resource.origin.clone(),
            name: name.setting(),
            visibility_s: properties.get("VisibilityTimeout").whole(),
            retention_s: properties.get("MessageRetentionPeriod").whole(),
            delay_s: properties.get("DelaySeconds").whole(),
            fifo,
            redrive: Setting::Unset,
            is_dead_letter: !allows.is_null() && allows.get("redrivePermission").known() != Some("denyAll"),
        };
        let id = self.app.queues.push(queue);
        self.register(resource, Entity::Queue(id));
        self.register_name("sqs", name, Entity::Queue(id));
    }

    pub(super) fn queue_references(&mut self, resource: &Resource) {
        let reference = Tree::reference(resource.scope, &resource.origin.id, "", resource.origin.place);
        let Destination::Queue(id) = self.destination(&reference) else { return };
        let policy = resource.properties.get("RedrivePolicy");
        let redrive = self.redrive(policy);
        if let Some(Redrive { target: Destination::Queue(target), .. }) = redrive.known() {
            let target = *target;
            self.app.queues[target].is_dead_letter = true;
        }
        self.app.queues[id].redrive = redrive;
    }

    /// A redrive policy as a resource of its own.
    pub(super) fn redrive_policy(&mut self, resource: &Resource) {
        let Destination::Queue(id) = self.destination(resource.properties.get("Queue")) else { return };
        let redrive = self.redrive(resource.properties.get("RedrivePolicy"));
        if let Some(Redrive { target: Destination::Queue(target), .. }) = redrive.known() {
            let target = *target;
            self.app.queues[target].is_dead_letter = true;
        }
        self.app.queues[id].redrive = redrive;
    }

    fn redrive(&self, policy: &Tree) -> Setting<Redrive> {
        match &policy.kind {
            Kind::Null => Setting::Unset,
            Kind::Map(_) => {
                let target = self.destination(policy.get("deadLetterTargetArn"));
                let value = Redrive { target, max_receives: policy.get("maxReceiveCount").whole() };
                Setting::Known { value, place: policy.place, literal: policy.literal }
            }
            Kind::Unknown(why) => Setting::Unknown { why: why.clone(), place: policy.place },
            _ => Setting::unknown("is written as a text", policy.place),
        }
    }

    pub(super) fn kinesis(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let mode = properties.at(&["StreamModeDetails", "StreamMode"]).setting();
        let name = properties.get("Name");
        let id = self.app.streams.push(Stream {
            origin: resource.origin.clone(),
            kind: StreamKind::Kinesis,
            name: name.setting(),
            shards: properties.get("ShardCount").whole(),
            on_demand: mode.map(|mode| mode.eq_ignore_ascii_case("ON_DEMAND")),
            retention_h: properties.get("RetentionPeriodHours").whole(),
        });
        self.register(resource, Entity::Stream(id));
        self.register_name("kinesis", name, Entity::Stream(id));
    }

    pub(super) fn table(&mut self, resource: &Resource) {
        let name = resource.properties.get("TableName");
        let id = self.app.streams.push(Stream {
            origin: resource.origin.clone(),
            kind: StreamKind::DynamoDb,
            name: name.setting(),
            shards: Setting::Unset,
            on_demand: Setting::Unset,
            retention_h: Setting::Unset,
        });
        self.register(resource, Entity::Stream(id));
        self.register_name("dynamodb", name, Entity::Stream(id));
    }

    pub(super) fn topic(&mut self, resource: &Resource) {
        let name = resource.properties.get("TopicName");
        let fifo = resource.properties.get("FifoTopic").truth();
        let id = self.app.topics.push(Topic { origin: resource.origin.clone(), name: name.setting(), fifo });
        self.register(resource, Entity::Topic(id));
        self.register_name("sns", name, Entity::Topic(id));
    }

    /// Subscriptions that are written inside of the topic.
    pub(super) fn topic_references(&mut self, resource: &Resource) {
        let topic = Tree::reference(resource.scope, &resource.origin.id, "", resource.origin.place);
        for item in resource.properties.get("Subscription").items() {
            let origin = super::super::model::Origin { place: item.place, properties: None, ..resource.origin.clone() };
            self.subscribe(origin, &topic, item);
        }
    }

    pub(super) fn subscription(&mut self, resource: &Resource) {
        let topic = resource.properties.get("TopicArn").clone();
        self.subscribe(resource.origin.clone(), &topic, &resource.properties);
    }

    fn subscribe(&mut self, origin: super::super::model::Origin, topic: &Tree, properties: &Tree) {
        let protocol = properties.get("Protocol");
        let endpoint = properties.get("Endpoint");
        let is_function = protocol.known() == Some("lambda");
        let dead_letter = properties.get("RedrivePolicy").get("deadLetterTargetArn");
        let dead_letter = self.optional_destination(dead_letter);
        self.mark_dead_letter(&dead_letter);
        let subscription = Subscription {
            origin,
            topic: self.destination(topic),
            protocol: protocol.setting(),
            function: is_function.then(|| self.function_ref(endpoint, &Tree::null(endpoint.place))),
            endpoint: self.destination(endpoint),
            dead_letter,
        };
        self.app.subscriptions.push(subscription);
    }

    fn mark_dead_letter(&mut self, destination: &Setting<Destination>) {
        if let Some(Destination::Queue(id)) = destination.known() {
            self.app.queues[*id].is_dead_letter = true;
        }
    }

    pub(super) fn bucket(&mut self, resource: &Resource) {
        let name = resource.properties.get("BucketName");
        let bucket = Bucket { origin: resource.origin.clone(), name: name.setting(), notifications: Vec::new() };
        let id = self.app.buckets.push(bucket);
        self.register(resource, Entity::Bucket(id));
        self.register_name("s3", name, Entity::Bucket(id));
    }

    pub(super) fn bucket_references(&mut self, resource: &Resource) {
        let own = Tree::reference(resource.scope, &resource.origin.id, "", resource.origin.place);
        for item in resource.properties.at(&["NotificationConfiguration", "LambdaConfigurations"]).one_or_more() {
            self.notify(&own, item.get("Event"), item.get("Function"), item.place, resource);
        }
    }

    /// CDK's helper resource that sets notifications.
    pub(super) fn cdk_notifications(&mut self, resource: &Resource) {
        let bucket = resource.properties.get("BucketName").clone();
        let list = resource.properties.at(&["NotificationConfiguration", "LambdaFunctionConfigurations"]);
        for item in list.one_or_more() {
            self.notify(&bucket, item.get("Events"), item.get("LambdaFunctionArn"), item.place, resource);
        }
    }

    pub(super) fn notification(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let bucket = properties.get("Bucket").clone();
        self.notify(&bucket, properties.get("Events"), properties.get("Function"), resource.origin.place, resource);
    }

    fn notify(&mut self, bucket: &Tree, events: &Tree, function: &Tree, place: Place, resource: &Resource) {
        let function = self.function_ref(function, &Tree::null(place));
        let events = events.one_or_more().iter().map(Tree::setting).collect();
        let notification = Notification { place, events, function };
        let id = match self.bucket_of(bucket) {
            Some(id) => id,
            None => {
                let origin = super::super::model::Origin { place, properties: None, ..resource.origin.clone() };
                self.app.buckets.push(Bucket { origin, name: bucket.setting(), notifications: Vec::new() })
            }
        };
        self.app.buckets[id].notifications.push(notification);
    }

    fn bucket_of(&self, tree: &Tree) -> Option<Id<Bucket>> {
        if let Destination::Bucket(id) = self.destination(tree) {
            return Some(id);
        }
        match self.other_names.get(&("s3", tree.as_text()?.symbolic()))? {
            Entity::Bucket(id) => Some(*id),
            _ => None,
        }
    }

    pub(super) fn mapping(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let source_tree = properties.get("EventSourceArn");
        let source = if source_tree.is_null() {
            Destination::Unknown(Why::new("is not an AWS resource"))
        } else {
            self.destination(source_tree)
        };
        let on_failure = self.optional_destination(properties.at(&["DestinationConfig", "OnFailure", "Destination"]));
        self.mark_dead_letter(&on_failure);
        let scaling = |key: &str| properties.at(&["ProvisionedPollerConfig", key]).whole();
        let mapping = Mapping {
            origin: resource.origin.clone(),
            function: self.function_ref(properties.get("FunctionName"), &Tree::null(resource.origin.place)),
            kind: self.source_kind(properties, source_tree, &source),
            source,
            source_place: (!source_tree.is_null()).then_some(source_tree.place),
            batch_size: properties.get("BatchSize").whole(),
            window_s: properties.get("MaximumBatchingWindowInSeconds").whole(),
            max_concurrency: properties.at(&["ScalingConfig", "MaximumConcurrency"]).whole(),
            pollers_min: scaling("MinimumPollers"),
            pollers_max: scaling("MaximumPollers"),
            reports_item_failures: response_types(properties.get("FunctionResponseTypes")),
            bisects: properties.get("BisectBatchOnFunctionError").truth(),
            retries: properties.get("MaximumRetryAttempts").integer(),
            max_age_s: properties.get("MaximumRecordAgeInSeconds").integer(),
            parallelization: properties.get("ParallelizationFactor").whole(),
            tumbling_s: properties.get("TumblingWindowInSeconds").whole(),
            on_failure,
            enabled: properties.get("Enabled").truth(),
            starting_position: properties.get("StartingPosition").setting(),
            filtered: super::presence(properties.get("FilterCriteria")),
        };
        self.app.mappings.push(mapping);
    }

    fn source_kind(&self, properties: &Tree, source: &Tree, destination: &Destination) -> SourceKind {
        match destination {
            Destination::Queue(_) => return SourceKind::Sqs,
            Destination::Stream(id) => {
                return match self.app.streams[*id].kind {
                    StreamKind::Kinesis => SourceKind::Kinesis,
                    StreamKind::DynamoDb => SourceKind::DynamoDb,
                };
            }
            _ => {}
        }
        let is_set = |key: &str| !properties.get(key).is_null();
        if is_set("SelfManagedEventSource") || is_set("SelfManagedKafkaEventSourceConfig") {
            return SourceKind::Kafka;
        }
        if is_set("AmazonManagedKafkaEventSourceConfig") {
            return SourceKind::Msk;
        }
        if is_set("DocumentDBEventSourceConfig") {
            return SourceKind::DocumentDb;
        }
        // What the dialect's own word says, where the source itself is somebody else's.
        let word = properties.get("own::Kind").known().map(str::to_owned);
        let pattern = source.as_text().map(super::super::tree::Text::pattern).unwrap_or_default();
        let service = word.or_else(|| pattern.split(':').nth(2).map(str::to_owned)).unwrap_or_default();
        self.kind_by_word(&service.to_ascii_lowercase(), destination, properties)
    }

    fn kind_by_word(&self, word: &str, destination: &Destination, properties: &Tree) -> SourceKind {
        match word {
            "sqs" => SourceKind::Sqs,
            "kinesis" => SourceKind::Kinesis,
            "dynamodb" => SourceKind::DynamoDb,
            "kafka" | "msk" => SourceKind::Msk,
            "selfmanagedkafka" => SourceKind::Kafka,
            "rabbitmq" => SourceKind::RabbitMq,
            "mq" => broker(properties),
            "rds" | "documentdb" => SourceKind::DocumentDb,
            _ if !properties.get("Queues").is_null() => broker(properties),
            _ => match destination {
                // A resource of this application that is neither queue nor stream.
                Destination::Other(id) => self.kind_by_resource(id),
                _ => SourceKind::Unknown,
            },
        }
    }

    fn kind_by_resource(&self, id: &str) -> SourceKind {
        let kind = self.app.resources.iter().find(|entry| entry.origin.id == id).map(|entry| entry.kind.as_str());
        match kind.unwrap_or_default() {
            "AWS::MSK::Cluster" | "AWS::MSK::ServerlessCluster" => SourceKind::Msk,
            "AWS::AmazonMQ::Broker" => SourceKind::Mq,
            "AWS::DocDB::DBCluster" => SourceKind::DocumentDb,
            "AWS::Kinesis::StreamConsumer" => SourceKind::Kinesis,
            _ => SourceKind::Unknown,
        }
    }

    pub(super) fn permission(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        if properties.get("Action").known().is_some_and(|action| !action.starts_with("lambda:Invoke")) {
            return;
        }
        let source = properties.get("SourceArn");
        let permission = Permission {
            origin: resource.origin.clone(),
            function: self.function_ref(properties.get("FunctionName"), properties.get("Qualifier")),
            principal: properties.get("Principal").setting(),
            source: self.destination(source),
        };
        self.app.permissions.push(permission);
    }

    pub(super) fn rule(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let schedule = properties.get("ScheduleExpression");
        let kind = if schedule.is_null() { RuleKind::Pattern } else { RuleKind::Schedule };
        let targets = properties.get("Targets").one_or_more().iter().map(|item| self.rule_target(item)).collect();
        self.push_rule(resource, kind, targets);
    }

    fn push_rule(&mut self, resource: &Resource, kind: RuleKind, targets: Vec<RuleTarget>) {
        let properties = &resource.properties;
        let enabled = match properties.get("Enabled") {
            none if none.is_null() => properties.get("State").setting().map(|state| state.starts_with("ENABLED")),
            said => said.truth(),
        };
        for target in &targets {
            self.mark_dead_letter(&target.dead_letter);
        }
        let id = self.app.rules.push(Rule {
            origin: resource.origin.clone(),
            kind,
            name: properties.get("Name").setting(),
            schedule: properties.get("ScheduleExpression").setting(),
            enabled,
            targets,
        });
        self.register(resource, Entity::Rule(id));
    }

    /// A target as a resource of its own.
    pub(super) fn rule_with_target(&mut self, resource: &Resource) {
        let target = self.rule_target(&resource.properties);
        self.mark_dead_letter(&target.dead_letter);
        let named = resource.properties.get("Rule");
        let referenced = named.as_text().and_then(|text| {
            text.references().find_map(|reference| match self.entity(reference) {
                Some(Entity::Rule(id)) => Some(id),
                _ => None,
            })
        });
        let by_name = || named.known().and_then(|name| self.app.rules.find(|rule| rule.name.text() == Some(name)));
        let target = RuleTarget { place: resource.origin.place, ..target };
        if let Some(id) = referenced.or_else(by_name) {
            self.app.rules[id].targets.push(target);
        }
    }

    fn rule_target(&self, item: &Tree) -> RuleTarget {
        let arn = item.get("Arn");
        let function = self.function_ref(arn, &Tree::null(arn.place));
        let is_function = is_function(&function);
        RuleTarget {
            place: item.place,
            function: is_function.then_some(function),
            other: self.destination(arn),
            dead_letter: self.optional_destination(item.at(&["DeadLetterConfig", "Arn"])),
            retries: item.at(&["RetryPolicy", "MaximumRetryAttempts"]).whole(),
        }
    }

    pub(super) fn schedule(&mut self, resource: &Resource) {
        let target = self.rule_target(resource.properties.get("Target"));
        self.push_rule(resource, RuleKind::Scheduler, vec![target]);
    }

    pub(super) fn pipe(&mut self, resource: &Resource) {
        let steps = ["Enrichment", "Target"].map(|key| resource.properties.get(key));
        let targets = steps.into_iter().filter_map(|step| {
            let function = self.function_ref(step, &Tree::null(step.place));
            let function = is_function(&function).then_some(function)?;
            let other = self.destination(step);
            let (dead_letter, retries) = (Setting::Unset, Setting::Unset);
            Some(RuleTarget { place: step.place, function: Some(function), other, dead_letter, retries })
        });
        let targets: Vec<RuleTarget> = targets.collect();
        let state = resource.properties.get("DesiredState").setting().map(|state| state == "RUNNING");
        if targets.is_empty() {
            return;
        }
        self.push_rule(resource, RuleKind::Pipe, targets);
        if let Some(id) = self.app.rules.find(|rule| rule.origin == resource.origin) {
            self.app.rules[id].enabled = state;
        }
    }
}

/// Whether a reference names a function at all, here or elsewhere.
pub(super) fn is_function(found: &FunctionRef) -> bool {
    match &found.target {
        Target::Own(_) => true,
        Target::Foreign(name) => name.contains(":function:"),
        Target::Unknown(_) => false,
    }
}

fn response_types(tree: &Tree) -> Setting<bool> {
    match &tree.kind {
        Kind::Null => Setting::Unset,
        Kind::Unknown(why) => Setting::Unknown { why: why.clone(), place: tree.place },
        _ => {
            let found = tree.one_or_more().iter().any(|item| item.known() == Some("ReportBatchItemFailures"));
            let open = tree.one_or_more().iter().any(|item| item.known().is_none());
            if !found && open {
                return Setting::unknown("has an entry that is not known", tree.place);
            }
            Setting::Known { value: found, place: tree.place, literal: tree.literal }
        }
    }
}

/// Which broker a mapping reads: only RabbitMQ has virtual hosts.
fn broker(properties: &Tree) -> SourceKind {
    let mut accesses = properties.get("SourceAccessConfigurations").one_or_more().iter();
    match accesses.any(|access| access.get("Type").known() == Some("VIRTUAL_HOST")) {
        true => SourceKind::RabbitMq,
        false => SourceKind::Mq,
    }
}
