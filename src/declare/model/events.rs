//! What events come from: queues, streams, topics, buckets, rules and schedules.

use super::{Function, FunctionRef, Id, Origin, Place, Setting, Why};

/// An event source mapping: the platform polls a source and invokes the function with batches.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// Where it is declared: the resource, or the event of the function.
    pub origin: Origin,
    /// What is invoked.
    pub function: FunctionRef,
    /// Kind of the source.
    pub kind: SourceKind,
    /// The source: a queue or stream of this application, or something else.
    pub source: Destination,
    /// Where the source is named.
    pub source_place: Option<Place>,
    /// Records in a batch. Platform default: 10 for queues, 100 for streams and Kafka.
    pub batch_size: Setting<u32>,
    /// Batching window in seconds. Platform default: 0 for queues, Kinesis and DynamoDB.
    pub window_s: Setting<u32>,
    /// `ScalingConfig.MaximumConcurrency` of a queue.
    pub max_concurrency: Setting<u32>,
    /// Provisioned pollers: fewest.
    pub pollers_min: Setting<u32>,
    /// Provisioned pollers: most.
    pub pollers_max: Setting<u32>,
    /// `ReportBatchItemFailures` is among the function response types.
    pub reports_item_failures: Setting<bool>,
    /// Split a failing batch.
    pub bisects: Setting<bool>,
    /// Retries; -1 or unset: without end for streams.
    pub retries: Setting<i64>,
    /// Oldest record in seconds; -1 or unset: as long as the stream keeps it.
    pub max_age_s: Setting<i64>,
    /// Batches of one shard at a time. Platform default: 1.
    pub parallelization: Setting<u32>,
    /// Tumbling window in seconds.
    pub tumbling_s: Setting<u32>,
    /// Where records go that could not be processed.
    pub on_failure: Setting<Destination>,
    /// Whether it is on. Platform default: on.
    pub enabled: Setting<bool>,
    /// `LATEST`, `TRIM_HORIZON` or `AT_TIMESTAMP`.
    pub starting_position: Setting<String>,
    /// It has a filter.
    pub filtered: Setting<bool>,
}

/// Kinds of sources that are polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// Amazon SQS.
    Sqs,
    /// Kinesis data stream.
    Kinesis,
    /// DynamoDB stream.
    DynamoDb,
    /// Amazon MSK.
    Msk,
    /// Self-managed Kafka.
    Kafka,
    /// Amazon MQ.
    Mq,
    /// Amazon MQ with RabbitMQ, which delivers one batch at a time.
    RabbitMq,
    /// DocumentDB change stream.
    DocumentDb,
    /// Not known.
    Unknown,
}

impl SourceKind {
    /// Ordered shards or partitions, which one failing batch blocks.
    #[must_use]
    pub fn is_stream(self) -> bool {
        matches!(self, Self::Kinesis | Self::DynamoDb)
    }
}

/// Something that events or records come from or go to.
#[derive(Clone, Debug, PartialEq)]
pub enum Destination {
    /// A queue of this application.
    Queue(Id<Queue>),
    /// A stream of this application.
    Stream(Id<Stream>),
    /// A topic of this application.
    Topic(Id<Topic>),
    /// A bucket of this application.
    Bucket(Id<Bucket>),
    /// A function of this application.
    Function(Id<Function>),
    /// A resource of this application of another kind, by its id (an event bus, a state machine).
    Other(String),
    /// Something that another application owns, by ARN or name as far as it is known.
    Foreign(String),
    /// Not known.
    Unknown(Why),
}

/// A queue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Queue {
    /// Where it is declared.
    pub origin: Origin,
    /// Its name on the platform.
    pub name: Setting<String>,
    /// Visibility timeout in seconds. Platform default: 30.
    pub visibility_s: Setting<u32>,
    /// Seconds that a message is kept. Platform default: 345,600.
    pub retention_s: Setting<u32>,
    /// Delivery delay in seconds.
    pub delay_s: Setting<u32>,
    /// First in, first out.
    pub fifo: Setting<bool>,
    /// Dead-letter queue and deliveries before it.
    pub redrive: Setting<Redrive>,
    /// Something in this application uses it as dead-letter queue or failure destination, or its
    /// redrive-allow policy says that it is one.
    pub is_dead_letter: bool,
}

/// A queue's redrive policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Redrive {
    /// The dead-letter queue.
    pub target: Destination,
    /// Deliveries before a message goes there.
    pub max_receives: Setting<u32>,
}

/// A stream whose shards are read in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// Where it is declared: the stream, or the table with a stream.
    pub origin: Origin,
    /// Kinesis or DynamoDB.
    pub kind: StreamKind,
    /// Its (or its table's) name on the platform.
    pub name: Setting<String>,
    /// Shards; unset for on-demand streams and tables.
    pub shards: Setting<u32>,
    /// The number of shards follows the traffic.
    pub on_demand: Setting<bool>,
    /// Hours that records are kept. Platform default: 24.
    pub retention_h: Setting<u32>,
}

/// Kinds of streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamKind {
    /// A Kinesis data stream.
    Kinesis,
    /// The stream of a DynamoDB table.
    DynamoDb,
}

/// A topic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topic {
    /// Where it is declared.
    pub origin: Origin,
    /// Its name on the platform.
    pub name: Setting<String>,
    /// First in, first out.
    pub fifo: Setting<bool>,
}

/// A topic's subscription that reaches a function or a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    /// Where it is declared: the resource, or the event of the function.
    pub origin: Origin,
    /// The topic.
    pub topic: Destination,
    /// `lambda`, `sqs`, `firehose`, `https`, ...
    pub protocol: Setting<String>,
    /// The function, where the protocol is `lambda`.
    pub function: Option<FunctionRef>,
    /// What is reached otherwise.
    pub endpoint: Destination,
    /// Its own dead-letter queue.
    pub dead_letter: Setting<Destination>,
}

/// A bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bucket {
    /// Where it is declared; a bucket of somebody else has the id of the event that names it.
    pub origin: Origin,
    /// Its name on the platform.
    pub name: Setting<String>,
    /// Notifications that reach functions.
    pub notifications: Vec<Notification>,
}

/// A bucket's notification to a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// Where it is declared.
    pub place: Place,
    /// Events such as `s3:ObjectCreated:*`.
    pub events: Vec<Setting<String>>,
    /// What is invoked.
    pub function: FunctionRef,
}

/// A rule of an event bus or a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Where it is declared: the resource, or the event of the function.
    pub origin: Origin,
    /// By pattern or by time.
    pub kind: RuleKind,
    /// Its name on the platform.
    pub name: Setting<String>,
    /// `rate(...)`, `cron(...)` or `at(...)`; unset for a pattern.
    pub schedule: Setting<String>,
    /// Whether it is on. Platform default: on.
    pub enabled: Setting<bool>,
    /// What it invokes.
    pub targets: Vec<RuleTarget>,
}

/// What makes a rule fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// Events that match a pattern.
    Pattern,
    /// Time, on an event bus.
    Schedule,
    /// Time, by EventBridge Scheduler.
    Scheduler,
    /// A pipe from a source to a target.
    Pipe,
}

/// One target of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleTarget {
    /// Where it is declared.
    pub place: Place,
    /// The function, where it is one.
    pub function: Option<FunctionRef>,
    /// What it is otherwise.
    pub other: Destination,
    /// Dead-letter queue for events that cannot be delivered; it does not get those that the function fails on.
    pub dead_letter: Setting<Destination>,
    /// Retries of the delivery.
    pub retries: Setting<u32>,
}

/// Leave to invoke a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Permission {
    /// Where it is declared.
    pub origin: Origin,
    /// What may be invoked.
    pub function: FunctionRef,
    /// Who may, such as `apigateway.amazonaws.com`.
    pub principal: Setting<String>,
    /// From which source.
    pub source: Destination,
}
