//! Requests that are put together from constant and unknown parts.

use super::ir::{BinaryOp, ExprId, ExprKind, Item, Program};

/// Most parts of a request.
const MOST_PARTS: usize = 32;

/// The constant text at both ends of the request that a `require` or `import()` is given.
#[must_use]
pub fn known_ends(program: &Program, call: ExprId) -> Option<(String, String)> {
    let argument = match &program.exprs.get(call as usize)?.kind {
        ExprKind::Call(_, items, _) => match items.first()? {
            Item::One(argument) => *argument,
            _ => return None,
        },
        ExprKind::Import(argument) => *argument,
        _ => return None,
    };
    let mut parts = Vec::new();
    flatten(program, argument, &mut parts);
    let known = |part: Option<&Option<String>>| part.cloned().flatten().unwrap_or_default();
    let (before, after) = (known(parts.first()), known(parts.last()));
    (parts.len() > 1 && !before.is_empty()).then_some((before, after))
}

/// The parts of a text that is put together, `None` for unknown ones.
pub fn flatten(program: &Program, expr: ExprId, parts: &mut Vec<Option<String>>) {
    flatten_at(program, expr, 0, parts);
}

fn flatten_at(program: &Program, expr: ExprId, depth: usize, parts: &mut Vec<Option<String>>) {
    let text = |id: u32| program.strings.get(id as usize).map(ToString::to_string);
    if parts.len() > MOST_PARTS || depth > MOST_PARTS {
        return;
    }
    match program.exprs.get(expr as usize).map(|expr| &expr.kind) {
        Some(ExprKind::String(id)) => parts.push(text(*id)),
        Some(ExprKind::Template(texts, values)) => {
            for (at, id) in texts.iter().enumerate().take(MOST_PARTS) {
                parts.push(text(*id));
                if at < values.len() {
                    parts.push(None);
                }
            }
        }
        Some(ExprKind::Binary(BinaryOp::Add, left, right)) => {
            flatten_at(program, *left, depth + 1, parts);
            flatten_at(program, *right, depth + 1, parts);
        }
        Some(ExprKind::Call(callee, items, _)) if joins(program, *callee) => {
            // `path.join(__dirname, "routes", name)`: what comes first is the file's own folder.
            parts.push(Some(".".to_owned()));
            for item in items.iter().skip(1).take(MOST_PARTS) {
                let constant = match item {
                    Item::One(inner) => match program.exprs.get(*inner as usize).map(|expr| &expr.kind) {
                        Some(ExprKind::String(id)) => text(*id),
                        _ => None,
                    },
                    _ => None,
                };
                match (constant, parts.last_mut()) {
                    (Some(constant), Some(Some(last))) => *last = format!("{last}/{constant}"),
                    (constant, Some(Some(last))) => {
                        last.push('/');
                        parts.push(constant);
                    }
                    (constant, _) => parts.push(constant),
                }
            }
        }
        _ => parts.push(None),
    }
}

/// Whether a function is `path.join` or `path.resolve`, by its name.
#[must_use]
pub fn joins(program: &Program, callee: ExprId) -> bool {
    let Some(ExprKind::Member(_, name, _)) = program.exprs.get(callee as usize).map(|expr| &expr.kind) else {
        return false;
    };
    program.strings.get(*name as usize).is_some_and(|name| matches!(&**name, "join" | "resolve"))
}
