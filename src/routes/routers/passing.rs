//! What is registered for all verbs but only looks at requests and hands them on: no route, but in
//! front of those that its path covers.

use crate::program::flow::{BlockId, Flow, FuncId, Kind, NodeId, Stmt, VarId};
use crate::program::values::{At, Program, Thing, UnitId};
use crate::routes::reading::{Router, router};
use crate::routes::words::ROUTERS;

/// How deep statements are nested.
const DEEPEST: u32 = 16;

/// Whether the handler hands requests on.
pub(super) fn hands_on(program: &Program<'_>, router: &Router, handler: At) -> bool {
    let by_value = answers_by_value(program, router);
    match program.function(handler) {
        Some(function) => calls_on(program, function) || (by_value && may_fall_through(program, function)),
        None => by_value && is_helper(program, handler),
    }
}

/// The router of `todos.fetch`: it sees the whole path, with its own beginning.
pub(super) fn inner(program: &Program<'_>, handler: At) -> Option<Router> {
    let Kind::Attr(object, name) = program.kind(handler) else { return None };
    let inner = router(program, (handler.0, *object), 0).filter(|_| ROUTERS.is_inner(name))?;
    answers_by_value(program, &inner).then_some(inner)
}

/// Whether a function calls what it was given to go on with, `next()`, on its way or at its end, as
/// one does that looks at requests only. Who returns early with `next()` answers the others. With
/// an argument, that is an error, which answers.
fn calls_on(program: &Program<'_>, (unit, function): (UnitId, FuncId)) -> bool {
    let Some(inner) = program.flow(unit).functions.get(function as usize) else { return false };
    Passing { program, unit, given: &inner.params }.block(inner.body, DEEPEST)
}

/// Looks for calls of what a function was given.
struct Passing<'p, 'a> {
    program: &'p Program<'a>,
    unit: UnitId,
    given: &'p [VarId],
}

impl Passing<'_, '_> {
    fn block(&self, block: BlockId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let stmts = self.program.flow(self.unit).block(block);
        let any = |blocks: &[BlockId]| blocks.iter().any(|block| self.block(*block, depth));
        stmts.iter().enumerate().any(|(at, stmt)| match stmt {
            Stmt::Eval(value) | Stmt::Return(Some(value)) | Stmt::Bind(_, value) | Stmt::Store(_, value) => {
                self.expr(*value, depth)
            }
            Stmt::Nested(blocks) => any(blocks),
            Stmt::If(_, yes, no) if at + 1 == stmts.len() => any(&[*yes]) || any(no.as_slice()),
            _ => false,
        })
    }

    fn expr(&self, node: NodeId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let flow = self.program.flow(self.unit);
        match flow.kind(node) {
            Kind::Call(callee, args) if args.is_empty() && self.is_given(*callee) => true,
            // `verify(token, (error, user) => { next(); })`
            Kind::Function(function) => {
                flow.functions.get(*function as usize).is_some_and(|inner| self.block(inner.body, depth))
            }
            _ => flow.parts(node).into_iter().any(|part| self.expr(part, depth)),
        }
    }

    fn is_given(&self, callee: NodeId) -> bool {
        let flow = self.program.flow(self.unit);
        let is_given = |node: NodeId| matches!(flow.kind(node), Kind::Var(var) if self.given.contains(var));
        match flow.kind(callee) {
            Kind::Attr(object, name) => &**name == "next" && is_given(*object),
            _ => is_given(callee) || is_part_of(self.program, (self.unit, callee), self.given),
        }
    }
}

/// `async ({ next }) => { await next(); }`
fn is_part_of(program: &Program<'_>, at: At, params: &[VarId]) -> bool {
    let Thing::Node(node) = program.value(at) else { return false };
    match program.kind(node) {
        Kind::Attr(object, name) if &**name == "next" => {
            matches!(program.value((node.0, *object)), Thing::Parameter(unit, var) if unit == at.0 && params.contains(&var))
        }
        _ => false,
    }
}

/// Routers like itty-router go on to the next handler until one gives a value.
fn answers_by_value(program: &Program<'_>, router: &Router) -> bool {
    let Router::Made(made) = router else { return false };
    matches!(program.value(*made), Thing::Made(path, _) if ROUTERS.answers_by_value(&path))
}

/// What such a router's package itself has to stand in front of routes: `withParams`, `preflight`.
fn is_helper(program: &Program<'_>, handler: At) -> bool {
    let (Thing::External(path) | Thing::Made(path, _)) = program.value(handler) else { return false };
    ROUTERS.is_helper(&path)
}

fn may_fall_through(program: &Program<'_>, (unit, function): (UnitId, FuncId)) -> bool {
    let flow = program.flow(unit);
    flow.functions.get(function as usize).is_some_and(|inner| !answers(flow, inner.body, DEEPEST))
}

/// Whether every way through a block gives a value.
fn answers(flow: &Flow, block: BlockId, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return true };
    flow.block(block).iter().any(|stmt| match stmt {
        Stmt::Return(value) => value.is_some(),
        Stmt::If(_, yes, Some(no)) => answers(flow, *yes, depth) && answers(flow, *no, depth),
        Stmt::Match(_, arms) => {
            let has_default = arms.iter().any(|arm| arm.patterns.is_empty() && arm.guard.is_none());
            has_default && arms.iter().all(|arm| answers(flow, arm.block, depth))
        }
        Stmt::Nested(blocks) => blocks.iter().any(|block| answers(flow, *block, depth)),
        _ => false,
    })
}

/// Whether a pattern like `/api/:version/*` stands in front of a path.
pub(super) fn covers(pattern: &str, path: &str) -> bool {
    let mut parts = path.trim_matches('/').split('/');
    for wanted in pattern.trim_matches('/').split('/') {
        match (wanted, parts.next()) {
            ("*" | "**", _) => return true,
            (wanted, Some(part)) if wanted == part || wanted.starts_with([':', '{']) => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn patterns_cover_what_is_below_them() {
        assert!(covers("/*", "/a/b") && covers("/api/*", "/api/items") && covers("/api/:v/*", "/api/1/items"));
        assert!(covers("/api", "/api/") && !covers("/api", "/api/items") && !covers("/api/*", "/other"));
    }
}
