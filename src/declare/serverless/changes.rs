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
    let mut found = FxHashSet::default();
    let mut add = |var: Option<Var>, span: Span| {
        let is_own = || program.functions.iter().skip(1).any(|function| function.span.holds(span));
        match var {
            Some(Var::Local { depth: 0, slot }) if !is_own() => found.insert(slot),
            Some(Var::Local { depth: 1.., slot }) => found.insert(slot),
            _ => false,
        };
    };
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
