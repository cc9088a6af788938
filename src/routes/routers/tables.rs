//! Routes that routers are made with: Starlette's `routes=[..]`, tables of records.

use super::{Mount, Registered, Registry};
use crate::program::flow::Kind;
use crate::program::values::{At, Program, Thing};
use crate::routes::reading::{Argument, Router, keyword, named, positional, route_regions, router, texts, verb};
use crate::routes::words::{Made, MadeIs, ROUTERS};

impl Registry {
    /// A table entry that says method, path and handler.
    pub(super) fn record(
        &mut self,
        program: &Program<'_>,
        at: At,
        router: &Router,
        map: At,
        handler: Option<At>,
        names: &[&str],
    ) {
        let Kind::Map(entries) = program.kind(map) else { return };
        let field = |names: &[&str]| {
            let mut found = entries
                .iter()
                .filter(|(key, _)| program.flow(map.0).text(*key).is_some_and(|key| names.contains(&&**key)));
            found.next().map(|(_, value)| (map.0, *value))
        };
        let handler = handler.or_else(|| field(&["handler"])).or_else(|| field(names));
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
    /// that are made with them; whether the call is one of these.
    pub(super) fn plain(&mut self, program: &Program<'_>, at: At, callee: At, args: &[Argument]) -> bool {
        let Thing::External(path) = program.value(callee) else { return false };
        let mut is_known = false;
        for row in ROUTERS.made(&path) {
            is_known = true;
            match row.is {
                MadeIs::Route => self.route_object(program, at, args, row.verb(&path)),
                MadeIs::Mount => self.mount_object(program, at, args),
                MadeIs::Router => self.listed(program, at, args, "", &row.list),
                MadeIs::Table => {
                    if let Some(Thing::Node(list)) = args.first().map(|arg| program.value(arg.at)) {
                        self.table(program, &Router::Made(at), list, row);
                    }
                }
            }
        }
        is_known
    }

    fn table(&mut self, program: &Program<'_>, router: &Router, list: At, row: &Made) {
        let is_list =
            |key: u32| program.flow(list.0).text(key).is_some_and(|key| row.list.iter().any(|l| **l == **key));
        let items = match program.kind(list) {
            Kind::List(items) => items.clone(),
            Kind::Map(entries) => entries.iter().filter(|(key, _)| is_list(*key)).map(|(_, value)| *value).collect(),
            _ => return,
        };
        let names: Vec<&str> = row.handler.iter().map(String::as_str).collect();
        for item in items {
            match program.value((list.0, item)) {
                Thing::Node(map) if matches!(program.kind(map), Kind::Map(_)) => {
                    let before = self.routes.len();
                    self.record(program, map, router, map, None, &names);
                    if self.routes.len() == before && map != list {
                        self.table(program, router, map, row);
                    }
                }
                Thing::Node(inner) if inner != list => self.table(program, router, inner, row),
                _ => {}
            }
        }
    }

    /// `Route("/x", endpoint, methods=["GET"])`, `web.get("/x", handler)`
    fn route_object(&mut self, program: &Program<'_>, at: At, args: &[Argument], verb: Option<String>) {
        let path = positional(args, 0).and_then(|first| first.text(program));
        let target = positional(args, 1).or_else(|| keyword(args, &["endpoint"]));
        let (Some(path), Some(target)) = (path, target) else { return };
        let rest = args.get(2..).unwrap_or_default();
        let said = keyword(rest, &["methods"]).is_some() || positional(rest, 0).is_some();
        let methods = match verb {
            Some(verb) => Some(vec![Some(verb)]),
            None => said.then(|| self.methods(program, "route", rest)),
        };
        self.target(program, at, &Router::Made(at), &path, target.at, methods.as_deref());
    }

    /// `Mount("/y", app=other)`, `Mount("/y", routes=[..])`
    fn mount_object(&mut self, program: &Program<'_>, at: At, args: &[Argument]) {
        let first = positional(args, 0).and_then(|first| first.text(program));
        let child = keyword(args, &["app"]).or_else(|| positional(args, 1));
        let child = child.and_then(|child| router(program, child.at, 0));
        if let (Some(prefix), Some(child)) = (first.clone(), child) {
            let parent = Router::Made(at);
            self.mounts.push(Mount { parent, child, prefix, replaces: false, at, before: Vec::new() });
        }
        self.listed(program, at, args, &first.unwrap_or_default(), &["routes".to_owned()]);
    }

    /// `routes=[Route(..), Mount(..)]`
    fn listed(&mut self, program: &Program<'_>, at: At, args: &[Argument], prefix: &str, names: &[String]) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let routes = keyword(args, &names).or_else(|| {
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
