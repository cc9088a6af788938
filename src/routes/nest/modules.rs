//! Nest's modules: which controllers belong to which, and the paths that modules are put at.

use rustc_hash::FxHashMap;

use super::{WrittenOut, decorator};
use crate::program::classes::ClassAt;
use crate::program::flow::{ClassId, Kind};
use crate::program::reach::Cuts;
use crate::program::values::{At, Program, Thing};
use crate::routes::found::join;
use crate::routes::views::entries;

/// How deep modules are nested in paths.
const DEEPEST: u32 = 8;
/// Most entries of trees of modules that are read.
const MOST_STEPS: u32 = 10_000;

/// Paths in front of controllers.
pub(super) type ModulePaths = FxHashMap<ClassAt, Vec<String>>;

/// The paths in front of controllers by `RouterModule.register([{ path, module, children }])`.
pub(super) fn paths(program: &Program<'_>, written: &[WrittenOut]) -> ModulePaths {
    let mut of_module: FxHashMap<ClassAt, Vec<String>> = FxHashMap::default();
    let mut left = MOST_STEPS;
    for at in program.nodes() {
        if let Kind::Call(callee, args) = program.kind(at)
            && let Thing::External(path) = program.value((at.0, *callee))
            && path.starts_with("@nestjs/core.RouterModule.")
            && let Some(first) = args.first()
        {
            tree(program, (at.0, first.value), "", (DEEPEST, &mut left), &mut of_module);
        }
    }
    let mut found = ModulePaths::default();
    if of_module.is_empty() {
        return found;
    }
    for (module, at) in modules(program, written) {
        let Some(paths) = of_module.get(&module) else { continue };
        for (_, list) in listed(program, at).into_iter().filter(|(name, _)| name == "controllers") {
            let Thing::Node(node) = program.value(list) else { continue };
            let Kind::List(items) = program.kind(node) else { continue };
            for controller in items.iter().filter_map(|item| program.class((node.0, *item))) {
                found.entry(controller).or_default().extend(paths.iter().cloned());
            }
        }
    }
    found
}

fn tree(
    program: &Program<'_>,
    list: At,
    before: &str,
    (depth, left): (u32, &mut u32),
    into: &mut FxHashMap<ClassAt, Vec<String>>,
) {
    let (Thing::Node(node), Some(depth)) = (program.value(list), depth.checked_sub(1)) else { return };
    let Kind::List(items) = program.kind(node) else { return };
    for item in items {
        let Some(less) = left.checked_sub(1) else { return };
        *left = less;
        let item = (node.0, *item);
        let fields = entries(program, item);
        let field = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
        let path = match field("path").map(|path| said(program, path, DEEPEST)) {
            Some(Some(path)) => join(before, &path),
            Some(None) => continue,
            None => before.to_owned(),
        };
        // A child may be a module without a path.
        let module = field("module").or_else(|| fields.is_empty().then_some(item));
        if let Some(module) = module.and_then(|module| program.class(module)) {
            let paths = into.entry(module).or_default();
            if !paths.contains(&path) {
                paths.push(path.clone());
            }
        }
        if let Some(children) = field("children") {
            tree(program, children, &path, (depth, &mut *left), into);
        }
    }
}

/// A text; of what may be set, what it is by default: `options.prefix || "auth"`.
fn said(program: &Program<'_>, at: At, depth: u32) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    program.text(at).or_else(|| match program.kind(at) {
        Kind::Or(parts) => parts.iter().find_map(|part| said(program, (at.0, *part), depth)),
        Kind::Join(parts) => parts.iter().map(|part| said(program, (at.0, *part), depth)).collect(),
        _ => None,
    })
}

/// Classes that are modules, with their decorators.
fn modules(program: &Program<'_>, written: &[WrittenOut]) -> Vec<(ClassAt, At)> {
    let mut found = Vec::new();
    for (unit, inner) in program.units.iter().enumerate() {
        for (class, decorated) in inner.flow.classes.iter().enumerate() {
            let own = decorated.decorators.iter().map(|at| (unit, *at));
            let out = written.get(unit).and_then(|written| written.get(&(class as ClassId)));
            let out = out.into_iter().flatten().map(|(at, _)| *at);
            let is_module = |at: &At| decorator(program, *at).as_deref() == Some("Module");
            found.extend(own.chain(out).filter(is_module).map(|at| ((unit, class as ClassId), at)));
        }
    }
    found
}

/// What `@Module({ .. })` lists.
fn listed(program: &Program<'_>, at: At) -> Vec<(String, At)> {
    let Kind::Call(_, args) = program.kind(at) else { return Vec::new() };
    args.first().map(|arg| entries(program, (at.0, arg.value))).unwrap_or_default()
}

/// `@Module({ controllers, providers, exports })` lists what routes bring in themselves.
pub(super) fn cut(program: &Program<'_>, cuts: &mut Cuts) {
    for at in program.nodes() {
        if decorator(program, at).as_deref() != Some("Module") {
            continue;
        }
        let Kind::Call(_, args) = program.kind(at) else { continue };
        for arg in args {
            let Kind::Map(entries) = program.kind((at.0, arg.value)) else { continue };
            let listed = entries.iter().filter(|(key, _)| {
                program
                    .flow(at.0)
                    .text(*key)
                    .is_some_and(|key| matches!(&**key, "controllers" | "providers" | "exports"))
            });
            cuts.nodes.extend(listed.map(|(_, value)| (at.0, *value)));
        }
    }
}
