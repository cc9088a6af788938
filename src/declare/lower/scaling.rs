//! Automatic scaling of provisioned concurrency, and the shift of traffic to new versions.

use super::super::model::{
    Deployment, DeploymentKind, Destination, FunctionRef, Id, Origin, PolicyKind, ScalableTarget, ScalingPolicy,
    ScheduledAction, Setting, Why,
};
use super::super::resource::Resource;
use super::super::tree::{Kind, Reference, Scope, Text, Tree};
use super::{Entity, Lower};

/// The dimension that is scaled.
const DIMENSION: &str = "lambda:function:ProvisionedConcurrency";

impl Lower {
    pub(super) fn scalable_target(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let is_lambda = |key: &str, word: &str| properties.get(key).known() == Some(word);
        let id_pattern = properties.get("ResourceId").as_text().map(Text::pattern);
        let named = id_pattern.is_some_and(|pattern| pattern.starts_with("function:"));
        if !(is_lambda("ServiceNamespace", "lambda") || is_lambda("ScalableDimension", DIMENSION) || named) {
            return;
        }
        let resource_id = properties.get("ResourceId");
        let function = self.function_ref(resource_id, &Tree::null(resource_id.place));
        let schedule = properties.get("ScheduledActions").one_or_more().iter().map(scheduled_action).collect();
        let id = self.app.scalable_targets.push(ScalableTarget {
            origin: resource.origin.clone(),
            function,
            min: properties.get("MinCapacity").whole(),
            max: properties.get("MaxCapacity").whole(),
            schedule,
        });
        self.register(resource, Entity::ScalableTarget(id));
    }

    fn scalable_target_of(&self, tree: &Tree) -> Option<Id<ScalableTarget>> {
        tree.as_text()?.references().find_map(|reference| match self.entity(reference) {
            Some(Entity::ScalableTarget(id)) => Some(id),
            _ => None,
        })
    }

    /// The target by reference, or by the same resource id.
    fn target_by_id(&self, properties: &Tree) -> Option<Id<ScalableTarget>> {
        let by_reference = ["ScalingTargetId", "ResourceId", "Target"];
        if let Some(found) = by_reference.iter().find_map(|key| self.scalable_target_of(properties.get(key))) {
            return Some(found);
        }
        let resource_id = properties.get("ResourceId");
        let wanted = self.function_ref(resource_id, &Tree::null(resource_id.place));
        let wanted = (wanted.function()?, wanted.qualifier);
        self.app
            .scalable_targets
            .find(|target| target.function.function() == Some(wanted.0) && target.function.qualifier == wanted.1)
    }

    pub(super) fn scaling_policy(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let target = self.target_by_id(properties);
        let is_lambda = properties.get("ServiceNamespace").known() == Some("lambda")
            || properties.get("ScalableDimension").known() == Some(DIMENSION);
        if target.is_none() && !is_lambda {
            return;
        }
        let tracking = properties.get("TargetTrackingScalingPolicyConfiguration");
        let kind = properties.get("PolicyType").setting().try_map(|kind| match kind.as_str() {
            "TargetTrackingScaling" => Ok(PolicyKind::TargetTracking),
            "StepScaling" => Ok(PolicyKind::Step),
            _ => Err(Why::new("is a kind of policy that is not known")),
        });
        self.app.scaling_policies.push(ScalingPolicy {
            origin: resource.origin.clone(),
            target,
            kind,
            target_value: tracking.get("TargetValue").number(),
            predefined_metric: tracking.at(&["PredefinedMetricSpecification", "PredefinedMetricType"]).setting(),
            is_custom_metric: !tracking.get("CustomizedMetricSpecification").is_null(),
        });
    }

    pub(super) fn scheduled_action(&mut self, resource: &Resource) {
        let Some(id) = self.target_by_id(&resource.properties) else { return };
        let mut action = scheduled_action(&resource.properties);
        action.place = resource.origin.place;
        self.app.scalable_targets[id].schedule.push(action);
    }

    /// What SAM, or a plugin, says of a function's deployment.
    pub(super) fn deployment(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let function = properties.get("Function");
        let function = self.function_ref(function, properties.get("Qualifier"));
        let deployment = Deployment {
            origin: resource.origin.clone(),
            functions: vec![function],
            kind_name: properties.get("Type").setting(),
            kind: self.deployment_kind(properties.get("Type")),
            enabled: properties.get("Enabled").truth(),
            alarms: self.alarm_list(properties.get("Alarms")),
            pre_hook: self.hook(properties.get("Pre")),
            post_hook: self.hook(properties.get("Post")),
        };
        self.app.deployments.push(deployment);
    }

    fn hook(&self, tree: &Tree) -> Setting<String> {
        if tree.is_null() {
            return Setting::Unset;
        }
        match self.destination(tree) {
            Destination::Function(id) => Setting::derived(self.app.functions[id].origin.id.clone(), tree.place),
            _ => tree.setting(),
        }
    }

    /// Alarms by reference or by name; one that is not known is `None`.
    fn alarm_list(&self, list: &Tree) -> Setting<Vec<Option<Id<super::Alarm>>>> {
        match &list.kind {
            Kind::Null => Setting::Unset,
            Kind::Unknown(why) => Setting::Unknown { why: why.clone(), place: list.place },
            _ => {
                let found = list.one_or_more().iter().map(|item| self.alarm_of(item)).collect();
                Setting::Known { value: found, place: list.place, literal: list.literal }
            }
        }
    }

    pub(super) fn alarm_of(&self, tree: &Tree) -> Option<Id<super::Alarm>> {
        let tree = if tree.get("Name").is_null() { tree } else { tree.get("Name") };
        let text = tree.as_text()?;
        let referenced = text.references().find_map(|reference| match self.entity(reference) {
            Some(Entity::Alarm(id)) => Some(id),
            _ => None,
        });
        let named = || text.known().and_then(|name| self.app.alarms.find(|alarm| alarm.name.text() == Some(name)));
        referenced.or_else(named)
    }

    /// CodeDeploy by an alias' update policy.
    pub(super) fn alias_deployment(&mut self, resource: &Resource) {
        let Some(policy) = &resource.update_policy else { return };
        let update = policy.get("CodeDeployLambdaAliasUpdate");
        if update.is_null() {
            return;
        }
        let own = Tree::reference(resource.scope, &resource.origin.id, "", resource.origin.place);
        let function = self.function_ref(&own, &Tree::null(own.place));
        let group = update.get("DeploymentGroupName");
        let group = group.as_text().and_then(|text| {
            text.references().find_map(|reference| match self.entity(reference) {
                Some(Entity::Other(at)) => Some(at),
                _ => None,
            })
        });
        self.waiting.push((group, function, update.clone(), resource.origin.clone()));
    }

    /// Deployment groups, with the aliases that name them.
    pub(super) fn deployment_groups(&mut self) {
        let resources = std::mem::take(&mut self.resources);
        let waiting = std::mem::take(&mut self.waiting);
        let named: Vec<usize> = waiting.iter().filter_map(|(at, ..)| *at).collect();
        for (at, function, update, origin) in waiting {
            let group = at.and_then(|at| resources.get(at)).filter(|group| group.kind.ends_with("::DeploymentGroup"));
            let deployment = self.group_deployment(group, Some(function), &update, origin);
            self.app.deployments.push(deployment);
        }
        // Where nothing but the deployment itself says which alias a group shifts.
        for (at, group) in resources.iter().enumerate() {
            if group.kind == "AWS::CodeDeploy::DeploymentGroup" && !named.contains(&at) && self.shifts_functions(group)
            {
                let nothing = Tree::null(group.origin.place);
                let deployment = self.group_deployment(Some(group), None, &nothing, group.origin.clone());
                self.app.deployments.push(deployment);
            }
        }
        self.resources = resources;
    }

    fn group_deployment(
        &self,
        group: Option<&Resource>,
        function: Option<FunctionRef>,
        update: &Tree,
        alias: Origin,
    ) -> Deployment {
        let nothing = Tree::null(alias.place);
        let properties = group.map_or(&nothing, |group| &group.properties);
        let config = properties.get("DeploymentConfigName");
        let alarms = properties.get("AlarmConfiguration");
        let alarms_on = alarms.get("Enabled").truth().known() != Some(&false);
        Deployment {
            origin: group.map_or(alias, |group| group.origin.clone()),
            functions: function.into_iter().collect(),
            kind_name: config.setting(),
            kind: self.deployment_kind(config),
            enabled: Setting::Unset,
            alarms: if alarms_on { self.alarm_list(alarms.get("Alarms")) } else { Setting::Unset },
            pre_hook: self.hook(update.get("BeforeAllowTrafficHook")),
            post_hook: self.hook(update.get("AfterAllowTrafficHook")),
        }
    }
}

fn scheduled_action(item: &Tree) -> ScheduledAction {
    let action = item.get("ScalableTargetAction");
    let action = if action.is_null() { item } else { action };
    ScheduledAction {
        place: item.place,
        schedule: item.get("Schedule").setting(),
        min: action.get("MinCapacity").whole(),
        max: action.get("MaxCapacity").whole(),
    }
}

/// A deployment configuration of the user's own.
#[derive(Debug)]
pub(super) struct DeploymentConfig {
    scope: Scope,
    id: String,
    /// Its name on the platform, with what is not known of it by name; empty where the platform makes one.
    name: String,
    is_lambda: bool,
    kind: Setting<DeploymentKind>,
}

impl Lower {
    pub(super) fn deployment_config(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let kind = properties.at(&["TrafficRoutingConfig", "Type"]).setting().try_map(|kind| match kind.as_str() {
            "AllAtOnce" => Ok(DeploymentKind::AllAtOnce),
            "TimeBasedCanary" => Ok(DeploymentKind::Canary),
            "TimeBasedLinear" => Ok(DeploymentKind::Linear),
            _ => Err(Why::new("is a way of shifting traffic that is not known")),
        });
        self.deployment_configs.push(DeploymentConfig {
            scope: resource.scope,
            id: resource.origin.id.clone(),
            name: properties.get("DeploymentConfigName").as_text().map(Text::symbolic).unwrap_or_default(),
            is_lambda: properties.get("ComputePlatform").known() == Some("Lambda"),
            kind,
        });
    }

    /// The configuration of this application that a value names.
    fn own_config(&self, tree: &Tree) -> Option<&DeploymentConfig> {
        let text = tree.as_text()?;
        let name = text.symbolic();
        let is_named = |config: &&DeploymentConfig| {
            let referred = |reference: &Reference| reference.scope == config.scope && *reference.id == *config.id;
            text.references().any(referred) || !name.is_empty() && config.name == name
        };
        self.deployment_configs.iter().find(is_named)
    }

    fn deployment_kind(&self, tree: &Tree) -> Setting<DeploymentKind> {
        match self.own_config(tree).map(|config| &config.kind) {
            Some(Setting::Known { value, .. }) => Setting::derived(*value, tree.place),
            _ => named_kind(tree),
        }
    }

    /// Whether a deployment group certainly is one for functions.
    fn shifts_functions(&self, group: &Resource) -> bool {
        let config = group.properties.get("DeploymentConfigName");
        let own = self.own_config(config).is_some_and(|config| config.is_lambda);
        own || config.known().unwrap_or_default().contains("Lambda")
    }
}

fn named_kind(tree: &Tree) -> Setting<DeploymentKind> {
    tree.setting().try_map(|name| {
        let name = name.rsplit('.').next().unwrap_or(&name).to_owned();
        let name = name.strip_prefix("Lambda").unwrap_or(&name);
        match name {
            "AllAtOnce" => Ok(DeploymentKind::AllAtOnce),
            name if name.contains("Canary") => Ok(DeploymentKind::Canary),
            name if name.contains("Linear") => Ok(DeploymentKind::Linear),
            _ => Err(Why::new("is a deployment configuration of the user's own")),
        }
    })
}
