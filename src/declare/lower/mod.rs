//! From gathered resources to the model: one place for all dialects.

mod alarms;
mod apis;
mod functions;
mod references;
mod scaling;
mod services;
mod sources;
pub(super) mod stage;
mod triggers;
mod unknown;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::model::{
    Alarm, Alias, Api, Application, Bucket, Function, FunctionRef, Id, Layer, Origin, Place, Queue, ResourceEntry,
    Rule, ScalableTarget, Setting, Stream, Topic, Version,
};
use super::resource::{Gathered, Resource, own};
use super::tree::{Scope, Tree};

/// What a name in a template stands for.
#[derive(Clone, Copy, Debug)]
enum Entity {
    Function(Id<Function>),
    Layer(Id<Layer>),
    Version(Id<Version>),
    Alias(Id<Alias>),
    Queue(Id<Queue>),
    Stream(Id<Stream>),
    Topic(Id<Topic>),
    Bucket(Id<Bucket>),
    Api(Id<Api>),
    Alarm(Id<Alarm>),
    ScalableTarget(Id<ScalableTarget>),
    Rule(Id<Rule>),
    /// Any other resource, by its position among the gathered ones.
    Other(usize),
}

/// A model in the making.
struct Lower {
    app: Application,
    resources: Vec<Resource>,
    index: FxHashMap<(Scope, Arc<str>), Entity>,
    /// Functions by their own names, not known parts of which are compared by name.
    function_names: FxHashMap<String, Id<Function>>,
    /// Queues, streams, topics and buckets by their own names.
    other_names: FxHashMap<(&'static str, String), Entity>,
    /// Aliases that the framework makes.
    automatic: FxHashMap<Id<Function>, Id<Alias>>,
    alias_names: FxHashMap<(Id<Function>, String), Id<Alias>>,
    /// Aliases that CodeDeploy shifts: the group's position, the alias, its policy and its place.
    waiting: Vec<(Option<usize>, FunctionRef, Tree, Origin)>,
    deployment_configs: Vec<scaling::DeploymentConfig>,
}

/// Puts gathered resources into an application.
pub(super) fn lower(mut app: Application, gathered: Gathered) -> Application {
    let Gathered { mut resources, outputs, nested, exports, parameters, conditions } = gathered;
    references::follow_outputs(&mut resources, &outputs, &nested, &exports);
    if app.stage.is_unset() {
        app.stage = stage::stage_of(&parameters);
    }
    app.parameters = parameters;
    app.conditions = conditions;
    let listed = resources.iter().filter(|resource| !resource.extra.is_hidden);
    let entry = |resource: &Resource| {
        let kind = resource.extra.written.as_ref().unwrap_or(&resource.kind).clone();
        ResourceEntry { origin: resource.origin.clone(), kind }
    };
    app.resources = listed.map(entry).collect();
    let mut lower = Lower {
        app,
        resources,
        index: FxHashMap::default(),
        function_names: FxHashMap::default(),
        other_names: FxHashMap::default(),
        automatic: FxHashMap::default(),
        alias_names: FxHashMap::default(),
        waiting: Vec::new(),
        deployment_configs: Vec::new(),
    };
    lower.run();
    lower.app.unknown_values = unknown::values(&lower.app);
    lower.app
}

/// What is referred to is made before what refers to it.
const ORDER: [fn(&mut Lower, &Resource); 5] =
    [Lower::first_pass, Lower::second_pass, Lower::third_pass, Lower::fourth_pass, Lower::last_pass];

impl Lower {
    fn run(&mut self) {
        for (at, resource) in self.resources.iter().enumerate() {
            let key = (resource.scope, Arc::from(resource.origin.id.as_str()));
            if !resource.extra.is_hidden {
                self.index.entry(key).or_insert(Entity::Other(at));
                for name in &resource.extra.names {
                    self.index.entry((resource.scope, Arc::from(name.as_str()))).or_insert(Entity::Other(at));
                }
            }
        }
        let resources = std::mem::take(&mut self.resources);
        for pass in ORDER {
            resources.iter().for_each(|resource| pass(self, resource));
        }
        self.resources = resources;
        self.api_routes();
        self.deployment_groups();
        self.make_triggers();
    }

    fn register(&mut self, resource: &Resource, entity: Entity) {
        for name in &resource.extra.names {
            self.index.insert((resource.scope, Arc::from(name.as_str())), entity);
        }
        self.index.insert((resource.scope, Arc::from(resource.origin.id.as_str())), entity);
    }

    /// What needs nothing else.
    fn first_pass(&mut self, resource: &Resource) {
        match resource.kind.as_str() {
            "AWS::Lambda::Function" => self.function(resource),
            "AWS::Lambda::LayerVersion" => self.layer(resource),
            "AWS::SQS::Queue" => self.queue(resource),
            "AWS::Kinesis::Stream" => self.kinesis(resource),
            "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" => self.table(resource),
            "AWS::SNS::Topic" => self.topic(resource),
            "AWS::S3::Bucket" => self.bucket(resource),
            "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api" | "AWS::AppSync::GraphQLApi" => self.api(resource),
            "AWS::CodeDeploy::DeploymentConfig" => self.deployment_config(resource),
            "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm" => {
                // Its dimensions name functions: filled in later.
                let id = self.app.alarms.push(alarms::empty(resource));
                self.register(resource, Entity::Alarm(id));
            }
            _ => {}
        }
    }

    /// Versions.
    fn second_pass(&mut self, resource: &Resource) {
        if resource.kind == "AWS::Lambda::Version" {
            self.version(resource);
        }
    }

    /// Aliases, and layers of functions.
    fn third_pass(&mut self, resource: &Resource) {
        match resource.kind.as_str() {
            "AWS::Lambda::Function" => self.function_references(resource),
            "AWS::Lambda::Alias" => self.alias(resource),
            _ => {}
        }
    }

    /// Everything else.
    fn fourth_pass(&mut self, resource: &Resource) {
        match resource.kind.as_str() {
            "AWS::Lambda::Version" => self.version_settings(resource),
            "AWS::Lambda::Alias" => self.alias_settings(resource),
            "AWS::Lambda::EventInvokeConfig" => self.event_invoke(resource),
            "AWS::Lambda::EventSourceMapping" => self.mapping(resource),
            "AWS::Lambda::Permission" => self.permission(resource),
            "AWS::Lambda::Url" => self.url(resource),
            own::PROVISIONED => self.provisioned(resource),
            "AWS::SQS::Queue" => self.queue_references(resource),
            "AWS::S3::Bucket" => self.bucket_references(resource),
            "Custom::S3BucketNotifications" => self.cdk_notifications(resource),
            own::NOTIFICATION => self.notification(resource),
            "AWS::SNS::Topic" => self.topic_references(resource),
            own::SUBSCRIPTION => self.subscription(resource),
            own::REDRIVE => self.redrive_policy(resource),
            "AWS::Events::Rule" => self.rule(resource),
            "AWS::Scheduler::Schedule" => self.schedule(resource),
            "AWS::Pipes::Pipe" => self.pipe(resource),
            own::ROUTE => self.route(resource),
            "AWS::ElasticLoadBalancingV2::TargetGroup" => self.target_group(resource),
            "AWS::ApplicationAutoScaling::ScalableTarget" => self.scalable_target(resource),
            own::DEPLOYMENT => self.deployment(resource),
            "AWS::CloudWatch::Alarm" => self.alarm(resource),
            "AWS::CloudWatch::CompositeAlarm" => self.composite_alarm(resource),
            // Those that the last pass reads.
            "AWS::ApplicationAutoScaling::ScalingPolicy" | own::SCHEDULED_ACTION | own::RULE_TARGET => {}
            _ => self.service(resource),
        }
    }
}

impl Lower {
    /// What adds to something of the pass before.
    fn last_pass(&mut self, resource: &Resource) {
        match resource.kind.as_str() {
            "AWS::ApplicationAutoScaling::ScalingPolicy" => self.scaling_policy(resource),
            own::SCHEDULED_ACTION => self.scheduled_action(resource),
            own::RULE_TARGET => self.rule_with_target(resource),
            _ => {}
        }
    }
}

/// The place of a value, or of the resource that lacks it.
fn place_of(tree: &Tree, resource: &Resource) -> Place {
    if tree.is_null() { resource.origin.place } else { tree.place }
}

/// Whether a mapping or list that switches something on is there.
fn presence(tree: &Tree) -> Setting<bool> {
    if tree.is_null() {
        return Setting::Unset;
    }
    match tree.setting() {
        Setting::Unknown { why, place }
            if tree.entries().is_empty() && tree.items().is_empty() && tree.as_map().is_none() =>
        {
            Setting::Unknown { why, place }
        }
        _ => Setting::derived(true, tree.place),
    }
}
