//! The Serverless Framework, version 3 and 4.

mod changes;
mod constructs;
mod events;
mod package;
mod plugins;
mod said;
mod script;
#[cfg(test)]
mod tests;
mod variables;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use variables::next_variable;

use self::variables::Variables;
use super::cloudformation::eval::{Bindings, Template};
use super::model::{Origin, Place, Plugin, Problem, Setting};
use super::reader::{MOST_RESOURCES, Reader, problem_in, start_of};
use super::resource::{Resource, own};
use super::tree::{Key, Kind, Maker, Scope, Tree};
use crate::input::files;
use crate::manifest::yaml::Node;

/// The scope of everything in a service.
const SCOPE: Scope = 0;
/// Most functions of one service.
const MOST_FUNCTIONS: usize = 1_000;

/// Whether a text is a service of the Serverless Framework on AWS.
pub(super) fn looks_like_one(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_named = name.starts_with("serverless") && !name.ends_with(".template");
    let has = |word: &str| text.contains(word);
    if is_elsewhere(text) {
        return false;
    }
    let extension = name.rsplit('.').next().unwrap_or_default();
    match extension {
        "yml" | "yaml" => {
            let keys = ["service:", "provider:"].iter().all(|key| text.lines().any(|line| line.starts_with(key)));
            keys && (is_named || has("functions:"))
        }
        "json" => is_named && has("\"provider\"") && has("\"service\""),
        "ts" | "js" | "cjs" | "mjs" => is_named && has("provider") && has("service"),
        _ => false,
    }
}

/// Whether the provider that a text names is another one than AWS.
fn is_elsewhere(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|line| !line.starts_with("provider:"));
    let first = lines.next().and_then(|line| line.strip_prefix("provider:")).map_or("", str::trim);
    let inside = lines.take_while(|line| line.starts_with([' ', '\t', '#']) || line.trim().is_empty());
    let named = inside.filter_map(|line| line.trim().strip_prefix("name:")).map(str::trim).next();
    let name = named.unwrap_or(first).split(['#', ' ']).next().unwrap_or_default().trim_matches(['"', '\'']);
    !name.is_empty() && !name.starts_with(['$', '{', '&', '*']) && name != "aws"
}

/// A service while its functions are read.
pub(super) struct Service<'s, 'n, 'f> {
    reader: &'s mut Reader<'f>,
    template: &'s Template<'n>,
    path: String,
    /// The service's values.
    root: Tree,
    /// Name of the service and stage, as they make the functions' names.
    prefix: Option<String>,
    /// Resources that the service's own `resources` declare, whose properties lie over the framework's.
    extensions: BTreeMap<String, Tree>,
}

/// Reads a service with everything that belongs to it.
pub(super) fn read(path: &str, reader: &mut Reader<'_>) -> Result<(), Problem> {
    let root = open(path, reader)?;
    let text = reader.app.files.first().map_or_else(|| Arc::from(""), |file| file.text.clone());
    if !root.is_mapping() || root.get("provider").is_none() {
        return Err(problem_in(path, &text, root.span.start, "not a service: there is no `provider`".to_owned()));
    }
    let folder = files::parent(path).to_owned();
    let mut variables = Variables::new(reader, &folder, Arc::clone(&root));
    let stage = variables.stage(20);
    let root = variables.resolved(&root);
    let provider =
        root.get("provider").and_then(|provider| provider.get("name").and_then(Node::text).or(provider.text()));
    if let Some(other) = provider.filter(|name| *name != "aws" && next_variable(name).is_none()) {
        let message = format!("its provider is `{other}`; only services on `aws` are read");
        return Err(problem_in(path, &text, root.span.start, message));
    }
    let empty = BTreeMap::new();
    let known = |setting: &Setting<String>| setting.clone();
    let region = root.get("provider").and_then(|provider| provider.get("region")).and_then(Node::text);
    let region = region.filter(|text| next_variable(text).is_none());
    let place = start_of(0);
    reader.app.region = region.map_or(Setting::Unset, |region| Setting::derived(region.to_owned(), place));
    reader.app.stage = Setting::derived(stage.clone(), place);
    let declared: Vec<Arc<Node>> = resource_parts(&root);
    let first = declared.first().cloned().unwrap_or_else(|| Arc::clone(&root));
    let (region, account) = (known(&reader.app.region), known(&reader.app.account));
    let name = service_name(&root);
    let stack_name = name.as_ref().map_or(Setting::Unset, |name| Setting::derived(format!("{name}-{stage}"), place));
    let template = Template::new(0, SCOPE, &first, &empty, (&region, &account, &stack_name)).with_variables();
    reader.app.name = name.clone().unwrap_or_else(|| files::parent(path).rsplit('/').next().unwrap_or(path).to_owned());
    let tree = template.eval(&root, &Bindings::new());
    note_plugins(&tree, reader);
    reader.gathered.parameters.extend(template.parameters());
    reader.gathered.conditions.extend(template.all_conditions());
    let prefix = name.map(|name| format!("{name}-{stage}"));
    let mut service =
        Service { reader, template: &template, path: path.to_owned(), root: tree, prefix, extensions: BTreeMap::new() };
    service.declared_resources(&declared);
    service.functions();
    service.constructs();
    service.graphql();
    service.state_machines();
    service.layers();
    service.extended();
    Ok(())
}

fn open(path: &str, reader: &mut Reader<'_>) -> Result<Arc<Node>, Problem> {
    let is_script = matches!(path.rsplit('.').next(), Some("ts" | "js" | "cjs" | "mjs"));
    if !is_script {
        return reader.open_yaml(path).map(|(_, root)| root);
    }
    let whole = |message: String| Problem { path: path.to_owned(), line: None, column: None, message };
    script::object(path, reader).map_err(whole)
}

fn service_name(root: &Node) -> Option<String> {
    let service = root.get("service")?;
    let name = service.text().or_else(|| service.get("name")?.text())?;
    next_variable(name).is_none().then(|| name.to_owned())
}

/// The parts of `resources`, which may be a list.
fn resource_parts(root: &Arc<Node>) -> Vec<Arc<Node>> {
    let Some(resources) = root.get_shared("resources") else { return Vec::new() };
    if resources.is_mapping() { vec![resources] } else { resources.items_shared().to_vec() }
}

fn note_plugins(root: &Tree, reader: &mut Reader<'_>) {
    let plugins = root.get("plugins");
    let listed = if plugins.get("modules").is_null() { plugins } else { plugins.get("modules") };
    for plugin in listed.one_or_more() {
        if let Some(name) = plugin.known() {
            reader.app.plugins.push(Plugin { name: name.to_owned(), place: plugin.place });
        }
    }
}

/// A function's name as the framework makes logical ids of it.
pub(crate) fn logical(name: &str) -> String {
    let name = name.replace('-', "Dash").replace('_', "Underscore");
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl Service<'_, '_, '_> {
    fn push(&mut self, resource: Resource) {
        if self.reader.gathered.resources.len() < MOST_RESOURCES {
            self.reader.gathered.resources.push(resource);
        }
    }

    /// The service's own CloudFormation.
    fn declared_resources(&mut self, parts: &[Arc<Node>]) {
        for part in parts {
            for (key, node) in part.get("Resources").into_iter().flat_map(Node::entries) {
                let Some(id) = key.text().map(str::to_owned) else { continue };
                self.declared_resource(&id, key, node);
            }
            for (key, node) in part.get("extensions").into_iter().flat_map(Node::entries) {
                let properties = self.template.eval(node, &Bindings::new()).get("Properties").clone();
                self.extensions.insert(key.text().unwrap_or_default().to_owned(), properties);
            }
        }
    }

    fn declared_resource(&mut self, id: &str, key: &Node, node: &Node) {
        let written = self.template.eval(node, &Bindings::new());
        let place = self.template.place(key);
        let properties = written.get("Properties");
        let properties = if properties.is_null() { Tree::map(Vec::new(), place) } else { properties.clone() };
        let kind = written.get("Type").known().unwrap_or_default().to_owned();
        if kind.is_empty() || self.is_own(id) {
            self.extensions.insert(id.to_owned(), properties);
            return;
        }
        let condition = written.get("Condition").known().map(str::to_owned);
        let first = properties.entries().first().map(|(key, _)| key.place);
        let origin = Origin { id: id.to_owned(), place, properties: first, condition };
        let mut resource = Resource::new(origin, SCOPE, kind, properties);
        let policy = written.get("UpdatePolicy");
        resource.update_policy = (!policy.is_null()).then(|| policy.clone());
        if resource.kind == "AWS::Lambda::Function" || resource.kind == "AWS::Lambda::LayerVersion" {
            resource.extra.code = Some(self.raw_code(&resource));
        }
        self.push(resource);
    }

    /// Whether a logical id is one that the framework makes.
    fn is_own(&self, id: &str) -> bool {
        let functions = self.root.get("functions");
        id.strip_suffix("LambdaFunction").is_some_and(|start| {
            let parts = functions.one_or_more().iter().flat_map(Tree::entries);
            functions.entries().iter().chain(parts).any(|(key, _)| logical(&key.text) == start)
        })
    }

    fn functions(&mut self) {
        let functions = self.root.get("functions").clone();
        if let Kind::Unknown(why) = &functions.kind {
            let why = why.to_string();
            self.reader.problem(functions.place, format!("what functions there are is not known: `functions` {why}"));
        }
        // A list of mappings is one mapping in parts.
        let parts = functions.items().iter().flat_map(Tree::entries);
        for (key, value) in functions.entries().iter().chain(parts).take(MOST_FUNCTIONS) {
            self.function(key, value);
        }
    }

    fn function(&mut self, key: &Key, written: &Tree) {
        let id = format!("{}LambdaFunction", logical(&key.text));
        if written.as_map().is_none() {
            let why = match &written.kind {
                Kind::Unknown(why) => why.to_string(),
                Kind::Text(text) if text.known().is_none() => text.why().to_string(),
                _ => "is no mapping".to_owned(),
            };
            return self.reader.problem(key.place, format!("the function `{}` is left out: it {why}", key.text));
        }
        let mut properties = self.properties(key, written);
        if let Some(extension) = self.extensions.get(&id) {
            properties = properties.merged(extension.clone(), false);
        }
        let first = written.entries().first().map(|(key, _)| key.place);
        let condition = written.get("condition").known().map(str::to_owned);
        let origin = Origin { id: key.text.to_string(), place: key.place, properties: first, condition };
        let mut resource = Resource::new(origin.clone(), SCOPE, "AWS::Lambda::Function", properties);
        resource.extra.code = Some(self.code(key, written));
        resource.extra.names = vec![id.clone()];
        resource.extra.written = Some("function".to_owned());
        resource.extra.kind = self.function_kind(written);
        let alias = alias(written);
        resource.extra.alias.clone_from(&alias);
        let attribute = if alias.is_some() { "Alias" } else { "" };
        let function = Tree::reference(SCOPE, &id, attribute, key.place);
        self.push(resource);
        self.function_settings(&origin, written, &function);
        for event in written.get("events").one_or_more() {
            self.event(&origin, event, &function);
        }
    }

    /// A function's properties in CloudFormation's words; what it does not say, the provider does.
    fn properties(&self, key: &Key, written: &Tree) -> Tree {
        let provider = self.root.get("provider");
        let inherited = |name: &str| match written.get(name) {
            own if own.is_null() => provider.get(name).clone().shared(),
            own => own.clone(),
        };
        let make = Maker { place: key.place };
        let name = match (written.get("name"), &self.prefix) {
            (name, Some(prefix)) if name.is_null() => make.text(format!("{prefix}-{}", key.text)),
            (name, _) => name.clone(),
        };
        let environment = provider.get("environment").clone().shared();
        let environment = match (environment.is_null(), written.get("environment")) {
            (true, own) => own.clone(),
            (false, own) if own.is_null() => environment,
            (false, own) => environment.merged(own.clone(), false),
        };
        let image = written.get("image");
        let snap_start = written.get("snapStart");
        let apply = match snap_start.truth().known() {
            Some(true) => Tree::text("PublishedVersions", snap_start.place).derived(),
            Some(false) => Tree::null(snap_start.place),
            None => snap_start.clone(),
        };
        let tracing = match written.get("tracing") {
            own if own.is_null() => provider.at(&["tracing", "lambda"]).clone(),
            own => own.clone(),
        };
        let wrap = |name: &str, value: Tree| {
            let place = value.place;
            if value.is_null() { value } else { Maker { place }.map([(name, value)]) }
        };
        let vpc = inherited("vpc");
        let image_type = if image.is_null() { Tree::null(key.place) } else { make.text("Image") };
        make.map([
            ("FunctionName", name),
            ("Handler", written.get("handler").clone()),
            ("Runtime", if image.is_null() { inherited("runtime") } else { Tree::null(key.place) }),
            ("MemorySize", inherited("memorySize")),
            ("Timeout", inherited("timeout")),
            ("ReservedConcurrentExecutions", written.get("reservedConcurrency").clone()),
            ("Architectures", inherited("architecture")),
            ("Layers", inherited("layers")),
            ("Environment", wrap("Variables", environment)),
            ("EphemeralStorage", wrap("Size", written.get("ephemeralStorageSize").clone())),
            ("SnapStart", wrap("ApplyOn", apply)),
            ("TracingConfig", wrap("Mode", active(tracing))),
            ("DeadLetterConfig", wrap("TargetArn", written.get("onError").clone())),
            ("VpcConfig", vpc),
            ("FileSystemConfigs", file_system(written.get("fileSystemConfig"))),
            ("PackageType", image_type),
            ("DurableConfig", durable(written.get("durableConfig"))),
            ("CapacityProviderConfig", written.get("capacityProvider").clone()),
            ("Publish", self.versions(written, provider, &make)),
            ("Tags", written.get("tags").clone()),
        ])
    }

    fn versions(&self, written: &Tree, provider: &Tree, make: &Maker) -> Tree {
        let said = [written.get("versionFunction"), provider.get("versionFunctions")];
        let said = said.into_iter().find(|value| !value.is_null());
        said.cloned().unwrap_or_else(|| make.text("true"))
    }

    /// Settings of a function that are resources of their own in CloudFormation.
    fn function_settings(&mut self, origin: &Origin, written: &Tree, function: &Tree) {
        let provisioned = written.get("provisionedConcurrency");
        let amount = if provisioned.as_map().is_some() { provisioned.get("executions") } else { provisioned };
        if !amount.is_null() && amount.known() != Some("0") {
            let make = Maker { place: amount.place };
            let tree = make.map([("FunctionName", function.clone()), ("Amount", amount.clone())]);
            self.push(made(origin, amount.place, own::PROVISIONED, tree));
        }
        let url = written.get("url");
        if !url.is_null() && url.truth().known() != Some(&false) {
            let make = Maker { place: url.place };
            let streams = url.get("invokeMode").clone();
            let tree = make.map([("TargetFunctionArn", function.clone()), ("InvokeMode", streams)]);
            self.push(made(origin, url.place, "AWS::Lambda::Url", tree));
        }
        self.event_invoke(origin, written, function);
        let shift = written.get("deploymentSettings");
        if shift.as_map().is_some() {
            let make = Maker { place: shift.place };
            let tree = make.map([
                ("Function", function.clone()),
                ("Type", shift.get("type").clone()),
                ("Alarms", shift.get("alarms").clone()),
                ("Pre", shift.get("preTrafficHook").clone()),
                ("Post", shift.get("postTrafficHook").clone()),
            ]);
            self.push(made(origin, shift.place, own::DEPLOYMENT, tree));
        }
    }

    fn event_invoke(&mut self, origin: &Origin, written: &Tree, function: &Tree) {
        let (retries, age) = (written.get("maximumRetryAttempts"), written.get("maximumEventAge"));
        let destinations = written.get("destinations");
        let Some(place) = [destinations, retries, age].into_iter().find(|tree| !tree.is_null()).map(|tree| tree.place)
        else {
            return;
        };
        let make = Maker { place };
        let config = |tree: Tree| if tree.is_null() { tree } else { Maker { place }.map([("Destination", tree)]) };
        let destinations = make.map([
            ("OnFailure", config(self.target(destinations.get("onFailure")))),
            ("OnSuccess", config(self.target(destinations.get("onSuccess")))),
        ]);
        let tree = make.map([
            ("FunctionName", function.clone()),
            ("MaximumRetryAttempts", retries.clone()),
            ("MaximumEventAgeInSeconds", age.clone()),
            ("DestinationConfig", destinations),
        ]);
        self.push(made(origin, place, "AWS::Lambda::EventInvokeConfig", tree));
    }

    /// A destination: an ARN, a function of the service by name, or a mapping with an `arn`.
    fn target(&self, written: &Tree) -> Tree {
        let arn = written.get("arn");
        if !arn.is_null() {
            return arn.clone();
        }
        match written.known() {
            Some(name) if !name.contains(':') => {
                Tree::reference(SCOPE, &format!("{}LambdaFunction", logical(name)), "Arn", written.place)
            }
            _ => written.clone(),
        }
    }

    /// Extensions of resources that are the user's own.
    fn extended(&mut self) {
        for resource in &mut self.reader.gathered.resources {
            if let Some(extension) = self.extensions.get(&resource.origin.id)
                && !extension.is_null()
            {
                let below = std::mem::replace(&mut resource.properties, Tree::null(extension.place));
                resource.properties = below.merged(extension.clone(), false);
            }
        }
    }
}

/// A resource that the framework makes for a function.
pub(super) fn made(origin: &Origin, place: Place, kind: &str, tree: Tree) -> Resource {
    Resource::made(&origin.id, place, SCOPE, kind, tree).under(origin.condition.as_ref())
}

/// The alias that the framework, or the canary plugin, makes.
fn alias(written: &Tree) -> Option<Tree> {
    let canary = written.at(&["deploymentSettings", "alias"]);
    let provisioned = written.get("provisionedConcurrency");
    let named = provisioned.get("alias");
    if !canary.is_null() {
        return Some(canary.clone());
    }
    if provisioned.as_map().is_some() && !named.is_null() {
        return Some(named.clone());
    }
    if !provisioned.is_null() && provisioned.known() != Some("0") {
        return Some(Tree::text("provisioned", provisioned.place).derived());
    }
    let snap_start = written.get("snapStart");
    (snap_start.truth().known() == Some(&true)).then(|| Tree::text("snapstart", snap_start.place).derived())
}

/// `true` as the platform writes it.
fn active(tracing: Tree) -> Tree {
    match tracing.truth().known() {
        Some(true) => Tree::text("Active", tracing.place).derived(),
        Some(false) => Tree::null(tracing.place),
        None => tracing,
    }
}

fn file_system(written: &Tree) -> Tree {
    if written.is_null() {
        return written.clone();
    }
    let make = Maker { place: written.place };
    make.list(vec![make.map([("LocalMountPath", written.get("localMountPath").clone())])])
}

fn durable(written: &Tree) -> Tree {
    if written.as_map().is_none() {
        return written.clone();
    }
    let make = Maker { place: written.place };
    make.map([
        ("ExecutionTimeout", written.get("executionTimeout").clone()),
        ("RetentionPeriodInDays", written.get("retentionPeriodInDays").clone()),
    ])
}
