//! The functions that bundlers wrap modules in, and whether a place in a bundle has run.

use crate::lang::javascript::ir::{
    Expr, ExprId, ExprKind, FunctionId, Item, Key, Member, Pattern, PatternId, Program, StmtKind, Var,
};
use crate::span::Span;

/// The functions of a program by place, with what ran of them.
pub(super) struct Functions<'a> {
    /// Start, end and number, by start.
    by_start: Vec<(u32, u32, FunctionId)>,
    ran: &'a dyn Fn(FunctionId) -> bool,
}

impl<'a> Functions<'a> {
    pub(super) fn new(program: &Program, ran: &'a dyn Fn(FunctionId) -> bool) -> Self {
        let mut by_start: Vec<(u32, u32, FunctionId)> = program
            .functions
            .iter()
            .zip(0..)
            .skip(1)
            .filter(|(function, _)| function.span.end > function.span.start)
            .map(|(function, id)| (function.span.start, function.span.end, id))
            .collect();
        by_start.sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
        Self { by_start, ran }
    }

    pub(super) fn ran(&self, function: FunctionId) -> bool {
        (self.ran)(function)
    }

    /// A walk over places in ascending order.
    pub(super) fn walk(&self) -> Walk<'_, 'a> {
        Walk { functions: self, around: Vec::new(), next: 0 }
    }

    /// For places in ascending order, whether all functions around each have run.
    pub(super) fn reached(&self, places: &[u32]) -> Vec<bool> {
        self.around(places).into_iter().map(|around| around.is_none_or(|(_, ran)| ran)).collect()
    }

    /// For places in ascending order, where the innermost function around each ends.
    pub(super) fn ends(&self, places: &[u32]) -> Vec<Option<u32>> {
        self.around(places).into_iter().map(|around| around.map(|(end, _)| end)).collect()
    }

    /// The function that starts within the expression at a place.
    pub(super) fn following(&self, place: u32, text: &str) -> Option<Wrapper> {
        let at = self.by_start.partition_point(|(start, _, _)| *start < place);
        let (start, end, function) = *self.by_start.get(at)?;
        let between = text.get(place as usize..start as usize)?;
        let is_next = !between.contains([';', '{', '}']);
        is_next.then_some(Wrapper { function, span: Span::new(start, end), name: None })
    }

    fn around(&self, places: &[u32]) -> Vec<Option<(u32, bool)>> {
        let mut walk = self.walk();
        places.iter().map(|place| walk.at(*place)).collect()
    }
}

/// What is around places that are visited in ascending order.
pub(super) struct Walk<'f, 'a> {
    functions: &'f Functions<'a>,
    /// The end of each function around the place, with whether it and all around it have run.
    around: Vec<(u32, bool)>,
    next: usize,
}

impl Walk<'_, '_> {
    /// The end of the innermost function around a place, with whether all around it have run.
    pub(super) fn at(&mut self, place: u32) -> Option<(u32, bool)> {
        let open = |(start, _, _): &&(u32, u32, FunctionId)| *start <= place;
        while let Some((start, end, id)) = self.functions.by_start.get(self.next).filter(open) {
            self.around.retain(|(outer_end, _)| outer_end > start);
            let outer = self.around.last().is_none_or(|(_, ran)| *ran);
            self.around.push((*end, outer && self.functions.ran(*id)));
            self.next += 1;
        }
        self.around.retain(|(end, _)| *end > place);
        self.around.last().copied()
    }
}

/// A function that holds a module.
#[derive(Clone, Debug)]
pub(super) struct Wrapper {
    pub(super) function: FunctionId,
    pub(super) span: Span,
    /// The path that the bundler calls the module by.
    pub(super) name: Option<String>,
}

/// Wrappers by their place: functions that an object holds under a path (webpack, and esbuild
/// unless it minifies) or all under numbers (webpack in production), and functions given to a helper
/// that runs them on demand (esbuild's `__commonJS` and `__esm`, whatever they are called).
pub(super) fn wrappers(program: &Program) -> Vec<Wrapper> {
    let mut found = Vec::new();
    for expr in &program.exprs {
        if let ExprKind::Object(members) = &expr.kind {
            found.extend(members.iter().filter_map(|member| keyed(program, member)));
            found.extend(numbered(program, members).unwrap_or_default());
        }
    }
    let helpers = helpers(program);
    for stmt in &program.stmts {
        let StmtKind::Declare(declared, _) = &stmt.kind else { continue };
        for (_, value) in declared {
            let Some(function) = value.and_then(|value| wrapped(program, &helpers, value)) else { continue };
            if !found.iter().any(|wrapper: &Wrapper| wrapper.function == function)
                && let Some(code) = program.functions.get(function as usize)
            {
                found.push(Wrapper { function, span: code.span, name: None });
            }
        }
    }
    found.sort_by_key(|wrapper| (wrapper.span.start, wrapper.function));
    found.dedup_by_key(|wrapper| wrapper.function);
    found
}

fn expr(program: &Program, id: ExprId) -> Option<&Expr> {
    program.exprs.get(id as usize)
}

/// `"./node_modules/x/index.js": (module) => {..}`.
fn keyed(program: &Program, member: &Member) -> Option<Wrapper> {
    let Member::Value(Key::Name(key), value) = member else { return None };
    let ExprKind::Function(function) = expr(program, *value)?.kind else { return None };
    let key = program.strings.get(*key as usize)?;
    let span = program.functions.get(function as usize)?.span;
    super::marks::is_source_path(key).then(|| Wrapper { function, span, name: Some(super::cleaned(key)) })
}

/// `{ 17: (module) => {..}, 23(module) {..} }` where the bundle itself starts.
fn numbered(program: &Program, members: &[Member]) -> Option<Vec<Wrapper>> {
    let is_number = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    let held = members.iter().map(|member| {
        let Member::Value(Key::Name(key), value) = member else { return None };
        let ExprKind::Function(function) = expr(program, *value)?.kind else { return None };
        let code = program.functions.get(function as usize)?;
        let outer = code.parent.and_then(|parent| program.functions.get(parent as usize));
        let is_outermost = outer.is_none_or(|outer| outer.parent.is_none_or(|parent| parent == 0));
        let named = is_number(program.strings.get(*key as usize)?) && is_outermost;
        named.then_some(Wrapper { function, span: code.span, name: None })
    });
    held.collect()
}

/// Variables that hold a function which gives back a function: `(cb, mod) => () => ..`.
fn helpers(program: &Program) -> Vec<u32> {
    let mut slots = Vec::new();
    for stmt in &program.stmts {
        let StmtKind::Declare(declared, _) = &stmt.kind else { continue };
        for (pattern, value) in declared {
            let Some(slot) = slot_of(program, *pattern) else { continue };
            let curried = value.and_then(|value| match expr(program, value)?.kind {
                ExprKind::Function(outer) => program.functions.get(outer as usize)?.value,
                _ => None,
            });
            let gives_function = curried.and_then(|inner| expr(program, inner));
            if matches!(gives_function.map(|inner| &inner.kind), Some(ExprKind::Function(_))) {
                slots.push(slot);
            }
        }
    }
    slots
}

/// The slot of a pattern that is one variable of the innermost frame.
pub(super) fn slot_of(program: &Program, pattern: PatternId) -> Option<u32> {
    match program.patterns.get(pattern as usize)? {
        Pattern::Var(Var::Local { depth: 0, slot }) => Some(*slot),
        _ => None,
    }
}

/// The function in `helper(fn)` or `helper({ key: fn })`.
fn wrapped(program: &Program, helpers: &[u32], value: ExprId) -> Option<FunctionId> {
    let ExprKind::Call(callee, items, _) = &expr(program, value)?.kind else { return None };
    let ExprKind::Var(Var::Local { depth: 0, slot }) = expr(program, *callee)?.kind else { return None };
    let Some(Item::One(argument)) = items.first().filter(|_| helpers.contains(&slot)) else { return None };
    match &expr(program, *argument)?.kind {
        ExprKind::Function(function) => Some(*function),
        ExprKind::Object(members) => match members.first()? {
            Member::Value(_, value) => match expr(program, *value)?.kind {
                ExprKind::Function(function) => Some(function),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
