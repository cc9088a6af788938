//! What a piece of own code reaches by following names: functions, variables, imports.
//!
//! A name stands for all that is assigned to it, a function that is named may be called. What
//! belongs to one route only is cut off: its handlers, its branch of a dispatch.

mod imports;
mod members;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::classes::ClassAt;
use super::uses;
use super::values::{At, Program, Thing, UnitId};
use crate::graph::ModuleId;
use crate::program::flow::{BlockId, ClassId, Def, FuncId, Kind, Stmt, Target, VarId};
use crate::span::Span;

/// A piece of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Region {
    /// An expression.
    Node(At),
    /// A block.
    Block(UnitId, BlockId),
    /// What a function does.
    Function(UnitId, FuncId),
    /// What loading a module does beyond defining names.
    Unit(UnitId),
    /// A module with all that it exports.
    Module(UnitId),
    /// A class, whose methods are followed when they are named.
    Class(UnitId, ClassId),
}

/// Code that belongs to single routes.
#[derive(Debug, Default)]
pub(crate) struct Cuts {
    pub(crate) nodes: FxHashSet<At>,
    pub(crate) blocks: FxHashSet<(UnitId, BlockId)>,
    /// Blocks that are left early, with the number of the first statement that is then not run.
    pub(crate) rests: FxHashMap<(UnitId, BlockId), usize>,
    /// Methods that serve a route.
    pub(crate) functions: FxHashSet<(UnitId, FuncId)>,
    /// What a framework gives to attributes of a class's instances.
    pub(crate) injected: FxHashMap<(ClassAt, Arc<str>), Vec<Injected>>,
}

/// What a framework makes for an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Injected {
    /// An instance of a class.
    Class(ClassAt),
    /// A value, or what a function gives.
    Value(At),
}

/// What some regions reach.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    /// Modules that own code imports, without what these import in turn.
    pub(crate) targets: BTreeSet<ModuleId>,
    /// Own modules.
    pub(crate) units: BTreeSet<UnitId>,
    /// Places of calls.
    pub(crate) calls: BTreeSet<(UnitId, Span)>,
    /// Variables of modules.
    pub(crate) read: BTreeSet<(UnitId, VarId)>,
    /// Variables of modules whose content some function changes.
    pub(crate) changed: BTreeSet<(UnitId, VarId)>,
    /// Operations by service of the cloud's SDK; `*` where it is not known which.
    pub(crate) operations: BTreeMap<String, BTreeSet<String>>,
    /// Environment variables read.
    pub(crate) environment: BTreeSet<String>,
    /// Names of methods that are asked for, and methods that nobody asked for yet.
    members: members::Members,
}

impl<'r> FromIterator<&'r Reach> for Reach {
    /// What some code loads, calls and reads together; how it names members of objects is left out.
    fn from_iter<T: IntoIterator<Item = &'r Reach>>(several: T) -> Self {
        let mut all = Self::default();
        for one in several {
            all.targets.extend(&one.targets);
            all.units.extend(&one.units);
            all.calls.extend(&one.calls);
            all.read.extend(&one.read);
            all.changed.extend(&one.changed);
            for (service, operations) in &one.operations {
                all.operations.entry(service.clone()).or_default().extend(operations.iter().cloned());
            }
            all.environment.extend(one.environment.iter().cloned());
        }
        all
    }
}

/// Methods that change what they are called on.
const CHANGING: [&str; 14] = [
    "append",
    "extend",
    "insert",
    "add",
    "update",
    "pop",
    "popleft",
    "appendleft",
    "push",
    "unshift",
    "splice",
    "set",
    "delete",
    "setdefault",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Item {
    Region(Region),
    Var(UnitId, VarId),
    Class(UnitId, ClassId),
    /// All that a module exports.
    Exports(UnitId),
}

struct Walk<'p, 'a> {
    program: &'p Program<'a>,
    cuts: &'p Cuts,
    reach: Reach,
    todo: Vec<Item>,
    seen: FxHashSet<Item>,
    /// Whether the code at hand is inside a function.
    inside: bool,
    /// Definitions that are being followed: modules that need each other lead back to them.
    following: FxHashSet<At>,
    members: members::Members,
}

/// Follows the code of some regions. What `base` calls of its objects is called of these, too.
pub(crate) fn reach(program: &Program<'_>, cuts: &Cuts, regions: &[Region], base: Option<&Reach>) -> Reach {
    let mut walk = Walk {
        program,
        cuts,
        reach: Reach::default(),
        todo: Vec::new(),
        seen: FxHashSet::default(),
        inside: false,
        following: FxHashSet::default(),
        members: base.map_or_else(members::Members::default, |base| base.members.clone()),
    };
    for region in regions {
        // A root is followed although it is cut off for others.
        match *region {
            Region::Node(at) => walk.parts(at, true),
            Region::Block(unit, block) => {
                walk.inside = true;
                walk.stmts(unit, block);
            }
            Region::Function(unit, function) => walk.function(unit, function),
            Region::Unit(_) | Region::Module(_) | Region::Class(..) => walk.push(Item::Region(*region)),
        }
    }
    walk.run();
    walk.reach.members = walk.members;
    walk.reach
}

/// Whether something holds what code puts into it.
fn is_container(thing: &Thing) -> bool {
    match thing {
        Thing::Node(_) => true,
        Thing::Made(path, _) => {
            let last = path.trim_end_matches("()").rsplit('.').next().unwrap_or_default();
            matches!(
                last,
                "Map" | "Set" | "dict" | "list" | "set" | "defaultdict" | "deque" | "OrderedDict" | "Counter"
            )
        }
        _ => false,
    }
}

impl Walk<'_, '_> {
    fn push(&mut self, item: Item) {
        if self.seen.insert(item) {
            self.todo.push(item);
        }
    }

    fn run(&mut self) {
        while let Some(item) = self.todo.pop() {
            match item {
                Item::Region(Region::Node(at)) => {
                    self.enter(at.0);
                    self.inside = false;
                    self.node(at);
                }
                Item::Region(Region::Block(unit, block)) => self.stmts(unit, block),
                Item::Region(Region::Function(unit, function)) => self.function(unit, function),
                Item::Region(Region::Unit(unit)) => self.unit(unit),
                Item::Region(Region::Module(unit)) => {
                    self.push(Item::Region(Region::Unit(unit)));
                    self.push(Item::Exports(unit));
                }
                Item::Region(Region::Class(unit, class)) => {
                    self.enter(unit);
                    self.push(Item::Class(unit, class));
                }
                Item::Var(unit, var) => self.variable(unit, var),
                Item::Class(unit, class) => self.class(unit, class),
                Item::Exports(unit) => self.exports(unit),
            }
        }
    }

    fn function(&mut self, unit: UnitId, function: FuncId) {
        self.enter(unit);
        if let Some((unit, body)) = self.program.body((unit, function)) {
            self.inside = true;
            self.stmts(unit, body);
            self.inside = false;
        }
    }

    fn enter(&mut self, unit: UnitId) {
        self.push(Item::Region(Region::Unit(unit)));
    }

    /// What runs when a module is loaded, other than definitions: those wait until they are named.
    fn unit(&mut self, unit: UnitId) {
        self.reach.units.insert(unit);
        self.inside = false;
        self.effects(unit, self.program.flow(unit).top, 0);
    }

    fn effects(&mut self, unit: UnitId, block: BlockId, depth: u32) {
        if depth > 64 || self.cuts.blocks.contains(&(unit, block)) {
            return;
        }
        let program = self.program;
        for stmt in program.flow(unit).block(block) {
            match stmt {
                Stmt::Eval(value) => self.node((unit, *value)),
                Stmt::Store(place, value) => {
                    if !self.is_export(unit, *place) {
                        self.place((unit, *place));
                        self.node((unit, *value));
                    }
                }
                Stmt::Bind(..) | Stmt::Return(_) => {}
                Stmt::Import(names) => {
                    for (var, import) in names {
                        if var.is_none_or(|var| !program.is_used(unit, var) && !self.is_reexport(unit)) {
                            self.import(unit, import, true);
                        }
                    }
                }
                Stmt::If(test, yes, no) => {
                    self.node((unit, *test));
                    for block in std::iter::once(yes).chain(no) {
                        self.effects(unit, *block, depth + 1);
                    }
                }
                Stmt::Match(subject, arms) => {
                    self.node((unit, *subject));
                    arms.iter().for_each(|arm| self.effects(unit, arm.block, depth + 1));
                }
                Stmt::Each(iterated, body) => {
                    self.node((unit, *iterated));
                    self.effects(unit, *body, depth + 1);
                }
                Stmt::Nested(blocks) => blocks.iter().for_each(|block| self.effects(unit, *block, depth + 1)),
            }
        }
    }

    /// Names that a package's `__init__` imports are there for others.
    fn is_reexport(&self, unit: UnitId) -> bool {
        let graph = self.program.graph;
        let name = &graph.module(self.program.units[unit].module).name;
        graph.modules.iter().any(|module| module.name.strip_prefix(&**name).is_some_and(|rest| rest.starts_with('.')))
    }

    fn is_export(&self, unit: UnitId, place: u32) -> bool {
        let flow = self.program.flow(unit);
        let is_exports = |node: u32| match flow.kind(node) {
            Kind::Var(var) => {
                flow.vars.get(*var as usize).is_some_and(|var| matches!(&*var.name, "exports" | "module"))
            }
            _ => false,
        };
        match flow.kind(place) {
            Kind::Attr(object, _) => match flow.kind(*object) {
                Kind::Attr(inner, name) => &**name == "exports" && is_exports(*inner),
                _ => is_exports(*object),
            },
            _ => false,
        }
    }

    fn stmts(&mut self, unit: UnitId, block: BlockId) {
        self.enter(unit);
        self.nested(unit, block, 0);
    }

    fn inner(&mut self, unit: UnitId, block: BlockId, depth: u32) {
        if !self.cuts.blocks.contains(&(unit, block)) {
            self.nested(unit, block, depth + 1);
        }
    }

    fn nested(&mut self, unit: UnitId, block: BlockId, depth: u32) {
        if depth > 200 {
            return;
        }
        let program = self.program;
        let run = self.cuts.rests.get(&(unit, block)).copied().unwrap_or(usize::MAX);
        for stmt in program.flow(unit).block(block).iter().take(run) {
            match stmt {
                Stmt::Eval(value) | Stmt::Return(Some(value)) => self.node((unit, *value)),
                Stmt::Bind(var, value) => {
                    // A definition waits until it is named; one of a module's name changes it.
                    let defines = program.flow(unit).defined_function(*value).is_some();
                    if !defines {
                        self.node((unit, *value));
                    }
                    if program.flow(unit).vars.get(*var as usize).is_some_and(|var| var.top) {
                        self.rebound(unit, *var, *value);
                    }
                }
                Stmt::Store(place, value) => {
                    self.change(unit, *place);
                    self.place((unit, *place));
                    self.node((unit, *value));
                }
                Stmt::Return(None) => {}
                Stmt::Import(names) => {
                    for (var, import) in names {
                        // What a name of it stands for is followed where the name is used.
                        self.import(unit, import, var.is_some());
                    }
                }
                Stmt::If(test, yes, no) => {
                    self.node((unit, *test));
                    for block in std::iter::once(yes).chain(no) {
                        self.inner(unit, *block, depth);
                    }
                }
                Stmt::Match(subject, arms) => {
                    self.node((unit, *subject));
                    for arm in arms {
                        let parts = arm.patterns.iter().chain(&arm.guard);
                        parts.for_each(|part| self.node((unit, *part)));
                        self.inner(unit, arm.block, depth);
                    }
                }
                Stmt::Each(iterated, body) => {
                    self.node((unit, *iterated));
                    self.inner(unit, *body, depth);
                }
                Stmt::Nested(blocks) => blocks.iter().for_each(|block| self.inner(unit, *block, depth)),
            }
        }
    }

    /// A function gives a module's variable a new value. Filling it once, from nothing, is a
    /// cache that each process may have for itself.
    fn rebound(&mut self, unit: UnitId, var: VarId, value: u32) {
        let flow = self.program.flow(unit);
        let defs = flow.vars.get(var as usize).map_or(&[][..], |var| &var.defs);
        let once = defs.len() <= 2
            && defs.iter().any(|def| match def {
                Def::Node(node) => matches!(flow.kind(*node), Kind::Nothing) || *node == value,
                _ => false,
            });
        if !once {
            self.reach.changed.insert((unit, var));
        }
    }

    /// The content of a module's variable changes.
    fn change(&mut self, unit: UnitId, place: u32) {
        let flow = self.program.flow(unit);
        let mut at = place;
        for _ in 0..32 {
            at = match flow.kind(at) {
                Kind::Attr(object, _) | Kind::Index(object, _) => *object,
                Kind::Var(var) => {
                    let imported = |def: &Def| matches!(def, Def::Import(_));
                    let inner = flow.vars.get(*var as usize);
                    // Settings of a package are made anew in every process.
                    if self.inside && inner.is_some_and(|var| var.top && !var.defs.iter().any(imported)) {
                        self.reach.changed.insert((unit, *var));
                    }
                    return;
                }
                _ => return,
            };
        }
    }

    fn node(&mut self, at: At) {
        if !self.cuts.nodes.contains(&at) {
            self.parts(at, false);
        } else if let Kind::Call(callee, _) = self.program.kind(at) {
            // A registration: the router is common, its handlers are not.
            let callee = *callee;
            match self.program.kind((at.0, callee)) {
                Kind::Attr(object, name) => {
                    let object = (at.0, *object);
                    match self.program.value(object) {
                        // `users.register(app)`: that function is common, the module is not.
                        Thing::Module(_) => self.attribute((at.0, callee), object, name),
                        _ => self.node(object),
                    }
                }
                Kind::Call(inner, _) => {
                    if let Kind::Attr(object, _) = self.program.kind((at.0, *inner)) {
                        self.node((at.0, *object));
                    }
                }
                _ => {}
            }
        }
    }

    fn parts(&mut self, at: At, root: bool) {
        let program = self.program;
        let unit = at.0;
        if root {
            self.enter(unit);
        }
        uses::note(program, at, &mut self.reach);
        match program.kind(at) {
            Kind::Var(var) => self.push(Item::Var(unit, *var)),
            Kind::Attr(object, name) => self.attribute(at, (unit, *object), name),
            Kind::Function(function) => {
                if root || !self.cuts.functions.contains(&(unit, *function)) {
                    self.push(Item::Region(Region::Function(unit, *function)));
                }
            }
            Kind::Class(class) => self.push(Item::Class(unit, *class)),
            Kind::Import(request) => {
                self.node((unit, *request));
                self.required(at);
            }
            Kind::Call(callee, args) => {
                self.asked_by_name((unit, *callee), args);
                let flow = program.flow(unit);
                self.reach.calls.insert((unit, flow.span(at.1)));
                if let Kind::Attr(object, name) = flow.kind(*callee)
                    && CHANGING.contains(&&**name)
                    && is_container(&program.value((unit, *object)))
                {
                    self.change(unit, *object);
                }
                self.node((unit, *callee));
                args.iter().for_each(|arg| self.node((unit, arg.value)));
            }
            Kind::Assign(Target::Var(var), value) => {
                self.node((unit, *value));
                if self.inside && program.flow(unit).vars.get(*var as usize).is_some_and(|var| var.top) {
                    self.rebound(unit, *var, *value);
                }
            }
            Kind::Index(object, key) => {
                self.member_of((unit, *object), (unit, *key));
                self.node((unit, *object));
                self.node((unit, *key));
            }
            _ => {
                for part in program.flow(unit).parts(at.1) {
                    self.node((unit, part));
                }
            }
        }
    }

    /// What is assigned to: the attribute itself is not asked for.
    fn place(&mut self, at: At) {
        match self.program.kind(at) {
            Kind::Attr(object, _) => self.node((at.0, *object)),
            _ => self.node(at),
        }
    }

    /// `module.name` needs only that name of the module.
    fn attribute(&mut self, at: At, object: At, name: &str) {
        let program = self.program;
        let thing = program.value(object);
        // `NestFactory.create` asks no instance of an own class.
        if !program.is_foreign(&thing) {
            self.member(name);
        }
        let Thing::Module(target) = thing else {
            self.node(object);
            if let Some(class) = program.receiver(object) {
                self.of_instance(class, name);
            }
            return;
        };
        self.namespace(object);
        self.enter(target);
        match program.value(at) {
            Thing::Module(inner) if inner != target => self.enter(inner),
            _ => {}
        }
        self.export(target, name, 0);
    }

    fn definition(&mut self, unit: UnitId, def: &Def, owner: Option<VarId>) {
        match def {
            Def::Node(node) => {
                let at = (unit, *node);
                let function = self.program.flow(unit).defined_function(*node);
                if let Some(function) = function.filter(|_| self.cuts.nodes.contains(&at)) {
                    // Somebody calls a handler by its name.
                    if owner.is_some() {
                        self.push(Item::Region(Region::Function(unit, function)));
                    }
                } else if self.following.insert(at) {
                    let inside = std::mem::replace(&mut self.inside, false);
                    self.node(at);
                    self.inside = inside;
                    self.following.remove(&at);
                }
            }
            Def::Var(var) => self.push(Item::Var(unit, *var)),
            Def::Import(import) => self.import(unit, import, false),
            Def::Parameter(..) => {}
        }
    }

    fn variable(&mut self, unit: UnitId, var: VarId) {
        let program = self.program;
        let Some(inner) = program.flow(unit).vars.get(var as usize) else { return };
        if inner.top {
            self.reach.read.insert((unit, var));
        }
        for def in &inner.defs {
            // What a function gives its own variables was followed where it stands.
            let followed = match def {
                Def::Node(node) if !inner.top => !self.is_definition(unit, *node),
                _ => false,
            };
            if !followed {
                self.definition(unit, def, Some(var));
            }
        }
        if inner.defs.is_empty() {
            // A name that a star import may bring.
            for star in &program.flow(unit).stars {
                for target in program.targets(unit, star) {
                    let Some(other) = program.unit_of(target) else { continue };
                    if program.flow(other).exports.iter().any(|(name, _)| *name == inner.name) {
                        self.targets(unit, star);
                        self.enter(other);
                        self.export(other, &inner.name, 0);
                    }
                }
            }
        }
    }

    fn is_definition(&self, unit: UnitId, node: u32) -> bool {
        let flow = self.program.flow(unit);
        flow.defined_function(node).is_some() || matches!(flow.kind(node), Kind::Class(_))
    }
}
