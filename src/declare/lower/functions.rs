//! Functions, layers, versions, aliases and their settings.

use super::super::model::{
    Alias, CapacityProvider, Durable, EventInvoke, Function, FunctionKind, Layer, LayerUse, Origin, Provisioned,
    Qualifier, Setting, SnapStart, Version, Weight, Why,
};
use super::super::resource::Resource;
use super::super::tree::{Kind, Text, Tree};
use super::{Entity, Lower, place_of, presence};
use crate::platform::Runtime;

/// Most functions of one application; the platform takes 500 resources in a stack.
const MOST_FUNCTIONS: usize = 4_000;

impl Lower {
    pub(super) fn function(&mut self, resource: &Resource) {
        if self.app.functions.len() >= MOST_FUNCTIONS {
            return;
        }
        let function = plain_function(resource);
        let id = self.app.functions.push(function);
        if let Some(name) = resource.properties.get("FunctionName").as_text() {
            let name = name.symbolic();
            let name = name.rsplit(":function:").next().unwrap_or(&name).to_owned();
            self.function_names.insert(name, id);
        }
        self.register(resource, Entity::Function(id));
        if let Some(alias) = &resource.extra.alias {
            self.automatic_alias(resource, id, alias);
        }
    }

    fn automatic_alias(&mut self, resource: &Resource, id: super::Id<Function>, name: &Tree) {
        let origin = Origin { place: place_of(name, resource), properties: None, ..resource.origin.clone() };
        let function = super::super::model::FunctionRef {
            target: super::super::model::Target::Own(id),
            qualifier: Qualifier::Named("the newest version".to_owned()),
            place: origin.place,
        };
        let alias = Alias { origin, name: name.setting(), function, is_automatic: true, weights: Vec::new() };
        let alias = self.app.aliases.push(alias);
        self.automatic.insert(id, alias);
        if let Some(text) = name.as_text() {
            self.alias_names.insert((id, text.symbolic()), alias);
        }
    }

    pub(super) fn layer(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let settings = |key: &str| properties.get(key).one_or_more().iter().map(Tree::setting).collect();
        let layer = Layer {
            origin: resource.origin.clone(),
            name: properties.get("LayerName").setting(),
            content: resource.extra.code.clone().unwrap_or_default(),
            runtimes: settings("CompatibleRuntimes"),
            architectures: settings("CompatibleArchitectures"),
        };
        let id = self.app.layers.push(layer);
        self.register(resource, Entity::Layer(id));
    }

    /// What a function refers to: layers, its dead-letter target, provisioned concurrency of its own.
    pub(super) fn function_references(&mut self, resource: &Resource) {
        let key = (resource.scope, std::sync::Arc::from(resource.origin.id.as_str()));
        let Some(Entity::Function(id)) = self.index.get(&key).copied() else { return };
        let layers = self.layer_uses(resource.properties.get("Layers"));
        let dead_letter = self.optional_destination(resource.properties.at(&["DeadLetterConfig", "TargetArn"]));
        if let Setting::Known { value: super::super::model::Destination::Queue(queue), .. } = &dead_letter {
            self.app.queues[*queue].is_dead_letter = true;
        }
        // A runtime that is a resource of its own is the customer's: nothing is known of how it loads code.
        let runtime = resource.properties.get("Runtime").as_text();
        let is_custom = runtime.is_some_and(|text| text.references().any(|reference| self.entity(reference).is_some()));
        let is_custom = is_custom || !resource.properties.get("RuntimeConfig").is_null();
        let function = &mut self.app.functions[id];
        if is_custom {
            function.kind = FunctionKind::NotAnalysed;
        }
        function.layers = layers;
        function.dead_letter = dead_letter;
    }

    fn layer_uses(&self, list: &Tree) -> Vec<LayerUse> {
        if let Kind::Unknown(why) = &list.kind {
            return vec![LayerUse::Unknown(why.clone(), list.place)];
        }
        list.one_or_more().iter().map(|item| self.layer_use(item)).collect()
    }

    fn layer_use(&self, item: &Tree) -> LayerUse {
        match &item.kind {
            Kind::Text(text) => {
                let own = text.references().find_map(|reference| match self.entity(reference) {
                    Some(Entity::Layer(id)) => Some(id),
                    _ => None,
                });
                match own {
                    Some(id) => LayerUse::Own(id, item.place),
                    None if text.known().is_some() || text.pattern().contains(":layer:") => {
                        LayerUse::Arn(text.pattern(), item.place)
                    }
                    None => LayerUse::Unknown(text.why(), item.place),
                }
            }
            Kind::Unknown(why) => LayerUse::Unknown(why.clone(), item.place),
            _ => LayerUse::Unknown(Why::new("is not the name of a layer"), item.place),
        }
    }

    pub(super) fn version(&mut self, resource: &Resource) {
        let function = self.function_ref(resource.properties.get("FunctionName"), &Tree::null(resource.origin.place));
        let id = self.app.versions.push(Version { origin: resource.origin.clone(), function });
        self.register(resource, Entity::Version(id));
    }

    pub(super) fn alias(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let version = properties.get("FunctionVersion");
        let mut function = self.function_ref(properties.get("FunctionName"), version);
        if version.known() == Some("$LATEST") {
            function.qualifier = Qualifier::Latest;
        }
        let name = properties.get("Name");
        let owner = function.function();
        let weights = weights(properties.at(&["RoutingConfig", "AdditionalVersionWeights"]));
        let alias =
            Alias { origin: resource.origin.clone(), name: name.setting(), function, is_automatic: false, weights };
        let id = self.app.aliases.push(alias);
        if let (Some(owner), Some(text)) = (owner, name.as_text()) {
            self.alias_names.insert((owner, text.symbolic()), id);
        }
        self.register(resource, Entity::Alias(id));
    }

    pub(super) fn version_settings(&mut self, resource: &Resource) {
        self.held_provisioned(resource);
    }

    pub(super) fn alias_settings(&mut self, resource: &Resource) {
        self.held_provisioned(resource);
        self.alias_deployment(resource);
    }

    /// Provisioned concurrency as a property of a version or alias.
    fn held_provisioned(&mut self, resource: &Resource) {
        let amount = resource.properties.at(&["ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions"]);
        if amount.is_null() {
            return;
        }
        let own = Tree::reference(resource.scope, &resource.origin.id, "", resource.origin.place);
        let on = self.function_ref(&own, &Tree::null(own.place));
        self.app.provisioned.push(Provisioned { origin: resource.origin.clone(), on, amount: amount.whole() });
    }

    /// Provisioned concurrency as a resource or a setting of its own.
    pub(super) fn provisioned(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let on = self.function_ref(properties.get("FunctionName"), properties.get("Qualifier"));
        let amount = properties.get("Amount").whole();
        self.app.provisioned.push(Provisioned { origin: resource.origin.clone(), on, amount });
    }

    pub(super) fn event_invoke(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let on = self.function_ref(properties.get("FunctionName"), properties.get("Qualifier"));
        let on_failure = self.optional_destination(properties.at(&["DestinationConfig", "OnFailure", "Destination"]));
        // SAM makes the queue or topic of which only the type is said.
        let made = properties.at(&["DestinationConfig", "OnFailure", "Type"]);
        let on_failure = if on_failure.is_unset() && !made.is_null() {
            let id = format!("{}FailureDestination", resource.origin.id);
            Setting::derived(super::super::model::Destination::Other(id), made.place)
        } else {
            on_failure
        };
        let on_success = self.optional_destination(properties.at(&["DestinationConfig", "OnSuccess", "Destination"]));
        if let Some(super::super::model::Destination::Queue(queue)) = on_failure.known() {
            let queue = *queue;
            self.app.queues[queue].is_dead_letter = true;
        }
        self.app.event_invokes.push(EventInvoke {
            origin: resource.origin.clone(),
            on,
            retries: properties.get("MaximumRetryAttempts").whole(),
            max_age_s: properties.get("MaximumEventAgeInSeconds").whole(),
            on_failure,
            on_success,
        });
    }
}

/// A function without what it refers to.
fn plain_function(resource: &Resource) -> Function {
    let properties = &resource.properties;
    let text = |key: &str| properties.get(key).setting();
    let runtime_name = text("Runtime");
    let code = resource.extra.code.clone().unwrap_or_default();
    let is_image = properties.get("PackageType").known() == Some("Image")
        || matches!(code.source, super::super::model::CodeSource::Image(_));
    let (environment, environment_open) = environment(properties.at(&["Environment", "Variables"]));
    let architecture = properties.get("Architectures").one_or_more().first().map_or(Setting::Unset, Tree::setting);
    Function {
        origin: resource.origin.clone(),
        kind: resource.extra.kind,
        name: text("FunctionName"),
        code,
        is_image,
        runtime: runtime_name.clone().try_map(|name| {
            name.parse::<Runtime>().map_err(|_| Why::new(format!("is `{name}`, which is none that is simulated")))
        }),
        runtime_name,
        architecture: architecture.try_map(|name| name.parse().map_err(|why: String| Why::new(why))),
        handler: text("Handler"),
        memory_mb: properties.get("MemorySize").whole(),
        timeout_s: properties.get("Timeout").whole(),
        ephemeral_mb: properties.at(&["EphemeralStorage", "Size"]).whole(),
        reserved: properties.get("ReservedConcurrentExecutions").whole(),
        snap_start: snap_start(properties.at(&["SnapStart", "ApplyOn"])),
        layers: Vec::new(),
        environment,
        environment_open,
        dead_letter: Setting::Unset,
        tracing: properties.at(&["TracingConfig", "Mode"]).setting(),
        vpc: presence(properties.get("VpcConfig")),
        file_systems: file_systems(properties.get("FileSystemConfigs")),
        capacity_provider: capacity_provider(properties),
        durable: durable(properties.get("DurableConfig")),
        tenancy: properties.at(&["TenancyConfig", "TenantIsolationMode"]).setting(),
        publishes: properties.get("Publish").truth(),
        tags: tags(properties.get("Tags")),
    }
}

fn environment(variables: &Tree) -> (std::collections::BTreeMap<String, Setting<String>>, Option<Why>) {
    let open = match &variables.kind {
        Kind::Unknown(why) => Some(why.clone()),
        Kind::Map(map) => map.open.clone(),
        Kind::Text(text) => Some(text.why()),
        _ => None,
    };
    // Names that a template computes.
    let is_computed = variables.entries().iter().any(|(key, _)| key.text.contains("${"));
    let open = open.or_else(|| is_computed.then(|| Why::new("has names that are computed")));
    let known = variables.entries().iter().map(|(key, value)| (key.text.to_string(), value.setting()));
    (known.collect(), open)
}

fn snap_start(tree: &Tree) -> Setting<SnapStart> {
    tree.setting().try_map(|text| match text.as_str() {
        "PublishedVersions" => Ok(SnapStart::PublishedVersions),
        "None" => Ok(SnapStart::None),
        _ => Err(Why::new("is neither `PublishedVersions` nor `None`")),
    })
}

fn file_systems(list: &Tree) -> Vec<Setting<String>> {
    let mount = |item: &Tree| match item.get("LocalMountPath") {
        path if path.is_null() => Setting::unknown("has no mount path", item.place),
        path => path.setting(),
    };
    list.one_or_more().iter().map(mount).collect()
}

fn capacity_provider(properties: &Tree) -> Setting<CapacityProvider> {
    let written = properties.get("CapacityProviderConfig");
    if let Kind::Unknown(why) = &written.kind {
        return Setting::Unknown { why: why.clone(), place: written.place };
    }
    if written.is_null() {
        return Setting::Unset;
    }
    let inner = written.get("LambdaManagedInstancesCapacityProviderConfig");
    let inner = if inner.is_null() { written } else { inner };
    let first = |keys: [&str; 2]| {
        let found = inner.get(keys[0]);
        if found.is_null() { inner.get(keys[1]) } else { found }.clone()
    };
    let scaling = properties.get("FunctionScalingConfig");
    let provider = first(["CapacityProviderArn", "Arn"]);
    let provider = match provider.sole_reference() {
        Some(reference) => Setting::derived(reference.id.to_string(), provider.place),
        None => provider.setting(),
    };
    let value = CapacityProvider {
        provider,
        concurrency_per_environment: inner.get("PerExecutionEnvironmentMaxConcurrency").whole(),
        gib_per_vcpu: inner.get("ExecutionEnvironmentMemoryGiBPerVCpu").number(),
        min_environments: scaling.get("MinExecutionEnvironments").whole(),
        max_environments: scaling.get("MaxExecutionEnvironments").whole(),
    };
    Setting::Known { value, place: written.place, literal: written.literal }
}

fn durable(tree: &Tree) -> Setting<Durable> {
    match &tree.kind {
        Kind::Null => Setting::Unset,
        Kind::Unknown(why) => Setting::Unknown { why: why.clone(), place: tree.place },
        _ => {
            let value = Durable {
                execution_timeout_s: tree.get("ExecutionTimeout").whole(),
                retention_days: tree.get("RetentionPeriodInDays").whole(),
            };
            Setting::Known { value, place: tree.place, literal: tree.literal }
        }
    }
}

/// Tags as a mapping (SAM) or as a list of `Key` and `Value`.
fn tags(tree: &Tree) -> std::collections::BTreeMap<String, Setting<String>> {
    let mapped = tree.entries().iter().map(|(key, value)| (key.text.to_string(), value.setting()));
    let listed =
        tree.items().iter().filter_map(|item| Some((item.get("Key").known()?.to_owned(), item.get("Value").setting())));
    mapped.chain(listed).collect()
}

/// Weights as a list of `FunctionVersion` and `FunctionWeight`, or as a mapping.
fn weights(tree: &Tree) -> Vec<Weight> {
    let version = |text: &Tree| match text.as_text().map(Text::known) {
        Some(None) => Setting::Unknown { why: Why::new("depends on the deployment"), place: text.place },
        _ => text.setting(),
    };
    let listed = tree.items().iter().map(|item| Weight {
        version: version(item.get("FunctionVersion")),
        weight: item.get("FunctionWeight").number(),
        place: item.place,
    });
    let mapped = tree.entries().iter().map(|(key, value)| Weight {
        version: Setting::literal(key.text.to_string(), key.place),
        weight: value.number(),
        place: key.place,
    });
    listed.chain(mapped).collect()
}
