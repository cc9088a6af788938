//! Handlers registered under a key rather than a path: fields of GraphQL, tools of agents, channels.

use super::{Registered, Registry, Served};
use crate::program::reach::Region;
use crate::program::values::{At, Program};
use crate::routes::found::EventKind;
use crate::routes::reading::{Argument, function_name, is_callable, option, positional, router};
use crate::routes::words::{ROUTERS, Registers};

impl Registry {
    /// `@app.resolver(type_name="Query", field_name="todos")` on a function; whether it is one of these.
    pub(super) fn keyed(
        &mut self,
        program: &Program<'_>,
        at: At,
        (object, name): (At, &str),
        args: &[Argument],
        served: &Served,
    ) -> bool {
        let Some(registers) = ROUTERS.registers(name) else { return false };
        let Some(router) = router(program, object, 0) else { return true };
        let text = |names: &[&str]| option(program, args, names);
        let first = || positional(args, 0).and_then(|first| first.text(program));
        let own_name = || Some(served.name.clone()).filter(|name| !name.is_empty());
        let (kind, key) = match registers {
            Registers::Field => {
                let of = text(&["type_name", "typeName"]).unwrap_or_else(|| "*".to_owned());
                (EventKind::Graphql, text(&["field_name", "fieldName"]).map(|field| format!("{of}.{field}")))
            }
            Registers::FieldOf(of) => (EventKind::Graphql, first().map(|field| format!("{of}.{field}"))),
            Registers::Tool => (EventKind::Call, text(&["name"]).or_else(first).or_else(own_name)),
            Registers::Channel(what) => {
                let path = first().or_else(|| text(&["path"]));
                (EventKind::Call, path.map(|path| format!("{what} {path}")))
            }
        };
        let Some(key) = key else { return true };
        let mut regions = served.regions.clone();
        regions.push(Region::Unit(at.0));
        let function = served.name.clone();
        self.routes.push(Registered {
            kind,
            key: Some(key),
            ..Registered::new(router, None, String::new(), at, function, regions)
        });
        true
    }

    /// `app.onQuery("todos", handler)`, `agent.tool(handler, { name: "todos" })`, Python's `@agent.tool`.
    pub(super) fn keyed_call(&mut self, program: &Program<'_>, at: At, method: (At, &str), args: &[Argument]) {
        if ROUTERS.registers(method.1).is_none() {
            return;
        }
        let handlers = args.iter().filter(|arg| is_callable(program, arg.at));
        let mut handlers = handlers.filter_map(|arg| Some((arg.at, program.function(arg.at)?)));
        if let Some((handler, function)) = handlers.next() {
            let served = Served { name: function_name(program, function), regions: vec![Region::Node(handler)] };
            self.keyed(program, at, method, args, &served);
        }
    }
}
