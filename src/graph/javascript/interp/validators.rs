//! Libraries that own code has check the environment while it loads.

use serde::Deserialize;

use super::Machine;
use super::value::{At, Kind, ModuleIx, Value};
use crate::graph::javascript::limits::LIMITS;
use crate::knowledge;
use crate::lang::javascript::ir::{ExprId, ExprKind, Item, Key, Member, Program};
use crate::manifest::node::package_of_request;

/// `validators.toml`, which says what it lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Validators {
    libraries: Vec<String>,
    optional: Vec<String>,
}

knowledge::table! {
    static VALIDATORS: Validators = "node/validators.toml", tested by the_validators_read;
}

/// Variables that are told of one call.
const MOST_TOLD: usize = 3;

impl Machine<'_> {
    /// Notes that own code hands the environment to a library that may end Init over it.
    pub(super) fn hands_environment(&mut self, callee: Value, args: &[Value], at: At) {
        let Some(environment) = self.environment_object().filter(|id| args.contains(&Value::Obj(*id))) else { return };
        if self.tries > 0 || !self.sure() || !self.runs_own(at.module) || self.trace.doubts.len() >= LIMITS.doubts {
            return;
        }
        let Some(library) = self.validator_of(callee) else { return };
        self.checked.insert(at.module);
        let said = match self.asked_for(at.module) {
            None => "and what it asks for is not known".to_owned(),
            Some(asked) => {
                let is_missing = |name: &String| {
                    let key = self.interned.get(&**name).copied();
                    key.is_none_or(|key| self.object(environment).props.get(key).is_none())
                };
                let names = asked.into_iter().filter(is_missing).take(MOST_TOLD).map(|name| format!("`{name}`"));
                let names: Vec<String> = names.collect();
                if names.is_empty() {
                    return;
                }
                format!("which is not known to have {}", names.join(", "))
            }
        };
        let module = self.loaded.get(at.module as usize).map(|loaded| loaded.id);
        let module = module.and_then(|id| self.trace.modules.get(id.0 as usize)).map(|module| module.name.to_string());
        if let Some(module) = module {
            self.trace.doubts.insert(format!("`{module}` has `{library}` check the environment, {said}"));
        }
    }

    /// The library that checks what a function is handed.
    fn validator_of(&self, callee: Value) -> Option<&'static str> {
        let Value::Obj(id) = callee else { return None };
        match &self.object(id).kind {
            Kind::Closure(closure) => self.library_of(closure.module),
            _ => None,
        }
    }

    fn library_of(&self, ix: ModuleIx) -> Option<&'static str> {
        let path = &self.loaded.get(ix as usize)?.path;
        let (_, inside) = path.rsplit_once("/node_modules/")?;
        let package = package_of_request(inside)?;
        VALIDATORS.libraries.iter().map(String::as_str).find(|library| *library == package)
    }

    /// Whether a library throws over the environment that own code has it check: what that lacks is told.
    pub(super) fn is_checking(&self, caller: ModuleIx, library: ModuleIx) -> bool {
        self.checked.contains(&caller) && self.library_of(library).is_some()
    }

    /// Variables that a module asks for in what it hands to functions, `object({ TABLE: string() })`, and that have no
    /// value otherwise; `None` where nothing in it looks like that.
    fn asked_for(&self, ix: ModuleIx) -> Option<Vec<String>> {
        let loaded = self.loaded.get(ix as usize)?;
        let (program, text) = (loaded.program.as_ref()?, self.text_of(loaded.entry?)?);
        let kind = |id: ExprId| program.exprs.get(id as usize).map(|expr| &expr.kind);
        let mut asked: Option<Vec<String>> = None;
        for expr in &program.exprs {
            let ExprKind::Call(_, items, _) = &expr.kind else { continue };
            let objects = items.iter().filter_map(|item| match item {
                Item::One(id) => kind(*id),
                _ => None,
            });
            for object in objects {
                let ExprKind::Object(members) = object else { continue };
                let Some(names) = variables_in(program, members, &text) else { continue };
                asked.get_or_insert_default().extend(names);
            }
        }
        asked
    }
}

/// What the members of an object ask for, where all of them have the names of variables.
fn variables_in(program: &Program, members: &[Member], text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for member in members {
        let Member::Value(Key::Name(name), value) = member else { return None };
        let name = program.strings.get(*name as usize)?;
        let is_variable = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_variable || name.is_empty() {
            return None;
        }
        let span = program.exprs.get(*value as usize)?.span;
        let described = text.get(span.start as usize..span.end as usize)?;
        if !VALIDATORS.optional.iter().any(|word| described.contains(&**word)) {
            names.push(name.to_string());
        }
    }
    (!members.is_empty()).then_some(names)
}
