//! What the templates of one deployment declare together.
//!
//! # Reading it
//!
//! - Everything hangs off an [`Application`]: one [`List`] per kind of resource, addressed by a
//!   typed [`Id`] (`app.functions[id]`, `app.queues.iter()`, `app.queues.ids()`).
//! - Every property is a [`Setting`]: known, unknown with the reason, or unset. [`Setting::known`]
//!   gives the value only where it is certain; compare only such values, and count the others
//!   with [`Setting::is_unknown`]. `Unset` means that the property is absent and the platform's
//!   or framework's default applies; defaults that are the *dialect's own* (the Serverless
//!   Framework's 6 s and 1,024 MB) are asked for with `Application::default_*`.
//! - Every resource has an [`Origin`]: its name in the template and where it stands. A finding
//!   about a property points at `setting.place()` or, where the property is absent, at
//!   `origin.place`: `setting.place_or(&origin)` does both. [`Application::location`] turns a
//!   [`Place`] into the location that a finding carries.
//! - Who invokes a function, how, and through which alias is in [`Application::triggers`],
//!   whatever the dialect: [`Application::triggers_of`].
//! - A resource under a condition is in the model like any other. [`Application::exclude`] says
//!   whether two of them can never be deployed together.

mod alarm;
mod api;
mod application;
mod code;
mod condition;
mod events;
mod function;
mod scaling;
mod trigger;
mod value;

pub use alarm::{Alarm, AlarmKind, Dimension, MetricQuery};
pub use api::{Api, ApiKind, FunctionUrl, Route, RouteRole, Stage, TargetGroup};
pub use application::{Application, Dialect, File, Parameter, Plugin, Problem, ResourceEntry};
pub use code::{
    BroughtHandler, Build, BuildMethod, Bundler, Code, CodePart, CodeSource, Image, Pattern, PythonPackages,
};
pub use condition::Condition;
pub use events::{
    Bucket, Destination, Mapping, Notification, Permission, Queue, Redrive, Rule, RuleKind, RuleTarget, SourceKind,
    Stream, StreamKind, Subscription, Topic,
};
pub use function::{
    Alias, CapacityProvider, Durable, EventInvoke, Function, FunctionKind, FunctionRef, Layer, LayerUse, Provisioned,
    Qualifier, SnapStart, Target, Version, Weight,
};
pub use scaling::{Deployment, DeploymentKind, PolicyKind, ScalableTarget, ScalingPolicy, ScheduledAction};
pub use trigger::{Invocation, Trigger, TriggerSource};
pub use value::{Id, List, Origin, Place, Setting, Why};
