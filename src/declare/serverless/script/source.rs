//! One script of a service: what its variables are made with, what it imports and exports.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::changes::{changed, changed_in};
use super::super::said::Said;
use crate::lang::javascript::ir::{
    Export, ExprId, ExprKind, FunctionId, Key, Member, Pattern, PatternId, Program, SiteKind, StmtId, StmtKind, Var,
};
use crate::lang::javascript::{Dialect, WRAPPER};
use crate::span::Span;

/// What the parameters of a helper are.
pub(super) type Given = FxHashMap<u32, Said>;

/// Where an expression stands, by which it is known whose variables it sees.
#[derive(Clone, Copy)]
pub(super) enum Around<'a> {
    Module,
    /// A function of the module that makes the service.
    Maker(FunctionId),
    Helper(&'a Given),
}

/// What a variable is.
pub(super) enum Variable {
    Known(Said),
    /// One of the module's.
    OfModule(u32),
    /// One of the function's that makes the service.
    OfMaker(FunctionId, u32),
    Unknown,
}

impl Around<'_> {
    pub(super) fn variable(self, var: Var) -> Variable {
        match (self, var) {
            (Self::Module, Var::Local { depth: 0, slot })
            | (Self::Helper(_) | Self::Maker(_), Var::Local { depth: 1, slot }) => Variable::OfModule(slot),
            (Self::Maker(function), Var::Local { depth: 0, slot }) => Variable::OfMaker(function, slot),
            (Self::Helper(given), Var::Local { depth: 0, slot }) => {
                given.get(&slot).map_or(Variable::Unknown, |said| Variable::Known(said.clone()))
            }
            _ => Variable::Unknown,
        }
    }
}

/// What a variable is made with.
#[derive(Clone, Copy)]
pub(super) struct Made {
    pub(super) value: ExprId,
    /// The member of it, where the declaration takes it apart.
    pub(super) member: Option<u32>,
}

/// One script.
pub(super) struct Script {
    pub(super) program: Program,
    pub(super) path: String,
    pub(super) file: u32,
    /// It is CommonJS, whose wrapper gives it `require` and `module` as variables.
    is_wrapped: bool,
    /// What the module's own variables are made with.
    pub(super) slots: FxHashMap<u32, Made>,
    /// Variables that are set again, or whose objects are written to.
    pub(super) changed: FxHashSet<u32>,
    /// Functions that the module declares, by their variable.
    pub(super) helpers: FxHashMap<u32, FunctionId>,
    /// Variables that are imported: from where, and by which name (none: everything).
    pub(super) imports: FxHashMap<u32, (String, Option<String>)>,
    /// Calls of `require`, and what they ask for.
    required: FxHashMap<ExprId, u32>,
}

impl Script {
    pub(super) fn new(program: Program, path: &str, file: u32, dialect: Dialect) -> Self {
        let mut imports = FxHashMap::default();
        for import in &program.imports {
            let named = |at: u32| program.strings.get(at as usize).map(|text| text.to_string()).unwrap_or_default();
            for (name, slot) in &import.bindings {
                imports.insert(*slot, (named(import.request), name.map(named)));
            }
        }
        let body = program.functions.first().map_or(&[][..], |module| &module.body);
        let slots = slots(&program, body);
        let helpers = helpers(&program, &slots);
        let changed = changed(&program);
        let sites = program.sites.iter().filter(|site| site.kind == SiteKind::Require);
        let required = sites.filter_map(|site| Some((site.expr, site.request?))).collect();
        let is_wrapped = dialect == Dialect::CommonJs;
        Self { program, path: path.to_owned(), file, is_wrapped, slots, changed, helpers, imports, required }
    }

    pub(super) fn text(&self, at: u32) -> &str {
        self.program.strings.get(at as usize).map_or("", |text| text)
    }

    /// The object that is a service: with a `service` and a `provider`.
    pub(super) fn service(&self) -> Option<ExprId> {
        (0..self.program.exprs.len()).find(|at| self.is_service(*at)).map(|at| at as ExprId)
    }

    fn is_service(&self, at: usize) -> bool {
        let ExprKind::Object(members) = &self.program.exprs[at].kind else { return false };
        let has = |name: &str| {
            members.iter().any(|member| matches!(member, Member::Value(Key::Name(key), _) if self.text(*key) == name))
        };
        has("service") && has("provider")
    }

    /// Whose variables an expression sees.
    pub(super) fn around(&self, at: ExprId) -> Option<Around<'static>> {
        let span = self.program.exprs.get(at as usize)?.span;
        let functions = self.program.functions.iter().enumerate().skip(1);
        let innermost = functions
            .filter(|(_, function)| function.span.holds(span))
            .min_by_key(|(_, function)| function.span.end - function.span.start);
        match innermost {
            None => Some(Around::Module),
            Some((id, function)) => (function.parent == Some(0)).then_some(Around::Maker(id as FunctionId)),
        }
    }

    /// What a variable of a function is made with, where it stays that.
    pub(super) fn made_in(&self, function: FunctionId, slot: u32) -> Option<Made> {
        let inner = self.program.functions.get(function as usize)?;
        let made = slots(&self.program, &inner.body).get(&slot).copied()?;
        (!changed_in(&self.program, inner.span).contains(&slot)).then_some(made)
    }

    /// What a call of `require` asks for.
    pub(super) fn required(&self, call: ExprId) -> Option<&str> {
        self.required.get(&call).map(|request| self.text(*request))
    }

    /// The module that a variable is imported of.
    pub(super) fn origin(&self, slot: u32) -> Option<&str> {
        match self.imports.get(&slot) {
            Some((request, _)) => Some(request),
            None => self.required(self.slots.get(&slot)?.value),
        }
    }

    /// Whether an expression is a name that the CommonJS wrapper gives.
    pub(super) fn is_wrapper(&self, at: ExprId, name: &str) -> bool {
        match self.program.exprs.get(at as usize).map(|expr| &expr.kind) {
            Some(ExprKind::Var(Var::Global(global))) => self.text(*global) == name,
            Some(ExprKind::Var(Var::Local { slot, .. })) => {
                self.is_wrapped && WRAPPER.get(*slot as usize).is_some_and(|given| *given == name)
            }
            _ => false,
        }
    }

    /// What is given to `module.exports` as a whole.
    pub(super) fn whole(&self) -> Option<ExprId> {
        self.assigned().filter_map(|(target, value)| self.is_exports(target).then_some(value)).last()
    }

    /// What is given to names of `exports`.
    pub(super) fn members(&self) -> Vec<(u32, ExprId)> {
        let members =
            self.assigned().filter_map(|(target, value)| match self.program.exprs.get(target as usize)?.kind {
                ExprKind::Member(object, name, _) => {
                    (self.is_wrapper(object, "exports") || self.is_exports(object)).then_some((name, value))
                }
                _ => None,
            });
        members.collect()
    }

    /// Whether an expression is `module.exports`.
    fn is_exports(&self, at: ExprId) -> bool {
        match self.program.exprs.get(at as usize).map(|expr| &expr.kind) {
            Some(ExprKind::Member(object, name, _)) => {
                self.text(*name) == "exports" && self.is_wrapper(*object, "module")
            }
            _ => false,
        }
    }

    /// Places that statements of the module's top level give values to.
    fn assigned(&self) -> impl Iterator<Item = (ExprId, ExprId)> {
        let body = self.program.functions.first().map_or(&[][..], |module| &module.body);
        body.iter().filter_map(|at| match self.program.stmts.get(*at as usize)?.kind {
            StmtKind::Expr(expr) => match self.program.exprs.get(expr as usize)?.kind {
                ExprKind::Assign(target, value) => match self.program.patterns.get(target as usize)? {
                    Pattern::Expr(place) => Some((*place, value)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        })
    }

    /// The function that a variable holds all along.
    pub(super) fn helper(&self, slot: u32) -> Option<FunctionId> {
        self.helpers.get(&slot).copied().filter(|_| !self.changed.contains(&slot))
    }

    /// The variable of its own that it exports by a name.
    pub(super) fn exported_slot(&self, name: &str) -> Option<u32> {
        self.program.exports.iter().find_map(|export| match export {
            Export::Local { name: public, slot } if self.text(*public) == name => Some(*slot),
            _ => None,
        })
    }

    /// The modules of which it exports all.
    pub(super) fn stars(&self) -> impl Iterator<Item = &str> {
        self.program.exports.iter().filter_map(|export| match export {
            Export::Star { import } => self.request(*import),
            _ => None,
        })
    }

    /// The module that an import asks for.
    pub(super) fn request(&self, import: u32) -> Option<&str> {
        Some(self.text(self.program.imports.get(import as usize)?.request))
    }

    /// Whether it exports something under a name that it says.
    pub(super) fn names(&self, name: &str) -> bool {
        self.program.exports.iter().any(|export| match export {
            Export::Local { name: public, .. } | Export::From { name: public, .. } => self.text(*public) == name,
            Export::Star { .. } => false,
        })
    }
}

/// Where a name of a module is: in itself, or in another one.
pub(super) enum Exported {
    Here(ExprId),
    There(String, String),
}

/// Variables that statements declare with a value, by their slot.
fn slots(program: &Program, body: &[StmtId]) -> FxHashMap<u32, Made> {
    let mut slots = FxHashMap::default();
    for stmt in body.iter().filter_map(|at| program.stmts.get(*at as usize)) {
        let StmtKind::Declare(list, _) = &stmt.kind else { continue };
        for (pattern, value) in list {
            if let Some(value) = *value {
                slots.extend(declared(program, *pattern, value));
            }
        }
    }
    slots
}

/// The variables that a pattern declares: one for all of a value, or those for its members.
fn declared(program: &Program, pattern: PatternId, value: ExprId) -> Vec<(u32, Made)> {
    let slot = |at: PatternId| match program.patterns.get(at as usize) {
        Some(Pattern::Var(Var::Local { slot, .. })) => Some(*slot),
        _ => None,
    };
    match program.patterns.get(pattern as usize) {
        Some(Pattern::Object(members, _)) => {
            let named = members.iter().filter_map(|(key, inner)| match key {
                Key::Name(name) => Some((slot(*inner)?, Made { value, member: Some(*name) })),
                Key::Computed(_) => None,
            });
            named.collect()
        }
        _ => slot(pattern).map(|slot| (slot, Made { value, member: None })).into_iter().collect(),
    }
}

/// Functions that the module declares, or keeps in a variable.
fn helpers(program: &Program, slots: &FxHashMap<u32, Made>) -> FxHashMap<u32, FunctionId> {
    let kept = slots.iter().filter_map(|(slot, made)| match program.exprs.get(made.value as usize)?.kind {
        ExprKind::Function(id) => made.member.is_none().then_some((*slot, id)),
        _ => None,
    });
    let declared = program.functions.first().into_iter().flat_map(|module| &module.hoisted);
    let declared = declared.filter_map(|(variable, id)| match variable {
        Var::Local { slot, .. } => Some((*slot, *id)),
        Var::Global(_) => None,
    });
    kept.chain(declared).collect()
}

pub(super) fn exported(script: &Script, name: &str) -> Option<Exported> {
    script.program.exports.iter().find_map(|export| match export {
        Export::Local { name: public, slot } if script.text(*public) == name && !script.changed.contains(slot) => {
            if let Some(made) = script.slots.get(slot) {
                return made.member.is_none().then_some(Exported::Here(made.value));
            }
            let (request, name) = script.imports.get(slot)?;
            Some(Exported::There(request.clone(), name.clone()?))
        }
        Export::From { name: public, import, imported } if script.text(*public) == name => {
            let request = script.program.imports.get(*import as usize)?.request;
            Some(Exported::There(script.text(request).to_owned(), script.text((*imported)?).to_owned()))
        }
        _ => None,
    })
}

/// A key has no place in the program: it stands right before its value, or is its value (`{ hello }`).
pub(super) fn key_place(value: Span, key: &str, text: &str) -> Span {
    let length = key.len() as u32;
    if text.get(value.range_in(text.len())) == Some(key) {
        return value;
    }
    let before = text.get(..value.start as usize).unwrap_or_default();
    match before.trim_end().strip_suffix(':').map(str::trim_end) {
        Some(before) => {
            let before = before.trim_end_matches(['"', '\'']);
            let end = before.len() as u32;
            Span::new(end.saturating_sub(length), end)
        }
        None => value,
    }
}
