//! What a repository's ignore files say of files that are imported and not here: something may make them.

use std::path::Path;
use std::sync::Arc;

use crate::artifact::Artifact;
use crate::assemble::{Brings, FunctionSpec, Open, Reason, World};
use crate::graph::ModuleGraph;
use crate::input::files::{below, normalize};
use crate::input::{self, seen};

/// Larger ones are read by nobody.
const LARGEST: u64 = 1 << 20;
/// Folders above the package whose ignore files count.
const HIGHEST: usize = 12;
/// Paths that are told by name.
const MOST_NAMED: usize = 3;

/// The paths that imports without an answer may mean and that are left out of the repository: whoever builds the
/// package may have them. Only sources that a template or a convention names are judged so.
pub(super) fn of(spec: &FunctionSpec, artifact: &Artifact, graph: &ModuleGraph) -> Option<Open> {
    if graph.unresolved.is_empty() || !artifact.is_tree() || spec.built_from.is_some() {
        return None;
    }
    let package = std::path::absolute(&spec.code).ok().filter(|path| seen::is_dir(path))?;
    let paths = left_out(&package).into_iter();
    let absent = paths.filter(|path| artifact.find(path).is_none() && !artifact.is_folder(path));
    let is_meant = |path: &String| {
        let brings = Brings::Paths(vec![Arc::from(path.as_str())]);
        let world = World::new(vec![Open { reason: Reason::Build, detail: String::new(), brings }]);
        graph.unresolved.iter().any(|unresolved| is_own(&unresolved.import) && world.may_bring(&unresolved.import))
    };
    let mut paths: Vec<String> = absent.filter(is_meant).collect();
    paths.sort();
    paths.dedup();
    let named = paths.iter().take(MOST_NAMED).map(|path| format!("`{path}`")).collect::<Vec<_>>();
    (!paths.is_empty()).then(|| Open {
        reason: Reason::Build,
        detail: format!(
            "{} is imported and not here, and git ignores it: a step before the build may make it",
            named.join(", ")
        ),
        brings: Brings::Paths(paths.iter().map(|path| Arc::from(path.as_str())).collect()),
    })
}

/// Whether an import may name a file of the package: a package of npm is no path, a module of Python may be one.
fn is_own(import: &str) -> bool {
    import.starts_with('.') || !import.contains(['/', '@', '-'])
}

/// The literal paths in ignore files, seen from a package's folder.
fn left_out(package: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for folder in package.ancestors().take(HIGHEST) {
        let inside = package.strip_prefix(folder).unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/");
        if let Ok(text) = input::read_text_file(&folder.join(".gitignore"), LARGEST) {
            found.extend(text.lines().filter_map(|line| path_of(line, &inside)));
        }
        if seen::exists(&folder.join(".git")) {
            break;
        }
    }
    found
}

/// The path that a line of an ignore file names, seen from a folder `inside` of the one that the file is in. What is a
/// pattern names no path.
fn path_of(line: &str, inside: &str) -> Option<String> {
    let line = line.trim_end();
    let is_path = !line.is_empty() && !line.starts_with(['#', '!']) && !line.contains(['*', '?', '[', '\\']);
    let path = is_path.then(|| line.trim_end_matches('/'))?;
    let path = normalize(path);
    let name = path.rsplit('/').next().filter(|name| !name.is_empty() && !name.starts_with('.'))?;
    if name == "node_modules" || name == "__pycache__" {
        return None;
    }
    // Only a name alone means what lies in any folder.
    let is_anywhere = !line.trim_end_matches('/').contains('/');
    if is_anywhere || inside.is_empty() {
        Some(path)
    } else {
        below(&path, inside).map(str::to_owned).filter(|rest| !rest.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A package in a repository with an ignore file.
    fn folder(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("api");
        std::fs::create_dir_all(&package).unwrap();
        std::fs::create_dir_all(folder.path().join(".git")).unwrap();
        std::fs::write(folder.path().join(".gitignore"), text).unwrap();
        (folder, package)
    }

    #[test]
    fn literal_paths_of_ignore_files_are_seen_from_the_package() {
        let (_folder, package) = folder(
            "# made\n/api/src/routes.ts\ngenerated/\n/other/made.ts\n*.js\n!kept.ts\nnode_modules\n.env\nconfig.py\n/api\n",
        );
        assert_eq!(left_out(&package), ["src/routes.ts", "generated", "config.py"]);
        std::fs::write(package.join(".gitignore"), "/src/swagger.json\n").unwrap();
        assert_eq!(left_out(&package)[0], "src/swagger.json");
    }
}
