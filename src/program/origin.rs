//! Where routers come from: the call that makes one, seen from outside of an own function that does.

use super::values::{At, Program, Thing, UnitId};
use crate::program::flow::{Def, FuncId, Kind, Member, VarId};

/// How far names are followed.
const DEEPEST: u32 = 24;

/// The call of an own function that an expression stands for.
pub(crate) fn own_call(program: &Program<'_>, at: At) -> Option<At> {
    let call = behind(program, at);
    called(program, call).map(|_| call)
}

/// The own function that a call calls.
pub(crate) fn called(program: &Program<'_>, call: At) -> Option<(UnitId, FuncId)> {
    let Kind::Call(callee, _) = program.kind(call) else { return None };
    match program.unwrapped(program.value((call.0, *callee))) {
        Thing::Node(node) => match program.kind(node) {
            Kind::Function(function) => Some((node.0, *function)),
            _ => None,
        },
        _ => None,
    }
}

/// What a call passes for a parameter of the function that it calls.
pub(crate) fn passed(program: &Program<'_>, call: At, param: (UnitId, VarId)) -> Option<At> {
    let function = called(program, call).filter(|function| function.0 == param.0)?;
    let Kind::Call(_, args) = program.kind(call) else { return None };
    let at = program.own_params(function).iter().position(|own| *own == param.1)?;
    let name = &program.flow(param.0).vars.get(param.1 as usize)?.name;
    let named = args.iter().find(|arg| arg.name.as_ref() == Some(name));
    let arg = named.or_else(|| args.iter().filter(|arg| arg.name.is_none()).nth(at))?;
    Some((call.0, arg.value))
}

/// The expression behind names; calls are not looked into.
fn behind(program: &Program<'_>, at: At) -> At {
    let mut at = at;
    for _ in 0..DEEPEST {
        match step(program, at) {
            Some(next) if next != at => at = next,
            _ => break,
        }
    }
    at
}

fn step(program: &Program<'_>, at: At) -> Option<At> {
    let unit = at.0;
    match program.kind(at) {
        Kind::Var(var) => variable(program, unit, *var, DEEPEST),
        Kind::Or(parts) => parts.first().map(|first| (unit, *first)),
        Kind::Choice(_, value, _) | Kind::Assign(_, value) => Some((unit, *value)),
        Kind::Attr(object, name) => match program.value((unit, *object)) {
            Thing::Module(module) => exported(program, module, name, DEEPEST),
            _ => None,
        },
        Kind::Import(_) => match program.value(at) {
            Thing::Module(module) => whole(program, module, DEEPEST),
            _ => None,
        },
        _ => None,
    }
}

fn variable(program: &Program<'_>, unit: UnitId, var: VarId, depth: u32) -> Option<At> {
    let depth = depth.checked_sub(1)?;
    let defs = &program.flow(unit).vars.get(var as usize)?.defs;
    let says = |def: &&Def| !matches!(def, Def::Node(node) if program.says_nothing((unit, *node)));
    definition(program, unit, defs.iter().rev().find(says)?, depth)
}

fn definition(program: &Program<'_>, unit: UnitId, def: &Def, depth: u32) -> Option<At> {
    match def {
        Def::Node(node) => Some((unit, *node)),
        Def::Var(var) => variable(program, unit, *var, depth),
        Def::Import(import) => {
            let targets = program.targets(unit, import);
            let module = targets.iter().rev().find_map(|target| program.unit_of(*target))?;
            match &import.member {
                Member::Name(name) => exported(program, module, name, depth),
                Member::Whole => whole(program, module, depth),
                Member::Root => None,
            }
        }
        Def::Parameter(..) => None,
    }
}

fn whole(program: &Program<'_>, module: UnitId, depth: u32) -> Option<At> {
    exported(program, module, "*", depth).or_else(|| exported(program, module, "default", depth))
}

fn exported(program: &Program<'_>, module: UnitId, name: &str, depth: u32) -> Option<At> {
    let depth = depth.checked_sub(1)?;
    let (_, def) = program.flow(module).exports.iter().rev().find(|(export, _)| &**export == name)?;
    definition(program, module, def, depth)
}
