//! Routes: routers built by `axum` or `actix-web`, and `match` on method and path.

use syn::spanned::Spanned;
use syn::{Expr, Lit, Pat};

use super::super::scope::plain;
use super::Route;
use super::expr::{path_of, peel, span_of};
use super::program::{Function, Program};

const METHODS: [&str; 9] = ["get", "post", "put", "delete", "patch", "head", "options", "any", "trace"];

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) module: usize,
    pub(super) function: Option<&'p Function>,
    pub(super) depth: usize,
}

impl Program<'_> {
    /// The routes of a router expression.
    pub(super) fn routes_of(&self, expr: &Expr, place: Place<'_>, prefix: &str, found: &mut Vec<Route>) {
        if place.depth > 24 {
            return;
        }
        let inner = Place { depth: place.depth + 1, ..place };
        match peel(expr) {
            Expr::MethodCall(call) => {
                self.routes_of(&call.receiver, inner, prefix, found);
                let first = call.args.first();
                let second = call.args.iter().nth(1);
                match (plain(&call.method).as_str(), first.and_then(text), second) {
                    ("route", Some(path), Some(target)) => self.methods_of(target, place, &join(prefix, &path), found),
                    ("route", None, _) | ("to", _, _) => {}
                    ("nest" | "nest_service", Some(path), Some(target)) => {
                        self.routes_of(target, inner, &join(prefix, &path), found)
                    }
                    ("merge" | "service" | "configure", None, None) => {
                        if let Some(first) = first {
                            self.service(first, inner, prefix, found);
                        }
                    }
                    _ => {}
                }
            }
            Expr::Call(call) => {
                let path = path_of(&call.func).map(|path| self.resolve(place.module, &path)).unwrap_or_default();
                let last = path.last().map_or("", String::as_str);
                if let Some(function) = self.find(&path) {
                    self.function_routes(function, inner, prefix, found);
                } else if matches!(last, "new" | "serve" | "into_make_service") {
                    call.args.iter().for_each(|argument| self.routes_of(argument, inner, prefix, found));
                }
            }
            Expr::Closure(closure) => self.routes_of(&closure.body, inner, prefix, found),
            Expr::Block(block) => {
                if let Some(syn::Stmt::Expr(tail, None)) = block.block.stmts.last() {
                    self.routes_of(tail, inner, prefix, found);
                }
            }
            Expr::Path(path) => {
                let name = path.path.get_ident().map(plain);
                let value = place.function.zip(name).and_then(|(function, name)| local(&function.block, &name));
                if let Some(value) = value {
                    self.routes_of(value, inner, prefix, found);
                }
            }
            _ => {}
        }
    }

    fn function_routes(&self, function: &Function, place: Place<'_>, prefix: &str, found: &mut Vec<Route>) {
        let inner = Place { module: function.module, function: Some(function), depth: place.depth + 1 };
        match function.block.stmts.last() {
            Some(syn::Stmt::Expr(tail, None)) => self.routes_of(tail, inner, prefix, found),
            // `fn configure(cfg: &mut ServiceConfig) { cfg.service(..); }`
            Some(_) => {
                for stmt in &function.block.stmts {
                    if let syn::Stmt::Expr(expr, Some(_)) = stmt {
                        self.routes_of(expr, inner, prefix, found);
                    }
                }
            }
            None => {}
        }
    }

    /// `.service(index)`, `.service(web::scope("/x")...)`, `.configure(routes)`, `.merge(users())`.
    fn service(&self, expr: &Expr, place: Place<'_>, prefix: &str, found: &mut Vec<Route>) {
        if let Some(path) = path_of(expr)
            && let Some(function) = self.find(&self.resolve(place.module, &path))
        {
            if let Some((method, at)) = &function.route {
                let file = self.modules[place.module].file.to_string();
                found.push(Route {
                    method: Some(method.clone()),
                    path: join(prefix, at),
                    handler: path.join("::"),
                    file,
                    span: span_of(expr.span()),
                });
            } else {
                self.function_routes(function, place, prefix, found);
            }
            return;
        }
        let (root, scope) = chain_root(expr);
        match (root, scope) {
            (Some("scope"), Some(path)) => self.chain(expr, place, &join(prefix, &path), found),
            (Some("resource"), Some(path)) => self.resource(expr, place, &join(prefix, &path), found),
            _ => self.routes_of(expr, place, prefix, found),
        }
    }

    fn chain(&self, expr: &Expr, place: Place<'_>, prefix: &str, found: &mut Vec<Route>) {
        self.routes_of(expr, place, prefix, found);
    }

    /// `web::resource("/x").route(web::get().to(h))`
    fn resource(&self, expr: &Expr, place: Place<'_>, path: &str, found: &mut Vec<Route>) {
        if let Expr::MethodCall(call) = peel(expr) {
            self.resource(&call.receiver, place, path, found);
            if let Some(target) = call.args.first().filter(|_| call.method == "route" || call.method == "to") {
                if call.method == "to" {
                    self.push(None, path, target, place, found);
                } else {
                    self.methods_of(target, place, path, found);
                }
            }
        }
    }

    /// `get(list).post(create)` of axum, `web::get().to(list)` of actix-web.
    fn methods_of(&self, expr: &Expr, place: Place<'_>, path: &str, found: &mut Vec<Route>) {
        match peel(expr) {
            Expr::MethodCall(call) => {
                let name = plain(&call.method);
                let handler = call.args.first();
                if name == "to" {
                    let method = if let Expr::Call(root) = peel(&call.receiver) {
                        path_of(&root.func).and_then(|p| p.last().cloned())
                    } else {
                        None
                    };
                    if let Some(handler) = handler {
                        self.push(method.filter(|m| m != "route").as_deref(), path, handler, place, found);
                    }
                    return;
                }
                self.methods_of(&call.receiver, place, path, found);
                if let Some(handler) = handler.filter(|_| METHODS.contains(&name.as_str())) {
                    self.push(Some(&name), path, handler, place, found);
                }
            }
            Expr::Call(call) => {
                let name = path_of(&call.func).and_then(|path| path.last().cloned()).unwrap_or_default();
                if METHODS.contains(&name.as_str())
                    && let Some(handler) = call.args.first()
                {
                    self.push(Some(&name), path, handler, place, found);
                }
            }
            _ => {}
        }
    }

    fn push(&self, method: Option<&str>, path: &str, handler: &Expr, place: Place<'_>, found: &mut Vec<Route>) {
        let method = method.filter(|name| *name != "any").map(str::to_uppercase);
        let handler_name = path_of(handler).map_or_else(|| "(closure)".to_string(), |path| path.join("::"));
        let file = self.modules[place.module].file.to_string();
        found.push(Route {
            method,
            path: path.to_string(),
            handler: handler_name,
            file,
            span: span_of(handler.span()),
        });
    }
}

/// The routes of a `match` on method and path.
pub(super) fn of_match(item: &syn::ExprMatch, file: &str, found: &mut Vec<Route>) {
    let before = found.len();
    for arm in &item.arms {
        let mut cases: Vec<&Pat> = Vec::new();
        match &arm.pat {
            Pat::Or(or) => cases.extend(&or.cases),
            other => cases.push(other),
        }
        for case in cases {
            let Some((method, path)) = pattern(case) else { continue };
            let handler = first_call(&arm.body).unwrap_or_else(|| "(inline)".into());
            found.push(Route { method, path, handler, file: file.to_string(), span: span_of(case.span()) });
        }
    }
    // A single arm decides nothing.
    if found.len() < before + 2 {
        found.truncate(before);
    }
}

fn pattern(pat: &Pat) -> Option<(Option<String>, String)> {
    match pat {
        Pat::Tuple(tuple) => {
            let (mut method, mut path) = (None, None);
            for part in &tuple.elems {
                match piece(part)? {
                    Piece::Method(name) => method = Some(name),
                    Piece::Path(text) => path = Some(text),
                    Piece::Any => {}
                }
            }
            path.map(|path| (method, path))
        }
        other => match piece(other)? {
            Piece::Path(path) => Some((None, path)),
            _ => None,
        },
    }
}

enum Piece {
    Method(String),
    Path(String),
    Any,
}

fn piece(pat: &Pat) -> Option<Piece> {
    match pat {
        Pat::Reference(inner) => piece(&inner.pat),
        Pat::Paren(inner) => piece(&inner.pat),
        Pat::Path(path) => {
            let last = plain(&path.path.segments.last()?.ident);
            METHODS.contains(&last.to_lowercase().as_str()).then_some(Piece::Method(last))
        }
        Pat::Lit(lit) => {
            let Lit::Str(text) = &lit.lit else { return None };
            let text = text.value();
            if METHODS.contains(&text.to_lowercase().as_str()) && text.to_uppercase() == text {
                return Some(Piece::Method(text));
            }
            text.starts_with('/').then_some(Piece::Path(text))
        }
        Pat::TupleStruct(inner) if inner.elems.len() == 1 => piece(inner.elems.first()?),
        Pat::Slice(slice) => {
            let parts = slice.elems.iter().map(|part| match part {
                Pat::Lit(lit) => match &lit.lit {
                    Lit::Str(text) => Some(text.value()),
                    _ => None,
                },
                Pat::Ident(name) => Some(format!("{{{}}}", plain(&name.ident))),
                Pat::Wild(_) => Some("{_}".to_string()),
                Pat::Rest(_) => Some("{*rest}".to_string()),
                _ => None,
            });
            let parts: Option<Vec<String>> = parts.collect();
            parts.map(|parts| Piece::Path(format!("/{}", parts.join("/"))))
        }
        Pat::Wild(_) | Pat::Ident(_) => Some(Piece::Any),
        _ => None,
    }
}

fn first_call(expr: &Expr) -> Option<String> {
    match peel(expr) {
        Expr::Call(call) => path_of(&call.func).map(|path| path.join("::")),
        Expr::MethodCall(call) => first_call(&call.receiver),
        Expr::Block(block) => block.block.stmts.iter().rev().find_map(|stmt| match stmt {
            syn::Stmt::Expr(expr, _) => first_call(expr),
            syn::Stmt::Local(local) => local.init.as_ref().and_then(|init| first_call(&init.expr)),
            _ => None,
        }),
        _ => None,
    }
}

fn chain_root(expr: &Expr) -> (Option<&'static str>, Option<String>) {
    match peel(expr) {
        Expr::MethodCall(call) => chain_root(&call.receiver),
        Expr::Call(call) => {
            let last = path_of(&call.func).and_then(|path| path.last().cloned());
            let kind = match last.as_deref() {
                Some("scope") => Some("scope"),
                Some("resource") => Some("resource"),
                _ => None,
            };
            (kind, call.args.first().and_then(text))
        }
        _ => (None, None),
    }
}

fn local<'b>(block: &'b syn::Block, name: &str) -> Option<&'b Expr> {
    block.stmts.iter().rev().find_map(|stmt| match stmt {
        syn::Stmt::Local(local) => {
            let bound = match &local.pat {
                Pat::Ident(ident) => plain(&ident.ident) == name,
                Pat::Type(typed) => matches!(&*typed.pat, Pat::Ident(ident) if plain(&ident.ident) == name),
                _ => false,
            };
            local.init.as_ref().filter(|_| bound).map(|init| &*init.expr)
        }
        _ => None,
    })
}

fn text(expr: &Expr) -> Option<String> {
    match peel(expr) {
        Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

fn join(prefix: &str, path: &str) -> String {
    let joined = format!("{}/{}", prefix.trim_end_matches('/'), path.trim_start_matches('/'));
    if joined.len() > 1 && path == "/" { joined.trim_end_matches('/').to_string() } else { joined }
}
