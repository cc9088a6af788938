//! Routes of Django: `urlpatterns` from the settings' `ROOT_URLCONF` on, with what they include.

mod rest;

use super::found::{EventKind, Found, join};
use super::reading::{arguments, keyword, named, of_regex, positional, texts};
use super::views;
use crate::program::flow::{Def, Kind, Stmt};
use crate::program::reach::{Cuts, Region};
use crate::program::values::{At, Program, Thing, UnitId};

/// How deep lists of patterns are nested.
const DEEPEST: u32 = 16;
/// Most routes that patterns are spelled out as.
const MOST: usize = 2_000;
/// Most expressions that are read.
const MOST_STEPS: u32 = 20_000;

/// Routes of the patterns that the settings name.
pub(crate) fn find(program: &Program<'_>, cuts: &mut Cuts) -> Vec<Found> {
    let mut finder = Finder { program, cuts, found: Vec::new(), left: MOST_STEPS };
    for root in roots(program) {
        finder.unit(root, &Way { prefix: String::new(), units: Vec::new(), depth: 0 });
    }
    finder.found
}

/// The modules that own settings give as `ROOT_URLCONF`.
fn roots(program: &Program<'_>) -> Vec<UnitId> {
    let mut found = Vec::new();
    for unit in 0..program.units.len() {
        let named = program.flow(unit).exports.iter().filter(|(name, _)| &**name == "ROOT_URLCONF");
        for at in named.filter_map(|_| program.export_node(unit, "ROOT_URLCONF")) {
            let module = program.text(at).and_then(|name| program.module_named(&name));
            found.extend(module.filter(|module| !found.contains(module)));
        }
    }
    found
}

/// How a list of patterns is come by.
struct Way {
    prefix: String,
    units: Vec<UnitId>,
    depth: u32,
}

impl Way {
    fn inside(&self, prefix: &str) -> Self {
        Self { prefix: glued(&self.prefix, prefix), units: self.units.clone(), depth: self.depth + 1 }
    }
}

/// Django puts paths together as they are written, without slashes between them.
fn glued(prefix: &str, path: &str) -> String {
    format!("{prefix}{path}")
}

struct Finder<'p, 'a, 'c> {
    program: &'p Program<'a>,
    cuts: &'c mut Cuts,
    found: Vec<Found>,
    /// How many more expressions are read.
    left: u32,
}

impl Finder<'_, '_, '_> {
    fn may_go_on(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }

    /// The patterns of a module.
    fn unit(&mut self, unit: UnitId, way: &Way) {
        // What includes itself has no other patterns the second time.
        if way.depth > DEEPEST || way.units.contains(&unit) {
            return;
        }
        let way = Way {
            prefix: way.prefix.clone(),
            units: way.units.iter().copied().chain([unit]).collect(),
            depth: way.depth + 1,
        };
        for at in all_of(self.program, unit, "urlpatterns") {
            self.patterns(at, &way);
        }
    }

    /// A list of patterns, or what is put together into one.
    fn patterns(&mut self, at: At, way: &Way) {
        if way.depth > DEEPEST || self.found.len() > MOST || !self.may_go_on() {
            return;
        }
        let program = self.program;
        let way = &way.inside("");
        if let Kind::Var(var) = program.kind(at) {
            let var = program.flow(at.0).vars.get(*var as usize);
            if let Some(var) = var.filter(|var| !var.defs.iter().any(|def| matches!(def, Def::Import(_)))) {
                let name = var.name.clone();
                let lists = if var.top { all_of(program, at.0, &name) } else { nodes_of(&var.defs, at.0) };
                lists.into_iter().for_each(|list| self.patterns(list, way));
                return;
            }
        }
        if let Some(resource) = rest::registered(program, at) {
            self.resource(at, &resource, way);
            return;
        }
        let node = match program.unwrapped(program.value(at)) {
            Thing::Node(node) | Thing::Made(_, node) => node,
            _ => return,
        };
        match program.kind(node) {
            Kind::List(items) => items.iter().for_each(|item| self.item((node.0, *item), way)),
            Kind::Join(parts) | Kind::Or(parts) | Kind::Group(parts) => {
                parts.iter().for_each(|part| self.patterns((node.0, *part), way));
            }
            // `i18n_patterns(path(..), ..)`, `format_suffix_patterns(urlpatterns)`
            Kind::Call(_, args) => args.iter().for_each(|arg| self.item((node.0, arg.value), way)),
            _ => {}
        }
    }

    /// One pattern, or a list of them inside of one.
    fn item(&mut self, at: At, way: &Way) {
        let program = self.program;
        if way.depth > DEEPEST || self.found.len() > MOST || !self.may_go_on() {
            return;
        }
        let call = match program.value(at) {
            Thing::Made(_, made) => made,
            _ => at,
        };
        let Kind::Call(callee, args) = program.kind(call) else { return self.patterns(at, way) };
        let Thing::External(name) = program.value((call.0, *callee)) else { return self.patterns(at, way) };
        let is_regex = match name.rsplit('.').next().unwrap_or_default() {
            "path" => false,
            "re_path" | "url" => true,
            _ => return self.patterns(at, way),
        };
        let args = arguments(call.0, args);
        let written = positional(&args, 0).or_else(|| keyword(&args, &["route", "regex"]));
        let Some(written) = written.and_then(|path| path.text(program)) else { return };
        let Some(view) = positional(&args, 1).or_else(|| keyword(&args, &["view"])) else { return };
        let path = if is_regex { of_regex(&written) } else { written };
        self.cuts.nodes.insert(call);
        self.target(call, view.at, &way.inside(&path));
    }

    /// What stands behind a path: a view, or more patterns.
    fn target(&mut self, at: At, target: At, way: &Way) {
        let program = self.program;
        if let Some(resource) = rest::registered(program, target) {
            return self.resource(target, &resource, way);
        }
        let included = match program.kind(target) {
            Kind::Call(callee, args) => match program.value((target.0, *callee)) {
                Thing::External(name) if name.rsplit('.').next() == Some("include") => args.first(),
                _ => None,
            },
            _ => None,
        };
        if let Some(included) = included {
            return self.included(at, (target.0, included.value), way);
        }
        match program.value(target) {
            // `(patterns, app_name, namespace)`
            Thing::Node(node) if matches!(program.kind(node), Kind::List(_)) => self.included(at, node, way),
            // `admin.site.urls`
            Thing::External(name) | Thing::Made(name, _) if name.ends_with(".urls") => self.elsewhere(at, target, way),
            _ => self.view(at, target, way),
        }
    }

    /// `include("shop.urls")`, `include(shop.urls)`, `include([..])`, `include((patterns, "name"))`
    fn included(&mut self, at: At, what: At, way: &Way) {
        let program = self.program;
        if let Some(name) = program.text(what) {
            return match program.module_named(&name) {
                Some(unit) => self.unit(unit, way),
                None => self.elsewhere(at, what, way),
            };
        }
        if rest::registered(program, what).is_some() {
            return self.patterns(what, way);
        }
        match program.value(what) {
            Thing::Module(unit) => self.unit(unit, way),
            Thing::External(_) => self.elsewhere(at, what, way),
            Thing::Node(node) => match program.kind(node) {
                // A pair of patterns, or of a module, with a name.
                Kind::List(items) if items.get(1).is_some_and(|name| program.text((node.0, *name)).is_some()) => {
                    let first = items.first().map(|first| (node.0, *first));
                    first.into_iter().for_each(|first| self.included(at, first, &way.inside("")));
                }
                _ => self.patterns(what, way),
            },
            _ => self.patterns(what, way),
        }
    }

    /// Patterns of a package: one route for all of them.
    fn elsewhere(&mut self, at: At, target: At, way: &Way) {
        let path = glued(&join("", &way.prefix), "*");
        self.push(at, None, path, named(self.program, target), vec![Region::Node(target)], way);
    }

    fn view(&mut self, at: At, target: At, way: &Way) {
        let program = self.program;
        let path = join("", &way.prefix);
        let mapped = mapped(program, target);
        if !mapped.is_empty() {
            for (verb, action) in mapped {
                self.action(at, target, (&verb.to_ascii_uppercase(), &action), &path, way);
            }
            return;
        }
        let methods: Vec<Option<String>> = methods_of(program, target).into_iter().map(Some).collect();
        let methods = (!methods.is_empty()).then_some(methods);
        for view in views::of(program, target, methods.as_deref(), &[None]) {
            self.cuts.functions.extend(view.served);
            self.push(at, view.method, path.clone(), view.function, view.regions, way);
        }
    }

    /// The routes that a router of the REST framework makes.
    fn resource(&mut self, at: At, resource: &rest::Resource, way: &Way) {
        let program = self.program;
        for (place, prefix, set) in &resource.sets {
            self.cuts.nodes.insert(*place);
            let Some(class) = program.class(*set) else { continue };
            for action in rest::actions(program, class) {
                let path = rest::path(program, class, prefix, &action, &resource.slash);
                let path = join("", &glued(&way.prefix, &path));
                self.action(*place, *set, (&action.verb, &action.name), &path, way);
            }
        }
        if resource.has_root {
            let path = join("", &way.prefix);
            self.push(at, Some("GET".to_owned()), path, "api-root".to_owned(), Vec::new(), way);
        }
    }

    /// A method of a view set.
    fn action(&mut self, at: At, set: At, (verb, name): (&str, &str), path: &str, way: &Way) {
        let program = self.program;
        let Some(class) = program.class(set) else { return };
        let mut regions = vec![Region::Node(set)];
        if let Some((unit, function)) = program.method_named(class, |method| method == name) {
            self.cuts.functions.insert((unit, function));
            regions.push(Region::Function(unit, function));
        }
        let function = format!("{}.{name}", views::class_name(program, class));
        self.push(at, Some(verb.to_owned()), path.to_owned(), function, regions, way);
    }

    fn push(
        &mut self,
        at: At,
        method: Option<String>,
        path: String,
        function: String,
        mut regions: Vec<Region>,
        way: &Way,
    ) {
        regions.extend(way.units.iter().map(|unit| Region::Unit(*unit)));
        let place = (at.0, self.program.flow(at.0).span(at.1));
        let path = Some(path);
        self.found.push(Found {
            kind: EventKind::Http,
            method,
            path,
            key: None,
            function,
            place,
            inside: Vec::new(),
            regions,
        });
    }
}

/// `Users.as_view({"get": "list"})`
fn mapped(program: &Program<'_>, target: At) -> Vec<(String, String)> {
    let Thing::Made(_, made) = program.value(target) else { return Vec::new() };
    let Kind::Call(callee, args) = program.kind(made) else { return Vec::new() };
    let is_view = matches!(program.kind((made.0, *callee)), Kind::Attr(_, name) if &**name == "as_view");
    let Some(first) = args.first().filter(|first| is_view && first.name.is_none()) else { return Vec::new() };
    let said = views::entries(program, (made.0, first.value));
    said.into_iter().filter_map(|(verb, action)| Some((verb, program.text(action)?))).collect()
}

/// The methods that a view's decorators allow: `@api_view(["GET"])`, `@require_POST`.
fn methods_of(program: &Program<'_>, target: At) -> Vec<String> {
    let Some((unit, function)) = program.function(target) else { return Vec::new() };
    let flow = program.flow(unit);
    for inner in &flow.nodes {
        let Kind::Call(callee, args) = &inner.kind else { continue };
        let [decorated] = args.as_slice() else { continue };
        if flow.defined_function(decorated.value) != Some(function) {
            continue;
        }
        let (name, said) = match flow.kind(*callee) {
            Kind::Call(inner, args) => ((unit, *inner), args.first()),
            _ => ((unit, *callee), None),
        };
        let Thing::External(name) = program.value(name) else { continue };
        let methods = match name.rsplit('.').next().unwrap_or_default() {
            "api_view" => said.map_or(vec!["GET".to_owned()], |said| texts(program, (unit, said.value))),
            "require_http_methods" => said.map(|said| texts(program, (unit, said.value))).unwrap_or_default(),
            "require_GET" | "require_safe" => vec!["GET".to_owned()],
            "require_POST" => vec!["POST".to_owned()],
            _ => continue,
        };
        return methods.into_iter().map(|method| method.to_ascii_uppercase()).collect();
    }
    Vec::new()
}

/// All lists that a module gives to a name of its own or adds to it.
fn all_of(program: &Program<'_>, unit: UnitId, name: &str) -> Vec<At> {
    let flow = program.flow(unit);
    let is_named = |var: u32| flow.vars.get(var as usize).is_some_and(|var| var.top && &*var.name == name);
    let is_it = |node: u32| matches!(flow.kind(node), Kind::Var(var) if is_named(*var));
    let mut found = Vec::new();
    for stmt in flow.below(flow.top) {
        match stmt {
            Stmt::Bind(var, value) if is_named(*var) => found.push((unit, *value)),
            Stmt::Store(place, value) if is_it(*place) => found.push((unit, *value)),
            // `urlpatterns.append(path(..))`, `urlpatterns.extend([..])`
            Stmt::Eval(value) => {
                if let Kind::Call(callee, args) = flow.kind(*value)
                    && let Kind::Attr(object, method) = flow.kind(*callee)
                    && is_it(*object)
                    && matches!(&**method, "append" | "extend" | "insert")
                {
                    found.extend(args.last().map(|arg| (unit, arg.value)));
                }
            }
            _ => {}
        }
    }
    // A name that another module's star import brings.
    if found.is_empty() {
        found.extend(program.export_node(unit, name).filter(|at| at.0 != unit));
    }
    found.sort_unstable();
    found
}

fn nodes_of(defs: &[Def], unit: UnitId) -> Vec<At> {
    let nodes = defs.iter().filter_map(|def| match def {
        Def::Node(node) => Some((unit, *node)),
        _ => None,
    });
    nodes.collect()
}
