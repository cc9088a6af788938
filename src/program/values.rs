//! A function's own modules as one program: what names, imports and calls stand for.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::classes::{ClassAt, UnitClasses};
use crate::graph::{ImportSite, ModuleGraph, ModuleId};
use crate::program::flow::{BlockId, Def, Flow, FuncId, Import, Kind, Member, NodeId, Stmt, VarId};
use crate::span::Span;

/// Index of a [`Unit`] in [`Program::units`].
pub(crate) type UnitId = usize;
/// A node of some unit.
pub(crate) type At = (UnitId, NodeId);

/// How far names are followed.
const DEPTH: u32 = 24;

/// One own module.
pub(crate) struct Unit {
    /// Its number in the graph.
    pub(crate) module: ModuleId,
    /// Its code.
    pub(crate) flow: Arc<Flow>,
    /// Variables that some code of the module reads.
    used: Vec<bool>,
    /// What its classes are made of.
    pub(crate) members: UnitClasses,
}

/// All own modules that the function loads, at Init or later.
pub(crate) struct Program<'a> {
    pub(crate) graph: &'a ModuleGraph,
    pub(crate) units: Vec<Unit>,
    by_module: FxHashMap<ModuleId, UnitId>,
    sites: FxHashMap<ImportSite, Vec<ModuleId>>,
    /// Python's modules by dotted name; empty for other languages.
    names: FxHashMap<&'a str, ModuleId>,
    python: bool,
    /// Names that some code asks an object for.
    mentioned: FxHashSet<Arc<str>>,
    /// What expressions were found to stand for: every route that reaches one asks again.
    values: RefCell<FxHashMap<At, Thing>>,
}

/// What an expression stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Thing {
    /// An expression that says no more.
    Node(At),
    /// An own module.
    Module(UnitId),
    /// Something of a package or the runtime, by dotted name.
    External(String),
    /// What a call of something external gave, by the callee's dotted name with `()`.
    Made(String, At),
    /// A parameter.
    Parameter(UnitId, VarId),
}

impl<'a> Program<'a> {
    pub(crate) fn new(graph: &'a ModuleGraph, flows: Vec<(ModuleId, Arc<Flow>)>, python: bool) -> Self {
        let mut sites: FxHashMap<ImportSite, Vec<ModuleId>> = FxHashMap::default();
        for import in &graph.imports {
            let targets = sites.entry(import.site).or_default();
            if !targets.contains(&import.target) {
                targets.push(import.target);
            }
        }
        let named = graph.modules().filter(|_| python);
        let names = named.map(|(id, module)| (&*module.name, id)).collect();
        let by_module = flows.iter().enumerate().map(|(unit, (module, _))| (*module, unit)).collect();
        let nodes = flows.iter().flat_map(|(_, flow)| &flow.nodes);
        let mentioned = nodes.filter_map(|node| match &node.kind {
            Kind::Attr(_, name) => Some(name.clone()),
            _ => None,
        });
        let mentioned = mentioned.collect();
        let units = flows.into_iter().map(|(module, flow)| {
            let (used, members) = (used(&flow), UnitClasses::new(&flow));
            Unit { module, flow, used, members }
        });
        let units = units.collect();
        Self { graph, units, by_module, sites, names, python, mentioned, values: RefCell::default() }
    }

    pub(crate) fn flow(&self, unit: UnitId) -> &Flow {
        &self.units[unit].flow
    }

    pub(crate) fn kind(&self, at: At) -> &Kind {
        self.flow(at.0).kind(at.1)
    }

    pub(crate) fn unit_of(&self, module: ModuleId) -> Option<UnitId> {
        self.by_module.get(&module).copied()
    }

    /// Whether some code of the module reads a variable.
    pub(crate) fn is_used(&self, unit: UnitId, var: VarId) -> bool {
        self.units[unit].used.get(var as usize).copied().unwrap_or(true)
    }

    /// The modules that an import statement loads for one of its names, parents included.
    pub(crate) fn targets(&self, unit: UnitId, import: &Import) -> Vec<ModuleId> {
        if !self.python {
            return self.at_site(unit, import.span).to_vec();
        }
        let mut wanted = import.request.to_string();
        if let Member::Name(name) = &import.member {
            wanted = format!("{wanted}.{name}");
        }
        let ends = wanted.match_indices('.').map(|(at, _)| at).chain(std::iter::once(wanted.len()));
        ends.filter_map(|end| self.names.get(wanted.get(..end)?).copied()).collect()
    }

    /// The modules that a `require(..)` or `import(..)` at a place loads.
    pub(crate) fn at_site(&self, unit: UnitId, span: Span) -> &[ModuleId] {
        let site = ImportSite { importer: self.units[unit].module, span };
        self.sites.get(&site).map_or(&[], Vec::as_slice)
    }

    /// The modules that a call like `import_module("a.b")` loads.
    pub(crate) fn dynamic_targets(&self, at: At) -> Vec<ModuleId> {
        let span = self.flow(at.0).span(at.1);
        let found = self.at_site(at.0, span).to_vec();
        match self.kind(at) {
            Kind::Import(name) if found.is_empty() && self.python => {
                self.text((at.0, *name)).map_or(found, |name| self.named(&name))
            }
            _ => found,
        }
    }

    /// A Python module by name, after its parents.
    pub(crate) fn named(&self, name: &str) -> Vec<ModuleId> {
        let ends = name.match_indices('.').map(|(at, _)| at).chain(std::iter::once(name.len()));
        ends.filter_map(|end| self.names.get(name.get(..end)?).copied()).collect()
    }

    /// What an expression stands for.
    pub(crate) fn value(&self, at: At) -> Thing {
        if let Some(known) = self.values.borrow().get(&at) {
            return known.clone();
        }
        let value = self.value_at(at, DEPTH);
        self.values.borrow_mut().insert(at, value.clone());
        value
    }

    pub(crate) fn value_at(&self, at: At, depth: u32) -> Thing {
        let Some(depth) = depth.checked_sub(1) else { return Thing::Node(at) };
        let unit = at.0;
        match self.kind(at) {
            Kind::Var(var) => self.variable(unit, *var, depth).unwrap_or(Thing::Node(at)),
            Kind::Global(name) => Thing::External(name.to_string()),
            Kind::Attr(object, name) => self.attribute(self.value_at((unit, *object), depth), name, at, depth),
            Kind::Call(callee, args) => self.called((unit, *callee), args.first().map(|arg| arg.value), at, depth),
            Kind::Import(request) => self.required((unit, *request), at),
            Kind::Or(parts) => match parts.first() {
                Some(first) => self.value_at((unit, *first), depth),
                None => Thing::Node(at),
            },
            Kind::Choice(_, yes, _) => self.value_at((unit, *yes), depth),
            Kind::Assign(_, value) => self.value_at((unit, *value), depth),
            Kind::Index(object, key) => match (self.kind((unit, *key)), self.value_at((unit, *object), depth)) {
                (Kind::Nth(nth), Thing::Node(list)) => match self.kind(list) {
                    Kind::List(items) => {
                        items.get(*nth as usize).map_or(Thing::Node(at), |item| self.value_at((list.0, *item), depth))
                    }
                    _ => Thing::Node(at),
                },
                _ => Thing::Node(at),
            },
            _ => Thing::Node(at),
        }
    }

    fn variable(&self, unit: UnitId, var: VarId, depth: u32) -> Option<Thing> {
        let defs = &self.flow(unit).vars.get(var as usize)?.defs;
        // `let app = null; app = make()`: the last that says something.
        let said = defs.iter().rev().find(|def| match def {
            Def::Node(node) => !self.says_nothing((unit, *node)),
            _ => true,
        });
        Some(self.definition(unit, said?, depth, Some(var)))
    }

    pub(crate) fn says_nothing(&self, at: At) -> bool {
        match self.kind(at) {
            Kind::Nothing | Kind::Nth(_) => true,
            Kind::Group(parts) => parts.is_empty(),
            Kind::Or(parts) => parts.first().is_none_or(|first| self.says_nothing((at.0, *first))),
            _ => false,
        }
    }

    fn definition(&self, unit: UnitId, def: &Def, depth: u32, var: Option<VarId>) -> Thing {
        match def {
            Def::Node(node) => self.value_at((unit, *node), depth),
            Def::Var(var) => match depth.checked_sub(1) {
                Some(depth) => self.variable(unit, *var, depth).unwrap_or(Thing::Parameter(unit, *var)),
                None => Thing::Parameter(unit, *var),
            },
            Def::Import(import) => self.imported(unit, import, depth),
            Def::Parameter(..) => Thing::Parameter(unit, var.unwrap_or_default()),
        }
    }

    fn imported(&self, unit: UnitId, import: &Import, depth: u32) -> Thing {
        if self.python {
            return self.python_import(unit, import, depth);
        }
        let targets = self.at_site(unit, import.span);
        let own = targets.iter().find_map(|target| self.unit_of(*target));
        match (own, &import.member) {
            (Some(own), Member::Name(name)) => {
                self.export(own, name, depth).unwrap_or_else(|| Thing::External(import.request.to_string()))
            }
            (Some(own), _) => Thing::Module(own),
            (None, Member::Name(name)) => external(&package_path(&import.request), name),
            (None, _) => Thing::External(package_path(&import.request)),
        }
    }

    fn python_import(&self, unit: UnitId, import: &Import, depth: u32) -> Thing {
        let request: &str = match &import.member {
            Member::Root => import.request.split('.').next().unwrap_or(&import.request),
            _ => &import.request,
        };
        let own = self.names.get(request).and_then(|id| self.unit_of(*id));
        match (own, &import.member) {
            // `from . import jobs` in the package itself
            (Some(own), Member::Name(name)) if own == unit && self.member_module(import).is_some() => {
                self.submodule(own, name).unwrap_or(Thing::Module(own))
            }
            (Some(own), Member::Name(name)) => self
                .export(own, name, depth)
                .or_else(|| self.submodule(own, name))
                .unwrap_or_else(|| Thing::External(format!("{request}.{name}"))),
            (Some(own), _) => Thing::Module(own),
            // A namespace package has no unit; its modules may.
            (None, Member::Name(name)) => match self.names.get(&*format!("{request}.{name}")) {
                Some(id) if self.unit_of(*id).is_some() => {
                    self.unit_of(*id).map_or(Thing::External(String::new()), Thing::Module)
                }
                _ => external(request, name),
            },
            (None, _) => Thing::External(request.to_owned()),
        }
    }

    /// The module that `from p import m` binds, when `m` is one.
    pub(crate) fn member_module(&self, import: &Import) -> Option<UnitId> {
        let Member::Name(name) = &import.member else { return None };
        let id = self.names.get(&*format!("{}.{name}", import.request))?;
        self.unit_of(*id)
    }

    /// An own Python module by its dotted name.
    pub(crate) fn module_named(&self, name: &str) -> Option<UnitId> {
        self.names.get(name).and_then(|id| self.unit_of(*id))
    }

    fn submodule(&self, parent: UnitId, name: &str) -> Option<Thing> {
        let parent = &self.graph.module(self.units[parent].module).name;
        let id = self.names.get(&*format!("{parent}.{name}")).filter(|_| self.python)?;
        self.unit_of(*id).map(Thing::Module)
    }

    /// What a module gives under a name.
    pub(crate) fn export(&self, unit: UnitId, name: &str, depth: u32) -> Option<Thing> {
        let depth = depth.checked_sub(1)?;
        let flow = self.flow(unit);
        let named = flow.exports.iter().rev().filter(|(export, _)| &**export == name);
        let mut said = named.filter(|(_, def)| match def {
            Def::Node(node) => !self.says_nothing((unit, *node)),
            Def::Var(var) => flow.vars.get(*var as usize).is_some_and(|var| !var.defs.is_empty()),
            _ => true,
        });
        if let Some((_, def)) = said.next() {
            return Some(self.definition(unit, def, depth, None));
        }
        let stars = flow.stars.iter().filter_map(|star| match self.imported(unit, star, depth) {
            Thing::Module(other) if other != unit => self.export(other, name, depth),
            Thing::External(path) => Some(external(&path, name)),
            _ => None,
        });
        let mut stars = stars;
        let found = stars.next();
        match found {
            None if name == "default" => self.whole(unit, depth),
            // `module.exports = require('./other')`, `module.exports = new Router()`
            None => match self.whole(unit, depth)? {
                Thing::Module(other) if other != unit => self.export(other, name, depth),
                _ => None,
            },
            found => found,
        }
    }

    /// The expression behind what a module gives under a name.
    pub(crate) fn export_node(&self, unit: UnitId, name: &str) -> Option<At> {
        match self.export(unit, name, DEPTH)? {
            Thing::Node(at) | Thing::Made(_, at) => Some(at),
            _ => None,
        }
    }

    /// All of `module.exports`.
    pub(crate) fn whole(&self, unit: UnitId, depth: u32) -> Option<Thing> {
        let depth = depth.checked_sub(1)?;
        let flow = self.flow(unit);
        let (_, def) = flow.exports.iter().rev().find(|(name, _)| &**name == "*")?;
        Some(self.definition(unit, def, depth, None))
    }

    /// A module that stands for what it exports as a whole, as that.
    pub(crate) fn unwrapped(&self, thing: Thing) -> Thing {
        let mut at = thing;
        for _ in 0..8 {
            let Thing::Module(unit) = at else { return at };
            match self.whole(unit, DEPTH).or_else(|| self.export(unit, "default", DEPTH)) {
                Some(next) if next != at => at = next,
                _ => return at,
            }
        }
        at
    }

    fn attribute(&self, object: Thing, name: &str, at: At, depth: u32) -> Thing {
        // Two ways to follow at each step would be too many together.
        let held = |class: ClassAt| self.held(class, name, depth.saturating_sub(4));
        match object {
            Thing::Module(unit) => {
                let found = self.export(unit, name, depth).or_else(|| self.submodule(unit, name));
                found.unwrap_or(if name == "default" { Thing::Module(unit) } else { Thing::Node(at) })
            }
            Thing::External(path) => {
                match self.names.get(&*format!("{path}.{name}")).and_then(|id| self.unit_of(*id)) {
                    Some(unit) => Thing::Module(unit),
                    None => external(&path, name),
                }
            }
            Thing::Made(path, made) => {
                let class = if path.is_empty() { self.made_class(made, depth / 2) } else { None };
                class.and_then(held).unwrap_or_else(|| Thing::External(format!("{path}.{name}")))
            }
            Thing::Node(map) => match self.kind(map) {
                Kind::Map(entries) => {
                    let mut found =
                        entries.iter().filter(|(key, _)| self.flow(map.0).text(*key).is_some_and(|t| &**t == name));
                    found.next().map_or(Thing::Node(at), |(_, value)| self.value_at((map.0, *value), depth))
                }
                Kind::Class(class) => match self.class_member((map.0, *class), name) {
                    Some(member) => self.value_at(member, depth),
                    None => held((map.0, *class)).unwrap_or(Thing::Node(at)),
                },
                Kind::This(Some(function)) => {
                    self.class_around((map.0, *function)).and_then(held).unwrap_or(Thing::Node(at))
                }
                // `Action.LIST.value` of an enumeration.
                Kind::Text(_) if name == "value" => Thing::Node(map),
                _ => Thing::Node(at),
            },
            Thing::Parameter(unit, var) => self.class_of_first(unit, var).and_then(held).unwrap_or(Thing::Node(at)),
        }
    }

    fn called(&self, callee: At, first: Option<NodeId>, at: At, depth: u32) -> Thing {
        if let (Kind::Var(var), Some(first)) = (self.kind(callee), first) {
            let name = self.flow(callee.0).vars.get(*var as usize).map_or("", |var| &*var.name);
            if is_interop(name) {
                return self.value_at((at.0, first), depth);
            }
        }
        match self.unwrapped(self.value_at(callee, depth)) {
            Thing::External(path) => match first {
                Some(first) if is_interop(&path) || is_frozen(&path) => self.value_at((at.0, first), depth),
                _ => Thing::Made(format!("{path}()"), at),
            },
            Thing::Made(path, _) => Thing::Made(format!("{path}()"), at),
            Thing::Node(node) => match self.kind(node) {
                Kind::Function(function) => {
                    self.result((node.0, *function)).map_or(Thing::Node(at), |value| self.value_at(value, depth))
                }
                Kind::Class(_) => Thing::Made(String::new(), at),
                _ => Thing::Made(String::new(), at),
            },
            Thing::Parameter(..) | Thing::Module(_) => Thing::Made(String::new(), at),
        }
    }

    /// What a function returns at the end of its body.
    pub(crate) fn result(&self, function: (UnitId, FuncId)) -> Option<At> {
        let body = self.flow(function.0).functions.get(function.1 as usize)?.body;
        self.flow(function.0).block(body).iter().rev().find_map(|stmt| match stmt {
            Stmt::Return(Some(value)) => Some((function.0, *value)),
            _ => None,
        })
    }

    /// The function that a function returns.
    pub(crate) fn returned(&self, function: (UnitId, FuncId)) -> Option<(UnitId, FuncId)> {
        match self.value(self.result(function)?) {
            Thing::Node(node) => self.flow(node.0).defined_function(node.1).map(|inner| (node.0, inner)),
            _ => None,
        }
    }

    fn required(&self, request: At, at: At) -> Thing {
        let targets = self.dynamic_targets(at);
        let own: Vec<UnitId> = targets.iter().filter_map(|target| self.unit_of(*target)).collect();
        match (own.last(), self.flow(request.0).text(request.1)) {
            (Some(own), Some(_)) => Thing::Module(*own),
            (None, Some(name)) => Thing::External(package_path(name)),
            _ => Thing::Node(at),
        }
    }

    /// A constant string, put together from constants.
    pub(crate) fn text(&self, at: At) -> Option<String> {
        self.text_at(at, DEPTH)
    }

    fn text_at(&self, at: At, depth: u32) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        match self.kind(at) {
            Kind::Text(text) => Some(text.to_string()),
            Kind::Join(parts) => parts
                .iter()
                .map(|part| self.text_at((at.0, *part), depth))
                .collect::<Option<Vec<_>>>()
                .map(|p| p.concat()),
            Kind::Or(parts) if parts.len() == 1 => self.text_at((at.0, *parts.first()?), depth),
            Kind::Var(_) | Kind::Attr(..) => match (self.value_at(at, depth), self.kind(at)) {
                (Thing::Node(other), _) if other != at => self.text_at(other, depth),
                // An instance's attribute that its class's body gives.
                (Thing::Node(_) | Thing::External(_), Kind::Attr(object, name)) => {
                    let class = self.receiver((at.0, *object))?;
                    self.text_at(self.class_member(class, name)?, depth)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The function that an expression stands for, its own or one wrapped in calls of others.
    pub(crate) fn function(&self, at: At) -> Option<(UnitId, FuncId)> {
        self.named_function(at).or_else(|| match self.kind(at) {
            Kind::Attr(object, name) => self.method((at.0, *object), name),
            _ => None,
        })
    }

    fn named_function(&self, at: At) -> Option<(UnitId, FuncId)> {
        match self.unwrapped(self.value(at)) {
            Thing::Node(node) => match self.kind(node) {
                Kind::Function(function) => Some((node.0, *function)),
                _ => self.flow(node.0).defined_function(node.1).map(|function| (node.0, function)),
            },
            Thing::Made(_, made) => match self.kind(made) {
                Kind::Call(_, args) => {
                    let inner = args.iter().find(|arg| arg.name.is_none()).map(|arg| (made.0, arg.value));
                    inner.filter(|inner| *inner != at).and_then(|inner| self.plain_function(inner))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn plain_function(&self, at: At) -> Option<(UnitId, FuncId)> {
        match self.unwrapped(self.value(at)) {
            Thing::Node(node) => self.flow(node.0).defined_function(node.1).map(|function| (node.0, function)),
            _ => None,
        }
    }

    /// Whether own code asks some object for a name.
    pub(crate) fn is_mentioned(&self, name: &str) -> bool {
        self.mentioned.contains(name)
    }

    /// Whether an expression names a function of Python's own that nothing redefines.
    pub(crate) fn is_builtin(&self, at: At, name: &str) -> bool {
        match self.kind(at) {
            Kind::Var(var) => self
                .flow(at.0)
                .vars
                .get(*var as usize)
                .is_some_and(|var| self.python && &*var.name == name && var.defs.is_empty()),
            _ => false,
        }
    }

    /// The text put together that a variable holds, else the expression itself.
    pub(crate) fn joined(&self, at: At) -> At {
        let Kind::Var(var) = self.kind(at) else { return at };
        let defs = self.flow(at.0).vars.get(*var as usize).map_or(&[][..], |var| &var.defs);
        let joined = defs.iter().find_map(|def| match def {
            Def::Node(node) if matches!(self.flow(at.0).kind(*node), Kind::Join(_)) => Some((at.0, *node)),
            _ => None,
        });
        joined.unwrap_or(at)
    }

    /// All nodes of all units.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = At> + '_ {
        let units = self.units.iter().enumerate();
        units.flat_map(|(unit, inner)| (0..inner.flow.nodes.len() as NodeId).map(move |node| (unit, node)))
    }

    /// The body of a function.
    pub(crate) fn body(&self, function: (UnitId, FuncId)) -> Option<(UnitId, BlockId)> {
        self.flow(function.0).functions.get(function.1 as usize).map(|inner| (function.0, inner.body))
    }
}

/// Whether a function is what compilers put around `require` for imports of modules that may be of either kind.
pub(crate) fn is_interop(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path);
    matches!(
        last,
        "__importDefault"
            | "__importStar"
            | "__toESM"
            | "_interopRequireDefault"
            | "_interopRequireWildcard"
            | "_interop_require_default"
            | "_interop_require_wildcard"
            | "_interopNamespace"
    )
}

/// Calls that give back what they get, for reading only.
fn is_frozen(path: &str) -> bool {
    matches!(path, "Object.freeze" | "types.MappingProxyType")
}

fn external(path: &str, name: &str) -> Thing {
    Thing::External(if name == "default" || path.is_empty() { path.to_owned() } else { format!("{path}.{name}") })
}

/// A specifier without the scheme of builtins.
fn package_path(request: &Arc<str>) -> String {
    request.strip_prefix("node:").unwrap_or(request).to_owned()
}

/// Which variables some expression reads.
fn used(flow: &Flow) -> Vec<bool> {
    let mut used = vec![false; flow.vars.len()];
    for node in &flow.nodes {
        if let Kind::Var(var) = node.kind
            && let Some(slot) = used.get_mut(var as usize)
        {
            *slot = true;
        }
    }
    used
}
