//! Routes of Nest: decorators of controllers, in TypeScript and as compilers write them out
//! (`__decorate([Get(":id")], Users.prototype, "one", null)`).

use rustc_hash::FxHashMap;

use super::found::{EventKind, Found, join};
use super::program::{At, Program, Thing, UnitId};
use super::reach::{Cuts, Region};
use super::reading::{arguments, option, texts};
use crate::lang::flow::{Class, ClassId, Def, FuncId, Kind, NodeId, Stmt};

const VERBS: [&str; 8] = ["Get", "Post", "Put", "Patch", "Delete", "Head", "Options", "All"];

/// A controller's decorators.
#[derive(Default)]
struct Controller {
    prefixes: Vec<String>,
    /// As its option says; none when it says nothing.
    versions: Vec<String>,
    /// Verb decorators, each with the method that it stands at.
    verbs: Vec<(At, String)>,
    /// Other decorators with their methods.
    others: Vec<(At, String)>,
}

/// Routes of controllers; what modules list is reached through the routes that need it.
pub(super) fn find(program: &Program<'_>, cuts: &mut Cuts) -> Vec<Found> {
    let global = global_prefix(program);
    let versioning = versioning(program);
    let mut found = Vec::new();
    for (unit, inner) in program.units.iter().enumerate() {
        let written = written_out(program, unit);
        for class in 0..inner.flow.classes.len() as ClassId {
            let Some(controller) = controller(program, unit, class, &written) else { continue };
            found.extend(routes(program, cuts, (unit, class), &controller, &global, versioning.as_ref()));
        }
    }
    if !found.is_empty() {
        cut_modules(program, cuts);
    }
    found
}

fn global_prefix(program: &Program<'_>) -> String {
    let mut set = program.nodes().filter_map(|at| match program.kind(at) {
        Kind::Call(callee, args) => match program.kind((at.0, *callee)) {
            Kind::Attr(_, name) if &**name == "setGlobalPrefix" => program.text((at.0, args.first()?.value)),
            _ => None,
        },
        _ => None,
    });
    set.next().unwrap_or_default()
}

/// The name of a decorator of the framework.
fn decorator(program: &Program<'_>, at: At) -> Option<String> {
    let Kind::Call(callee, _) = program.kind(at) else { return None };
    match program.value((at.0, *callee)) {
        Thing::External(path) => path.strip_prefix("@nestjs/common.").map(str::to_owned),
        _ => None,
    }
}

fn controller(program: &Program<'_>, unit: UnitId, class: ClassId, written: &WrittenOut) -> Option<Controller> {
    let inner = program.flow(unit).classes.get(class as usize)?;
    let mut controller = Controller::default();
    let mut is_one = false;
    let mut take = |at: At, method: Option<String>| {
        let Some(name) = decorator(program, at) else { return };
        if name == "Controller" {
            is_one = true;
            controller.prefixes = prefixes(program, at);
            controller.versions = versions_option(program, at);
        } else if let Some(method) = method.clone().filter(|_| VERBS.contains(&name.as_str())) {
            controller.verbs.push((at, method));
        } else if let Some(method) = method {
            controller.others.push((at, method));
        }
    };
    for at in &inner.decorators {
        take((unit, *at), method_after(program, unit, inner, *at));
    }
    for (decorator, method) in written.get(&class).into_iter().flatten().filter(|_| inner.decorators.is_empty()) {
        take(*decorator, method.clone());
    }
    is_one.then_some(controller)
}

/// The method that a decorator stands at: the next one in the text.
fn method_after(program: &Program<'_>, unit: UnitId, class: &Class, decorator: NodeId) -> Option<String> {
    let flow = program.flow(unit);
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
        let Some(class) = class_of(program, (unit, target)) else { continue };
        let method = rest.first().and_then(|name| program.text((unit, name.value)));
        let placed = decorators.iter().map(|decorator| ((unit, *decorator), method.clone()));
        written.entry(class).or_default().extend(placed);
    }
    written
}

/// The class that a variable is given somewhere.
fn class_of(program: &Program<'_>, at: At) -> Option<ClassId> {
    let Kind::Var(var) = program.kind(at) else { return None };
    let defs = &program.flow(at.0).vars.get(*var as usize)?.defs;
    defs.iter().find_map(|def| {
        let Def::Node(node) = def else { return None };
        let mut node = *node;
        for _ in 0..4 {
            match program.kind((at.0, node)) {
                Kind::Class(class) => return Some(*class),
                Kind::Assign(_, value) => node = *value,
                _ => return None,
            }
        }
        None
    })
}

/// Paths in a decorator's argument: a text, a list, or an object with `path`.
fn prefixes(program: &Program<'_>, at: At) -> Vec<String> {
    let Kind::Call(_, args) = program.kind(at) else { return vec![String::new()] };
    let Some(first) = args.first() else { return vec![String::new()] };
    let said = texts(program, (at.0, first.value));
    if said.is_empty() { vec![option(program, &arguments(at.0, args), &["path"]).unwrap_or_default()] } else { said }
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
    let found = args.iter().find_map(|arg| {
        let Thing::Node(map) = program.value((at.0, arg.value)) else { return None };
        let Kind::Map(entries) = program.kind(map) else { return None };
        let entry =
            entries.iter().find(|(key, _)| program.flow(map.0).text(*key).is_some_and(|key| &**key == "version"))?;
        Some(texts(program, (map.0, entry.1)))
    });
    found.unwrap_or_default()
}

/// The beginnings of a route's path by its versions, its own before its controller's.
fn versioned(
    program: &Program<'_>,
    controller: &Controller,
    method: &str,
    versioning: Option<&Versioning>,
) -> Vec<String> {
    let Some(versioning) = versioning else { return vec![String::new()] };
    let mut own = controller.others.iter().filter(|(_, at)| at == method).filter_map(|(decorator_at, _)| {
        let Kind::Call(_, args) = program.kind(*decorator_at) else { return None };
        let is_version = decorator(program, *decorator_at).as_deref() == Some("Version");
        is_version.then(|| args.first().map(|first| texts(program, (decorator_at.0, first.value))).unwrap_or_default())
    });
    let said = own.next().unwrap_or_else(|| match controller.versions.as_slice() {
        [] => versioning.default.clone(),
        said => said.to_vec(),
    });
    if said.is_empty() {
        return vec![String::new()];
    }
    said.iter().map(|version| format!("{}{version}", versioning.prefix)).collect()
}

fn routes(
    program: &Program<'_>,
    cuts: &mut Cuts,
    (unit, class): (UnitId, ClassId),
    controller: &Controller,
    global: &str,
    versioning: Option<&Versioning>,
) -> Vec<Found> {
    let Some(inner) = program.flow(unit).classes.get(class as usize) else { return Vec::new() };
    let mut common = vec![Region::Unit(unit)];
    let constructor = inner.methods.iter().filter(|(name, _)| &**name == "constructor");
    common.extend(constructor.map(|(_, function)| Region::Function(unit, *function)));
    common.extend(injected(program, unit));
    let mut found = Vec::new();
    for (at, method) in &controller.verbs {
        let Some((_, function)) = inner.methods.iter().find(|(name, _)| **name == **method) else { continue };
        cuts.functions.insert((unit, *function));
        let verb = decorator(program, *at).unwrap_or_default();
        let versions = versioned(program, controller, method, versioning);
        let beginnings = versions
            .iter()
            .flat_map(|version| controller.prefixes.iter().map(move |prefix| join(&join(global, version), prefix)));
        for beginning in beginnings {
            for path in prefixes(program, *at) {
                let mut regions = vec![Region::Function(unit, *function)];
                regions.extend(&common);
                found.push(Found {
                    kind: EventKind::Http,
                    method: (verb != "All").then(|| verb.to_ascii_uppercase()),
                    path: Some(join(&beginning, &path)),
                    key: None,
                    function: format!("{}.{method}", class_name(program, unit, class)),
                    place: (at.0, program.flow(at.0).span(at.1)),
                    regions,
                });
            }
        }
    }
    found
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

/// What the controller's file imports of the function itself: what is injected comes from there,
/// by types that do not exist at run time.
fn injected(program: &Program<'_>, unit: UnitId) -> Vec<Region> {
    let mut found = Vec::new();
    let flow = program.flow(unit);
    for stmt in flow.block(flow.top) {
        let Stmt::Import(names) = stmt else { continue };
        for (_, import) in names {
            let own = program.targets(unit, import).into_iter().filter_map(|target| program.unit_of(target));
            found.extend(own.map(Region::Module));
        }
    }
    for (at, node) in flow.nodes.iter().enumerate() {
        if let Kind::Import(_) = node.kind {
            let own = program.dynamic_targets((unit, at as NodeId)).into_iter();
            found.extend(own.filter_map(|target| program.unit_of(target)).map(Region::Module));
        }
    }
    found
}

/// `@Module({ controllers, providers })` lists what routes bring in themselves.
fn cut_modules(program: &Program<'_>, cuts: &mut Cuts) {
    for at in program.nodes() {
        if decorator(program, at).as_deref() != Some("Module") {
            continue;
        }
        let Kind::Call(_, args) = program.kind(at) else { continue };
        for arg in args {
            let Kind::Map(entries) = program.kind((at.0, arg.value)) else { continue };
            let listed = entries.iter().filter(|(key, _)| {
                program.flow(at.0).text(*key).is_some_and(|key| matches!(&**key, "controllers" | "providers"))
            });
            cuts.nodes.extend(listed.map(|(_, value)| (at.0, *value)));
        }
    }
}
