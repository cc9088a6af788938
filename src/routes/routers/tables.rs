//! Routes that routers are made with: Starlette's `routes=[..]`, tables of records.

use super::{Mount, Registered, Registry};
use crate::program::flow::Kind;
use crate::program::values::{At, Program, Thing};
use crate::routes::reading::{Argument, Router, keyword, named, positional, route_regions, router, texts, verb};

impl Registry {
    /// A table entry that says method, path and handler.
    pub(super) fn record(&mut self, program: &Program<'_>, at: At, router: &Router, map: At, handler: Option<At>) {
        let Kind::Map(entries) = program.kind(map) else { return };
        let field = |names: &[&str]| {
            let mut found = entries
                .iter()
                .filter(|(key, _)| program.flow(map.0).text(*key).is_some_and(|key| names.contains(&&**key)));
            found.next().map(|(_, value)| (map.0, *value))
        };
        let handler = handler.or_else(|| field(&["handler"]));
        let (Some(path), Some(handler)) = (field(&["path", "url", "route"]), handler) else { return };
        let methods = field(&["method", "methods"]).map(|methods| texts(program, methods)).unwrap_or_default();
        let methods: Vec<Option<String>> =
            if methods.is_empty() { vec![None] } else { methods.iter().map(|method| verb(method)).collect() };
        let Some(path) = program.text(path) else { return };
        for method in methods {
            let regions = route_regions(program, at, &[handler]);
            let (router, path) = (router.clone(), path.clone());
            self.routes.push(Registered::new(router, method, path, at, named(program, handler), regions));
        }
    }

    /// `Route("/x", endpoint)` and `Mount("/y", routes=[..])` of Starlette, tables for routers
    /// that are made with them.
    pub(super) fn plain(&mut self, program: &Program<'_>, at: At, callee: At, args: &[Argument]) {
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
                Thing::Node(map) if matches!(program.kind(map), Kind::Map(_)) => {
                    self.record(program, map, router, map, None)
                }
                Thing::Node(inner) if inner != list => self.table(program, router, inner),
                _ => {}
            }
        }
    }

    fn starlette(&mut self, program: &Program<'_>, at: At, last: &str, args: &[Argument]) {
        let first = positional(args, 0).and_then(|first| first.text(program));
        match last {
            "Route" | "WebSocketRoute" | "APIRoute" => {
                let target = positional(args, 1).or_else(|| keyword(args, &["endpoint"]));
                if let (Some(path), Some(target)) = (first, target) {
                    let rest = args.get(2..).unwrap_or_default();
                    let said = keyword(rest, &["methods"]).is_some() || positional(rest, 0).is_some();
                    let methods = said.then(|| self.methods(program, "route", rest));
                    self.target(program, at, &Router::Made(at), &path, target.at, methods.as_deref());
                }
            }
            "Mount" => {
                let child = keyword(args, &["app"]).or_else(|| positional(args, 1));
                let child = child.and_then(|child| router(program, child.at, 0));
                if let (Some(prefix), Some(child)) = (first.clone(), child) {
                    let parent = Router::Made(at);
                    self.mounts.push(Mount { parent, child, prefix, replaces: false, at, before: Vec::new() });
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
            let is_list = |arg: &&Argument| matches!(program.value(arg.at), Thing::Node(node) if matches!(program.kind(node), Kind::List(_)));
            positional(args, 0).filter(is_list)
        });
        let Some(routes) = routes else { return };
        let Thing::Node(list) = program.value(routes.at) else { return };
        for item in program.flow(list.0).parts(list.1) {
            if let Thing::Made(_, made) = program.value((list.0, item)) {
                let (parent, child) = (Router::Made(at), Router::Made(made));
                let prefix = prefix.to_owned();
                self.mounts.push(Mount { parent, child, prefix, replaces: false, at: made, before: Vec::new() });
            }
        }
    }
}
