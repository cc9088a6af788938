//! Alarms and what they measure.

use super::super::model::{Alarm, AlarmKind, Dimension, MetricQuery, Setting, Target};
use super::super::resource::Resource;
use super::super::tree::{Kind, Tree};
use super::{Entity, Lower};

/// An alarm of which only the name is known.
pub(super) fn empty(resource: &Resource) -> Alarm {
    let is_composite = resource.kind == "AWS::CloudWatch::CompositeAlarm";
    Alarm {
        origin: resource.origin.clone(),
        name: resource.properties.get("AlarmName").setting(),
        kind: if is_composite { AlarmKind::Composite } else { AlarmKind::Metric },
        metrics: Vec::new(),
        metrics_open: false,
        named: Vec::new(),
        named_open: false,
        threshold: Setting::Unset,
        comparison: Setting::Unset,
        evaluation_periods: Setting::Unset,
        datapoints: Setting::Unset,
        missing_data: Setting::Unset,
        actions: Setting::Unset,
        actions_enabled: Setting::Unset,
    }
}

impl Lower {
    fn alarm_id(&self, resource: &Resource) -> Option<super::Id<Alarm>> {
        let key = (resource.scope, std::sync::Arc::from(resource.origin.id.as_str()));
        match self.index.get(&key) {
            Some(Entity::Alarm(id)) => Some(*id),
            _ => None,
        }
    }

    pub(super) fn composite_alarm(&mut self, resource: &Resource) {
        let Some(id) = self.alarm_id(resource) else { return };
        let (named, named_open) = self.alarms_in(resource.properties.get("AlarmRule"));
        let alarm = &mut self.app.alarms[id];
        (alarm.named, alarm.named_open) = (named, named_open);
        alarm.actions = actions(resource.properties.get("AlarmActions"));
        alarm.actions_enabled = resource.properties.get("ActionsEnabled").truth();
    }

    /// The alarms that a composite's rule names, and whether it names others.
    fn alarms_in(&self, rule: &Tree) -> (Vec<super::Id<Alarm>>, bool) {
        let Some(text) = rule.as_text() else { return (Vec::new(), true) };
        let mut named: Vec<super::Id<Alarm>> = text
            .references()
            .filter_map(|reference| match self.entity(reference) {
                Some(Entity::Alarm(id)) => Some(id),
                _ => None,
            })
            .collect();
        let pattern = text.pattern();
        let words = pattern.split(|c: char| c.is_whitespace() || "()\"'".contains(c));
        let words: Vec<&str> = words.map(|word| word.rsplit(":alarm:").next().unwrap_or(word)).collect();
        let is_named = |alarm: &Alarm| alarm.name.text().is_some_and(|name| words.contains(&name));
        named.extend(self.app.alarms.ids().filter(|(_, alarm)| is_named(alarm)).map(|(id, _)| id));
        named.sort_unstable();
        named.dedup();
        let operands: usize = ["ALARM", "OK", "INSUFFICIENT_DATA"]
            .iter()
            .map(|state| words.iter().filter(|word| *word == state).count())
            .sum();
        let open = operands > named.len();
        (named, open)
    }

    pub(super) fn alarm(&mut self, resource: &Resource) {
        let Some(id) = self.alarm_id(resource) else { return };
        let properties = &resource.properties;
        let queries = properties.get("Metrics");
        let is_maths = !queries.is_null();
        let metrics = if is_maths {
            queries.one_or_more().iter().map(|query| self.query(query)).collect()
        } else {
            let mut metric = self.metric(properties, properties);
            metric.place = resource.origin.place;
            vec![metric]
        };
        self.app.alarms[id] = Alarm {
            kind: if is_maths { AlarmKind::Maths } else { AlarmKind::Metric },
            metrics,
            metrics_open: matches!(queries.kind, Kind::Unknown(_)),
            threshold: properties.get("Threshold").number(),
            comparison: properties.get("ComparisonOperator").setting(),
            evaluation_periods: properties.get("EvaluationPeriods").whole(),
            datapoints: properties.get("DatapointsToAlarm").whole(),
            missing_data: properties.get("TreatMissingData").setting(),
            actions: actions(properties.get("AlarmActions")),
            actions_enabled: properties.get("ActionsEnabled").truth(),
            ..empty(resource)
        };
    }

    fn query(&self, query: &Tree) -> MetricQuery {
        let stat = query.get("MetricStat");
        if stat.is_null() {
            let expression = query.get("Expression").setting();
            return MetricQuery { place: query.place, expression, ..MetricQuery::default() };
        }
        MetricQuery { place: query.place, ..self.metric(stat.get("Metric"), stat) }
    }

    fn metric(&self, metric: &Tree, stat: &Tree) -> MetricQuery {
        let dimensions = metric.get("Dimensions");
        let statistic = ["Statistic", "Stat", "ExtendedStatistic"].map(|key| stat.get(key));
        let statistic = statistic.into_iter().find(|value| !value.is_null());
        let open =
            matches!(dimensions.kind, Kind::Unknown(_)) || dimensions.as_map().is_some_and(|map| map.open.is_some());
        MetricQuery {
            place: metric.place,
            expression: Setting::Unset,
            namespace: metric.get("Namespace").setting(),
            metric: metric.get("MetricName").setting(),
            dimensions: self.dimensions(dimensions),
            dimensions_open: open,
            statistic: statistic.map_or(Setting::Unset, Tree::setting),
            period_s: stat.get("Period").whole(),
        }
    }

    /// Dimensions as a list of `Name` and `Value`, or as a mapping.
    fn dimensions(&self, tree: &Tree) -> Vec<Dimension> {
        let listed = tree.items().iter().map(|item| {
            let name = item.get("Name").setting();
            self.dimension(name, item.get("Value"), item.place)
        });
        let mapped = tree
            .entries()
            .iter()
            .map(|(key, value)| self.dimension(Setting::literal(key.text.to_string(), key.place), value, key.place));
        listed.chain(mapped).collect()
    }

    fn dimension(&self, name: Setting<String>, value: &Tree, place: super::Place) -> Dimension {
        let function = self.function_ref(value, &Tree::null(value.place));
        // A dimension names functions only where it is about them; a queue's name may be equal.
        let about = name
            .text()
            .is_none_or(|name| name == "FunctionName" || name == "Resource" || name.ends_with("FunctionName"));
        let is_own = matches!(function.target, Target::Own(_));
        let text = value.as_text();
        let reference = text.and_then(|text| text.references().next());
        let is_alone = text.is_some_and(|text| text.parts.len() == 1);
        Dimension {
            function: (is_own && (about || reference.is_some())).then_some(function),
            resource: reference.map(|reference| reference.id.to_string()),
            attribute: reference.filter(|_| is_alone).map(|reference| reference.attribute.to_string()),
            value: value.setting(),
            name,
            place,
        }
    }
}

fn actions(list: &Tree) -> Setting<u32> {
    match &list.kind {
        Kind::Null => Setting::Unset,
        Kind::Unknown(why) => Setting::Unknown { why: why.clone(), place: list.place },
        _ => Setting::derived(list.one_or_more().len() as u32, list.place),
    }
}
