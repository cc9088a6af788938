//! The application as a whole.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{
    Alarm, Alias, Api, Bucket, Condition, Deployment, EventInvoke, Function, FunctionUrl, Id, Layer, List, Mapping,
    Origin, Permission, Place, Provisioned, Queue, Route, Rule, ScalableTarget, ScalingPolicy, Setting, Stream,
    Subscription, TargetGroup, Topic, Trigger, Version, Why,
};
use crate::artifact::Location;
use crate::span::LineIndex;

/// What the templates of one deployment declare together.
#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// Name: the service or stack where one is written, else that of the template's folder.
    pub name: String,
    /// The language that it is written in.
    pub dialect: Dialect,
    /// Templates, included files and settings that were read; the first is the template itself.
    pub files: Vec<File>,
    /// Stage or environment that is deployed, as far as the template or its default says.
    pub stage: Setting<String>,
    /// Region.
    pub region: Setting<String>,
    /// Account.
    pub account: Setting<String>,
    /// Plugins, transforms, macros, and modules that are not followed: what they add is not in the model.
    pub plugins: Vec<Plugin>,
    /// Parameters (or variables) by name.
    pub parameters: BTreeMap<String, Parameter>,
    /// Conditions by name.
    pub conditions: BTreeMap<String, Condition>,
    /// Every resource, of whatever type.
    pub resources: Vec<ResourceEntry>,
    /// Functions.
    pub functions: List<Function>,
    /// Layers.
    pub layers: List<Layer>,
    /// Versions.
    pub versions: List<Version>,
    /// Aliases.
    pub aliases: List<Alias>,
    /// Provisioned concurrency.
    pub provisioned: List<Provisioned>,
    /// Asynchronous invocation settings.
    pub event_invokes: List<EventInvoke>,
    /// Event source mappings.
    pub mappings: List<Mapping>,
    /// Queues.
    pub queues: List<Queue>,
    /// Streams.
    pub streams: List<Stream>,
    /// Topics.
    pub topics: List<Topic>,
    /// Subscriptions of topics.
    pub subscriptions: List<Subscription>,
    /// Buckets, and those of others whose notifications are declared here.
    pub buckets: List<Bucket>,
    /// Rules and schedules.
    pub rules: List<Rule>,
    /// Permissions.
    pub permissions: List<Permission>,
    /// APIs.
    pub apis: List<Api>,
    /// Routes that reach functions.
    pub routes: List<Route>,
    /// Function URLs.
    pub urls: List<FunctionUrl>,
    /// Target groups that hold functions.
    pub target_groups: List<TargetGroup>,
    /// Scalable targets of provisioned concurrency.
    pub scalable_targets: List<ScalableTarget>,
    /// Their policies.
    pub scaling_policies: List<ScalingPolicy>,
    /// How traffic is shifted to new versions.
    pub deployments: List<Deployment>,
    /// Alarms.
    pub alarms: List<Alarm>,
    /// Who invokes which function.
    pub triggers: Vec<Trigger>,
    /// Properties of the resources above whose value is not known: where they stand, and why.
    pub unknown_values: Vec<(Place, Why)>,
    /// What could not be read; the rest is in the model.
    pub problems: Vec<Problem>,
}

/// The language that a deployment is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// AWS SAM.
    Sam,
    /// CloudFormation.
    CloudFormation,
    /// What `cdk synth` writes.
    Cdk,
    /// Serverless Framework.
    Serverless,
    /// Terraform or OpenTofu.
    Terraform,
    /// What `terraform show -json` writes.
    TerraformPlan,
    /// Chalice.
    Chalice,
    /// Zappa.
    Zappa,
}

impl Dialect {
    /// Whether its resources are Terraform's.
    #[must_use]
    pub fn is_terraform(self) -> bool {
        matches!(self, Self::Terraform | Self::TerraformPlan)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sam => "SAM",
            Self::CloudFormation => "CloudFormation",
            Self::Cdk => "CDK output",
            Self::Serverless => "Serverless Framework",
            Self::Terraform => "Terraform",
            Self::TerraformPlan => "Terraform plan",
            Self::Chalice => "Chalice",
            Self::Zappa => "Zappa",
        })
    }
}

/// A file that was read for an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Path, relative to what the template's own path is relative to, with `/`.
    pub path: String,
    /// Text.
    pub text: Arc<str>,
}

/// A plugin, transform, macro or module whose effect is not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugin {
    /// Name or source as it is written.
    pub name: String,
    /// Where.
    pub place: Place,
}

/// A parameter of a template, or a variable.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameter {
    /// Where it is declared.
    pub place: Place,
    /// Its value unless a deployment gives another one.
    pub default: Setting<String>,
    /// The only values that it may have.
    pub allowed: Option<Vec<Arc<str>>>,
}

/// A resource of any type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceEntry {
    /// Its name in the template and its place.
    pub origin: Origin,
    /// Type as the dialect writes it: `AWS::RDS::DBProxy`, `aws_db_proxy`.
    pub kind: String,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: String,
    /// Line, from 1; `None` for the file as a whole.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
    /// What and why.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for Problem {}

impl Application {
    /// An application in which nothing is declared yet.
    #[must_use]
    pub fn empty(name: impl Into<String>, dialect: Dialect) -> Self {
        Self {
            name: name.into(),
            dialect,
            files: Vec::new(),
            stage: Setting::Unset,
            region: Setting::Unset,
            account: Setting::Unset,
            plugins: Vec::new(),
            parameters: BTreeMap::new(),
            conditions: BTreeMap::new(),
            resources: Vec::new(),
            functions: List::default(),
            layers: List::default(),
            versions: List::default(),
            aliases: List::default(),
            provisioned: List::default(),
            event_invokes: List::default(),
            mappings: List::default(),
            queues: List::default(),
            streams: List::default(),
            topics: List::default(),
            subscriptions: List::default(),
            buckets: List::default(),
            rules: List::default(),
            permissions: List::default(),
            apis: List::default(),
            routes: List::default(),
            urls: List::default(),
            target_groups: List::default(),
            scalable_targets: List::default(),
            scaling_policies: List::default(),
            deployments: List::default(),
            alarms: List::default(),
            triggers: Vec::new(),
            unknown_values: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Memory in MB of a function of which the template says nothing, in this dialect.
    #[must_use]
    pub fn default_memory_mb(&self) -> u32 {
        match self.dialect {
            Dialect::Serverless => 1_024,
            Dialect::Zappa => 512,
            _ => 128,
        }
    }

    /// Timeout in seconds of a function of which the template says nothing, in this dialect.
    #[must_use]
    pub fn default_timeout_s(&self) -> u32 {
        match self.dialect {
            Dialect::Serverless => 6,
            Dialect::Chalice => 60,
            Dialect::Zappa => 30,
            _ => 3,
        }
    }

    /// Memory in MB; `None` where it is not known.
    #[must_use]
    pub fn memory_mb(&self, function: Id<Function>) -> Option<u32> {
        self.functions[function].memory_mb.or_default(self.default_memory_mb())
    }

    /// Timeout in seconds; `None` where it is not known.
    #[must_use]
    pub fn timeout_s(&self, function: Id<Function>) -> Option<u32> {
        self.functions[function].timeout_s.or_default(self.default_timeout_s())
    }

    /// Who invokes a function.
    pub fn triggers_of(&self, function: Id<Function>) -> impl Iterator<Item = &Trigger> {
        self.triggers.iter().filter(move |trigger| trigger.function == function)
    }

    /// Provisioned concurrency of a function, on whatever version or alias.
    pub fn provisioned_of(&self, function: Id<Function>) -> impl Iterator<Item = &Provisioned> {
        self.provisioned.iter().filter(move |provisioned| provisioned.on.function() == Some(function))
    }

    /// Aliases of a function.
    pub fn aliases_of(&self, function: Id<Function>) -> impl Iterator<Item = (Id<Alias>, &Alias)> {
        self.aliases.ids().filter(move |(_, alias)| alias.function.function() == Some(function))
    }

    /// Scalable targets of a function's provisioned concurrency.
    pub fn scalable_targets_of(&self, function: Id<Function>) -> impl Iterator<Item = &ScalableTarget> {
        self.scalable_targets.iter().filter(move |target| target.function.function() == Some(function))
    }

    /// Whether two resources can never be deployed together, by their conditions.
    #[must_use]
    pub fn exclude(&self, one: &Origin, other: &Origin) -> bool {
        let condition = |origin: &Origin| self.conditions.get(origin.condition.as_ref()?);
        let (Some(one), Some(other)) = (condition(one), condition(other)) else { return false };
        one.excludes(other, &|name| self.parameters.get(name)?.allowed.clone())
    }

    /// Whether a plugin, transform or module with one of these names (or paths that end in it) is used.
    #[must_use]
    pub fn has_plugin(&self, names: &[&str]) -> bool {
        self.plugins.iter().any(|plugin| names.iter().any(|name| plugin.name.contains(name)))
    }

    /// Whether a place lies behind a resource's name and before that of the next one.
    #[must_use]
    pub fn is_within(&self, place: Place, origin: &Origin) -> bool {
        let behind = |start: Place| start.file == place.file && start.span.start <= place.span.start;
        let between = |other: &ResourceEntry| {
            let other = other.origin.place;
            behind(other) && other.span.start > origin.place.span.start
        };
        behind(origin.place) && !self.resources.iter().any(between)
    }

    /// The location that a finding at a place carries.
    #[must_use]
    pub fn location(&self, place: Place) -> Location {
        let path = self.files.get(place.file as usize).map_or_else(String::new, |file| file.path.clone());
        Location { path, inner_path: None, span: Some(place.span) }
    }

    /// Text that is written at a place.
    #[must_use]
    pub fn text_at(&self, place: Place) -> &str {
        let text = self.files.get(place.file as usize).map_or("", |file| &*file.text);
        text.get(place.span.range_in(text.len())).unwrap_or_default()
    }

    /// A problem at a place.
    pub fn problem_at(&mut self, place: Place, message: impl Into<String>) {
        let Some(file) = self.files.get(place.file as usize) else { return };
        let at = LineIndex::new(&file.text).position(&file.text, place.span.start);
        let (line, column) = (Some(at.line), Some(at.column));
        self.problems.push(Problem { path: file.path.clone(), line, column, message: message.into() });
    }
}
