//! Routes of Nest and its like: decorators of controllers, in TypeScript and as compilers write them out
//! (`__decorate([Get(":id")], Users.prototype, "one", null)`).

mod injected;
mod modules;

use rustc_hash::FxHashMap;

use super::found::{EventKind, Found, join};
use super::reading::{Argument, arguments, option, option_at, texts};
use super::views::entries;
use super::words::CONTROLLERS;
use crate::program::classes::ClassAt;
use crate::program::expand::Expander;
use crate::program::flow::{Class, ClassId, Def, FuncId, Kind, NodeId};
use crate::program::reach::{Cuts, Region};
use crate::program::values::{At, Program, Thing, UnitId};

/// A controller's decorators.
#[derive(Default)]
struct Controller {
    prefixes: Vec<String>,
    /// As its option says; none when it says nothing.
    versions: Vec<String>,
    /// Verb decorators, each with the method that it stands at.
    verbs: Vec<(At, String)>,
    /// Other decorators with their methods; those of the class itself have none.
    others: Vec<(At, Option<String>)>,
}

/// What holds for a whole application.
struct Application<'e, 'p, 'a> {
    expander: &'e Expander<'p, 'a>,
    global: Option<Global>,
    versioning: Option<Versioning>,
    paths: modules::ModulePaths,
    /// What stands before every route.
    everywhere: Vec<At>,
}

/// `app.setGlobalPrefix("api", { exclude: ["health"] })`
#[derive(Default)]
struct Global {
    prefix: String,
    exclude: Vec<String>,
}

impl Global {
    /// The prefix for a route with this path.
    fn of(&self, path: &str) -> &str {
        let path = path.trim_matches('/');
        let excluded = self.exclude.iter().any(|said| {
            let said = said.trim_matches('/');
            let begin = said.find(['*', '(']).map(|at| said.get(..at).unwrap_or_default());
            begin.map_or(said == path, |begin| path.starts_with(begin))
        });
        if excluded { "" } else { &self.prefix }
    }
}

/// Routes of controllers; what modules list is reached through the routes that need it.
pub(crate) fn find(program: &Program<'_>, expander: &Expander<'_, '_>, cuts: &mut Cuts) -> Vec<Found> {
    let written: Vec<WrittenOut> = (0..program.units.len()).map(|unit| written_out(program, unit)).collect();
    let mut controllers = Vec::new();
    for (unit, inner) in program.units.iter().enumerate() {
        for class in 0..inner.flow.classes.len() as ClassId {
            let found = controller(program, expander, (unit, class), &written);
            controllers.extend(found.map(|controller| ((unit, class), controller)));
        }
    }
    if controllers.is_empty() {
        return Vec::new();
    }
    let application = Application {
        expander,
        global: global(program),
        versioning: versioning(program),
        paths: modules::paths(program, &written),
        everywhere: injected::everywhere(program),
    };
    injected::note(program, &written, cuts);
    let mut found = Vec::new();
    for (class, controller) in &controllers {
        found.extend(routes(program, cuts, *class, controller, &application));
        // Decorators are followed with the routes that they stand at.
        let calls = written.get(class.0).and_then(|unit| unit.get(&class.1)).into_iter().flatten();
        cuts.nodes.extend(calls.map(|(at, _)| *at));
    }
    modules::cut(program, cuts);
    found
}

fn global(program: &Program<'_>) -> Option<Global> {
    program.nodes().find_map(|at| {
        let Kind::Call(callee, args) = program.kind(at) else { return None };
        let args = arguments(at.0, args);
        let Kind::Attr(_, name) = program.kind((at.0, *callee)) else {
            let Thing::External(path) = program.value((at.0, *callee)) else { return None };
            let prefix = option(program, &args, &[CONTROLLERS.prefix_option(&path)?])?;
            return Some(Global { prefix, exclude: Vec::new() });
        };
        if &**name != "setGlobalPrefix" {
            return None;
        }
        let prefix = args.first()?.text(program)?;
        Some(Global { prefix, exclude: excluded(program, &args) })
    })
}

/// Paths, as texts or as objects with a path.
fn excluded(program: &Program<'_>, args: &[Argument]) -> Vec<String> {
    let Some(list) = option_at(program, args, &["exclude"]) else { return Vec::new() };
    let Thing::Node(node) = program.value(list) else { return Vec::new() };
    let Kind::List(items) = program.kind(node) else { return Vec::new() };
    let path = |item: &NodeId| {
        let item = (node.0, *item);
        let of_object = || entries(program, item).into_iter().find(|(name, _)| name == "path").map(|(_, path)| path);
        program.text(item).or_else(|| program.text(of_object()?))
    };
    items.iter().filter_map(path).collect()
}

/// The name of a decorator of the framework.
fn decorator(program: &Program<'_>, at: At) -> Option<String> {
    let Kind::Call(callee, _) = program.kind(at) else { return None };
    match program.value((at.0, *callee)) {
        Thing::External(path) => CONTROLLERS.name(&path).map(str::to_owned),
        _ => None,
    }
}

fn controller(
    program: &Program<'_>,
    expander: &Expander<'_, '_>,
    class: ClassAt,
    written: &[WrittenOut],
) -> Option<Controller> {
    let mut controller = Controller::default();
    let mut is_one = false;
    // What a base's methods are decorated with goes for the controller.
    for (depth, &(unit, class)) in program.lineage(class).iter().enumerate() {
        let inner = program.flow(unit).classes.get(class as usize)?;
        let mut take = |at: At, method: Option<String>| {
            let verb = decorator(program, at);
            let is_verb = verb.as_deref().is_some_and(|name| CONTROLLERS.is_verb(name));
            match (verb.as_deref(), method) {
                (Some(name), _) if depth == 0 && CONTROLLERS.is_controller(name) => {
                    is_one = true;
                    controller.prefixes = prefixes(program, expander, at);
                    controller.versions = versions_option(program, at);
                }
                (_, Some(method)) if is_verb => controller.verbs.push((at, method)),
                (_, method) => controller.others.push((at, method)),
            }
        };
        for at in &inner.decorators {
            take((unit, *at), method_after(program, unit, inner, *at));
        }
        let out = written.get(unit).and_then(|written| written.get(&class)).into_iter().flatten();
        for (decorator, method) in out.filter(|_| inner.decorators.is_empty()) {
            take(*decorator, method.clone());
        }
        if !is_one {
            return None;
        }
    }
    is_one.then_some(controller)
}

/// The method that a decorator stands at: the next one in the text.
pub(crate) fn method_after(program: &Program<'_>, unit: UnitId, class: &Class, decorator: NodeId) -> Option<String> {
    let flow = program.flow(unit);
    // What stands at the class itself.
    if class.decorators.iter().take(class.own_decorators as usize).any(|own| *own == decorator) {
        return None;
    }
    let slot = class.slots.iter().find(|slot| slot.decorators.contains(&decorator));
    if let Some(slot) = slot {
        return slot.method.as_deref().filter(|name| *name != "constructor").map(str::to_owned);
    }
    let at = flow.span(decorator).start;
    let start = |function: FuncId| flow.functions.get(function as usize).map_or(0, |function| function.span.start);
    let after = class.methods.iter().filter(|(_, function)| start(*function) > at);
    after.min_by_key(|(_, function)| start(*function)).map(|(name, _)| name.to_string())
}

/// Decorators by class, each with the method that it stands at.
type WrittenOut = FxHashMap<ClassId, Vec<(At, Option<String>)>>;

/// The decorators in calls like `__decorate([..], Users.prototype, "one", null)`.
fn written_out(program: &Program<'_>, unit: UnitId) -> WrittenOut {
    let mut written = WrittenOut::default();
    for node in 0..program.flow(unit).nodes.len() as NodeId {
        let Kind::Call(_, args) = program.kind((unit, node)) else { continue };
        let [list, target, rest @ ..] = args.as_slice() else { continue };
        let Kind::List(decorators) = program.kind((unit, list.value)) else { continue };
        let target = match program.kind((unit, target.value)) {
            Kind::Attr(object, name) if &**name == "prototype" => *object,
            _ => target.value,
        };
        let Some(class) = program.class_of_variable((unit, target)) else { continue };
        let method = rest.first().and_then(|name| program.text((unit, name.value)));
        let placed = decorators.iter().map(|decorator| ((unit, *decorator), method.clone()));
        written.entry(class).or_default().extend(placed);
    }
    written
}

/// Paths in a decorator's argument: a text, a list, or an object with `path`.
fn prefixes(program: &Program<'_>, expander: &Expander<'_, '_>, at: At) -> Vec<String> {
    let Kind::Call(_, args) = program.kind(at) else { return vec![String::new()] };
    let Some(first) = args.first() else { return vec![String::new()] };
    let mut said = texts(program, (at.0, first.value));
    if said.is_empty() && expander.is_free((at.0, first.value)) {
        // A controller that a function makes, for each of its calls.
        said = expander.texts((at.0, first.value));
    }
    if said.is_empty() {
        let option = option_at(program, &arguments(at.0, args), &["path"]);
        said = option.map(|path| texts(program, path)).unwrap_or_default();
    }
    if said.is_empty() { vec![String::new()] } else { said }
}

/// Versions in the path: how the application writes them, and which it takes when nothing is said.
struct Versioning {
    prefix: String,
    default: Vec<String>,
}

/// `app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' })`
fn versioning(program: &Program<'_>) -> Option<Versioning> {
    program.nodes().find_map(|at| {
        let Kind::Call(callee, args) = program.kind(at) else { return None };
        let Kind::Attr(_, name) = program.kind((at.0, *callee)) else { return None };
        if &**name != "enableVersioning" {
            return None;
        }
        let of_header = args.iter().any(|arg| {
            let Thing::Node(map) = program.value((at.0, arg.value)) else { return false };
            let Kind::Map(entries) = program.kind(map) else { return false };
            entries.iter().any(|(_, value)| {
                matches!(program.value((map.0, *value)), Thing::External(path)
                    if path.contains("VersioningType.") && !path.ends_with(".URI"))
            })
        });
        let args = arguments(at.0, args);
        let prefix = option(program, &args, &["prefix"]).unwrap_or_else(|| "v".to_owned());
        let default = option(program, &args, &["defaultVersion"]).into_iter().collect();
        (!of_header).then_some(Versioning { prefix, default })
    })
}

/// `@Controller({ path: "cats", version: ["1", "2"] })`
fn versions_option(program: &Program<'_>, at: At) -> Vec<String> {
    let Kind::Call(_, args) = program.kind(at) else { return Vec::new() };
    let option = option_at(program, &arguments(at.0, args), &["version"]);
    option.map(|value| versions(program, value)).unwrap_or_default()
}

/// Versions as texts; an empty one where the version does not matter.
fn versions(program: &Program<'_>, at: At) -> Vec<String> {
    let is_neutral = |at: At| matches!(program.value(at), Thing::External(path) if path.ends_with("VERSION_NEUTRAL"));
    if is_neutral(at) {
        return vec![String::new()];
    }
    let mut said = texts(program, at);
    if let Thing::Node(node) = program.value(at)
        && let Kind::List(items) = program.kind(node)
        && items.iter().any(|item| is_neutral((node.0, *item)))
    {
        said.push(String::new());
    }
    said
}

/// The beginnings of a route's path by its versions, its own before its controller's.
fn versioned(
    program: &Program<'_>,
    controller: &Controller,
    method: &str,
    versioning: Option<&Versioning>,
) -> Vec<String> {
    let Some(versioning) = versioning else { return vec![String::new()] };
    let own = controller.others.iter().filter(|(_, at)| at.as_deref() == Some(method)).find_map(|(at, _)| {
        let Kind::Call(_, args) = program.kind(*at) else { return None };
        let is_version = decorator(program, *at).as_deref() == Some("Version");
        is_version.then(|| args.first().map(|first| versions(program, (at.0, first.value))).unwrap_or_default())
    });
    let said = own.unwrap_or_else(|| match controller.versions.as_slice() {
        [] => versioning.default.clone(),
        said => said.to_vec(),
    });
    let beginning = |version: &String| match version.as_str() {
        "" => String::new(),
        version => format!("{}{version}", versioning.prefix),
    };
    if said.is_empty() { vec![String::new()] } else { said.iter().map(beginning).collect() }
}

fn routes(
    program: &Program<'_>,
    cuts: &mut Cuts,
    class: ClassAt,
    controller: &Controller,
    application: &Application<'_, '_, '_>,
) -> Vec<Found> {
    let methods = program.methods(class);
    let mut common = vec![Region::Unit(class.0)];
    let constructor = methods.iter().filter(|(name, _)| &**name == "constructor");
    common.extend(constructor.map(|(_, (unit, function))| Region::Function(*unit, *function)));
    common.extend(application.everywhere.iter().map(|at| Region::Node(*at)));
    common.extend(standing_at(program, controller, None));
    let at_root = [String::new()];
    let in_front = application.paths.get(&class).map_or(&at_root[..], Vec::as_slice);
    let mut found = Vec::new();
    for (at, method) in &controller.verbs {
        let Some((_, (unit, function))) = methods.iter().find(|(name, _)| **name == **method) else { continue };
        cuts.functions.insert((*unit, *function));
        let verb = decorator(program, *at).unwrap_or_default();
        let versions = versioned(program, controller, method, application.versioning.as_ref());
        let mut regions = vec![Region::Function(*unit, *function), Region::Unit(*unit)];
        regions.extend(&common);
        regions.extend(standing_at(program, controller, Some(method)));
        regions.extend(parameters(program, (*unit, *function), method));
        for path in paths(program, *at, controller, in_front, &versions, application) {
            found.push(Found {
                kind: EventKind::Http,
                method: (verb != "All").then(|| verb.to_ascii_uppercase()),
                path: Some(path),
                key: None,
                function: format!("{}.{method}", class_name(program, class.0, class.1)),
                place: (at.0, program.flow(at.0).span(at.1)),
                inside: Vec::new(),
                regions: regions.clone(),
            });
        }
    }
    found
}

/// All paths of a route: global prefix, version, module, controller, method.
fn paths(
    program: &Program<'_>,
    at: At,
    controller: &Controller,
    in_front: &[String],
    versions: &[String],
    application: &Application<'_, '_, '_>,
) -> Vec<String> {
    let global = application.global.as_ref();
    let mut found = Vec::new();
    for module in in_front {
        for prefix in &controller.prefixes {
            for path in prefixes(program, application.expander, at) {
                let path = join(&join(module, prefix), &path);
                let global = global.map_or("", |global| global.of(&path));
                found.extend(versions.iter().map(|version| join(&join(global, version), &path)));
            }
        }
    }
    found
}

/// Guards, pipes and interceptors that stand at a method, or at the class.
fn standing_at<'c>(
    program: &'c Program<'_>,
    controller: &'c Controller,
    method: Option<&'c str>,
) -> impl Iterator<Item = Region> + 'c {
    let here = controller.others.iter().filter(move |(_, at)| at.as_deref() == method);
    // What a constructor is given is followed where it is used.
    let here = here.filter(|(at, _)| decorator(program, *at).as_deref() != Some("Inject"));
    let here = here.filter(move |(at, _)| match program.kind(*at) {
        Kind::Call(_, args) => {
            let first = args.first().map(|arg| (at.0, arg.value));
            method.is_some()
                || first.is_none_or(|first| {
                    program.text(first).as_deref() != Some("design:paramtypes")
                        && !matches!(program.kind(first), Kind::Nth(_))
                })
        }
        _ => true,
    });
    here.map(|(at, _)| Region::Node(*at))
}

/// Classes that a method's parameters are declared as: what is sent is checked against them.
fn parameters(program: &Program<'_>, function: (UnitId, FuncId), method: &str) -> Vec<Region> {
    let Some((unit, class)) = program.class_around(function) else { return Vec::new() };
    let slots = program.flow(unit).classes.get(class as usize).map_or(&[][..], |class| &class.slots);
    let typed = slots.iter().filter(|slot| slot.method.as_deref() == Some(method)).filter_map(|slot| slot.of.as_ref());
    let classes = typed.flat_map(|of| injected::classes_named(program, unit, of));
    classes.map(|(unit, class)| Region::Class(unit, class)).collect()
}

/// A class's own name, or that of the variable that it is given.
fn class_name(program: &Program<'_>, unit: UnitId, class: ClassId) -> String {
    let flow = program.flow(unit);
    let own = flow.classes.get(class as usize).map_or("", |class| &*class.name);
    if !own.is_empty() {
        return own.to_owned();
    }
    let is_it =
        |def: &Def| matches!(def, Def::Node(node) if matches!(flow.kind(*node), Kind::Class(id) if *id == class));
    flow.vars.iter().find(|var| var.defs.iter().any(is_it)).map_or(String::new(), |var| var.name.to_string())
}
