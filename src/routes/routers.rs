//! Routes that code registers with a router object: decorators, verb methods, tables of routes;
//! mounts with their prefixes.

mod autoload;
mod keyed;
mod mounts;
mod passing;
mod spelled;
mod tables;

use std::collections::BTreeMap;

use self::spelled::Spelled;
use super::found::{EventKind, Found, is_path};
use super::nest::method_after;
use super::reading::{
    Argument, Router, arguments, function_name, is_callable, keyword, named, of_regex, option, option_at, part_of,
    plugin, positional, route_regions, router, texts, verb,
};
use super::views;
use super::words::{Decorates, Does, EVENTS, ROUTERS};
use crate::program::expand::Expander;
use crate::program::flow::{ClassId, FuncId, Kind};
use crate::program::reach::{Cuts, Region};
use crate::program::values::{At, Program, Thing, UnitId};

/// A registration, before prefixes are known.
struct Registered {
    kind: EventKind,
    router: Router,
    method: Option<String>,
    path: String,
    key: Option<String>,
    at: At,
    function: String,
    regions: Vec<Region>,
    /// It only looks at requests and hands them on.
    passes: bool,
}

impl Registered {
    /// A path of HTTP.
    fn new(
        router: Router,
        method: Option<String>,
        path: String,
        at: At,
        function: String,
        regions: Vec<Region>,
    ) -> Self {
        Self { kind: EventKind::Http, router, method, path, key: None, at, function, regions, passes: false }
    }
}

/// The function that a decorator registers, with its code.
struct Served {
    name: String,
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
    /// What runs before each route: middleware, dependencies.
    before: Vec<At>,
}

/// What registrations a program makes.
#[derive(Default)]
pub(crate) struct Registry {
    routes: Vec<Registered>,
    mounts: Vec<Mount>,
    /// Prefixes that routers are made with.
    prefixes: BTreeMap<Router, Vec<String>>,
    /// Places of tables that registrations were filled in from.
    cells: Vec<(At, Vec<At>)>,
    /// Methods that serve a route.
    served: Vec<(UnitId, FuncId)>,
    /// Prefixes that routers get later.
    set: BTreeMap<Router, String>,
    /// `basePath`, `route("/x")`: a router made from another.
    derived: BTreeMap<Router, (Router, String)>,
}

/// Routes registered with routers; what belongs to single routes is cut off for the others.
pub(crate) fn find(program: &Program<'_>, expander: &Expander<'_, '_>, cuts: &mut Cuts) -> Vec<Found> {
    let mut registry = Registry::default();
    for at in program.nodes() {
        if let Kind::Call(callee, args) = program.kind(at) {
            for call in spelled::out(program, expander, (at.0, *callee), args) {
                registry.call(program, at, (at.0, *callee), &call);
                if !call.cells.is_empty() {
                    registry.cells.push((at, call.cells));
                }
            }
        }
    }
    registry.of_methods(program);
    registry.handed(program);
    registry.mount_whole();
    let made = registry.made_by_calls(program);
    registry.mounts.retain({
        let known = registry.known();
        move |mount| known.contains(&mount.child)
    });
    cuts.nodes.extend(registry.routes.iter().map(|route| route.at));
    // What a function does that makes a router is common to all that is registered with it.
    cuts.nodes.extend(registry.mounts.iter().map(|mount| mount.at).filter(|at| !made.contains(at)));
    let is_kept = |(at, _): &&(At, Vec<At>)| cuts.nodes.contains(at);
    let cells: Vec<At> = registry.cells.iter().filter(is_kept).flat_map(|(_, cells)| cells.clone()).collect();
    cuts.nodes.extend(cells);
    cuts.functions.extend(registry.served.iter().copied());
    registry.resolved(program, expander)
}

impl Registry {
    fn call(&mut self, program: &Program<'_>, at: At, callee: At, call: &Spelled) {
        let args = &call.args;
        if let Some((object, name)) = &call.method {
            // `web.get("/x", handler)`, `routing.Mount(..)`
            if ROUTERS.may_make(name) && self.plain(program, at, callee, args) {
                return;
            }
            return self.method(program, at, *object, name, args);
        }
        match program.kind(callee) {
            // A decorator with arguments, applied.
            Kind::Call(inner, inner_args) if args.len() == 1 => {
                let first = args.first().map(|first| first.at).unwrap_or(at);
                if let Some(function) = program.flow(first.0).defined_function(first.1) {
                    let name = function_name(program, (first.0, function));
                    let served = Served { name, regions: vec![Region::Node(first)] };
                    self.applied(program, at, (at.0, *inner), &arguments(at.0, inner_args), &served);
                }
            }
            _ => {
                self.plain(program, at, callee, args);
            }
        }
    }

    /// `@app.get("/x")`, and `@get("/x")` of a package whose decorators need no router.
    fn applied(&mut self, program: &Program<'_>, at: At, decorator: At, args: &[Argument], served: &Served) {
        if let Thing::External(path) = program.value(decorator)
            && ROUTERS.is_decorator(&path)
        {
            let name = path.rsplit('.').next().unwrap_or_default();
            self.decorated_with(program, at, (&Router::Made(at), name), args, served);
        } else if let Kind::Attr(object, name) = program.kind(decorator) {
            self.decorated(program, at, ((at.0, *object), name), args, served);
        }
    }

    /// Decorators at methods of TypeScript classes: `@app.get("/x") list() {}`.
    fn of_methods(&mut self, program: &Program<'_>) {
        for (unit, inner) in program.units.iter().enumerate() {
            for (id, inner) in inner.flow.classes.iter().enumerate() {
                for decorator in &inner.decorators {
                    let at = (unit, *decorator);
                    let Kind::Call(callee, args) = program.kind(at) else { continue };
                    let Kind::Attr(object, name) = program.kind((unit, *callee)) else { continue };
                    let Some(method) = method_after(program, unit, inner, *decorator) else { continue };
                    let class = (unit, id as ClassId);
                    let Some(function) = program.method_named(class, |name| name == method) else { continue };
                    let before = self.routes.len();
                    let label = format!("{}.{method}", views::class_name(program, class));
                    let served = Served { name: label, regions: vec![Region::Function(function.0, function.1)] };
                    self.decorated(program, at, ((unit, *object), name), &arguments(unit, args), &served);
                    if self.routes.len() > before {
                        self.served.push(function);
                    }
                }
            }
        }
    }

    /// `@app.get("/x")` on a function.
    fn decorated(
        &mut self,
        program: &Program<'_>,
        at: At,
        (object, name): (At, &str),
        args: &[Argument],
        served: &Served,
    ) {
        if self.keyed(program, at, (object, name), args, served) {
            return;
        }
        if ROUTERS.decorators.of(name).is_some()
            && let Some(router) = router(program, object, 0)
        {
            self.decorated_with(program, at, (&router, name), args, served);
        }
    }

    fn decorated_with(
        &mut self,
        program: &Program<'_>,
        at: At,
        (router, name): (&Router, &str),
        args: &[Argument],
        served: &Served,
    ) {
        let path = positional(args, 0).or_else(|| keyword(args, &["path", "rule"]));
        let Some(paths) = path.map(|path| path.texts(program)) else { return };
        let methods = self.methods(program, name, args);
        for path in paths.iter().filter(|path| path.is_empty() || is_path(path)) {
            for method in &methods {
                let name = served.name.clone();
                let mut regions = served.regions.clone();
                regions.extend(route_regions(program, at, &[]));
                let (router, method) = (router.clone(), method.clone());
                self.routes.push(Registered::new(router, method, path.clone(), at, name, regions));
            }
        }
    }

    fn methods(&self, program: &Program<'_>, name: &str, args: &[Argument]) -> Vec<Option<String>> {
        match ROUTERS.decorators.of(name) {
            Some(Decorates::Verb) => return vec![Some(name.to_ascii_uppercase())],
            Some(Decorates::Any) => return vec![None],
            Some(Decorates::Said) | None => {}
        }
        let named = keyword(args, &ROUTERS.decorators.options());
        let named = named.or_else(|| positional(args, 1).filter(|arg| !arg.texts(program).is_empty()));
        let said = named.map(|methods| methods.texts(program)).unwrap_or_default();
        match said.as_slice() {
            // What Flask, Chalice and Starlette take when nothing is said.
            [] => vec![Some("GET".to_owned())],
            said => said.iter().map(|method| verb(method)).collect(),
        }
    }

    /// `app.get("/x", handler)`, `app.use("/x", router)` and their like.
    fn method(&mut self, program: &Program<'_>, at: At, object: At, name: &str, args: &[Argument]) {
        let lower = name.to_ascii_lowercase();
        let Some(method) = ROUTERS.method(name) else {
            if ROUTERS.is_verb(&lower) && (lower == name || name.chars().all(char::is_uppercase)) {
                return self.verbs(program, at, object, &[lower], args);
            }
            return self.keyed_call(program, at, (object, name), args);
        };
        match method.does {
            Does::Mount => self.mount(program, at, object, method.replaces, args),
            Does::Route => self.route(program, at, object, name, args),
            Does::SetPrefix if args.len() == 1 => {
                if let (Some(router), Some(prefix)) = (router(program, object, 0), args[0].text(program)) {
                    self.set.insert(router, prefix);
                }
            }
            Does::BasePath if args.len() == 1 => {
                if let (Some(parent), Some(prefix)) = (router(program, object, 0), args[0].text(program)) {
                    self.derived.insert(Router::Made(at), (parent, prefix));
                }
            }
            Does::MethodsFirst if args.len() >= 3 => {
                let said = args[0].texts(program);
                let methods: Vec<String> =
                    said.iter().flat_map(|said| said.split(',')).map(|method| method.trim().to_owned()).collect();
                self.verbs(program, at, object, &methods, &args[1..]);
            }
            Does::Add => self.added(program, at, object, method.target, args),
            Does::AddResource => self.added_resource(program, at, object, args),
            Does::Verb => {
                let verb = lower.strip_prefix(&*method.after).unwrap_or(&lower).to_owned();
                self.verbs(program, at, object, &[verb], args);
            }
            Does::SetPrefix | Does::BasePath | Does::MethodsFirst => {}
        }
    }

    /// `app.route("/x", users)`, and with one argument what Express and Fastify have.
    fn route(&mut self, program: &Program<'_>, at: At, object: At, name: &str, args: &[Argument]) {
        match args {
            [only] => self.one_argument_route(program, at, object, only.at),
            [first, second, ..] if name == "route" => {
                let parent = router(program, object, 0);
                // `app.route(handler, { method, path })`
                if let (Some(parent), Thing::Node(map)) = (&parent, program.value(second.at)) {
                    self.record(program, at, parent, map, Some(first.at), &[]);
                }
                if let (Some(parent), Some(child)) = (parent, router(program, second.at, 0)) {
                    let prefix = first.text(program).unwrap_or_default();
                    self.mounts.push(Mount { parent, child, prefix, replaces: false, at, before: Vec::new() });
                }
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
            self.record(program, at, &parent, map, None, &[]);
        }
    }

    fn verbs(&mut self, program: &Program<'_>, at: At, object: At, verbs: &[String], args: &[Argument]) {
        if args.iter().any(|arg| arg.name.is_some()) {
            return;
        }
        // A name may stand before the path, as koa-router allows.
        let first = args.iter().take(2).position(|arg| {
            let paths = arg.texts(program);
            !paths.is_empty() && paths.iter().all(|path| is_path(path))
        });
        let regex = args.first().and_then(|arg| match program.kind(arg.at) {
            Kind::Regex(pattern) => Some(of_regex(pattern)),
            _ => None,
        });
        let (paths, rest) = match (first, regex) {
            (Some(first), _) => (args[first].texts(program), &args[first + 1..]),
            (None, Some(path)) => (vec![path], &args[1..]),
            // `app.route("/x").get(handler)`
            (None, None) if is_bound(program, object) => (vec![String::new()], args),
            // `app.get("/x", show).post(change)`
            (None, None) => (path_before(program, object), args),
        };
        let mut handlers: Vec<At> = rest.iter().map(|arg| arg.at).collect();
        // Fastify's `app.get("/x", { schema, handler })`
        if let [only] = rest
            && let Some(handler) = option_at(program, std::slice::from_ref(only), &["handler"])
        {
            handlers = vec![handler];
        }
        let Some(last) = handlers.last().filter(|last| is_callable(program, **last)) else { return };
        let is_foreign = || matches!(program.value(object), Thing::External(_)) && part_of(program, object).is_none();
        if is_foreign() || matches!(program.value(object), Thing::Module(_)) {
            return;
        }
        let Some(router) = router(program, object, 0) else { return };
        if let Some(child) = passing::inner(program, *last).filter(|child| *child != router) {
            let prefix = String::new();
            self.mounts.push(Mount { parent: router, child, prefix, replaces: false, at, before: handlers });
            return;
        }
        for path in paths {
            for method in verbs {
                let method = verb(method);
                let passes = method.is_none() && passing::hands_on(program, &router, *last);
                let regions = route_regions(program, at, &handlers);
                let route = Registered::new(router.clone(), method, path.clone(), at, named(program, *last), regions);
                self.routes.push(Registered { passes, ..route });
            }
        }
    }

    /// `app.add_url_rule("/x", view_func=f)`; aiohttp puts the method first.
    fn added(&mut self, program: &Program<'_>, at: At, object: At, target_at: usize, args: &[Argument]) {
        let Some(router) = router(program, object, 0) else { return };
        let is_method =
            |arg: &&Argument| arg.text(program).and_then(|text| verb(&text)).is_some_and(|m| EVENTS.is_method(&m));
        let first = args.first().filter(|_| args.len() > target_at + 1).filter(is_method);
        let (before, args) = if first.is_some() { args.split_at(1) } else { (&args[..0], args) };
        let path = positional(args, 0).or_else(|| keyword(args, &["rule", "path"]));
        let target = keyword(args, &["view_func", "endpoint", "route"]).or_else(|| positional(args, target_at));
        let (Some(path), Some(target)) = (path, target) else { return };
        let said = keyword(args, &["methods"]).is_some() || args.len() > 3;
        let from = if keyword(args, &["methods"]).is_some() { 0 } else { args.len().min(3) };
        let methods = match before.first().and_then(|method| method.text(program)) {
            Some(method) => Some(vec![verb(&method)]),
            None => said.then(|| self.methods(program, "route", &args[from..])),
        };
        for path in path.texts(program) {
            self.target(program, at, &router, &path, target.at, methods.as_deref());
        }
    }

    /// `api.add_resource(Users, "/users")`: further arguments of a resource are further paths.
    fn added_resource(&mut self, program: &Program<'_>, at: At, object: At, args: &[Argument]) {
        let (Some(router), Some(target)) = (router(program, object, 0), positional(args, 0)) else { return };
        let methods = keyword(args, &["methods"]).map(|_| self.methods(program, "route", args));
        for path in args.iter().skip(1).filter(|arg| arg.name.is_none()).filter_map(|arg| arg.text(program)) {
            self.target(program, at, &router, &path, target.at, methods.as_deref());
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
        methods: Option<&[Option<String>]>,
    ) {
        for view in views::of(program, target, methods, &[Some("GET".to_owned())]) {
            self.served.extend(view.served);
            let mut regions = view.regions;
            regions.push(Region::Unit(at.0));
            let route = Registered::new(router.clone(), view.method, path.to_owned(), at, view.function, regions);
            self.routes.push(route);
        }
    }

    fn mount(&mut self, program: &Program<'_>, at: At, object: At, replaces: bool, args: &[Argument]) {
        let Some(parent) = router(program, object, 0) else { return };
        if self.autoload(program, at, &parent, args) {
            return;
        }
        let prefixes = positional(args, 0).map(|first| first.texts(program)).unwrap_or_default();
        let option = option(program, args, &["prefix", "url_prefix"]);
        let replaces = replaces && option.is_some();
        let prefixes = match (prefixes.as_slice(), &option) {
            ([], Some(prefix)) => vec![prefix.clone()],
            ([], None) => vec![String::new()],
            (said, _) => said.to_vec(),
        };
        let is_value = |arg: &&Argument| arg.name.is_none() || arg.name.as_deref() == Some("app");
        let mut children: Vec<(At, Router)> = Vec::new();
        for value in args.iter().filter(is_value).flat_map(|arg| listed(program, arg.at)) {
            // `fp(async (app) => {})` may be a router that a package makes, or a plug-in.
            let child = [router(program, value, 0), plugin(program, value)].into_iter().flatten();
            children.extend(child.filter(|child| *child != parent).map(|child| (value, child)));
        }
        for (value, child) in &children {
            let before = args.iter().map(|arg| arg.at).filter(|arg| arg != value).collect::<Vec<_>>();
            for prefix in &prefixes {
                let (parent, child) = (parent.clone(), child.clone());
                let (prefix, before) = (prefix.trim_end_matches('*').to_owned(), before.clone());
                self.mounts.push(Mount { parent, child, prefix, replaces, at, before });
            }
        }
    }
}

/// The path that a chain of verbs is about.
fn path_before(program: &Program<'_>, object: At) -> Vec<String> {
    let mut at = object;
    for _ in 0..32 {
        let Kind::Call(callee, args) = program.kind(at) else { break };
        let Kind::Attr(inner, name) = program.kind((at.0, *callee)) else { break };
        if !ROUTERS.is_verb(name) {
            break;
        }
        let paths = args.first().map(|arg| texts(program, (at.0, arg.value))).unwrap_or_default();
        if paths.first().is_some_and(|path| is_path(path)) {
            return paths;
        }
        at = (at.0, *inner);
    }
    Vec::new()
}

/// The items of a list, else the expression itself.
fn listed(program: &Program<'_>, at: At) -> Vec<At> {
    match program.value(at) {
        Thing::Node(node) => match program.kind(node) {
            Kind::List(items) => items.iter().map(|item| (node.0, *item)).collect(),
            _ => vec![at],
        },
        _ => vec![at],
    }
}

/// Whether a router was made for one path: `app.route("/x")`.
fn is_bound(program: &Program<'_>, object: At) -> bool {
    let Some(Router::Made(made)) = router(program, object, 0) else { return false };
    let Kind::Call(callee, args) = program.kind(made) else { return false };
    args.len() == 1 && matches!(program.kind((made.0, *callee)), Kind::Attr(_, name) if &**name == "route")
}
