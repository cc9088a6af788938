//! What SAM makes of its own resource types.

use std::sync::Arc;

use super::super::model::{Origin, Place};
use super::super::reader::local;
use super::super::resource::{Resource, own};
use super::super::tree::{Key, Kind, Maker, Tree};
use super::Stack;
use super::eval::{Bindings, INCLUDED, Template};
use crate::input::files;

/// Lists of which `Globals` and the function's own are not joined.
const REPLACED: [&str; 2] = ["Architectures", "CompatibleRuntimes"];

impl Stack<'_, '_> {
    /// A resource of a type of SAM's own.
    pub(super) fn serverless(&mut self, template: &Template<'_>, mut resource: Resource, metadata: &Tree) {
        let written = resource.kind.clone();
        resource.extra.written = Some(written.clone());
        let section = written.rsplit("::").next().unwrap_or_default();
        resource.properties = self.with_globals(template, section, resource.properties);
        match section {
            "Function" => self.sam_function(resource, metadata),
            "LayerVersion" => {
                resource.kind = "AWS::Lambda::LayerVersion".to_owned();
                resource.extra.code = Some(self.layer_code(&resource, metadata, "ContentUri"));
                self.push(resource);
            }
            "SimpleTable" => {
                resource.kind = "AWS::DynamoDB::Table".to_owned();
                self.push(resource);
            }
            "Api" => self.sam_api(template, resource, "AWS::ApiGateway::RestApi", "rest"),
            "HttpApi" => self.sam_api(template, resource, "AWS::ApiGatewayV2::Api", "http"),
            "GraphQLApi" => self.sam_graphql(resource),
            _ => self.push(resource),
        }
    }

    /// `Globals` below a resource's own properties.
    fn with_globals(&self, template: &Template<'_>, section: &str, own: Tree) -> Tree {
        let globals = template.root.get("Globals").and_then(|globals| globals.get(section));
        let Some(globals) = globals else { return own };
        let mut globals = template.eval(globals, &Bindings::new()).shared();
        let ignored = own.get("IgnoreGlobals");
        if ignored.known() == Some("*") {
            return own;
        }
        let left_out = |key: &Key| ignored.items().iter().any(|item| item.known() == Some(&*key.text));
        if let Kind::Map(map) = &mut globals.kind {
            map.entries.retain(|(key, _)| {
                let replaced = REPLACED.contains(&&*key.text) && !own.get(&key.text).is_null();
                !left_out(key) && !replaced
            });
        }
        globals.merged(own, true)
    }

    fn sam_function(&mut self, mut resource: Resource, metadata: &Tree) {
        resource.kind = "AWS::Lambda::Function".to_owned();
        resource.extra.code = Some(self.serverless_code(&resource, metadata));
        let alias = resource.properties.get("AutoPublishAlias").clone();
        let has_alias = !alias.is_null();
        if has_alias {
            resource.extra.alias = Some(alias.clone());
        }
        let properties = resource.properties.clone();
        renamed(&mut resource.properties, &properties);
        let attribute = if has_alias { "Alias" } else { "" };
        let function = Tree::reference(resource.scope, &resource.origin.id, attribute, resource.origin.place);
        let parts = Parts { origin: resource.origin.clone(), scope: resource.scope, function };
        self.push(resource);
        self.sam_settings(&parts, &properties);
        self.sam_events(&parts, properties.get("Events"));
    }

    /// Settings of a function that are resources of their own in CloudFormation.
    fn sam_settings(&mut self, parts: &Parts, properties: &Tree) {
        let provisioned = properties.at(&["ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions"]);
        if !provisioned.is_null() {
            let make = Maker { place: provisioned.place };
            let tree = make.map([("FunctionName", parts.function.clone()), ("Amount", provisioned.clone())]);
            self.push(parts.resource(own::PROVISIONED, provisioned.place, tree));
        }
        let invoke = properties.get("EventInvokeConfig");
        if invoke.as_map().is_some() {
            let tree = with(invoke.clone(), "FunctionName", parts.function.clone());
            self.push(parts.resource("AWS::Lambda::EventInvokeConfig", invoke.place, tree));
        }
        let url = properties.get("FunctionUrlConfig");
        if url.as_map().is_some() {
            let tree = with(url.clone(), "TargetFunctionArn", parts.function.clone());
            self.push(parts.resource("AWS::Lambda::Url", url.place, tree));
        }
        let preference = properties.get("DeploymentPreference");
        if preference.as_map().is_some() {
            let make = Maker { place: preference.place };
            let tree = make.map([
                ("Function", parts.function.clone()),
                ("Type", preference.get("Type").clone()),
                ("Enabled", preference.get("Enabled").clone()),
                ("Alarms", preference.get("Alarms").clone()),
                ("Pre", preference.at(&["Hooks", "PreTraffic"]).clone()),
                ("Post", preference.at(&["Hooks", "PostTraffic"]).clone()),
            ]);
            self.push(parts.resource(own::DEPLOYMENT, preference.place, tree));
        }
    }

    fn sam_api(&mut self, template: &Template<'_>, mut resource: Resource, kind: &str, word: &str) {
        resource.kind = kind.to_owned();
        let properties = resource.properties.clone();
        let body = self.definition(template, &properties);
        if !body.is_null() {
            resource.properties = with(resource.properties, "Body", body);
        }
        let own_id = Tree::reference(resource.scope, &resource.origin.id, "", resource.origin.place);
        let parts = Parts { origin: resource.origin.clone(), scope: resource.scope, function: own_id.clone() };
        self.push(resource);
        self.sam_stage(&parts, &properties, kind, &own_id);
        self.sam_authorizers(&parts, properties.at(&["Auth", "Authorizers"]), word, &own_id);
    }

    /// The OpenAPI document of an API: in the template, or in a file that it names or includes.
    fn definition(&mut self, template: &Template<'_>, properties: &Tree) -> Tree {
        let body = properties.get("DefinitionBody");
        let named = properties.get("DefinitionUri");
        let included = body.at(&[INCLUDED, "Parameters", "Location"]);
        let written = if included.is_null() { named } else { included };
        let Some(path) = written.known().and_then(|path| local(files::parent(&self.path), path).ok()) else {
            return body.clone();
        };
        match self.reader.open_yaml(&path) {
            Ok((_, root)) => template.eval(&root, &Bindings::new()),
            Err(problem) => {
                self.reader.problem(written.place, format!("the API's definition cannot be read: {problem}"));
                body.clone()
            }
        }
    }

    fn sam_stage(&mut self, parts: &Parts, properties: &Tree, kind: &str, api: &Tree) {
        let stage = properties.get("StageName");
        let place = if stage.is_null() { parts.origin.place } else { stage.place };
        let make = Maker { place };
        let (kind, key) = match kind {
            "AWS::ApiGateway::RestApi" => ("AWS::ApiGateway::Stage", "RestApiId"),
            _ => ("AWS::ApiGatewayV2::Stage", "ApiId"),
        };
        let tree = make.map([
            (key, api.clone()),
            ("StageName", stage.clone()),
            ("MethodSettings", properties.get("MethodSettings").clone()),
            ("DefaultRouteSettings", properties.get("DefaultRouteSettings").clone()),
        ]);
        self.push(parts.resource(kind, place, tree));
    }

    fn sam_authorizers(&mut self, parts: &Parts, authorizers: &Tree, word: &str, api: &Tree) {
        for (key, authorizer) in authorizers.entries() {
            let function = authorizer.get("FunctionArn");
            if function.is_null() {
                continue;
            }
            let make = Maker { place: key.place };
            let tree = make.map([
                ("Kind", make.text(word)),
                ("Api", api.clone()),
                ("Authorizer", make.text("true")),
                ("Function", function.clone()),
            ]);
            self.push(parts.resource(own::ROUTE, key.place, tree));
        }
    }

    /// Functions that a GraphQL API's data sources name.
    fn sam_graphql(&mut self, mut resource: Resource) {
        resource.kind = "AWS::AppSync::GraphQLApi".to_owned();
        let sources = resource.properties.at(&["DataSources", "Lambda"]).clone();
        let origin = resource.origin.clone();
        let function = Tree::null(origin.place);
        let parts = Parts { origin, scope: resource.scope, function };
        self.push(resource);
        for (key, source) in sources.entries() {
            let make = Maker { place: key.place };
            let tree = make.map([
                ("Function", source.get("FunctionArn").clone()),
                ("Word", make.text("appsync")),
                ("Invocation", make.text("sync")),
            ]);
            self.push(parts.resource(own::SERVICE, key.place, tree));
        }
    }
}

/// A function (or API) whose parts become resources of their own.
pub(super) struct Parts {
    pub(super) origin: Origin,
    pub(super) scope: u32,
    /// How they name it.
    pub(super) function: Tree,
}

impl Parts {
    pub(super) fn resource(&self, kind: &str, place: Place, tree: Tree) -> Resource {
        Resource::made(&self.origin.id, place, self.scope, kind, tree).under(self.origin.condition.as_ref())
    }
}

/// A tree with one more entry.
pub(in crate::declare) fn with(mut tree: Tree, key: &str, value: Tree) -> Tree {
    if let Kind::Map(map) = &mut tree.kind {
        let place = value.place;
        map.set(Key { text: Arc::from(key), place }, value);
    }
    tree
}

/// SAM's words for what CloudFormation calls otherwise.
fn renamed(tree: &mut Tree, properties: &Tree) {
    let dead_letter = properties.get("DeadLetterQueue");
    if !dead_letter.is_null() {
        *tree = with(std::mem::replace(tree, Tree::null(dead_letter.place)), "DeadLetterConfig", dead_letter.clone());
    }
    let tracing = properties.get("Tracing");
    if !tracing.is_null() {
        let make = Maker { place: tracing.place };
        let mode = make.map([("Mode", tracing.clone())]);
        *tree = with(std::mem::replace(tree, Tree::null(tracing.place)), "TracingConfig", mode);
    }
}
