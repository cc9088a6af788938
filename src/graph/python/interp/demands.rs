//! What libraries ask for where own code uses something of theirs, in code of theirs that is too much to follow.

use serde::Deserialize;

use super::super::value::*;
use super::*;
use crate::knowledge::table;
use crate::lang::python::ir::{Class as ClassNode, Expr, Function as Node, Stmt};

/// The rule about what a library asks for that is not here.
const EXTRA: &str = "missing-extra";

/// Who names the thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum From {
    Route,
    Class,
}

/// One row of the table, which says what its fields mean.
#[derive(Debug, Deserialize)]
struct Demand {
    library: String,
    things: Vec<String>,
    from: From,
    modules: Vec<String>,
    error: String,
    help: String,
}

#[derive(Debug, Deserialize)]
struct Demands {
    demand: Vec<Demand>,
    settings: Settings,
    lookup: Vec<Lookup>,
    address: Address,
}

/// Functions that import what the address they are given names.
#[derive(Debug, Deserialize)]
struct Address {
    library: String,
    functions: Vec<String>,
    parameter: String,
    given: Vec<String>,
    drivers: FxHashMap<String, String>,
}

/// An object of a library that own code asks for variables of the environment: `settings.rs` asks.
#[derive(Debug, Deserialize)]
pub(super) struct Lookup {
    pub(super) library: String,
    pub(super) class: String,
    pub(super) default: String,
    pub(super) files: Vec<String>,
    /// By which names are given a beginning that is not followed.
    pub(super) prefix: String,
}

/// What reads its fields from the environment: `settings.rs` asks.
#[derive(Debug, Deserialize)]
pub(super) struct Settings {
    pub(super) class: String,
    pub(super) libraries: Vec<String>,
    pub(super) field: String,
    pub(super) names: Vec<String>,
    pub(super) values: Vec<String>,
    pub(super) prefix: String,
    pub(super) file: String,
}

table! {
    static DEMANDS: Demands = "python/demands.toml", tested by the_demands_read;
}

/// The row of the table about settings.
pub(super) fn settings() -> &'static Settings {
    &DEMANDS.settings
}

/// The rows of the table about objects that are asked for variables.
pub(super) fn lookups() -> &'static [Lookup] {
    &DEMANDS.lookup
}

impl Interp<'_> {
    /// A function of own code that an object of a library decorates.
    pub(super) fn check_route(&mut self, frame: &Frame, node: &Node) -> Run<()> {
        if !self.is_own(frame) || !self.is_certain_here() || self.library_depth > 0 {
            return Ok(());
        }
        let code = &frame.code.code;
        let mut libraries = Vec::new();
        for decorator in code.list(node.decorators) {
            let Expr::Call(function, _) = code.expr(*decorator) else { continue };
            let Expr::Attribute(object, _) = code.expr(function) else { continue };
            let Expr::Name(name) = code.expr(object) else { continue };
            let name = self.sym(frame, name);
            let object = self.lookup(frame, name);
            if let Some(Object::Instance { class, .. }) = object.and_then(|object| self.heap.get(object)) {
                libraries.extend(self.root_of(*class));
            }
        }
        if libraries.is_empty() {
            return Ok(());
        }
        let defaults = node.positional.iter().chain(&node.keyword_only).filter_map(|parameter| parameter.default);
        let parts: Vec<ExprId> = defaults.chain(code.list(node.annotations).iter().copied()).collect();
        self.check_demands(frame, From::Route, &libraries, &parts)
    }

    /// A class of own code that comes from one of a library.
    pub(super) fn check_fields(&mut self, frame: &Frame, node: &ClassNode, class: Value) -> Run<()> {
        self.note_settings(frame, node, class);
        if !self.is_own(frame) || !self.is_certain_here() || self.library_depth > 0 {
            return Ok(());
        }
        let libraries: Vec<Rc<str>> = self.mro_of(class).iter().filter_map(|base| self.root_of(*base)).collect();
        if libraries.is_empty() {
            return Ok(());
        }
        let code = &frame.code.code;
        let fields = code.block(node.body).iter().filter_map(|id| match code.stmts.get(id.0 as usize) {
            Some(Stmt::AnnAssign(_, annotation, _)) => Some(*annotation),
            _ => None,
        });
        let parts: Vec<ExprId> = fields.collect();
        self.check_demands(frame, From::Class, &libraries, &parts)
    }

    /// The driver that a call imports because of the address that it is given, where that is for sure.
    pub(super) fn driver_of(&mut self, frame: &Frame, callee: Value, args: &Args) -> Option<String> {
        let address = &DEMANDS.address;
        if !self.is_own(frame) || self.library_depth > 0 {
            return None;
        }
        let name = self.library_function(callee, &address.library)?;
        let is_sure = self.is_certain_here()
            && self.is_decided(frame.module, 0)
            && !self.mistakes.rests_on_anything(&self.doubt)
            && !args.open
            && address.given.iter().all(|given| self.keyword(args, given).is_none());
        if !is_sure || !address.functions.iter().any(|function| **function == *name) {
            return None;
        }
        let text = args.positional.first().copied().or_else(|| self.keyword(args, &address.parameter))?;
        let text = self.text_of(text)?;
        address.drivers.get(text.split_once("://")?.0).cloned()
    }

    /// A call that has imported a driver, where that was not seen.
    pub(super) fn check_driver(&mut self, frame: &Frame, expr: ExprId, driver: &str) -> Run<()> {
        let name = self.heap.sym(driver);
        let is_here = self.can_find(driver) || self.sys_modules.get(name).is_some();
        if is_here || self.trace.unresolved.iter().any(|seen| seen.name == name) {
            return Ok(());
        }
        let message = format!("No module named '{driver}'");
        let site = Some((frame.module, self.at(frame, expr)));
        let mut fault = self.new_fault(EXTRA, driver, format!("ModuleNotFoundError: {message}"), site);
        fault.help = Some(format!("The address names this driver, and `{}` imports it", DEMANDS.address.library));
        fault.cure = Some(driver.to_owned());
        self.raise_fault("ModuleNotFoundError", &message, fault).map(|_| ())
    }

    /// The name of a function of a library.
    fn library_function(&self, callee: Value, library: &str) -> Option<Rc<str>> {
        let Some(Object::Function(function)) = self.heap.get(callee) else { return None };
        let module = self.module(function.module);
        let node = module.code.code.functions.get(function.index as usize)?;
        (!module.own && *self.heap.text(module.root) == *library).then(|| module.code.code.name(node.name).into())
    }

    /// The top-level name of the library that a class comes from; nothing for own ones.
    pub(super) fn root_of(&self, class: Value) -> Option<Rc<str>> {
        let Some(Object::Class(node)) = self.heap.get(class) else { return None };
        let module = self.module(node.module?);
        (!module.own).then(|| self.heap.text(module.root))
    }

    fn check_demands(&mut self, frame: &Frame, from: From, libraries: &[Rc<str>], parts: &[ExprId]) -> Run<()> {
        for demand in DEMANDS.demand.iter().filter(|demand| demand.from == from) {
            if !libraries.iter().any(|library| **library == *demand.library) {
                continue;
            }
            let Some(at) = parts.iter().copied().find(|part| self.names_thing(frame, *part, demand)) else { continue };
            if demand.modules.iter().any(|module| self.can_find(module)) {
                continue;
            }
            let Some(module) = demand.modules.first() else { continue };
            let site = Some((frame.module, self.at(frame, at)));
            let mut fault = self.new_fault(EXTRA, module, demand.error.clone(), site);
            fault.help = Some(demand.help.clone());
            fault.cure = Some(module.clone());
            let (class, text) = demand.error.split_once(": ").unwrap_or(("ImportError", &demand.error));
            self.raise_fault(class, text, fault)?;
        }
        Ok(())
    }

    /// Whether an expression names one of the things, however deep.
    fn names_thing(&mut self, frame: &Frame, expr: ExprId, demand: &Demand) -> bool {
        let code = &frame.code.code;
        let mut next = vec![expr];
        let mut seen = 0;
        while let Some(expr) = next.pop() {
            seen += 1;
            if seen > LIMITS.annotation_names {
                return false;
            }
            match code.expr(expr) {
                Expr::Name(name) => {
                    let name = self.sym(frame, name);
                    if self.lookup(frame, name).is_some_and(|value| self.is_thing(value, demand)) {
                        return true;
                    }
                }
                Expr::Attribute(object, name) => {
                    let Expr::Name(object) = code.expr(object) else { continue };
                    let (object, name) = (self.sym(frame, object), self.sym(frame, name));
                    let value = self.lookup(frame, object).and_then(|module| match self.heap.get(module) {
                        Some(Object::Module(at)) => self.heap.vars(self.module(*at).scope).get(name),
                        _ => None,
                    });
                    if value.is_some_and(|value| self.is_thing(value, demand)) {
                        return true;
                    }
                }
                Expr::Subscript(object, key) => next.extend([object, key]),
                Expr::Binary(_, left, right) => next.extend([left, right]),
                Expr::Tuple(list) | Expr::List(list) => next.extend(code.list(list)),
                Expr::Call(function, _) => next.push(function),
                _ => {}
            }
        }
        false
    }

    fn is_thing(&self, value: Value, demand: &Demand) -> bool {
        let (module, name) = match self.heap.get(value) {
            Some(Object::Class(class)) => match class.module {
                Some(module) => (module, self.heap.text(class.name)),
                None => return false,
            },
            Some(Object::Function(function)) => {
                let code = &self.module(function.module).code.code;
                match code.functions.get(function.index as usize) {
                    Some(node) => (function.module, code.name(node.name).into()),
                    None => return false,
                }
            }
            _ => return false,
        };
        *self.heap.text(self.module(module).root) == *demand.library
            && demand.things.iter().any(|thing| **thing == *name)
    }
}
