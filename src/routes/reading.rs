//! How calls that register routes are read: routers, arguments, names, patterns.

use std::sync::Arc;

use super::words::{ROUTERS, prefixes};
use crate::program::expand::Expander;
use crate::program::flow::{self, Arg, FuncId, Kind, VarId};
use crate::program::origin;
use crate::program::reach::Region;
use crate::program::values::{At, Program, Thing, UnitId};
use crate::span::Span;

/// The object that routes are registered with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Router {
    /// Made at a place.
    Made(At),
    /// Handed to a function.
    Parameter(UnitId, VarId),
}

/// An argument of a registration, wherever it stands.
#[derive(Clone)]
pub(crate) struct Argument {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) at: At,
    /// Its text, where that is put together from what a call or a row fills in.
    pub(crate) text: Option<Arc<str>>,
}

impl Argument {
    /// Its text, or all of its list of them.
    pub(crate) fn texts(&self, program: &Program<'_>) -> Vec<String> {
        self.text.as_ref().map_or_else(|| texts(program, self.at), |text| vec![text.to_string()])
    }

    /// Its text.
    pub(crate) fn text(&self, program: &Program<'_>) -> Option<String> {
        self.text.as_ref().map(|text| text.to_string()).or_else(|| program.text(self.at))
    }
}

/// Arguments as they are written in a unit.
pub(crate) fn arguments(unit: UnitId, args: &[Arg]) -> Vec<Argument> {
    args.iter().map(|arg| Argument { name: arg.name.clone(), at: (unit, arg.value), text: None }).collect()
}

/// The router that an expression stands for.
pub(crate) fn router(program: &Program<'_>, at: At, depth: u32) -> Option<Router> {
    if depth > 12 {
        return None;
    }
    if let Kind::Call(callee, args) = program.kind(at)
        && let Kind::Attr(object, name) = program.kind((at.0, *callee))
    {
        // `web.get("/x", handler)` makes a route of its own, `app.get("/x", handler)` gives the router back.
        if ROUTERS.may_make(name)
            && let Thing::External(path) = program.value((at.0, *callee))
            && ROUTERS.made(&path).next().is_some()
        {
            return Some(Router::Made(at));
        }
        if ROUTERS.is_fluent(name) || (&**name == "route" && args.len() > 1) {
            return router(program, (at.0, *object), depth + 1);
        }
        if matches!(&**name, "basePath" | "route") {
            return router(program, (at.0, *object), depth + 1).map(|_| Router::Made(at));
        }
    }
    match program.unwrapped(program.value(at)) {
        // What a variable holds may itself be a chain of registrations. An own function that makes
        // routers makes another one at each of its calls.
        Thing::Made(_, made) if made != at => match origin::own_call(program, at) {
            Some(call) => Some(Router::Made(call)),
            None => router(program, made, depth + 1),
        },
        Thing::Made(_, made) => Some(Router::Made(made)),
        Thing::Parameter(unit, var) => Some(Router::Parameter(unit, var)),
        Thing::External(_) => router(program, part_of(program, at)?, depth + 1),
        _ => None,
    }
}

/// The application of which an expression is the router: `app.router`.
pub(crate) fn part_of(program: &Program<'_>, at: At) -> Option<At> {
    match program.kind(at) {
        Kind::Attr(object, name) if ROUTERS.is_part(name) => Some((at.0, *object)),
        _ => None,
    }
}

/// The router that an own function makes, behind a call of it.
pub(crate) fn made_inside(program: &Program<'_>, outer: &Router) -> Option<Router> {
    let Router::Made(call) = outer else { return None };
    let result = program.result(origin::called(program, *call)?)?;
    router(program, result, 0).filter(|inner| inner != outer)
}

/// A function that gets a router as its first parameter.
pub(crate) fn plugin(program: &Program<'_>, at: At) -> Option<Router> {
    taking_router(program, program.function(at)?)
}

/// The same, that a module is for.
pub(crate) fn plugin_in(program: &Program<'_>, unit: UnitId) -> Option<Router> {
    match program.unwrapped(Thing::Module(unit)) {
        Thing::Node(at) | Thing::Made(_, at) => plugin(program, at),
        _ => None,
    }
}

fn taking_router(program: &Program<'_>, (unit, function): (UnitId, FuncId)) -> Option<Router> {
    let first = program.flow(unit).functions.get(function as usize)?.params.first()?;
    Some(Router::Parameter(unit, *first))
}

/// The prefixes that a router is made with: one for each call of the function that makes it.
pub(crate) fn own_prefixes(program: &Program<'_>, expander: &Expander<'_, '_>, router: &Router) -> Vec<String> {
    let Router::Made(at) = router else { return Vec::new() };
    if let Some(inner) = made_inside(program, router) {
        return prefixes_in_call(program, expander, *at, &inner);
    }
    let Kind::Call(_, args) = program.kind(*at) else { return Vec::new() };
    let args = arguments(at.0, args);
    match option_at(program, &args, &prefixes(program, *at)) {
        Some(prefix) => expander.texts(prefix),
        None => Vec::new(),
    }
}

/// The prefixes of a router that an own function makes, as this call of it says them.
fn prefixes_in_call(program: &Program<'_>, expander: &Expander<'_, '_>, call: At, inner: &Router) -> Vec<String> {
    let given = match inner {
        Router::Made(made) => match program.kind(*made) {
            Kind::Call(_, args) => option_at(program, &arguments(made.0, args), &prefixes(program, *made)),
            _ => None,
        },
        Router::Parameter(..) => None,
    };
    let param = given.and_then(|given| match program.value(given) {
        Thing::Parameter(unit, var) => origin::passed(program, call, (unit, var)),
        _ => None,
    });
    match param.and_then(|passed| program.text(passed)) {
        Some(prefix) => vec![prefix],
        None => own_prefixes(program, expander, inner),
    }
}

/// A text given as a keyword, or in an object of options.
pub(crate) fn option(program: &Program<'_>, args: &[Argument], names: &[&str]) -> Option<String> {
    if let Some(value) = keyword(args, names) {
        return value.text(program);
    }
    program.text(option_at(program, args, names)?)
}

/// Where an option is given.
pub(crate) fn option_at(program: &Program<'_>, args: &[Argument], names: &[&str]) -> Option<At> {
    if let Some(value) = keyword(args, names) {
        return Some(value.at);
    }
    args.iter().find_map(|arg| {
        let Thing::Node(map) = program.value(arg.at) else { return None };
        let Kind::Map(entries) = program.kind(map) else { return None };
        let is_it = |key: u32| program.flow(map.0).text(key).is_some_and(|key| names.contains(&&**key));
        entries.iter().find(|(key, _)| is_it(*key)).map(|(_, value)| (map.0, *value))
    })
}

pub(crate) fn positional(args: &[Argument], at: usize) -> Option<&Argument> {
    args.iter().filter(|arg| arg.name.is_none()).nth(at)
}

pub(crate) fn keyword<'s>(args: &'s [Argument], names: &[&str]) -> Option<&'s Argument> {
    args.iter().find(|arg| arg.name.as_deref().is_some_and(|name| names.contains(&name)))
}

/// A constant string, or all of a list of them.
pub(crate) fn texts(program: &Program<'_>, at: At) -> Vec<String> {
    if let Some(text) = program.text(at) {
        return vec![text];
    }
    let Thing::Node(list) = program.value(at) else { return Vec::new() };
    match program.kind(list) {
        Kind::List(items) => items.iter().filter_map(|item| program.text((list.0, *item))).collect(),
        _ => Vec::new(),
    }
}

pub(crate) fn verb(method: &str) -> Option<String> {
    let method = method.to_ascii_uppercase();
    match method.as_str() {
        "ALL" | "ANY" | "*" => None,
        "DEL" => Some("DELETE".to_owned()),
        _ => Some(method),
    }
}

/// Whether an argument may be a handler.
pub(crate) fn is_callable(program: &Program<'_>, at: At) -> bool {
    match program.unwrapped(program.value(at)) {
        Thing::Node(node) => !matches!(
            program.kind(node),
            Kind::Text(_) | Kind::Map(_) | Kind::List(_) | Kind::Nothing | Kind::Nth(_) | Kind::Join(_)
        ),
        _ => true,
    }
}

/// A path for a regular expression: groups are parameters.
pub(crate) fn of_regex(pattern: &str) -> String {
    let mut out = String::new();
    let mut depth = 0u32;
    let mut class = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                if let Some(escaped) = chars.next()
                    && depth == 0
                {
                    let literal = matches!(escaped, '/' | '.' | '-' | '_');
                    out.push(if literal { escaped } else { '*' });
                }
            }
            '[' => class = true,
            ']' => {
                class = false;
                if depth == 0 {
                    out.push('*');
                }
            }
            '(' if !class => {
                if depth == 0 {
                    out.push('*');
                }
                depth += 1;
            }
            ')' if !class => depth = depth.saturating_sub(1),
            '+' | '*' if depth == 0 && !class && !out.ends_with('*') => {
                out.pop();
                out.push('*');
            }
            // A slash that may be left out.
            '?' if depth == 0 && !class && out.ends_with('/') && out.len() > 1 => {
                out.pop();
            }
            '^' | '$' | '?' | '+' | '*' if depth == 0 && !class => {}
            c if depth == 0 && !class => out.push(if c == '.' { '*' } else { c }),
            _ => {}
        }
    }
    while out.contains("**") {
        out = out.replace("**", "*");
    }
    out
}

/// The code of a route: its handlers, the module it is registered in, and what the function
/// around the registration does.
pub(crate) fn route_regions(program: &Program<'_>, at: At, handlers: &[At]) -> Vec<Region> {
    let mut regions: Vec<Region> = handlers.iter().map(|handler| Region::Node(*handler)).collect();
    regions.push(Region::Unit(at.0));
    regions.extend(around(program, at).map(|function| Region::Function(at.0, function)));
    regions
}

/// The innermost function around a place.
fn around(program: &Program<'_>, at: At) -> Option<FuncId> {
    around_span(program, at.0, program.flow(at.0).span(at.1))
}

/// The innermost function around a range.
pub(crate) fn around_span(program: &Program<'_>, unit: UnitId, span: Span) -> Option<FuncId> {
    let holds = |inner: &flow::Function| inner.span.start < span.start && span.end <= inner.span.end;
    let found = program.flow(unit).functions.iter().enumerate().filter(|(_, function)| holds(function));
    found.min_by_key(|(_, function)| function.span.end - function.span.start).map(|(id, _)| id as FuncId)
}

pub(crate) fn function_name(program: &Program<'_>, function: (UnitId, FuncId)) -> String {
    program.flow(function.0).functions.get(function.1 as usize).map_or(String::new(), |f| f.name.to_string())
}

/// The name of what an expression stands for: the function's own, else as it is written.
pub(crate) fn named(program: &Program<'_>, at: At) -> String {
    if let Some(function) = program.function(at) {
        let name = function_name(program, function);
        if !name.is_empty() {
            return name;
        }
    }
    match program.kind(at) {
        Kind::Var(var) => program.flow(at.0).vars.get(*var as usize).map_or(String::new(), |var| var.name.to_string()),
        Kind::Attr(object, name) => match named(program, (at.0, *object)) {
            object if object.is_empty() => name.to_string(),
            object => format!("{object}.{name}"),
        },
        Kind::Call(callee, _) => named(program, (at.0, *callee)),
        _ => String::new(),
    }
}
