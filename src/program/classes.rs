//! Classes: which one an expression is an instance of, its methods, and what its instances hold.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::values::{At, Program, Thing, UnitId};
use crate::program::flow::{Arg, ClassId, Def, Flow, FuncId, Kind, NodeId, Stmt, VarId};

/// How far bases are followed.
const DEEPEST: u32 = 8;

/// A class of some unit.
pub(crate) type ClassAt = (UnitId, ClassId);

/// What the classes of a unit are made of.
pub(crate) struct UnitClasses {
    /// The class of each method.
    owners: FxHashMap<FuncId, ClassId>,
    /// What methods give to attributes of their instances.
    held: FxHashMap<(ClassId, Arc<str>), Vec<NodeId>>,
    /// Each class with its own bases, once somebody asked.
    lineages: Box<[OnceLock<Box<[ClassAt]>>]>,
}

impl UnitClasses {
    pub(crate) fn new(flow: &Flow) -> Self {
        let lineages = flow.classes.iter().map(|_| OnceLock::new()).collect();
        let mut unit = Self { owners: FxHashMap::default(), held: FxHashMap::default(), lineages };
        for (id, class) in flow.classes.iter().enumerate() {
            for (_, method) in &class.methods {
                unit.owners.entry(*method).or_insert(id as ClassId);
                unit.note(flow, id as ClassId, *method);
            }
        }
        unit
    }

    fn note(&mut self, flow: &Flow, class: ClassId, method: FuncId) {
        let Some(function) = flow.functions.get(method as usize) else { return };
        let first = function.params.first().copied();
        let is_instance = |node: NodeId| match flow.kind(node) {
            Kind::This(_) => true,
            Kind::Var(var) => {
                Some(*var) == first
                    && flow.vars.get(*var as usize).is_some_and(|var| matches!(&*var.name, "self" | "cls"))
            }
            _ => false,
        };
        for stmt in flow.below(function.body) {
            if let Stmt::Store(place, value) = stmt
                && let Kind::Attr(object, name) = flow.kind(*place)
                && is_instance(*object)
                && !matches!(flow.kind(*value), Kind::Nothing)
            {
                self.held.entry((class, name.clone())).or_default().push(*value);
            }
        }
    }
}

impl Program<'_> {
    /// The class that an expression stands for, or that it makes an instance of.
    pub(crate) fn class(&self, at: At) -> Option<ClassAt> {
        self.plain_class(at).or_else(|| self.written_out_class(at))
    }

    fn plain_class(&self, at: At) -> Option<ClassAt> {
        let node = match self.unwrapped(self.value(at)) {
            Thing::Node(node) => node,
            Thing::Made(_, made) => match self.kind(made) {
                Kind::Call(callee, _) => {
                    let callee = match self.kind((made.0, *callee)) {
                        // `View.as_view()`
                        Kind::Attr(object, name) if &**name == "as_view" => *object,
                        _ => *callee,
                    };
                    match self.unwrapped(self.value((made.0, callee))) {
                        Thing::Node(node) => node,
                        _ => return None,
                    }
                }
                _ => return None,
            },
            _ => return None,
        };
        let mut at = node;
        for _ in 0..8 {
            match self.kind(at) {
                Kind::Class(class) => return Some((at.0, *class)),
                Kind::Call(callee, args) => {
                    // A decorated class, or `View.as_view()` whose callee is no external name.
                    at = match self.kind((at.0, *callee)) {
                        Kind::Attr(object, name) if &**name == "as_view" => match self.value((at.0, *object)) {
                            Thing::Node(node) => node,
                            _ => return None,
                        },
                        _ => (at.0, args.first()?.value),
                    };
                }
                _ => return None,
            }
        }
        None
    }

    /// Methods by name with those of bases, the nearest first.
    pub(crate) fn methods(&self, class: ClassAt) -> Vec<(Arc<str>, (UnitId, FuncId))> {
        let mut names = FxHashSet::default();
        let all = self.lineage(class).iter().flat_map(|class| self.defined_methods(*class));
        all.filter(|(name, _)| names.insert(*name)).map(|(name, function)| (name.clone(), function)).collect()
    }

    /// The nearest method of which a name is wanted.
    pub(crate) fn method_named(&self, class: ClassAt, wanted: impl Fn(&str) -> bool) -> Option<(UnitId, FuncId)> {
        let mut all = self.lineage(class).iter().flat_map(|class| self.defined_methods(*class));
        all.find(|(name, _)| wanted(name)).map(|(_, function)| function)
    }

    /// What runs when a class makes an instance, when that is the function's own.
    pub(crate) fn constructor(&self, class: ClassAt) -> Option<(UnitId, FuncId)> {
        self.method_named(class, |name| matches!(name, "__init__" | "constructor"))
    }

    fn defined_methods(&self, (unit, class): ClassAt) -> impl Iterator<Item = (&Arc<str>, (UnitId, FuncId))> {
        let methods = self.flow(unit).classes.get(class as usize).map_or(&[][..], |class| &class.methods);
        methods.iter().map(move |(name, function)| (name, (unit, *function)))
    }

    /// The class that a call makes an instance of.
    pub(crate) fn made_class(&self, made: At, depth: u32) -> Option<ClassAt> {
        let Kind::Call(callee, _) = self.kind(made) else { return None };
        self.class_at((made.0, *callee), depth)
    }

    /// The class that an expression is, seen through decorators.
    fn class_at(&self, at: At, depth: u32) -> Option<ClassAt> {
        let mut thing = self.value_at(at, depth);
        for _ in 0..4 {
            let (Thing::Node(node) | Thing::Made(_, node)) = thing else { return None };
            match self.kind(node) {
                Kind::Class(class) => return Some((node.0, *class)),
                Kind::Call(_, args) => {
                    let inner = self.decorated(node.0, args)?;
                    if let Some(class) = self.class_of_variable((node.0, inner)) {
                        return Some((node.0, class));
                    }
                    thing = self.value_at((node.0, inner), depth.checked_sub(1)?);
                }
                _ => return None,
            }
        }
        None
    }

    /// What a call decorates: its argument, or the second as in `__decorate([..], Users)`.
    fn decorated(&self, unit: UnitId, args: &[Arg]) -> Option<NodeId> {
        let first = args.first()?.value;
        match self.kind((unit, first)) {
            Kind::List(_) => args.get(1).map(|arg| arg.value),
            _ => Some(first),
        }
    }

    /// The class that a variable is given somewhere: `let Users = class Users {}` and later
    /// `Users = __decorate([..], Users)`.
    pub(crate) fn class_of_variable(&self, at: At) -> Option<ClassId> {
        let Kind::Var(var) = self.kind(at) else { return None };
        let defs = &self.flow(at.0).vars.get(*var as usize)?.defs;
        defs.iter().find_map(|def| {
            let Def::Node(node) = def else { return None };
            let mut node = *node;
            for _ in 0..4 {
                match self.kind((at.0, node)) {
                    Kind::Class(class) => return Some(*class),
                    Kind::Assign(_, value) => node = *value,
                    _ => return None,
                }
            }
            None
        })
    }

    /// The class that `__decorate([..], Users)` gives back.
    pub(crate) fn written_out_class(&self, at: At) -> Option<ClassAt> {
        let (Thing::Node(node) | Thing::Made(_, node)) = self.value(at) else { return None };
        let Kind::Call(_, args) = self.kind(node) else { return None };
        match self.kind((node.0, args.first()?.value)) {
            Kind::List(_) => self.class_at(at, DEEPEST),
            _ => None,
        }
    }

    /// Attributes of a class's instances that are given a parameter of its constructor.
    pub(crate) fn attributes_of_parameter(&self, class: ClassAt, position: u32) -> Vec<Arc<str>> {
        let flow = self.flow(class.0);
        let Some(unit) = self.units.get(class.0) else { return Vec::new() };
        let is_it = |node: &NodeId| match flow.kind(*node) {
            Kind::Var(var) => flow
                .vars
                .get(*var as usize)
                .is_some_and(|var| var.defs.iter().any(|def| matches!(def, Def::Parameter(_, at) if *at == position))),
            _ => false,
        };
        let held = unit.members.held.iter().filter(|((of, _), values)| *of == class.1 && values.iter().any(is_it));
        let mut names: Vec<Arc<str>> = held.map(|((_, name), _)| name.clone()).collect();
        names.sort_unstable();
        names
    }

    /// What an attribute of a class's instances is given, by the class or the nearest base.
    pub(crate) fn held(&self, class: ClassAt, name: &str, depth: u32) -> Option<Thing> {
        let (at, values) = self.held_nodes(class, name, depth / 2)?;
        Some(self.value_at((at, *values.first()?), depth))
    }

    /// All that an attribute of a class's instances is given.
    pub(crate) fn held_nodes(&self, class: ClassAt, name: &str, depth: u32) -> Option<(UnitId, &[NodeId])> {
        let mut class = class;
        for _ in 0..DEEPEST {
            let held = &self.units.get(class.0)?.members.held;
            if let Some(values) = held.get(&(class.1, Arc::from(name))) {
                return Some((class.0, values));
            }
            let bases = &self.flow(class.0).classes.get(class.1 as usize)?.bases;
            class = self.class_at((class.0, *bases.first()?), depth.checked_sub(1)?)?;
        }
        None
    }

    /// A class and its own bases.
    pub(crate) fn lineage(&self, class: ClassAt) -> &[ClassAt] {
        let Some(place) = self.units.get(class.0).and_then(|unit| unit.members.lineages.get(class.1 as usize)) else {
            return &[];
        };
        if let Some(known) = place.get() {
            return known;
        }
        // Bases are expressions, which may lead back here: nothing may be held meanwhile.
        let found = self.bases_from(class);
        place.get_or_init(|| found)
    }

    fn bases_from(&self, class: ClassAt) -> Box<[ClassAt]> {
        let mut all = vec![class];
        let mut at = 0;
        while let Some((unit, inner)) = all.get(at).copied().filter(|_| at < DEEPEST as usize) {
            let bases = self.flow(unit).classes.get(inner as usize).map_or(&[][..], |class| &class.bases);
            for base in bases {
                if let Some(base) = self.class((unit, *base)).filter(|base| !all.contains(base)) {
                    all.push(base);
                }
            }
            at += 1;
        }
        all.into()
    }

    /// Whether a class builds on something that is not the function's own.
    pub(crate) fn has_foreign_base(&self, class: ClassAt) -> bool {
        self.lineage(class).iter().any(|&(unit, inner)| {
            let bases = self.flow(unit).classes.get(inner as usize).map_or(&[][..], |class| &class.bases);
            bases.iter().any(|base| match self.value((unit, *base)) {
                Thing::External(name) => !matches!(name.as_str(), "Object" | "abc.ABC"),
                Thing::Made(..) => true,
                _ => false,
            })
        })
    }

    /// Whether something is of a package or the runtime: a module, a class, no instance.
    pub(crate) fn is_foreign(&self, thing: &Thing) -> bool {
        let Thing::External(path) = thing else { return false };
        let root = path.split('.').next().unwrap_or_default();
        !root.is_empty() && !path.starts_with('/') && self.module_named(root).is_none()
    }

    /// Which parameter of which function a variable is.
    pub(crate) fn parameter_of(&self, unit: UnitId, var: VarId) -> Option<(FuncId, u32)> {
        self.flow(unit).vars.get(var as usize)?.defs.iter().find_map(|def| match def {
            Def::Parameter(function, at) => Some((*function, *at)),
            _ => None,
        })
    }

    /// A function's parameters without `self` and `cls`.
    pub(crate) fn own_params(&self, function: (UnitId, FuncId)) -> &[VarId] {
        let flow = self.flow(function.0);
        let Some(inner) = flow.functions.get(function.1 as usize) else { return &[] };
        let first = inner.params.first().and_then(|param| flow.vars.get(*param as usize));
        let skipped = usize::from(first.is_some_and(|var| matches!(&*var.name, "self" | "cls")));
        inner.params.get(skipped..).unwrap_or_default()
    }

    /// The class whose method holds a function.
    pub(crate) fn class_around(&self, function: (UnitId, FuncId)) -> Option<ClassAt> {
        let flow = self.flow(function.0);
        let owners = &self.units.get(function.0)?.members.owners;
        let mut at = Some(function.1);
        for _ in 0..DEEPEST {
            let id = at?;
            if let Some(class) = owners.get(&id) {
                return Some((function.0, *class));
            }
            at = flow.functions.get(id as usize)?.parent;
        }
        None
    }

    /// The class that an expression is an instance of, or is itself; `self` and `this` included.
    pub(crate) fn receiver(&self, at: At) -> Option<ClassAt> {
        if let Kind::This(function) = self.kind(at) {
            return self.class_around((at.0, (*function)?));
        }
        match self.value(at) {
            Thing::Parameter(unit, var) => self.class_of_first(unit, var),
            _ => self.class(at),
        }
    }

    /// The class of a method's first parameter, as Python has it.
    pub(crate) fn class_of_first(&self, unit: UnitId, var: VarId) -> Option<ClassAt> {
        let inner = self.flow(unit).vars.get(var as usize)?;
        let [Def::Parameter(function, 0)] = inner.defs.as_slice() else { return None };
        let is_method = matches!(&*inner.name, "self" | "cls");
        is_method.then(|| self.class_around((unit, *function)))?
    }

    /// The method that `object.name` means.
    pub(crate) fn method(&self, object: At, name: &str) -> Option<(UnitId, FuncId)> {
        let class = self.receiver(object)?;
        self.method_named(class, |method| method == name)
    }

    /// What a class's body gives a name.
    pub(crate) fn class_member(&self, class: ClassAt, name: &str) -> Option<At> {
        let flow = self.flow(class.0);
        let body = flow.classes.get(class.1 as usize)?.body;
        flow.block(body).iter().find_map(|stmt| match stmt {
            Stmt::Bind(var, value) if flow.vars.get(*var as usize).is_some_and(|var| &*var.name == name) => {
                Some((class.0, *value))
            }
            _ => None,
        })
    }
}
