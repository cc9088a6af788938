//! APIs and their routes, function URLs, load balancers.

use super::super::model::{
    Api, ApiKind, FunctionUrl, Id, Origin, Place, Route, RouteRole, Setting, Stage, TargetGroup, Why,
};
use super::super::resource::Resource;
use super::super::tree::{Kind, Reference, Tree};
use super::{Entity, Lower};

/// Folders of a REST API's path that are followed.
const DEEPEST: usize = 64;
/// OpenAPI's words for methods, and API Gateway's for all of them.
const METHODS: [&str; 8] =
    ["get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"];

impl Lower {
    pub(super) fn api(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let kind = match resource.kind.as_str() {
            "AWS::ApiGatewayV2::Api" if is_websocket(properties.get("ProtocolType")) => ApiKind::WebSocket,
            "AWS::ApiGatewayV2::Api" => ApiKind::Http,
            "AWS::AppSync::GraphQLApi" => ApiKind::GraphQl,
            _ => ApiKind::Rest,
        };
        let types = properties.at(&["EndpointConfiguration", "Types"]).one_or_more();
        let short = properties.get("EndpointConfiguration");
        let endpoint = types.first().map_or_else(
            || if short.as_text().is_some() { short.setting() } else { short.get("Type").setting() },
            Tree::setting,
        );
        let id = self.app.apis.push(Api {
            origin: resource.origin.clone(),
            kind,
            is_implicit: resource.extra.is_implicit,
            name: properties.get("Name").setting(),
            endpoint,
            stages: Vec::new(),
        });
        self.register(resource, Entity::Api(id));
    }

    pub(super) fn api_of(&self, tree: &Tree) -> Option<Id<Api>> {
        tree.as_text()?.references().find_map(|reference| match self.entity(reference) {
            Some(Entity::Api(id)) => Some(id),
            _ => None,
        })
    }

    /// Routes from what API Gateway's own resources say together.
    pub(super) fn api_routes(&mut self) {
        let resources = std::mem::take(&mut self.resources);
        for resource in &resources {
            match resource.kind.as_str() {
                "AWS::ApiGateway::Method" => self.rest_method(resource, &resources),
                "AWS::ApiGatewayV2::Route" => self.http_route(resource, &resources),
                "AWS::ApiGatewayV2::Api" => {
                    self.quick_route(resource);
                    self.document(resource, resource.properties.get("Body"), ApiKind::Http);
                }
                "AWS::ApiGateway::RestApi" => self.document(resource, resource.properties.get("Body"), ApiKind::Rest),
                "AWS::ApiGateway::Authorizer" => self.authorizer(resource, ApiKind::Rest, "RestApiId"),
                "AWS::ApiGatewayV2::Authorizer" => self.authorizer(resource, ApiKind::Http, "ApiId"),
                "AWS::ApiGateway::Stage" => self.stage(resource, "RestApiId"),
                "AWS::ApiGatewayV2::Stage" => self.stage(resource, "ApiId"),
                _ => {}
            }
        }
        self.resources = resources;
    }

    fn stage(&mut self, resource: &Resource, key: &str) {
        let properties = &resource.properties;
        let Some(id) = self.api_of(properties.get(key)) else { return };
        let settings = match properties.get("MethodSettings").one_or_more().first() {
            Some(first) => first,
            None => properties.get("DefaultRouteSettings"),
        };
        self.app.apis[id].stages.push(Stage {
            place: resource.origin.place,
            name: properties.get("StageName").setting(),
            burst_limit: settings.get("ThrottlingBurstLimit").whole(),
            rate_limit: settings.get("ThrottlingRateLimit").number(),
        });
    }

    fn rest_method(&mut self, resource: &Resource, all: &[Resource]) {
        let properties = &resource.properties;
        let integration = properties.get("Integration");
        let uri = integration.get("Uri");
        if uri.is_null() {
            return;
        }
        let event = integration.at(&["IntegrationRequestHeaders", "own::Invocation"]).known();
        let headers = integration.get("RequestParameters");
        let header = headers.get("integration.request.header.X-Amz-Invocation-Type").known();
        let asynchronous = [event, header].into_iter().flatten().any(|value| value.trim_matches('\'') == "Event");
        let route = Route {
            origin: resource.origin.clone(),
            api: self.api_of(properties.get("RestApiId")),
            kind: ApiKind::Rest,
            method: properties.get("HttpMethod").setting().map(|method| method.to_ascii_uppercase()),
            path: self.rest_path(properties.get("ResourceId"), all),
            timeout_ms: integration.get("TimeoutInMillis").whole(),
            asynchronous: if asynchronous { Setting::derived(true, headers.place) } else { Setting::Unset },
            streams: integration.get("ResponseTransferMode").setting().map(|mode| mode == "STREAM"),
            role: RouteRole::Handler,
            function: self.function_ref(uri, &Tree::null(uri.place)),
        };
        self.push_route(route);
    }

    /// Routes that reach no function are not kept.
    fn push_route(&mut self, route: Route) {
        if super::sources::is_function(&route.function) {
            self.app.routes.push(route);
        }
    }

    /// The path that a REST API's resource stands for.
    fn rest_path(&self, resource: &Tree, all: &[Resource]) -> Setting<String> {
        let mut parts: Vec<String> = Vec::new();
        let mut at = resource.clone();
        for _ in 0..DEEPEST {
            let reference = at.as_text().and_then(|text| text.references().next()).cloned();
            let Some(reference) = reference else { break };
            if matches!(self.entity(&reference), Some(Entity::Api(_))) {
                parts.reverse();
                return Setting::derived(format!("/{}", parts.join("/")), resource.place);
            }
            let Some(found) = self.other(&reference, all) else { break };
            if found.kind != "AWS::ApiGateway::Resource" {
                break;
            }
            match found.properties.get("PathPart").known() {
                Some(part) => parts.push(part.to_owned()),
                None => break,
            }
            at = found.properties.get("ParentId").clone();
        }
        Setting::unknown("depends on resources that are not here", resource.place)
    }

    /// The gathered resource that a reference names.
    fn other<'r>(&self, reference: &Reference, all: &'r [Resource]) -> Option<&'r Resource> {
        match self.entity(reference)? {
            Entity::Other(at) => all.get(at),
            _ => None,
        }
    }

    fn http_route(&mut self, resource: &Resource, all: &[Resource]) {
        let properties = &resource.properties;
        let target = properties.get("Target");
        let integration = target.as_text().and_then(|text| {
            text.references().find_map(|reference| self.other(reference, all)).map(|found| &found.properties)
        });
        let Some(integration) = integration else { return };
        let uri = integration.get("IntegrationUri").clone();
        let api = self.api_of(properties.get("ApiId"));
        let kind = api.map_or(ApiKind::Http, |id| self.app.apis[id].kind);
        let (method, path) = route_key(properties.get("RouteKey"), kind);
        let route = Route {
            origin: resource.origin.clone(),
            api,
            kind,
            method,
            path,
            timeout_ms: integration.get("TimeoutInMillis").whole(),
            asynchronous: Setting::Unset,
            streams: Setting::Unset,
            role: RouteRole::Handler,
            function: self.function_ref(&uri, &Tree::null(uri.place)),
        };
        self.push_route(route);
    }

    /// An HTTP API with a target of its own: every request goes there.
    fn quick_route(&mut self, resource: &Resource) {
        let target = resource.properties.get("Target").clone();
        if target.is_null() {
            return;
        }
        let key = resource.properties.get("RouteKey");
        let key = if key.is_null() { Tree::text("$default", target.place).derived() } else { key.clone() };
        let own = Tree::reference(resource.scope, &resource.origin.id, "", target.place);
        let (method, path) = route_key(&key, ApiKind::Http);
        let route = self.simple_route(resource, ApiKind::Http, &target, (method, path), self.api_of(&own));
        self.push_route(route);
    }

    fn simple_route(
        &self,
        resource: &Resource,
        kind: ApiKind,
        function: &Tree,
        (method, path): (Setting<String>, Setting<String>),
        api: Option<Id<Api>>,
    ) -> Route {
        Route {
            origin: Origin { place: function.place, ..resource.origin.clone() },
            api,
            kind,
            method,
            path,
            timeout_ms: Setting::Unset,
            asynchronous: Setting::Unset,
            streams: Setting::Unset,
            role: RouteRole::Handler,
            function: self.function_ref(function, &Tree::null(function.place)),
        }
    }

    fn authorizer(&mut self, resource: &Resource, kind: ApiKind, key: &str) {
        let uri = resource.properties.get("AuthorizerUri").clone();
        if uri.is_null() {
            return;
        }
        let api = self.api_of(resource.properties.get(key));
        let kind = api.map_or(kind, |id| self.app.apis[id].kind);
        let mut route = self.simple_route(resource, kind, &uri, (Setting::Unset, Setting::Unset), api);
        route.role = RouteRole::Authorizer;
        self.push_route(route);
    }

    /// Routes in an OpenAPI document with API Gateway's extensions.
    fn document(&mut self, resource: &Resource, body: &Tree, kind: ApiKind) {
        let own = Tree::reference(resource.scope, &resource.origin.id, "", resource.origin.place);
        let api = self.api_of(&own);
        let mut routes = Vec::new();
        for (path, methods) in body.get("paths").entries() {
            for (method, operation) in methods.entries() {
                let integration = operation.get("x-amazon-apigateway-integration");
                let uri = integration.get("uri");
                if uri.is_null() || !METHODS.contains(&&*method.text.to_ascii_lowercase()) {
                    continue;
                }
                let named =
                    if method.text.starts_with("x-") { "ANY".to_owned() } else { method.text.to_ascii_uppercase() };
                let names =
                    (Setting::literal(named, method.place), Setting::literal(path.text.to_string(), path.place));
                let mut route = self.simple_route(resource, kind, uri, names, api);
                route.timeout_ms = integration.get("timeoutInMillis").whole();
                route.streams = integration.get("responseTransferMode").setting().map(|mode| mode == "STREAM");
                routes.push(route);
            }
        }
        for (_, scheme) in body.at(&["components", "securitySchemes"]).entries() {
            routes.extend(self.scheme(resource, scheme, kind, api));
        }
        for (_, scheme) in body.get("securityDefinitions").entries() {
            routes.extend(self.scheme(resource, scheme, kind, api));
        }
        routes.into_iter().for_each(|route| self.push_route(route));
    }

    fn scheme(&self, resource: &Resource, scheme: &Tree, kind: ApiKind, api: Option<Id<Api>>) -> Option<Route> {
        let uri = scheme.at(&["x-amazon-apigateway-authorizer", "authorizerUri"]);
        let mut route = self.simple_route(resource, kind, uri, (Setting::Unset, Setting::Unset), api);
        route.role = RouteRole::Authorizer;
        (!uri.is_null()).then_some(route)
    }

    /// A route as a framework's own words say it.
    pub(super) fn route(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let kind = match properties.get("Kind").known() {
            Some("http") => ApiKind::Http,
            Some("websocket") => ApiKind::WebSocket,
            Some("graphql") => ApiKind::GraphQl,
            _ => ApiKind::Rest,
        };
        let is_authorizer = properties.get("Authorizer").known() == Some("true");
        let method = properties.get("Method").setting().map(|method| match method.to_ascii_uppercase().as_str() {
            "*" | "ANY" | "X-AMAZON-APIGATEWAY-ANY-METHOD" => "ANY".to_owned(),
            method => method.to_owned(),
        });
        let function = properties.get("Function");
        let route = Route {
            origin: resource.origin.clone(),
            api: self.api_of(properties.get("Api")),
            kind,
            method,
            path: properties.get("Path").setting(),
            timeout_ms: properties.get("TimeoutInMillis").whole(),
            asynchronous: properties.get("Asynchronous").truth(),
            streams: properties.get("Streams").truth(),
            role: if is_authorizer { RouteRole::Authorizer } else { RouteRole::Handler },
            function: self.function_ref(function, &Tree::null(function.place)),
        };
        self.push_route(route);
    }

    pub(super) fn url(&mut self, resource: &Resource) {
        let properties = &resource.properties;
        let function = self.function_ref(properties.get("TargetFunctionArn"), properties.get("Qualifier"));
        self.app.urls.push(FunctionUrl {
            origin: resource.origin.clone(),
            function,
            auth: properties.get("AuthType").setting(),
            mode: properties.get("InvokeMode").setting(),
        });
    }

    pub(super) fn target_group(&mut self, resource: &Resource) {
        for item in resource.properties.get("Targets").one_or_more() {
            let id = item.get("Id");
            let function = self.function_ref(id, &Tree::null(id.place));
            if super::sources::is_function(&function) {
                self.app.target_groups.push(TargetGroup { origin: resource.origin.clone(), function });
            }
        }
    }
}

fn is_websocket(protocol: &Tree) -> bool {
    protocol.known().is_some_and(|protocol| protocol.eq_ignore_ascii_case("WEBSOCKET"))
}

/// `GET /orders/{id}`, `$default`, or a WebSocket's key.
fn route_key(key: &Tree, kind: ApiKind) -> (Setting<String>, Setting<String>) {
    let unknown = |why: &Why, place: Place| Setting::Unknown { why: why.clone(), place };
    match (key.setting(), &key.kind) {
        (Setting::Known { value, place, literal }, _) => {
            let known = |value: &str| Setting::Known { value: value.to_owned(), place, literal };
            match value.split_once(' ') {
                Some((method, path)) => (known(&method.to_ascii_uppercase()), known(path.trim())),
                None if kind == ApiKind::WebSocket => (Setting::Unset, known(&value)),
                None => (known("ANY"), known(&value)),
            }
        }
        (Setting::Unknown { why, place }, Kind::Text(_) | Kind::Unknown(_)) => {
            (unknown(&why, place), unknown(&why, place))
        }
        _ => (Setting::Unset, Setting::Unset),
    }
}
