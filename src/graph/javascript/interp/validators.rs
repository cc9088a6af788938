//! Libraries that own code has check the environment while it loads.

use serde::Deserialize;

use super::Machine;
use super::value::{At, Kind, ObjId, Slot, Value};
use crate::graph::javascript::limits::LIMITS;
use crate::knowledge;
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
        let schemas = args.iter().filter_map(|arg| match arg {
            Value::Obj(id) if *id != environment && matches!(self.object(*id).kind, Kind::Plain) => Some(*id),
            _ => None,
        });
        let schemas: Vec<ObjId> = schemas.collect();
        let missing: Vec<String> = schemas.iter().flat_map(|id| self.missing_in(environment, *id)).collect();
        let said = match (schemas.is_empty(), missing.is_empty()) {
            (false, true) => return,
            (false, false) => {
                let names: Vec<String> = missing.iter().take(MOST_TOLD).map(|name| format!("`{name}`")).collect();
                format!("which is not known to have {}", names.join(", "))
            }
            (true, _) => "and what it asks for is not known".to_owned(),
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
        let Kind::Closure(closure) = &self.object(id).kind else { return None };
        let path = &self.loaded.get(closure.module as usize)?.path;
        let (_, inside) = path.rsplit_once("/node_modules/")?;
        let package = package_of_request(inside)?;
        VALIDATORS.libraries.iter().map(String::as_str).find(|library| *library == package)
    }

    /// Variables that a description asks for and the environment is not known to have.
    fn missing_in(&mut self, environment: ObjId, schema: ObjId) -> Vec<String> {
        let mut missing = Vec::new();
        for key in self.object(schema).props.keys(true).into_iter().take(LIMITS.failures) {
            let Some(Slot::Value(Value::Obj(described))) = self.object(schema).props.get(key) else { continue };
            let is_optional = VALIDATORS.optional.iter().any(|name| {
                let name = self.atom(name);
                self.object(described).props.get(name).is_some()
            });
            if !is_optional && self.object(environment).props.get(key).is_none() {
                missing.push(self.str(key).to_string());
            }
        }
        missing
    }
}
