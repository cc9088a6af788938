//! Methods: one is followed when some code that is followed names it, or when somebody else may
//! call it.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Injected, Item, Region, Walk};
use crate::program::classes::ClassAt;
use crate::program::flow::{Arg, ClassId, FuncId, Kind};
use crate::program::values::{At, Thing, UnitId};

/// How far the bases of a class are followed.
const DEEPEST: u32 = 8;

/// Names that code mentions, and methods that wait to be named.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    named: FxHashSet<Arc<str>>,
    /// Beginnings of names that code puts together.
    begun: FxHashSet<String>,
    waiting: FxHashMap<Arc<str>, Vec<(UnitId, FuncId)>>,
}

impl Members {
    fn is_named(&self, name: &str) -> bool {
        self.named.contains(name) || self.begun.iter().any(|begin| name.starts_with(&**begin))
    }
}

impl Walk<'_, '_> {
    /// Code asks for an attribute.
    pub(super) fn member(&mut self, name: &str) {
        if !self.members.named.contains(name) {
            self.members.named.insert(Arc::from(name));
            for (unit, method) in self.members.waiting.remove(name).unwrap_or_default() {
                self.push(Item::Region(Region::Function(unit, method)));
            }
        }
    }

    /// Code asks for an attribute whose name it puts together, or for any.
    fn members_from(&mut self, begin: String) {
        if !self.members.begun.insert(begin.clone()) {
            return;
        }
        let mut names: Vec<Arc<str>> =
            self.members.waiting.keys().filter(|name| name.starts_with(&*begin)).cloned().collect();
        names.sort_unstable();
        for name in names {
            self.member(&name);
        }
    }

    /// `object[key]` of an instance.
    pub(super) fn member_of(&mut self, object: At, key: At) {
        if let Some(name) = self.program.text(key) {
            self.member(&name);
        } else if self.program.receiver(object).is_some() {
            self.members_from(self.beginning(key));
        }
    }

    /// `getattr(object, name)`, and instances that are handed to others.
    pub(super) fn asked_by_name(&mut self, callee: At, args: &[Arg]) {
        let program = self.program;
        if program.is_builtin(callee, "getattr")
            && let Some(key) = args.get(1)
        {
            let key = (callee.0, key.value);
            match program.text(key) {
                Some(name) => self.member(&name),
                None => self.members_from(self.beginning(key)),
            }
        }
        if !matches!(program.value(callee), Thing::External(_) | Thing::Made(..)) {
            return;
        }
        for arg in args {
            let at = (callee.0, arg.value);
            if let Thing::Made(..) = program.value(at)
                && let Some((unit, class)) = program.class(at)
            {
                self.all_members(unit, class);
            }
        }
    }

    /// What a name that is put together starts with.
    fn beginning(&self, key: At) -> String {
        let program = self.program;
        let key = program.joined(key);
        match program.kind(key) {
            Kind::Join(parts) => parts.iter().map_while(|part| program.text((key.0, *part))).collect(),
            _ => String::new(),
        }
    }

    pub(super) fn class(&mut self, unit: UnitId, class: ClassId) {
        let program = self.program;
        let Some(inner) = program.flow(unit).classes.get(class as usize) else { return };
        for part in inner.bases.iter().chain(&inner.decorators) {
            self.node((unit, *part));
        }
        self.nested(unit, inner.body, 1);
        if program.has_foreign_base((unit, class)) {
            self.all_members(unit, class);
            return;
        }
        for (name, method) in &inner.methods {
            if self.cuts.functions.contains(&(unit, *method)) {
                continue;
            }
            // A method that no own code asks for is there for a framework, or for the language.
            if !program.is_mentioned(name) || self.members.is_named(name) {
                self.push(Item::Region(Region::Function(unit, *method)));
            } else {
                self.members.waiting.entry(name.clone()).or_default().push((unit, *method));
            }
        }
    }

    /// Code asks an instance for an attribute: what its class or a method gives it, the method of
    /// that name, what a framework fills in.
    pub(super) fn of_instance(&mut self, class: ClassAt, name: &str) {
        let program = self.program;
        if let Some(member) = program.class_member(class, name) {
            self.push(Item::Region(Region::Node(member)));
        }
        if let Some((unit, values)) = program.held_nodes(class, name, DEEPEST) {
            values.iter().for_each(|value| self.push(Item::Region(Region::Node((unit, *value)))));
        }
        let method = program.method_named(class, |method| method == name);
        if let Some((unit, method)) = method.filter(|method| !self.cuts.functions.contains(method)) {
            self.push(Item::Region(Region::Function(unit, method)));
        }
        if self.cuts.injected.is_empty() {
            return;
        }
        let name: Arc<str> = Arc::from(name);
        for class in self.program.lineage(class) {
            for injected in self.cuts.injected.get(&(*class, name.clone())).into_iter().flatten() {
                match *injected {
                    Injected::Class((unit, class)) => {
                        self.enter(unit);
                        self.push(Item::Class(unit, class));
                    }
                    Injected::Value(at) => self.push(Item::Region(Region::Node(at))),
                }
            }
        }
    }

    /// Somebody that is not followed may call any method.
    fn all_members(&mut self, unit: UnitId, class: ClassId) {
        for (_, (unit, method)) in self.program.methods((unit, class)) {
            if !self.cuts.functions.contains(&(unit, method)) {
                self.push(Item::Region(Region::Function(unit, method)));
            }
        }
    }
}
