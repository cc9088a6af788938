//! Variables of a script that do not stay what they are made with.

use rustc_hash::FxHashSet;

use crate::lang::javascript::ir::{ExprId, ExprKind, Item, Pattern, PatternId, Program, Var};
use crate::span::Span;

/// Methods that change what they are called on.
const CHANGING: [&str; 9] = ["push", "unshift", "pop", "shift", "splice", "sort", "reverse", "fill", "copyWithin"];
/// Functions of `Object` that change their first argument.
const OF_OBJECT: [&str; 4] = ["assign", "defineProperty", "defineProperties", "setPrototypeOf"];

/// Slots of variables that are set again, or whose objects are written to. A function's own count where they may be the
/// module's.
pub(super) fn changed(program: &Program) -> FxHashSet<u32> {
    let is_own = |span: Span| program.functions.iter().skip(1).any(|function| function.span.holds(span));
    let written = written(program).into_iter().filter_map(|(var, span)| match var {
        Var::Local { depth: 0, slot } => (!is_own(span)).then_some(slot),
        Var::Local { slot, .. } => Some(slot),
        Var::Global(_) => None,
    });
    written.collect()
}

/// The same for the variables of a function. Those of others count where they may be its own.
pub(super) fn changed_in(program: &Program, function: Span) -> FxHashSet<u32> {
    let inside = written(program).into_iter().filter(|(_, span)| function.holds(*span));
    let slots = inside.filter_map(|(var, _)| match var {
        Var::Local { slot, .. } => Some(slot),
        Var::Global(_) => None,
    });
    slots.collect()
}

/// Variables that are set, or into whose objects something is written, and where.
fn written(program: &Program) -> Vec<(Var, Span)> {
    let mut found = Vec::new();
    let mut add = |var: Option<Var>, span: Span| found.extend(var.map(|var| (var, span)));
    for expr in &program.exprs {
        match &expr.kind {
            ExprKind::Assign(target, _)
            | ExprKind::AssignOp(_, target, _)
            | ExprKind::AssignLogical(_, target, _)
            | ExprKind::Update(_, _, target) => {
                targets(program, *target).into_iter().for_each(|var| add(Some(var), expr.span));
            }
            ExprKind::Delete(target) => add(base(program, *target), expr.span),
            ExprKind::Call(callee, items, _) => add(changed_by_call(program, *callee, items), expr.span),
            _ => {}
        }
    }
    found
}

/// The variables that an assignment sets, or writes into.
fn targets(program: &Program, pattern: PatternId) -> Vec<Var> {
    let (mut found, mut todo) = (Vec::new(), vec![pattern]);
    while let Some(at) = todo.pop() {
        match program.patterns.get(at as usize) {
            Some(Pattern::Var(var)) => found.push(*var),
            Some(Pattern::Expr(expr)) => found.extend(base(program, *expr)),
            Some(Pattern::Object(members, rest)) => {
                todo.extend(members.iter().map(|(_, inner)| *inner).chain(*rest));
            }
            Some(Pattern::Array(items, rest)) => todo.extend(items.iter().flatten().copied().chain(*rest)),
            Some(Pattern::Default(inner, _)) => todo.push(*inner),
            Some(Pattern::Constant(..)) | None => {}
        }
    }
    found
}

fn changed_by_call(program: &Program, callee: ExprId, items: &[Item]) -> Option<Var> {
    let ExprKind::Member(object, name, _) = program.exprs.get(callee as usize)?.kind else { return None };
    let name = program.strings.get(name as usize)?;
    if CHANGING.contains(&&**name) {
        return base(program, object);
    }
    let [Item::One(first), ..] = items else { return None };
    OF_OBJECT.contains(&&**name).then(|| base(program, *first))?
}

/// The variable at whose members an expression looks.
fn base(program: &Program, expr: ExprId) -> Option<Var> {
    let mut at = expr;
    loop {
        match &program.exprs.get(at as usize)?.kind {
            ExprKind::Member(object, ..) | ExprKind::Index(object, ..) | ExprKind::Chain(object) => at = *object,
            ExprKind::Var(var) => return Some(*var),
            _ => return None,
        }
    }
}
