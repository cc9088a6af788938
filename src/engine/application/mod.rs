//! What a rule that looks at the settings of an application may ask for.

mod alarms;
mod missing;
mod naming;
mod scale;
mod sources;
mod watch;

use std::ops::Deref;

pub use alarms::{AlarmText, Unwatched, Watched, alarm_snippet, needs_no_alarms, report_unwatched};
pub use missing::platform_names;
pub use scale::{declared, plan, plan_alone};
pub use sources::{PolledQueue, claimed, compatible, is_fifo, live_mappings, polled_queues, sources};
pub use watch::watch;

use super::options::answers_options;
use super::{FunctionFacts, ProjectFacts, Rule, RulePolicy};
use crate::artifact::Location;
use crate::declare::model::{
    Application, Dialect, Function, FunctionKind, Id, Origin, Place, Setting, SnapStart, Trigger, TriggerSource,
};
use crate::declare::snippet;
use crate::finding::{Edit, Finding, Fix, FixLevel};
use crate::platform::{Platform, ScalingFacts};
use crate::scaling::Account;

/// What a rule that looks at one application may ask for. Dereferences to the [`Application`].
pub struct ApplicationContext<'a> {
    /// The project around it.
    pub project: &'a ProjectFacts,
    /// What its templates declare.
    pub application: &'a Application,
    rule: &'a Rule,
    policy: RulePolicy<'a>,
}

answers_options!(ApplicationContext);

impl<'a> ApplicationContext<'a> {
    pub(super) fn new(
        project: &'a ProjectFacts,
        application: &'a Application,
        rule: &'a Rule,
        policy: RulePolicy<'a>,
    ) -> Self {
        Self { project, application, rule, policy }
    }

    /// Concurrency, growth and prices of the platform.
    #[must_use]
    pub fn facts(&self) -> &'static ScalingFacts {
        Platform::AwsLambda.scaling()
    }

    /// What the account may run at once.
    #[must_use]
    pub fn account(&self) -> Account {
        self.project.accounts.of(self.application.stage.text())
    }

    /// The user's own functions that run in a region: no helpers of a framework, none at the edge.
    pub fn own_functions(&self) -> impl Iterator<Item = (Id<Function>, &'a Function)> {
        self.application.functions.ids().filter(|(_, function)| function.kind == FunctionKind::Own)
    }

    /// What is known about a function's code; `None` where it is not here.
    #[must_use]
    pub fn code_of(&self, id: Id<Function>) -> Option<&'a FunctionFacts> {
        function_facts(self.project, self.application, id)
    }

    /// The name by which reports call a function.
    #[must_use]
    pub fn name(&self, id: Id<Function>) -> String {
        self.code_of(id).map_or_else(|| self.application.functions[id].origin.id.clone(), |code| code.spec.name.clone())
    }

    /// A finding about a function's setting.
    #[must_use]
    pub fn about(&self, id: Id<Function>, place: Place, message: impl Into<String>) -> Finding {
        let mut finding = Finding::new(self.application.location(place), message);
        finding.function = Some(self.name(id));
        finding.about(self.application.functions[id].origin.id.clone())
    }

    /// Triggers of a function that are not switched off.
    pub fn live_triggers(&self, id: Id<Function>) -> impl Iterator<Item = &'a Trigger> {
        self.application.triggers.iter().filter(move |trigger| trigger.function == id && !trigger.is_off())
    }

    /// Whether something that answers HTTP requests invokes a function.
    #[must_use]
    pub fn answers_http(&self, id: Id<Function>) -> bool {
        self.live_triggers(id).any(Trigger::is_http)
    }

    /// Whether environments of a function are started ahead of requests, or may be: provisioned concurrency,
    /// snapshots, managed instances.
    #[must_use]
    pub fn starts_ahead(&self, id: Id<Function>) -> bool {
        let function = &self.application.functions[id];
        let snapshots = !matches!(function.snap_start.known(), Some(SnapStart::None)) && function.snap_start.is_set();
        let warm = self.application.provisioned_of(id).any(|provisioned| provisioned.amount.known() != Some(&0));
        snapshots || warm || function.capacity_provider.is_set()
    }

    /// The place of a resource's setting: where it is written in the resource, the reference where it is a parameter or
    /// variable, or the resource itself where it comes from elsewhere (global settings, a provider's) or is absent.
    #[must_use]
    pub fn place<T>(&self, setting: &Setting<T>, origin: &Origin) -> Place {
        let here =
            |place: &Place| setting.is_literal() || setting.is_unknown() || self.application.is_within(*place, origin);
        setting.place().filter(here).unwrap_or(origin.place)
    }

    /// Text to put into the template, in the language that its author writes.
    #[must_use]
    pub fn snippet(&self, name: &str, values: &[(&str, &str)]) -> Option<String> {
        snippet::text(self.application.dialect, name, values)
    }

    /// Text about a function to put into the template, see [`Self::snippet`]; `of` is the function's id there.
    #[must_use]
    pub fn snippet_about(&self, of: &str, name: &str, values: &[(&str, &str)]) -> Option<String> {
        let own = naming::of_function(of, self.application.dialect);
        let own = own.iter().map(|(key, value)| (*key, value.as_str()));
        let values: Vec<(&str, &str)> = own.chain(values.iter().copied()).collect();
        self.snippet(name, &values)
    }

    /// A change of a number where it is written; none in files that a tool has written.
    #[must_use]
    pub fn change<T>(&self, setting: &Setting<T>, value: &str, description: impl Into<String>) -> Option<Fix> {
        if !setting.is_literal() || self.is_generated() {
            return None;
        }
        let place = setting.place()?;
        let path = self.application.files.get(place.file as usize)?.path.clone();
        // The value alone: what stands there may be quoted.
        let old = self.application.text_at(place).trim();
        if !is_written_out(old) {
            return None;
        }
        let quoted = old.strip_prefix(['"', '\'']).and_then(|_| old.chars().next());
        let replacement = quoted.map_or_else(|| value.to_owned(), |quote| format!("{quote}{value}{quote}"));
        Some(Fix {
            level: FixLevel::Safe,
            description: description.into(),
            path,
            edits: vec![Edit { span: place.span, replacement }],
            also: Vec::new(),
            moves: Vec::new(),
        })
    }

    /// Whether the files are the output of a tool, which nobody edits.
    #[must_use]
    pub fn is_generated(&self) -> bool {
        matches!(self.application.dialect, Dialect::Cdk | Dialect::TerraformPlan)
    }

    /// Where a place is, for labels.
    #[must_use]
    pub fn at(&self, place: Place) -> Location {
        self.application.location(place)
    }
}

impl Deref for ApplicationContext<'_> {
    type Target = Application;

    fn deref(&self) -> &Application {
        self.application
    }
}

/// Whether a text is a number itself, and not a variable or constant, which other places use and other stages set.
fn is_written_out(text: &str) -> bool {
    text.contains(|letter: char| letter.is_ascii_digit())
        && !text.contains(|letter: char| letter.is_alphabetic() || matches!(letter, '_' | '$'))
}

/// What is known about the code of an application's function.
#[must_use]
pub fn function_facts<'a>(
    project: &'a ProjectFacts,
    application: &Application,
    id: Id<Function>,
) -> Option<&'a FunctionFacts> {
    let origin = &application.functions[id].origin;
    let declared = application.location(origin.place);
    let same = |facts: &&FunctionFacts| facts.spec.origin.as_ref().is_some_and(|origin| *origin == declared);
    let named = |facts: &&FunctionFacts| {
        let there = facts.spec.origin.as_ref().is_some_and(|origin| origin.path == declared.path);
        let name = facts.spec.name.rsplit('#').next().unwrap_or_default();
        there && name == origin.id
    };
    // What `for_each` and loops make stands at one place, each with a name of its own.
    let all = || project.functions.iter();
    all().filter(same).find(named).or_else(|| all().find(same)).or_else(|| all().find(named))
}

/// The application and the function of it that facts belong to.
#[must_use]
pub fn declaration<'a>(
    project: &'a ProjectFacts,
    facts: &FunctionFacts,
) -> Option<(&'a Application, Id<Function>, &'a Function)> {
    project.applications.iter().find_map(|application| {
        let is_it = |id| function_facts(project, application, id).is_some_and(|found| std::ptr::eq(found, facts));
        let (id, function) = application.functions.ids().find(|(id, _)| is_it(*id))?;
        Some((application, id, function))
    })
}

/// How a trigger is called in messages.
#[must_use]
pub fn trigger_word(application: &Application, trigger: &Trigger) -> String {
    use crate::declare::model::{ApiKind, SourceKind};
    match &trigger.source {
        TriggerSource::Route(route) => match application.routes[*route].kind {
            ApiKind::Rest | ApiKind::Http => "an API".to_owned(),
            ApiKind::WebSocket => "a WebSocket API".to_owned(),
            ApiKind::GraphQl => "a GraphQL API".to_owned(),
        },
        TriggerSource::Authorizer(_) => "an API's authorizer".to_owned(),
        TriggerSource::Url(_) => "its URL".to_owned(),
        TriggerSource::LoadBalancer(_) => "a load balancer".to_owned(),
        TriggerSource::Mapping(mapping) => match application.mappings[*mapping].kind {
            SourceKind::Sqs => "a queue".to_owned(),
            SourceKind::Kinesis | SourceKind::DynamoDb | SourceKind::DocumentDb => "a stream".to_owned(),
            SourceKind::Msk | SourceKind::Kafka => "a Kafka topic".to_owned(),
            SourceKind::Mq | SourceKind::RabbitMq => "a message broker".to_owned(),
            SourceKind::Unknown => "an event source".to_owned(),
        },
        TriggerSource::Bucket(_) => "a bucket".to_owned(),
        TriggerSource::Topic(_) => "a topic".to_owned(),
        TriggerSource::Rule(_) => "an event rule".to_owned(),
        TriggerSource::Schedule(_) => "a schedule".to_owned(),
        TriggerSource::Service(name) => match name.as_str() {
            "destination" => "another function's result".to_owned(),
            "appsync" => "a GraphQL API".to_owned(),
            "alb" => "a load balancer".to_owned(),
            "stepfunctions" => "a state machine".to_owned(),
            "cognito" => "a user pool".to_owned(),
            "iot" => "an IoT rule".to_owned(),
            "cloudwatchlogs" => "a log group".to_owned(),
            "pipe" => "a pipe".to_owned(),
            other => other.to_owned(),
        },
        TriggerSource::Permission(principal) => principal.clone(),
    }
}
