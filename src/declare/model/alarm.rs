//! Alarms.

use super::{FunctionRef, Id, Origin, Place, Setting};

/// An alarm.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// Where it is declared.
    pub origin: Origin,
    /// Its name on the platform.
    pub name: Setting<String>,
    /// Kind.
    pub kind: AlarmKind,
    /// What is measured: one query for a plain metric, several with an expression for maths.
    pub metrics: Vec<MetricQuery>,
    /// Why there may be other queries than `metrics` has.
    pub metrics_open: bool,
    /// The alarms of this application that the rule of a composite names.
    pub named: Vec<Id<Self>>,
    /// The rule names others too, or such that are not known.
    pub named_open: bool,
    /// Threshold in the metric's unit.
    pub threshold: Setting<f64>,
    /// `GreaterThanThreshold` and the like.
    pub comparison: Setting<String>,
    /// Periods that are looked at.
    pub evaluation_periods: Setting<u32>,
    /// Periods that must be over the threshold; unset: all.
    pub datapoints: Setting<u32>,
    /// `missing` (default), `notBreaching`, `breaching` or `ignore`.
    pub missing_data: Setting<String>,
    /// Number of actions on ALARM. Unset: none.
    pub actions: Setting<u32>,
    /// Whether actions are taken. Platform default: they are.
    pub actions_enabled: Setting<bool>,
}

/// Kinds of alarms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmKind {
    /// One metric.
    Metric,
    /// An expression over metrics, or an anomaly band.
    Maths,
    /// Other alarms: its metrics are empty.
    Composite,
}

/// One metric of an alarm, or an expression over the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricQuery {
    /// Where it is declared.
    pub place: Place,
    /// Expression; then the rest is unset.
    pub expression: Setting<String>,
    /// Namespace such as `AWS/Lambda`.
    pub namespace: Setting<String>,
    /// Metric name such as `Errors`.
    pub metric: Setting<String>,
    /// Dimensions.
    pub dimensions: Vec<Dimension>,
    /// Why there may be other dimensions: they are not known.
    pub dimensions_open: bool,
    /// `Sum`, `Average`, `Maximum`, `p99`, ...
    pub statistic: Setting<String>,
    /// Seconds of one period.
    pub period_s: Setting<u32>,
}

/// A dimension of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// Name as it is written.
    pub name: Setting<String>,
    /// Value; unknown where it is the name of a resource that the platform makes.
    pub value: Setting<String>,
    /// The function that the value names, by reference or by its literal name.
    pub function: Option<FunctionRef>,
    /// The id of the resource that the value names, of whatever kind.
    pub resource: Option<String>,
    /// The attribute of that resource which the value is and nothing else: empty for what `Ref` gives.
    pub attribute: Option<String>,
    /// Where it is declared.
    pub place: Place,
}
