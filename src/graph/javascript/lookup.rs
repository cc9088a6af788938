//! The handler's module, as the runtime's own client looks for it: that is not Node's way, and differs by release.
//!
//! Read in the published clients: 3.2.1 (nodejs18.x to 22.x) and 4.0.2 (nodejs24.x).

use super::absence::in_other_case;
use super::load::Sources;
use super::resolve::{Loader, Resolved, TASK_ROOT, entry_at, folder, is_folder};
use crate::artifact::EntryId;

/// The first release whose client imports the handler.
const IMPORTS: u32 = 24;

/// What the runtime finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    /// A file, and how it loads it.
    Found(EntryId, Loader),
    /// Something that it fails to load, although the file that is meant may be there.
    Refused {
        /// The file that is meant.
        meant: Option<EntryId>,
        /// The runtime's words.
        message: String,
        /// What to do.
        help: String,
    },
    /// Nothing; and what of like name is there.
    Missing { similar: Vec<String> },
}

/// Looks for the module part of a handler.
pub(super) fn look_up(sources: &Sources<'_>, module: &str, node: u32) -> Lookup {
    let module = module.trim_start_matches("./");
    let base = if module.starts_with('/') { module.to_owned() } else { format!("{TASK_ROOT}/{module}") };
    if sources.source_tree
        && let Some(entry) = among(sources, &base, &[".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs"])
    {
        return Lookup::Found(entry, Loader::Import);
    }
    let found = if node >= IMPORTS { imported(sources, &base) } else { required(sources, &base) };
    found
        .or_else(|| as_package(sources, &base))
        .unwrap_or_else(|| Lookup::Missing { similar: similar(sources, module) })
}

fn among(sources: &Sources<'_>, base: &str, endings: &[&str]) -> Option<EntryId> {
    endings.iter().find_map(|ending| entry_at(sources.artifact, &format!("{base}{ending}")))
}

/// Clients before 4: `require` of the bare path if there is something, then by extension.
fn required(sources: &Sources<'_>, base: &str) -> Option<Lookup> {
    let artifact = sources.artifact;
    if entry_at(artifact, base).is_some() || is_folder(artifact, base) {
        if let Resolved::File(entry) = sources.resolver.resolve(TASK_ROOT, base, Loader::Require) {
            return Some(Lookup::Found(entry, Loader::Require));
        }
        let meant = among(sources, base, &[".mjs", ".cjs"]);
        let name = base.rsplit('/').next().unwrap_or(base);
        let message = format!("Runtime.ImportModuleError: Error: Cannot find module '{base}'");
        let help = match meant {
            Some(_) => {
                format!("The runtime finds the folder `{name}/` before the file of that name: rename one of them")
            }
            None => format!("The folder `{name}/` has no index.js"),
        };
        return Some(Lookup::Refused { meant, message, help });
    }
    if let Some(entry) = among(sources, base, &[".js"]) {
        let module = sources.module_type(folder(base));
        return Some(Lookup::Found(entry, if module { Loader::Import } else { Loader::Require }));
    }
    let imported = among(sources, base, &[".mjs"]).map(|entry| Lookup::Found(entry, Loader::Import));
    imported.or_else(|| Some(Lookup::Found(among(sources, base, &[".cjs"])?, Loader::Require)))
}

/// Clients from 4 on: `import` of the first path that is there, be it a folder.
fn imported(sources: &Sources<'_>, base: &str) -> Option<Lookup> {
    if is_folder(sources.artifact, base) {
        let meant = among(sources, base, &[".js", ".mjs", ".cjs", "/index.js", "/index.mjs"]);
        let name = base.rsplit('/').next().unwrap_or(base);
        let message = format!("Error: Directory import '{base}' is not supported resolving ES modules");
        let beside = among(sources, base, &[".js", ".mjs", ".cjs"]).is_some();
        let help = match beside {
            true => format!("The runtime finds the folder `{name}/` before the file of that name: rename one of them"),
            false => format!("From nodejs24.x on the handler names a file: `{name}/index`"),
        };
        return Some(Lookup::Refused { meant, message, help });
    }
    among(sources, base, &["", ".js", ".mjs", ".cjs"]).map(|entry| Lookup::Found(entry, Loader::Import))
}

/// `require.resolve` of the last part, from the function's folder and the one that the handler names.
fn as_package(sources: &Sources<'_>, base: &str) -> Option<Lookup> {
    let name = base.rsplit('/').next()?;
    [TASK_ROOT, folder(base)].into_iter().find_map(|from| match sources.resolver.resolve(from, name, Loader::Require) {
        Resolved::File(entry) => Some(Lookup::Found(entry, Loader::Require)),
        _ => None,
    })
}

/// What may be meant by a module that is not there.
fn similar(sources: &Sources<'_>, module: &str) -> Vec<String> {
    /// How alike two names are that may be meant for each other.
    const ALIKE: f64 = 0.7;
    /// Names that are told.
    const MOST: usize = 5;
    let artifact = sources.artifact;
    for ending in [".js", ".mjs", ".cjs"] {
        if let Some(found) = in_other_case(artifact, &format!("{TASK_ROOT}/{module}{ending}")) {
            return vec![format!("{found} (in other letter case, which counts on Lambda)")];
        }
    }
    for ending in [".ts", ".mts", ".cts", ".tsx"] {
        if artifact.find(&format!("{module}{ending}")).is_some() {
            return vec![format!("{module}{ending} (which was not compiled)")];
        }
    }
    let wanted = module.rsplit('/').next().unwrap_or(module);
    let paths = artifact.entries().map(|(_, entry)| &*entry.path).filter(|path| !path.contains("node_modules/"));
    let stems = paths.filter_map(|path| path.rsplit_once('.'));
    let stems =
        stems.filter(|(_, ending)| matches!(*ending, "js" | "mjs" | "cjs" | "ts" | "mts")).map(|(stem, _)| stem);
    let alike = stems.filter(|stem| strsim::jaro(stem.rsplit('/').next().unwrap_or(stem), wanted) > ALIKE);
    alike.take(MOST).map(str::to_owned).collect()
}
