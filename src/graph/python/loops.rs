//! Loops at the top level of own code whose number of rounds is a constant.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::limits::LIMITS;
use crate::graph::{ImportSite, ModuleGraph, OwnCode};
use crate::lang::python::ir::{BinaryOp, Code, Expr, ExprId, NameId, Stmt};
use crate::span::Span;

/// Loops and comprehensions that run while own modules load, with the rounds of their innermost
/// part; a loop inside another one counts once, for both.
pub(super) fn collect(graph: &ModuleGraph) -> Vec<(ImportSite, u64)> {
    let own: Vec<_> =
        graph.modules().filter_map(|(id, module)| Some((id, graph.own_code.get(&module.entry?)?))).collect();
    let loops = own.into_par_iter().flat_map_iter(|(importer, code)| {
        let found = if let OwnCode::Python(code) = code { in_code(code) } else { Vec::new() };
        found.into_iter().map(move |(span, rounds)| (ImportSite { importer, span }, rounds))
    });
    loops.collect()
}

fn in_code(code: &Code) -> Vec<(Span, u64)> {
    let constants = constants(code);
    let in_function = |span: Span| code.functions.iter().any(|function| function.span.holds(span));
    let mut loops: Vec<(Span, u64)> = Vec::new();
    for (stmt, span) in code.stmts.iter().zip(&code.stmt_spans) {
        if let Stmt::For(_, iter, _) = stmt {
            loops.extend(rounds(code, &constants, *iter).map(|rounds| (*span, rounds)));
        }
    }
    for (expr, span) in code.exprs.iter().zip(&code.expr_spans) {
        let Expr::Comprehension(at) = expr else { continue };
        let Some(node) = code.comprehensions.get(*at as usize) else { continue };
        let each = node.generators.iter().map(|part| rounds(code, &constants, part.iter).unwrap_or(1));
        loops.push((*span, each.fold(1, u64::saturating_mul)));
    }
    loops.retain(|(span, rounds)| *rounds > 1 && !in_function(*span));
    loops.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    let mut outer: Vec<(Span, u64)> = Vec::new();
    let mut all: Vec<(Span, u64)> = Vec::new();
    for (span, rounds) in loops {
        outer.retain(|(around, _)| around.holds(span));
        let around = outer.last().map_or(1, |(_, rounds)| *rounds);
        let total = rounds.saturating_mul(around);
        match outer.first() {
            None => all.push((span, total)),
            Some(_) => {
                if let Some(last) = all.last_mut() {
                    last.1 = last.1.max(total);
                }
            }
        }
        outer.push((span, total));
    }
    all
}

/// Numbers that module-level names stand for; those assigned twice are not constant.
fn constants(code: &Code) -> FxHashMap<NameId, Option<i64>> {
    let mut constants = FxHashMap::default();
    for id in code.block(code.body) {
        let Some(Stmt::Assign(targets, value)) = code.stmts.get(id.0 as usize) else { continue };
        for target in code.list(*targets) {
            let Expr::Name(name) = code.expr(*target) else { continue };
            let value = number(code, &constants, *value, 0);
            constants.entry(name).and_modify(|known| *known = None).or_insert(value);
        }
    }
    constants
}

/// Rounds of a loop over `range(...)` with constant bounds.
fn rounds(code: &Code, constants: &FxHashMap<NameId, Option<i64>>, iter: ExprId) -> Option<u64> {
    let Expr::Call(function, arguments) = code.expr(iter) else { return None };
    match code.expr(function) {
        Expr::Name(name) if code.name(name) == "range" => {}
        _ => return None,
    }
    let written = code.calls.get(arguments as usize)?;
    let given: Option<Vec<i64>> =
        code.list(written.positional).iter().map(|id| number(code, constants, *id, 0)).collect();
    let (from, to, step) = match *given?.as_slice() {
        [to] => (0, to, 1),
        [from, to] => (from, to, 1),
        [from, to, step] if step != 0 => (from, to, step),
        _ => return None,
    };
    let distance = if step > 0 { to.checked_sub(from)? } else { from.checked_sub(to)? };
    u64::try_from(distance).ok().map(|distance| distance.div_ceil(step.unsigned_abs()))
}

fn number(code: &Code, constants: &FxHashMap<NameId, Option<i64>>, id: ExprId, depth: u32) -> Option<i64> {
    if depth > LIMITS.constant_depth {
        return None;
    }
    match code.expr(id) {
        Expr::Int(value) => Some(value),
        Expr::Name(name) => constants.get(&name).copied().flatten(),
        Expr::Binary(op, left, right) => {
            let (left, right) = (number(code, constants, left, depth + 1)?, number(code, constants, right, depth + 1)?);
            match op {
                BinaryOp::Add => left.checked_add(right),
                BinaryOp::Sub => left.checked_sub(right),
                BinaryOp::Mul => left.checked_mul(right),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::lang::python::parse;

    fn loops(source: &str) -> Vec<u64> {
        super::in_code(&parse(source.as_bytes()).code).into_iter().map(|(_, rounds)| rounds).collect()
    }

    #[test]
    fn rounds_of_constant_ranges_are_counted() {
        assert_eq!(loops("N = 10 * 1000\nfor i in range(N):\n    pass\n"), [10_000]);
        assert_eq!(loops("x = [i for i in range(2, 100, 2) for j in range(3)]\n"), [147]);
        assert_eq!(
            loops("for i in range(10):\n    for j in range(20):\n        pass\nfor i in range(4): pass\n"),
            [200, 4]
        );
    }

    #[test]
    fn what_is_not_constant_or_not_at_load_is_left_out() {
        assert!(loops("for i in range(n):\n    pass\ndef f():\n    return [i for i in range(9999)]\n").is_empty());
        assert!(loops("n = 5\nn = 6\nfor i in range(n):\n    pass\nfor i in range(10, 0):\n    pass\n").is_empty());
    }
}
