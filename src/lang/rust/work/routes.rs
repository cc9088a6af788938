//! Routes: routers built by `axum` or `actix-web`, and `match` on method and path.

mod crates;
mod locals;
mod matches;

use syn::spanned::Spanned;
use syn::{Expr, Lit};

use super::super::scope::plain;
use super::Route;
use super::expr::{path_of, peel, span_of};
use super::program::{Function, Program};
pub(super) use matches::of_match;

/// Verbs as routers and attributes name them.
pub(super) const METHODS: [&str; 9] = ["get", "post", "put", "delete", "patch", "head", "options", "any", "trace"];
/// How far routers are followed through calls and chains.
const DEEPEST: usize = 96;

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    module: usize,
    function: Option<&'p Function>,
    given: Option<&'p Given<'p>>,
    depth: usize,
}

/// What a function's parameters are called with.
struct Given<'p> {
    arguments: &'p [&'p Expr],
    place: Place<'p>,
}

/// What an expression stands for, and where that stands.
type Found<'p> = (&'p Expr, Place<'p>);

impl<'p> Place<'p> {
    pub(super) fn new(module: usize, function: Option<&'p Function>) -> Self {
        Self { module, function, given: None, depth: 0 }
    }

    fn deeper(self) -> Option<Self> {
        (self.depth < DEEPEST).then_some(Self { depth: self.depth + 1, ..self })
    }
}

impl Program<'_> {
    /// The routes of a router expression.
    pub(super) fn routes_of(&self, expr: &Expr, place: Place<'_>, prefix: &str, found: &mut Vec<Route>) {
        let Some(inner) = place.deeper() else { return };
        match peel(expr) {
            Expr::MethodCall(call) => {
                self.routes_of(&call.receiver, inner, prefix, found);
                self.registered(call, inner, prefix, found);
            }
            Expr::Call(call) => {
                let path = path_of(&call.func).map(|path| self.resolve(place.module, &path)).unwrap_or_default();
                let last = path.last().map_or("", String::as_str);
                if let Some(function) = self.find(&path) {
                    let arguments: Vec<&Expr> = call.args.iter().collect();
                    let given = Given { arguments: &arguments, place: inner };
                    self.function_routes(function, &given, prefix, found);
                } else if matches!(last, "new" | "serve" | "into_make_service") {
                    call.args.iter().for_each(|argument| self.routes_of(argument, inner, prefix, found));
                } else if let Some((value, at)) = self.stands_for(&call.func, inner)
                    && !std::ptr::eq(value, &raw const *call.func)
                {
                    self.routes_of(value, at, prefix, found);
                }
            }
            Expr::Closure(closure) => self.routes_of(&closure.body, inner, prefix, found),
            Expr::Block(block) => {
                if let Some(syn::Stmt::Expr(tail, None)) = block.block.stmts.last() {
                    self.routes_of(tail, inner, prefix, found);
                }
            }
            Expr::Tuple(tuple) => tuple.elems.iter().for_each(|elem| self.service(elem, inner, prefix, found)),
            Expr::Path(_) => {
                if let Some((value, at)) = self.stands_for(expr, inner) {
                    self.routes_of(value, at, prefix, found);
                }
            }
            _ => {}
        }
    }

    /// One registration in a chain.
    fn registered(&self, call: &syn::ExprMethodCall, place: Place<'_>, prefix: &str, found: &mut Vec<Route>) {
        let first = call.args.first();
        let second = call.args.iter().nth(1);
        let name = plain(&call.method);
        match (name.as_str(), first, second) {
            ("route", Some(path), Some(target)) => {
                for path in self.texts(path, place) {
                    self.methods_of(target, place, &join(prefix, &path), found);
                }
            }
            ("route_service", Some(path), Some(target)) => {
                for path in self.texts(path, place) {
                    self.push(None, &join(prefix, &path), target, place, found);
                }
            }
            ("nest" | "nest_service", Some(path), Some(target)) => {
                for path in self.texts(path, place) {
                    self.routes_of(target, place, &join(prefix, &path), found);
                }
            }
            ("merge" | "service" | "configure", Some(first), None) => self.service(first, place, prefix, found),
            _ => {}
        }
    }

    fn function_routes(&self, function: &Function, given: &Given<'_>, prefix: &str, found: &mut Vec<Route>) {
        let depth = given.place.depth;
        let inner = Place { module: function.module, function: Some(function), given: Some(given), depth };
        let Some(inner) = inner.deeper() else { return };
        match locals::result(&function.block) {
            Some(value) if function.result.is_some() => self.routes_of(value, inner, prefix, found),
            // `fn configure(cfg: &mut ServiceConfig) { cfg.service(..); }`
            _ => {
                for expr in locals::statements(&function.block) {
                    if let Expr::MethodCall(_) = peel(expr) {
                        self.routes_of(expr, inner, prefix, found);
                    }
                }
            }
        }
    }

    /// `.service(index)`, `.service(web::scope("/x")...)`, `.configure(routes)`, `.merge(users())`.
    fn service(&self, expr: &Expr, place: Place<'_>, prefix: &str, found: &mut Vec<Route>) {
        let Some(place) = place.deeper() else { return };
        if let Some((value, at)) = self.stands_for(expr, place) {
            return self.service(value, at, prefix, found);
        }
        if let Some(path) = path_of(expr)
            && let Some(function) = self.find(&self.resolve(place.module, &path))
        {
            for (method, at) in &function.routes {
                let file = self.modules[place.module].file.to_string();
                let (method, path, handler) = (Some(method.clone()), join(prefix, at), path.join("::"));
                let crates = self.named_by(expr, place.module);
                found.push(Route { method, path, handler, file, span: span_of(expr.span()), crates });
            }
            if function.routes.is_empty() {
                self.function_routes(function, &Given { arguments: &[], place }, prefix, found);
            }
            return;
        }
        match self.chain_root(expr, place) {
            Some((Root::Scope, paths)) => {
                paths.iter().for_each(|path| self.routes_of(expr, place, &join(prefix, path), found));
            }
            Some((Root::Resource, paths)) => {
                paths.iter().for_each(|path| self.resource(expr, place, &join(prefix, path), found));
            }
            None => self.routes_of(expr, place, prefix, found),
        }
    }

    /// `web::resource("/x").route(web::get().to(h))`, `web::resource("/x").get(h)`
    fn resource(&self, expr: &Expr, place: Place<'_>, path: &str, found: &mut Vec<Route>) {
        let Expr::MethodCall(call) = peel(expr) else { return };
        self.resource(&call.receiver, place, path, found);
        let Some(target) = call.args.first() else { return };
        let name = plain(&call.method);
        match name.as_str() {
            "route" => self.methods_of(target, place, path, found),
            "to" => self.push(None, path, target, place, found),
            verb if METHODS.contains(&verb) => self.push(Some(verb), path, target, place, found),
            _ => {}
        }
    }

    /// `get(list).post(create)` of axum, `web::get().to(list)` of actix-web.
    fn methods_of(&self, expr: &Expr, place: Place<'_>, path: &str, found: &mut Vec<Route>) {
        let Some(place) = place.deeper() else { return };
        match peel(expr) {
            Expr::MethodCall(call) => {
                let name = plain(&call.method);
                if name == "to" {
                    if let Some(handler) = call.args.first() {
                        self.push(guarded(&call.receiver).as_deref(), path, handler, place, found);
                    }
                    return;
                }
                self.methods_of(&call.receiver, place, path, found);
                self.verb(&name, call.args.iter().collect(), place, path, found);
            }
            Expr::Call(call) => {
                let written = path_of(&call.func).unwrap_or_default();
                if let Some(function) = self.find(&self.resolve(place.module, &written)) {
                    let arguments: Vec<&Expr> = call.args.iter().collect();
                    let given = Given { arguments: &arguments, place };
                    let depth = place.depth;
                    let inner = Place { module: function.module, function: Some(function), given: Some(&given), depth };
                    if let Some(value) = locals::result(&function.block) {
                        self.methods_of(value, inner, path, found);
                    }
                    return;
                }
                let name = written.last().cloned().unwrap_or_default();
                self.verb(&name, call.args.iter().collect(), place, path, found);
            }
            Expr::Path(_) => {
                if let Some((value, at)) = self.stands_for(expr, place) {
                    self.methods_of(value, at, path, found);
                }
            }
            _ => {}
        }
    }

    /// `get(list)`, `.post(create)`, `on(MethodFilter::POST, pay)`
    fn verb(&self, name: &str, arguments: Vec<&Expr>, place: Place<'_>, path: &str, found: &mut Vec<Route>) {
        let name = name.strip_suffix("_service").unwrap_or(name);
        match (name, arguments.as_slice()) {
            ("on", [filter, handler]) => {
                for method in filters(filter) {
                    self.push(Some(&method), path, handler, place, found);
                }
            }
            (verb, [handler]) if METHODS.contains(&verb) => self.push(Some(verb), path, handler, place, found),
            _ => {}
        }
    }

    fn push(&self, method: Option<&str>, path: &str, handler: &Expr, place: Place<'_>, found: &mut Vec<Route>) {
        let method = method.filter(|name| !matches!(*name, "any" | "route")).map(str::to_uppercase);
        let handler_name = path_of(handler).map_or_else(|| "(closure)".to_string(), |path| path.join("::"));
        let file = self.modules[place.module].file.to_string();
        found.push(Route {
            method,
            path: path.to_string(),
            handler: handler_name,
            file,
            span: span_of(handler.span()),
            crates: self.named_by(handler, place.module),
        });
    }

    /// What `web::scope("/x")` or `web::resource(["/a", "/b"])` at the start of a chain is for.
    fn chain_root(&self, expr: &Expr, place: Place<'_>) -> Option<(Root, Vec<String>)> {
        match peel(expr) {
            Expr::MethodCall(call) => self.chain_root(&call.receiver, place),
            Expr::Call(call) => {
                let root = match path_of(&call.func)?.last()?.as_str() {
                    "scope" => Root::Scope,
                    "resource" => Root::Resource,
                    _ => return None,
                };
                let paths = self.texts(call.args.first()?, place);
                (!paths.is_empty()).then_some((root, paths))
            }
            _ => None,
        }
    }
}

/// What a chain of actix-web starts with.
enum Root {
    Scope,
    Resource,
}

/// The method of `web::get()`, or that of a guard: `web::route().guard(guard::Post())`.
fn guarded(expr: &Expr) -> Option<String> {
    match peel(expr) {
        Expr::Call(call) => path_of(&call.func)?.last().filter(|name| *name != "route").cloned(),
        Expr::MethodCall(call) if call.method == "guard" => {
            let guard = call.args.first().and_then(|guard| match peel(guard) {
                Expr::Call(guard) => path_of(&guard.func)?.last().map(|name| name.to_lowercase()),
                _ => None,
            });
            guard.filter(|name| METHODS.contains(&name.as_str())).or_else(|| guarded(&call.receiver))
        }
        Expr::MethodCall(call) if call.method == "method" => {
            let method = call.args.first().and_then(path_of)?;
            method.last().map(|name| name.to_lowercase())
        }
        Expr::MethodCall(call) => guarded(&call.receiver),
        _ => None,
    }
}

/// `MethodFilter::GET`, `MethodFilter::GET.or(MethodFilter::HEAD)`
fn filters(expr: &Expr) -> Vec<String> {
    match peel(expr) {
        Expr::Path(_) => path_of(expr).and_then(|path| path.last().cloned()).into_iter().collect(),
        Expr::MethodCall(call) => {
            let mut found = filters(&call.receiver);
            found.extend(call.args.iter().flat_map(filters));
            found
        }
        Expr::Binary(either) => [filters(&either.left), filters(&either.right)].concat(),
        _ => Vec::new(),
    }
}

fn text(expr: &Expr) -> Option<String> {
    match peel(expr) {
        Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

fn join(prefix: &str, path: &str) -> String {
    let joined = format!("{}/{}", prefix.trim_end_matches('/'), path.trim_start_matches('/'));
    if joined.len() > 1 && matches!(path, "/" | "") { joined.trim_end_matches('/').to_string() } else { joined }
}
