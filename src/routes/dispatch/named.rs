//! Handlers that are found by name: modules that are imported by it, methods and functions that
//! are asked for.

use super::{Branch, Finder, branch};
use crate::program::flow::FuncId;
use crate::program::flow::{Def, Kind, NodeId};
use crate::program::reach::Region;
use crate::program::values::{At, Thing, UnitId};
use crate::routes::event::Condition;

impl Finder<'_, '_> {
    /// The code that a table's text names: a module that a dynamic import of the functions at
    /// hand finds, `package.module`, `package.module:function`.
    pub(super) fn module_named(&self, name: &str) -> Option<Vec<Region>> {
        self.module_of_stem(name).or_else(|| self.by_dotted_name(name))
    }

    fn module_of_stem(&self, name: &str) -> Option<Vec<Region>> {
        let program = self.program();
        for (unit, function) in &self.calls {
            let around = program.flow(*unit).functions.get(*function as usize)?.span;
            for node in 0..program.flow(*unit).nodes.len() as NodeId {
                let Kind::Import(request) = program.kind((*unit, node)) else { continue };
                let span = program.flow(*unit).span(node);
                if span.start < around.start || span.end > around.end || program.text((*unit, *request)).is_some() {
                    continue;
                }
                let found =
                    self.candidates((*unit, node), (*unit, *request)).into_iter().find(|(stem, _)| stem == name);
                if let Some((_, target)) = found {
                    return Some(vec![Region::Module(target)]);
                }
            }
        }
        None
    }

    fn by_dotted_name(&self, name: &str) -> Option<Vec<Region>> {
        let program = self.program();
        let unit = |name: &str| {
            program
                .named(name)
                .last()
                .and_then(|module| program.unit_of(*module))
                .filter(|unit| *program.graph.module(program.units[*unit].module).name == *name)
        };
        if let Some(module) = unit(name) {
            return Some(vec![Region::Module(module)]);
        }
        let (module, member) = name.split_once(':').or_else(|| name.rsplit_once('.'))?;
        let module = unit(module)?;
        let regions = match program.export(module, member, 8)? {
            Thing::Node(node) => vec![Region::Node(node), Region::Unit(module)],
            _ => vec![Region::Module(module)],
        };
        Some(regions)
    }

    /// `require("./routes/" + event.resource)`: each module that it may mean.
    pub(super) fn chosen(&mut self, at: At, request: At, given: &Condition) -> Vec<Branch> {
        let program = self.reader.program;
        if program.text(request).is_some() {
            return Vec::new();
        }
        let Some(field) = self.reader.field(request) else { return Vec::new() };
        // A table between the event and the name has said which.
        let through_table = match program.kind(request) {
            Kind::Join(parts) => parts.iter().any(|part| self.is_looked_up((request.0, *part))),
            _ => self.is_looked_up(request),
        };
        if through_table {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (stem, target) in self.candidates(at, request) {
            let condition = Condition { certain: true, ..given.and(&field.is(&stem)) };
            let place = (at.0, program.flow(at.0).span(at.1));
            found.push(branch(&condition, stem, place, vec![Region::Module(target)]));
        }
        found
    }

    /// Own modules that a dynamic import may mean, by the part of the name that varies.
    fn candidates(&self, at: At, request: At) -> Vec<(String, UnitId)> {
        let program = self.program();
        let (before, after) = self.around_the_field(request);
        let mut found = Vec::new();
        let targets = program.dynamic_targets(at);
        for (unit, inner) in program.units.iter().enumerate() {
            let name = &*program.graph.module(inner.module).name;
            let stem = if targets.contains(&inner.module) && before.starts_with(['.', '/']) {
                let file = name.rsplit('/').next().unwrap_or(name);
                let file = file.strip_suffix(&*after).filter(|_| !after.is_empty()).unwrap_or(file);
                let file = file.split('.').next().unwrap_or(file);
                if file == "index" { name.rsplit('/').nth(1).unwrap_or(file) } else { file }
            } else {
                match name.strip_prefix(&*before).and_then(|rest| rest.strip_suffix(&*after)) {
                    Some(stem) if !stem.is_empty() && !stem.contains(['.', '/']) => stem,
                    _ => continue,
                }
            };
            found.push((stem.to_owned(), unit));
        }
        found
    }

    /// The constant texts before and after what varies.
    fn around_the_field(&self, at: At) -> (String, String) {
        let program = self.program();
        let Kind::Join(parts) = program.kind(at) else { return (String::new(), String::new()) };
        let texts: Vec<Option<String>> = parts.iter().map(|part| program.text((at.0, *part))).collect();
        let before: String = texts.iter().take_while(|text| text.is_some()).flatten().cloned().collect();
        let after: Vec<String> = texts.iter().rev().take_while(|text| text.is_some()).flatten().cloned().collect();
        (before, after.into_iter().rev().collect())
    }

    /// `getattr(self, "on_" + action)`, `this[command]`, `globals()[name]`: each method or
    /// function that it may mean.
    pub(super) fn by_name(&mut self, object: At, key: At, given: &Condition) -> Vec<Branch> {
        let program = self.reader.program;
        if program.text(key).is_some() {
            return Vec::new();
        }
        let Some(field) = self.reader.field(key) else { return Vec::new() };
        let (before, after) = self.around_the_field(program.joined(key));
        if before.is_empty() && after.is_empty() && !field.is_dispatched() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (name, function) in self.members(object) {
            let Some(stem) = name.strip_prefix(&*before).and_then(|rest| rest.strip_suffix(&*after)) else { continue };
            let inner = before.is_empty() && matches!(stem, "constructor" | "fields" | "statics" | "handler");
            if stem.is_empty() || stem.starts_with('_') || inner || self.calls.contains(&function) {
                continue;
            }
            self.cuts.functions.insert(function);
            let condition = Condition { certain: true, ..given.and(&field.is(stem)) };
            let span =
                program.flow(function.0).functions.get(function.1 as usize).map_or_else(Default::default, |f| f.span);
            let regions = vec![Region::Function(function.0, function.1), Region::Unit(function.0)];
            found.push(branch(&condition, name.clone(), (function.0, span), regions));
        }
        found
    }

    /// Functions by name in an instance or a module.
    fn members(&self, object: At) -> Vec<(String, (UnitId, FuncId))> {
        let program = self.program();
        if let Some(class) = program.receiver(object) {
            return program.methods(class).into_iter().map(|(name, function)| (name.to_string(), function)).collect();
        }
        let unit = match (program.kind(object), program.value(object)) {
            (_, Thing::Module(unit)) => unit,
            (Kind::Call(callee, _), _) if program.is_builtin((object.0, *callee), "globals") => object.0,
            _ => return Vec::new(),
        };
        let flow = program.flow(unit);
        let exported = flow.exports.iter().filter_map(|(name, def)| {
            let node = match def {
                Def::Node(node) => *node,
                Def::Var(var) => flow.vars.get(*var as usize)?.defs.iter().find_map(|def| match def {
                    Def::Node(node) => Some(*node),
                    _ => None,
                })?,
                _ => return None,
            };
            Some((name.to_string(), (unit, flow.defined_function(node)?)))
        });
        exported.collect()
    }
}
