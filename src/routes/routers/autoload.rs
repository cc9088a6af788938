//! Fastify's plug-ins that a folder holds: `app.register(autoload, { dir, options: { prefix } })`.

use super::{Mount, Registry};
use crate::program::values::{At, Program, Thing, UnitId};
use crate::routes::found::join;
use crate::routes::reading::{Argument, Router, option_at, plugin_in, positional};
use crate::routes::words::ROUTERS;

/// The folder part and the name of a path.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

impl Registry {
    /// The plug-ins of a folder, each behind the names of the folders around it; whether it is one.
    pub(super) fn autoload(&mut self, program: &Program<'_>, at: At, parent: &Router, args: &[Argument]) -> bool {
        let is_it = |arg: &Argument| matches!(program.value(arg.at), Thing::External(path) if ROUTERS.is_folder(&path));
        if !positional(args, 0).is_some_and(is_it) {
            return false;
        }
        let Some(dir) = option_at(program, args, &["dir"]) else { return true };
        let dir = match program.value(dir) {
            Thing::Node(node) | Thing::Made(_, node) => node,
            _ => dir,
        };
        let options = option_at(program, args, &["options"]);
        let options = options.map(|at| [Argument { name: None, at, text: None }]);
        let prefix = options.and_then(|options| program.text(option_at(program, &options, &["prefix"])?));
        let prefix = prefix.unwrap_or_default();
        let files = plugins(program, dir);
        let root = root(program, dir, &files);
        for unit in &files {
            let Some(child) = plugin_in(program, *unit) else { continue };
            let own = program.export_node(*unit, "autoPrefix").and_then(|own| program.text(own));
            let inside = own
                .unwrap_or_else(|| split(path(program, *unit)).0.strip_prefix(&*root).unwrap_or_default().to_owned());
            let prefix = join(&prefix, &inside);
            self.mounts.push(Mount { parent: parent.clone(), child, prefix, replaces: false, at, before: Vec::new() });
        }
        true
    }
}

fn path<'p>(program: &'p Program<'_>, unit: UnitId) -> &'p str {
    &program.graph.module(program.units[unit].module).name
}

/// The files that the folder's expression loads; beside an index, other files are its own affair.
fn plugins(program: &Program<'_>, dir: At) -> Vec<UnitId> {
    let targets = program.at_site(dir.0, program.flow(dir.0).span(dir.1));
    let mut files: Vec<UnitId> = targets.iter().filter_map(|target| program.unit_of(*target)).collect();
    let is_index = |unit: UnitId| split(path(program, unit)).1.starts_with("index.");
    let indexed: Vec<&str> =
        files.iter().filter(|unit| is_index(**unit)).map(|unit| split(path(program, *unit)).0).collect();
    files.retain(|unit| is_index(*unit) || !indexed.contains(&split(path(program, *unit)).0));
    files.sort_unstable();
    files.dedup();
    files
}

/// The folder that an expression like `path.join(__dirname, "routes")` names, as the files in it have it.
fn root(program: &Program<'_>, dir: At, files: &[UnitId]) -> String {
    let said: Vec<String> =
        program.flow(dir.0).parts(dir.1).into_iter().filter_map(|part| program.text((dir.0, part))).collect();
    let said = said.join("/");
    let said: Vec<&str> = said.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect();
    let wanted = format!("/{}/", said.join("/"));
    let first = files.first().map(|unit| format!("/{}", path(program, *unit))).unwrap_or_default();
    first.find(&wanted).and_then(|at| first.get(1..at + wanted.len() - 1)).unwrap_or_default().to_owned()
}
