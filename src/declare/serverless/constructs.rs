//! What `serverless-lift` makes of `constructs`: a queue with its dead-letter queue, and the function that works on it.
//! Source: the plugin's documentation of `queue` (version 1.30), read 2026-11.

use super::super::model::{Origin, Place};
use super::super::resource::Resource;
use super::super::tree::{Key, Maker, Tree};
use super::{SCOPE, Service};

/// What the plugin takes where nothing is written.
const RETRIES: &str = "3";
const BATCH: &str = "1";
/// Seconds that a function of the framework runs where nothing is written.
const TIMEOUT: u32 = 6;
/// Timeouts of the worker for which the plugin hides a message.
const HIDDEN: u32 = 6;

impl Service<'_, '_, '_> {
    pub(super) fn constructs(&mut self) {
        let constructs = self.root.get("constructs").clone();
        for (key, written) in constructs.entries() {
            if written.get("type").known() == Some("queue") && written.get("worker").as_map().is_some() {
                self.queue(key, written);
            }
        }
    }

    fn queue(&mut self, key: &Key, written: &Tree) {
        let worker = written.get("worker");
        let make = Maker { place: key.place };
        let (id, dead) = (format!("constructs.{}", key.text), format!("constructs.{}.dlq", key.text));
        let or = |name: &str, usual: &str| match written.get(name) {
            none if none.is_null() => make.text(usual),
            own => own.clone(),
        };
        let fifo = written.get("fifo").clone();
        let redrive = make.map([
            ("deadLetterTargetArn", Tree::reference(SCOPE, &dead, "Arn", key.place)),
            ("maxReceiveCount", or("maxRetries", RETRIES)),
        ]);
        let queue = make.map([
            ("VisibilityTimeout", visibility(worker, written.get("maxBatchingDelay"), &make)),
            ("FifoQueue", fifo.clone()),
            ("RedrivePolicy", redrive),
        ]);
        self.push(resource(&id, key.place, "AWS::SQS::Queue", queue));
        self.push(resource(&dead, key.place, "AWS::SQS::Queue", make.map([("FifoQueue", fifo)])));
        if !written.get("alarm").is_null() {
            self.push(resource(&format!("{id}.alarm"), key.place, "AWS::CloudWatch::Alarm", alarm(&dead, &make)));
        }
        let event = make.map([
            ("arn", Tree::reference(SCOPE, &id, "Arn", key.place)),
            ("batchSize", or("batchSize", BATCH)),
            ("maximumBatchingWindow", written.get("maxBatchingDelay").clone()),
            ("maximumConcurrency", written.get("maxConcurrency").clone()),
            ("functionResponseType", make.text("ReportBatchItemFailures")),
        ]);
        let events = make.list(vec![make.map([("sqs", event)])]);
        let place = worker.entries().first().map_or(key.place, |(first, _)| first.place);
        let worker = worker.clone().merged(Maker { place }.map([("events", events)]), false);
        let name = Key { text: format!("{}Worker", key.text).into(), place: key.place };
        self.function(&name, &worker);
    }
}

/// How long a message is hidden: six times the worker's timeout and the batching window.
fn visibility(worker: &Tree, window: &Tree, make: &Maker) -> Tree {
    let seconds = |tree: &Tree, usual: u32| tree.whole().or_default(usual);
    match (seconds(worker.get("timeout"), TIMEOUT), seconds(window, 0)) {
        (Some(timeout), Some(window)) => make.text(timeout.saturating_mul(HIDDEN).saturating_add(window).to_string()),
        _ => Tree::unknown("follows from a timeout that is not known", make.place),
    }
}

/// The plugin's alarm: something lies in the dead-letter queue.
fn alarm(dead: &str, make: &Maker) -> Tree {
    let dimension =
        make.map([("Name", make.text("QueueName")), ("Value", Tree::reference(SCOPE, dead, "QueueName", make.place))]);
    make.map([
        ("Namespace", make.text("AWS/SQS")),
        ("MetricName", make.text("ApproximateNumberOfMessagesVisible")),
        ("Dimensions", make.list(vec![dimension])),
        ("Statistic", make.text("Sum")),
        ("Period", make.text("60")),
        ("EvaluationPeriods", make.text("1")),
        ("Threshold", make.text("0")),
        ("ComparisonOperator", make.text("GreaterThanThreshold")),
        ("AlarmActions", make.list(vec![make.text("the topic that the plugin makes")])),
    ])
}

fn resource(id: &str, place: Place, kind: &str, properties: Tree) -> Resource {
    let origin = Origin { id: id.to_owned(), place, properties: None, condition: None };
    Resource::new(origin, SCOPE, kind, properties)
}
