//! Modules inside of packages that nobody has imported: the package has no such attribute.

use super::super::value::*;
use super::*;
use crate::knowledge::table;
use crate::lang::python::ir::{Alias, Stmt};

/// What is said about parts of packages.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    /// Packages of the standard library of which other versions of the runtime's client may load parts.
    client: Vec<String>,
}

table! {
    static PARTS: Parts = "python/parts.toml", tested by the_parts_read;
}

impl Interp<'_> {
    /// Whether a module that could be found has surely not been loaded, by whatever code: nothing that is loaded names
    /// it in an import that may have run, and nobody imports by names that are not known.
    pub(super) fn is_never_loaded(&mut self, package: ModIdx, full: &str) -> bool {
        let root = self.module(package).root;
        let is_library = self.module(package).kind == ModuleKind::Runtime;
        let hides = |module: &Mod| {
            let is_code = !matches!(module.kind, ModuleKind::Extension | ModuleKind::Bytecode);
            !is_code && (is_library || module.root == root)
        };
        if self.dynamic.is_vague || self.mods.iter().any(hides) {
            return false;
        }
        let client = |name: &String| *name == *self.heap.text(root);
        if is_library && (!self.trace.unresolved.is_empty() || PARTS.client.iter().any(client)) {
            return false;
        }
        (0..self.mods.len()).all(|at| !self.may_import(ModIdx(at as u32), full))
    }

    /// Whether a loaded module has an import, run or not, that would load another one or a part of it.
    fn may_import(&mut self, at: ModIdx, full: &str) -> bool {
        let code = self.module(at).code;
        let is_half = self.module(at).own && self.module(at).state == LoadState::Running;
        let reached = if is_half { self.module(at).reached } else { u32::MAX };
        let in_function = |place: u32| {
            code.code.functions.iter().any(|function| function.span.start <= place && place < function.span.end)
        };
        let is_part = |name: &str| name.strip_prefix(full).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        for (stmt, span) in code.code.stmts.iter().zip(&code.code.stmt_spans) {
            let loads = match stmt {
                Stmt::Import(aliases) => aliases.iter().any(|alias| is_part(code.code.name(alias.name))),
                Stmt::ImportFrom { module, level, names } => {
                    let module = module.map_or("", |module| code.code.name(module));
                    let base = self.resolve_relative(at, *level, module).unwrap_or_default();
                    let part = |alias: &Alias| {
                        let name = code.code.name(alias.name);
                        is_part(&format!("{base}.{name}")) || name == "*" && full.starts_with(&format!("{base}."))
                    };
                    is_part(&base) || names.iter().any(part)
                }
                _ => false,
            };
            if loads && (span.start <= reached || in_function(span.start)) {
                return true;
            }
        }
        false
    }
}
