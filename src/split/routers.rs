//! Routes that code registers with a router object: decorators, verb methods, tables of routes;
//! mounts with their prefixes.

use std::collections::{BTreeMap, BTreeSet};

use super::expand::{Expander, Given};
use super::found::{EventKind, Found, is_path, join};
use super::program::{At, Program, Thing, UnitId};
use super::reach::{Cuts, Region};
use super::reading::{
    Argument, Router, VERBS, arguments, function_name, is_callable, keyword, named, of_regex, option, own_prefix,
    plugin, positional, route_regions, router, texts, verb,
};
use crate::lang::flow::{Arg, FuncId, Kind};

/// A registration, before prefixes are known.
struct Registered {
    router: Router,
    method: Option<String>,
    path: String,
    key: Option<String>,
    at: At,
    function: String,
    regions: Vec<Region>,
}

/// One router inside another.
#[derive(Clone, Debug)]
struct Mount {
    parent: Router,
    child: Router,
    prefix: String,
    /// Flask's `url_prefix` takes the place of the blueprint's own.
    replaces: bool,
    at: At,
}

/// What registrations a program makes.
#[derive(Default)]
pub(super) struct Registry {
    routes: Vec<Registered>,
    mounts: Vec<Mount>,
    /// Prefixes that routers are made with.
    prefixes: BTreeMap<Router, String>,
    /// Prefixes that routers get later.
    set: BTreeMap<Router, String>,
    /// `basePath`, `route("/x")`: a router made from another.
    derived: BTreeMap<Router, (Router, String)>,
}

const HTTP: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// Routes registered with routers; what belongs to single routes is cut off for the others.
pub(super) fn find(program: &Program<'_>, expander: &Expander<'_, '_>, cuts: &mut Cuts) -> Vec<Found> {
    let mut registry = Registry::default();
    for at in program.nodes() {
        if let Kind::Call(callee, args) = program.kind(at) {
            for args in spelled_out(program, expander, at, (at.0, *callee), args) {
                registry.call(program, at, (at.0, *callee), &args);
            }
        }
    }
    registry.handed(program);
    registry.mounts.retain({
        let known = registry.known();
        move |mount| known.contains(&mount.child)
    });
    cuts.nodes.extend(registry.routes.iter().map(|route| route.at));
    cuts.nodes.extend(registry.mounts.iter().map(|mount| mount.at));
    registry.resolved(program)
}

impl Registry {
    fn call(&mut self, program: &Program<'_>, at: At, callee: At, args: &[Argument]) {
        match program.kind(callee) {
            Kind::Call(inner, inner_args) if args.len() == 1 => {
                // A decorator with arguments, applied.
                if let Kind::Attr(object, name) = program.kind((at.0, *inner))
                    && let Some(first) = args.first()
                {
                    self.decorated(program, at, (at.0, *object), name, &arguments(at.0, inner_args), first.at);
                }
            }
            Kind::Attr(object, name) => self.method(program, at, (at.0, *object), name, args),
            _ => self.plain(program, at, callee, args),
        }
    }

    /// `@app.get("/x")` on a function.
    fn decorated(&mut self, program: &Program<'_>, at: At, object: At, name: &str, args: &[Argument], target: At) {
        let Some(function) = program.flow(target.0).defined_function(target.1) else { return };
        if name == "resolver" {
            return self.field(program, at, object, args, (target.0, function));
        }
        if !(HTTP.contains(&name) || matches!(name, "route" | "api_route" | "websocket" | "any" | "all" | "trace")) {
            return;
        }
        let Some(router) = router(program, object, 0) else { return };
        let path = positional(args, 0).or_else(|| keyword(args, &["path", "rule"]));
        let Some(paths) = path.map(|path| texts(program, path)) else { return };
        let methods = self.methods(program, name, args);
        for path in paths.iter().filter(|path| path.is_empty() || is_path(path)) {
            for method in &methods {
                self.routes.push(Registered {
                    router: router.clone(),
                    method: method.clone(),
                    path: path.clone(),
                    key: None,
                    at,
                    function: function_name(program, (target.0, function)),
                    regions: route_regions(program, at, &[target]),
                });
            }
        }
    }

    /// `@app.resolver(type_name="Query", field_name="todos")`
    fn field(&mut self, program: &Program<'_>, at: At, object: At, args: &[Argument], function: (UnitId, FuncId)) {
        let Some(router) = router(program, object, 0) else { return };
        let text = |name: &str| keyword(args, &[name]).and_then(|value| program.text(value));
        let type_name = text("type_name").unwrap_or_else(|| "*".to_owned());
        let Some(field) = text("field_name") else { return };
        self.routes.push(Registered {
            router,
            method: None,
            path: String::new(),
            key: Some(format!("{type_name}.{field}")),
            at,
            function: function_name(program, function),
            regions: vec![Region::Function(function.0, function.1), Region::Unit(at.0)],
        });
    }

    fn methods(&self, program: &Program<'_>, name: &str, args: &[Argument]) -> Vec<Option<String>> {
        if HTTP.contains(&name) || name == "trace" {
            return vec![Some(name.to_ascii_uppercase())];
        }
        if matches!(name, "any" | "all" | "websocket") {
            return vec![None];
        }
        let named = keyword(args, &["methods", "method"]);
        let named = named.or_else(|| positional(args, 1).filter(|arg| !texts(program, *arg).is_empty()));
        let said = named.map(|methods| texts(program, methods)).unwrap_or_default();
        match said.as_slice() {
            // What Flask, Chalice and Starlette take when nothing is said.
            [] => vec![Some("GET".to_owned())],
            said => said.iter().map(|method| verb(method)).collect(),
        }
    }

    /// `app.get("/x", handler)`, `app.use("/x", router)` and their like.
    fn method(&mut self, program: &Program<'_>, at: At, object: At, name: &str, args: &[Argument]) {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "use" | "mount" | "include_router" | "register_blueprint" | "register" | "merge" => {
                self.mount(program, at, object, name, args);
            }
            "route" if name == "route" && args.len() >= 2 => {
                let parent = router(program, object, 0);
                let child = args.get(1).and_then(|arg| router(program, arg.at, 0));
                if let (Some(parent), Some(child)) = (parent, child) {
                    let prefix = program.text(args[0].at).unwrap_or_default();
                    self.mounts.push(Mount { parent, child, prefix, replaces: false, at });
                }
            }
            "route" if args.len() == 1 => self.one_argument_route(program, at, object, args[0].at),
            // Koa's changes the router that it is called on.
            "prefix" if args.len() == 1 => {
                if let (Some(router), Some(prefix)) = (router(program, object, 0), program.text(args[0].at)) {
                    self.set.insert(router, prefix);
                }
            }
            "basepath" if args.len() == 1 => {
                if let (Some(parent), Some(prefix)) = (router(program, object, 0), program.text(args[0].at)) {
                    self.derived.insert(Router::Made(at), (parent, prefix));
                }
            }
            "on" if args.len() >= 3 => {
                let methods = texts(program, args[0].at);
                self.verbs(program, at, object, &methods, &args[1..]);
            }
            "method" if name == "METHOD" && args.len() >= 3 => {
                let said = texts(program, args[0].at);
                let methods: Vec<String> =
                    said.iter().flat_map(|said| said.split(',')).map(|method| method.trim().to_owned()).collect();
                self.verbs(program, at, object, &methods, &args[1..]);
            }
            "add_url_rule" | "add_api_route" | "add_route" | "add_resource" | "add_api_websocket_route" => {
                self.added(program, at, object, &lower, args);
            }
            verb if VERBS.contains(&verb) && (lower == name || name.chars().all(char::is_uppercase)) => {
                self.verbs(program, at, object, &[verb.to_owned()], args);
            }
            _ => {}
        }
    }

    /// Express's `app.route("/x")`, Fastify's `app.route({ method, url, handler })`.
    fn one_argument_route(&mut self, program: &Program<'_>, at: At, object: At, value: At) {
        let Some(parent) = router(program, object, 0) else { return };
        if let Some(path) = program.text(value).filter(|path| is_path(path)) {
            self.derived.insert(Router::Made(at), (parent, path));
        } else if let Thing::Node(map) = program.value(value) {
            self.record(program, at, &parent, map);
        }
    }

    /// A table entry that says method, path and handler.
    fn record(&mut self, program: &Program<'_>, at: At, router: &Router, map: At) {
        let Kind::Map(entries) = program.kind(map) else { return };
        let field = |names: &[&str]| {
            let mut found = entries
                .iter()
                .filter(|(key, _)| program.flow(map.0).text(*key).is_some_and(|key| names.contains(&&**key)));
            found.next().map(|(_, value)| (map.0, *value))
        };
        let (Some(path), Some(handler)) = (field(&["path", "url", "route"]), field(&["handler"])) else { return };
        let methods = field(&["method", "methods"]).map(|methods| texts(program, methods)).unwrap_or_default();
        let methods: Vec<Option<String>> =
            if methods.is_empty() { vec![None] } else { methods.iter().map(|method| verb(method)).collect() };
        let Some(path) = program.text(path) else { return };
        for method in methods {
            self.routes.push(Registered {
                router: router.clone(),
                method,
                path: path.clone(),
                key: None,
                at,
                function: named(program, handler),
                regions: route_regions(program, at, &[handler]),
            });
        }
    }

    fn verbs(&mut self, program: &Program<'_>, at: At, object: At, verbs: &[String], args: &[Argument]) {
        // A name may stand before the path, as koa-router allows.
        let first = args.iter().take(2).position(|arg| {
            let paths = texts(program, arg.at);
            !paths.is_empty() && paths.iter().all(|path| is_path(path))
        });
        let regex = args.first().and_then(|arg| match program.kind(arg.at) {
            Kind::Regex(pattern) => Some(of_regex(pattern)),
            _ => None,
        });
        let (paths, rest) = match (first, regex) {
            (Some(first), _) => (texts(program, args[first].at), &args[first + 1..]),
            (None, Some(path)) => (vec![path], &args[1..]),
            // `app.route("/x").get(handler)`
            (None, None) if is_bound(program, object) => (vec![String::new()], args),
            (None, None) => return,
        };
        let Some(last) = rest.last().filter(|last| is_callable(program, last.at)) else { return };
        if matches!(program.value(object), Thing::External(_) | Thing::Module(_)) {
            return;
        }
        let Some(router) = router(program, object, 0) else { return };
        let handlers: Vec<At> = rest.iter().map(|arg| arg.at).collect();
        for path in paths {
            for method in verbs {
                self.routes.push(Registered {
                    router: router.clone(),
                    method: verb(method),
                    path: path.clone(),
                    key: None,
                    at,
                    function: named(program, last.at),
                    regions: route_regions(program, at, &handlers),
                });
            }
        }
    }

    /// `app.add_url_rule("/x", view_func=f)`, `api.add_resource(Users, "/users")`.
    fn added(&mut self, program: &Program<'_>, at: At, object: At, name: &str, args: &[Argument]) {
        let Some(router) = router(program, object, 0) else { return };
        let (paths, target) = if name == "add_resource" {
            let rest = args.iter().skip(1).filter(|arg| arg.name.is_none());
            (rest.filter_map(|arg| program.text(arg.at)).collect(), positional(args, 0))
        } else {
            let path = positional(args, 0).or_else(|| keyword(args, &["rule", "path"]));
            let at_most = if name == "add_url_rule" { 2 } else { 1 };
            let target = keyword(args, &["view_func", "endpoint", "route"]).or_else(|| positional(args, at_most));
            (path.map(|path| texts(program, path)).unwrap_or_default(), target)
        };
        let Some(target) = target else { return };
        let methods = self.methods(program, "route", &args[args.len().min(3)..]);
        let methods = keyword(args, &["methods"]).map_or(methods, |_| self.methods(program, "route", args));
        for path in paths {
            self.target(program, at, &router, &path, target, &methods);
        }
    }

    /// A path with a function, or with a class that has a method per verb.
    fn target(
        &mut self,
        program: &Program<'_>,
        at: At,
        router: &Router,
        path: &str,
        target: At,
        methods: &[Option<String>],
    ) {
        let found = program.class(target).map(|(unit, class)| (unit, &program.flow(unit).classes[class as usize]));
        type Served = (Option<String>, Option<(UnitId, FuncId)>, String);
        let mut verbs: Vec<Served> = Vec::new();
        if let Some((unit, class)) = found {
            for (name, function) in &class.methods {
                let bare = name.strip_prefix("on_").unwrap_or(name);
                if HTTP.contains(&bare) {
                    let label = format!("{}.{name}", class.name);
                    verbs.push((Some(bare.to_ascii_uppercase()), Some((unit, *function)), label));
                }
            }
        }
        if verbs.is_empty() {
            verbs = methods.iter().map(|method| (method.clone(), None, named(program, target))).collect();
        }
        for (method, function, label) in verbs {
            let mut regions = match function {
                Some((unit, function)) => vec![Region::Function(unit, function)],
                None => vec![Region::Node(target)],
            };
            regions.push(Region::Unit(at.0));
            self.routes.push(Registered {
                router: router.clone(),
                method,
                path: path.to_owned(),
                key: None,
                at,
                function: label,
                regions,
            });
        }
    }

    fn mount(&mut self, program: &Program<'_>, at: At, object: At, name: &str, args: &[Argument]) {
        let Some(parent) = router(program, object, 0) else { return };
        let first = positional(args, 0);
        let prefixes = first.map(|first| texts(program, first)).unwrap_or_default();
        let option = option(program, args, &["prefix", "url_prefix"]);
        let replaces = name == "register_blueprint" && option.is_some();
        let prefixes = match (prefixes.as_slice(), &option) {
            ([], Some(prefix)) => vec![prefix.clone()],
            ([], None) => vec![String::new()],
            (said, _) => said.to_vec(),
        };
        let values = args.iter().filter(|arg| arg.name.is_none() || arg.name.as_deref() == Some("app"));
        for value in values.map(|arg| arg.at) {
            let child = router(program, value, 0).or_else(|| plugin(program, value));
            let Some(child) = child.filter(|child| *child != parent) else { continue };
            for prefix in &prefixes {
                let prefix = prefix.trim_end_matches('*').to_owned();
                self.mounts.push(Mount { parent: parent.clone(), child: child.clone(), prefix, replaces, at });
            }
        }
    }

    /// `Route("/x", endpoint)` and `Mount("/y", routes=[..])` of Starlette, tables for routers
    /// that are made with them.
    fn plain(&mut self, program: &Program<'_>, at: At, callee: At, args: &[Argument]) {
        let Thing::External(path) = program.value(callee) else { return };
        let last = path.rsplit('.').next().unwrap_or_default();
        if path.starts_with("starlette.") || path.starts_with("fastapi.") {
            self.starlette(program, at, last, args);
        }
        if path.starts_with("@middy/http-router") || path.starts_with("middy") {
            let router = Router::Made(at);
            let table = args.first().map(|arg| program.value(arg.at));
            if let Some(Thing::Node(list)) = table {
                self.table(program, &router, list);
            }
        }
    }

    fn table(&mut self, program: &Program<'_>, router: &Router, list: At) {
        let items = match program.kind(list) {
            Kind::List(items) => items.clone(),
            Kind::Map(entries) => entries
                .iter()
                .filter(|(key, _)| program.flow(list.0).text(*key).is_some_and(|key| &**key == "routes"))
                .map(|(_, value)| *value)
                .collect(),
            _ => return,
        };
        for item in items {
            match program.value((list.0, item)) {
                Thing::Node(map) if matches!(program.kind(map), Kind::Map(_)) => self.record(program, map, router, map),
                Thing::Node(inner) if inner != list => self.table(program, router, inner),
                _ => {}
            }
        }
    }

    fn starlette(&mut self, program: &Program<'_>, at: At, last: &str, args: &[Argument]) {
        let first = positional(args, 0).and_then(|first| program.text(first));
        match last {
            "Route" | "WebSocketRoute" | "APIRoute" => {
                let target = positional(args, 1).or_else(|| keyword(args, &["endpoint"]));
                if let (Some(path), Some(target)) = (first, target) {
                    let methods = self.methods(program, "route", args.get(2..).unwrap_or_default());
                    self.target(program, at, &Router::Made(at), &path, target, &methods);
                }
            }
            "Mount" => {
                let child = keyword(args, &["app"]).or_else(|| positional(args, 1));
                let child = child.and_then(|child| router(program, child, 0));
                if let (Some(prefix), Some(child)) = (first.clone(), child) {
                    let parent = Router::Made(at);
                    self.mounts.push(Mount { parent, child, prefix, replaces: false, at });
                }
                self.listed(program, at, args, &first.unwrap_or_default());
            }
            "Starlette" | "Router" | "FastAPI" | "APIRouter" => self.listed(program, at, args, ""),
            _ => {}
        }
    }

    /// `routes=[Route(..), Mount(..)]`
    fn listed(&mut self, program: &Program<'_>, at: At, args: &[Argument], prefix: &str) {
        let routes = keyword(args, &["routes"]).or_else(|| {
            let is_list = |at: &At| matches!(program.value(*at), Thing::Node(node) if matches!(program.kind(node), Kind::List(_)));
            positional(args, 0).filter(is_list)
        });
        let Some(routes) = routes else { return };
        let Thing::Node(list) = program.value(routes) else { return };
        for item in program.flow(list.0).parts(list.1) {
            if let Thing::Made(_, made) = program.value((list.0, item)) {
                let (parent, child) = (Router::Made(at), Router::Made(made));
                self.mounts.push(Mount { parent, child, prefix: prefix.to_owned(), replaces: false, at: made });
            }
        }
    }

    /// Functions that get a router: `registerUsers(app)`, `require("./users")(app)`.
    fn handed(&mut self, program: &Program<'_>) {
        let wanted: BTreeSet<Router> =
            self.known().into_iter().filter(|r| matches!(r, Router::Parameter(..))).collect();
        if wanted.is_empty() {
            return;
        }
        for at in program.nodes() {
            let Kind::Call(callee, args) = program.kind(at) else { continue };
            if args.is_empty() {
                continue;
            }
            let Some((unit, function)) = program.function((at.0, *callee)) else { continue };
            let Some(params) = program.flow(unit).functions.get(function as usize).map(|f| &f.params) else { continue };
            for (arg, param) in args.iter().zip(params) {
                let child = Router::Parameter(unit, *param);
                if wanted.contains(&child)
                    && let Some(parent) = router(program, (at.0, arg.value), 0)
                {
                    let prefix = String::new();
                    self.mounts.push(Mount { parent, child, prefix, replaces: false, at });
                }
            }
        }
    }

    /// Routers that something is registered with, directly or through what is mounted on them.
    fn known(&self) -> BTreeSet<Router> {
        let mut known: BTreeSet<Router> = self.routes.iter().map(|route| route.router.clone()).collect();
        for _ in 0..16 {
            let before = known.len();
            for (made, (from, _)) in &self.derived {
                if known.contains(made) {
                    known.insert(from.clone());
                }
            }
            for mount in &self.mounts {
                if known.contains(&mount.child) {
                    known.insert(mount.parent.clone());
                }
            }
            if known.len() == before {
                break;
            }
        }
        known
    }

    fn resolved(mut self, program: &Program<'_>) -> Vec<Found> {
        let routers: BTreeSet<Router> = self.known();
        for router in routers {
            if let Some(prefix) = own_prefix(program, &router) {
                self.prefixes.insert(router, prefix);
            }
        }
        for (router, prefix) in std::mem::take(&mut self.set) {
            let own = self.prefixes.remove(&router).unwrap_or_default();
            self.prefixes.insert(router, concat(&prefix, &own));
        }
        let mut found = Vec::new();
        for route in &self.routes {
            let mut chains = Vec::new();
            self.chains(&route.router, String::new(), Vec::new(), &mut chains, false);
            for (prefix, mounts) in chains {
                let mut regions = route.regions.clone();
                regions.extend(mounts.iter().map(|at| Region::Unit(at.0)));
                let path = route.key.is_none().then(|| join(&prefix, &route.path));
                found.push(Found {
                    kind: if route.key.is_some() { EventKind::Graphql } else { EventKind::Http },
                    method: route.method.clone(),
                    path,
                    key: route.key.clone(),
                    function: route.function.clone(),
                    place: (route.at.0, program.flow(route.at.0).span(route.at.1)),
                    regions,
                });
            }
        }
        found
    }

    /// All prefixes under which a router can be reached, with the mounts on the way.
    fn chains(&self, router: &Router, below: String, way: Vec<At>, into: &mut Vec<(String, Vec<At>)>, replaced: bool) {
        if way.len() > 8 || into.len() > 16 {
            return;
        }
        if let Some((parent, prefix)) = self.derived.get(router) {
            let mut way = way;
            if let Router::Made(at) = router {
                way.push(*at);
            }
            return self.chains(parent, concat(prefix, &below), way, into, false);
        }
        let own = self.prefixes.get(router).filter(|_| !replaced).map_or(String::new(), Clone::clone);
        let here = concat(&own, &below);
        let mounts: Vec<&Mount> = self.mounts.iter().filter(|mount| mount.child == *router).collect();
        if mounts.is_empty() {
            into.push((here, way));
            return;
        }
        for mount in mounts {
            let inner = if mount.replaces { &below } else { &here };
            let mut way = way.clone();
            way.push(mount.at);
            self.chains(&mount.parent, concat(&mount.prefix, inner), way, into, false);
        }
    }
}

/// Whether a router was made for one path: `app.route("/x")`.
fn is_bound(program: &Program<'_>, object: At) -> bool {
    let Some(Router::Made(made)) = router(program, object, 0) else { return false };
    let Kind::Call(callee, args) = program.kind(made) else { return false };
    args.len() == 1 && matches!(program.kind((made.0, *callee)), Kind::Attr(_, name) if &**name == "route")
}

/// The arguments of a call that may register something, for each call and row that fills them in.
fn spelled_out(
    program: &Program<'_>,
    expander: &Expander<'_, '_>,
    at: At,
    callee: At,
    args: &[Arg],
) -> Vec<Vec<Argument>> {
    let plain = arguments(at.0, args);
    let registers = match program.kind(callee) {
        Kind::Attr(_, name) => {
            let name = name.to_ascii_lowercase();
            VERBS.contains(&&*name)
                || matches!(
                    &*name,
                    "use"
                        | "mount"
                        | "include_router"
                        | "register_blueprint"
                        | "register"
                        | "route"
                        | "add_url_rule"
                        | "add_api_route"
                        | "add_route"
                )
        }
        _ => false,
    };
    if !registers || !plain.iter().any(|arg| expander.is_free(arg.at)) {
        return vec![plain];
    }
    let given: Vec<Given> = plain.iter().map(|arg| Given::One(arg.at)).collect();
    let rows = expander.expand(&given).into_iter().map(|row| {
        let filled = plain.iter().zip(row).map(|(arg, given)| match given {
            Given::One(at) => Argument { name: arg.name.clone(), at },
            Given::Pair(..) => arg.clone(),
        });
        filled.collect()
    });
    let rows: Vec<Vec<Argument>> = rows.collect();
    if rows.is_empty() { vec![plain] } else { rows }
}

fn concat(prefix: &str, path: &str) -> String {
    if path.is_empty() { prefix.to_owned() } else { join(prefix, path) }
}
