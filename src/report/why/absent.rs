//! Why something is never loaded.

use std::collections::BTreeSet;

use super::{Lines, Reason, Spot, Why, normal};
use crate::engine::FunctionFacts;
use crate::graph::ModuleId;
use crate::text;

/// Places and names shown.
const SHOWN: usize = 3;

pub(super) fn explain(asked: &str, lines: &mut Lines<'_>) -> Why {
    let reason = reason(asked, lines);
    let similar = if reason == Reason::NotThere { similar(lines.function, asked) } else { Vec::new() };
    Why::NotLoaded { asked: asked.to_owned(), reason, similar }
}

fn reason(asked: &str, lines: &mut Lines<'_>) -> Reason {
    if lines.function.artifact.entries().next().is_none() {
        return Reason::NotBuilt;
    }
    let (files, bytes) = in_package(lines.function, asked);
    if let Some(reason) = unresolved(asked, lines).filter(|_| files == 0) {
        return reason;
    }
    let places = named_in_code(asked, lines);
    if !places.is_empty() {
        return Reason::Conditional { places };
    }
    if files > 0 { Reason::NotReached { files, bytes } } else { Reason::NotThere }
}

fn unresolved(asked: &str, lines: &mut Lines<'_>) -> Option<Reason> {
    let names_it =
        |import: &str| import.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let function = lines.function;
    let missing = function.graph.unresolved.iter().find(|missing| names_it(&missing.import))?;
    Some(Reason::Unresolved { place: lines.spot(missing.site), guarded: missing.guarded })
}

/// Files and bytes of what is asked for, as a distribution or as a module or folder of modules.
fn in_package(function: &FunctionFacts, asked: &str) -> (usize, u64) {
    let distribution = function.packages().find(|(_, package)| normal(&package.name) == normal(asked));
    if let Some((_, package)) = distribution {
        return (package.entries.len(), package.bytes);
    }
    let path = asked.replace('.', "/");
    let is_it = |entry: &str| {
        // A module is a file of its name with any extension, or a folder.
        let from_root = entry.strip_prefix(&*path);
        from_root.is_some_and(|rest| rest.starts_with('/') || (rest.starts_with('.') && !rest.contains('/')))
    };
    let files = function.artifact.entries().filter(|(id, _)| function.artifact.takes_room(*id));
    let mine = files
        .map(|(_, entry)| entry)
        .filter(|entry| is_it(entry.path.strip_prefix("/opt/python/").unwrap_or(&entry.path)));
    mine.fold((0, 0), |(files, bytes), entry| (files + 1, bytes + entry.bytes))
}

/// Lines of loaded modules that import it although nothing loaded it.
fn named_in_code(asked: &str, lines: &mut Lines<'_>) -> Vec<Spot> {
    let modules: Vec<ModuleId> = lines.function.graph.modules().map(|(id, _)| id).collect();
    let mut places = Vec::new();
    for module in modules {
        if lines.function.graph.module(module).entry.is_none() {
            continue;
        }
        let path = lines.path(module);
        let Some(source) = lines.text(module) else { continue };
        let numbered = (1u32..).zip(source.text.lines().map(str::trim));
        places.extend(numbered.filter(|(_, code)| imports(code, asked)).map(|(line, code)| Spot {
            path: path.clone(),
            line,
            code: code.to_owned(),
        }));
        if places.len() >= SHOWN {
            places.truncate(SHOWN);
            break;
        }
    }
    places
}

/// Whether a line of code is an import of the module or of something in it.
fn imports(code: &str, asked: &str) -> bool {
    let Some(rest) = code.strip_prefix("import ").or_else(|| code.strip_prefix("from ")) else { return false };
    let after = rest.trim_start().strip_prefix(asked);
    after.is_some_and(|after| !after.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
}

/// Packages and top-level modules with names like the one asked for.
fn similar(function: &FunctionFacts, asked: &str) -> Vec<String> {
    let packages = function.packages().map(|(_, package)| package.name.to_string());
    let top = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let modules = function.graph.modules.iter().flat_map(|module| [module.name.to_string(), top(&module.name)]);
    let mut names: BTreeSet<String> = packages.chain(modules).collect();
    let mut similar = Vec::new();
    while let Some(near) = text::similar(asked, names.iter().map(String::as_str)).map(str::to_owned) {
        names.remove(&near);
        similar.push(near);
        if similar.len() == SHOWN {
            break;
        }
    }
    similar
}

#[cfg(test)]
mod tests {
    use super::imports;

    #[test]
    fn import_lines_are_recognised_by_whole_names() {
        assert!(imports("import yaml", "yaml"));
        assert!(imports("from yaml.nodes import Node", "yaml"));
        assert!(!imports("import yamlish", "yaml"));
        assert!(!imports("# import yaml", "yaml"));
    }
}
