//! Handlers whose files a build has still to make.

use std::sync::Arc;

use crate::artifact::{Artifact, ArtifactKind, EntryProblem, EntryProblemKind};
use crate::assemble::{Brings, FunctionSpec, Open, Reason, output_not_built};
use crate::platform::Language;

/// Endings of what the runtimes of scripts load, or what that is made of.
const PYTHON: [&str; 5] = [".py", ".pyc", ".so", ".pyz", ".pyx"];
const NODE: [&str; 9] = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx", ".node"];
/// Links that are told by name.
const MOST_LINKS: usize = 3;
/// Folders in which people keep what is compiled, the package's root last.
const SOURCES: [&str; 4] = ["src/", "source/", "lib/", ""];

/// What stands for the module of a handler that is not there because a build has not run, and what to say of it;
/// nothing where no build would make it. Only sources that a template names are judged so: an archive is what it is.
pub(super) fn handler(spec: &FunctionSpec, artifact: &Artifact, module: &str) -> Option<(Option<String>, Open)> {
    if !artifact.is_tree() || spec.origin.is_none() {
        return None;
    }
    let endings: &[&str] = match spec.runtime.language() {
        Language::Python => &PYTHON,
        Language::Node => &NODE,
        Language::Native | Language::Other => return None,
    };
    let open = |detail: String| Open { reason: Reason::Build, detail, brings: Brings::Anything };
    if let Some(folder) = output_not_built(module, &|folder| artifact.is_folder(folder)) {
        let rest = module.trim_start_matches("./").get(folder.len() + 1..).unwrap_or_default();
        let source = source(artifact, rest, endings);
        let function = spec.handler.rsplit_once('.').map_or("", |(_, function)| function);
        let stands = source.as_ref().map_or_else(String::new, |(file, _)| format!("; {file} stands for it"));
        let open = open(format!("`{folder}`, which its handler names, is not built here{stands}"));
        return Some((source.map(|(_, module)| format!("{module}.{function}")), open));
    }
    if let Some((around, package)) = module.trim_start_matches("./").rsplit_once("node_modules/")
        && !artifact.is_folder(&format!("{around}node_modules"))
    {
        let why = format!("the handler is in the package `{package}`, which is not installed here");
        return Some((None, open(why)));
    }
    // Where the package itself has still to be made, a source of the handler's name stands for its module.
    let is_unbuilt = |open: &&Open| open.reason == Reason::Build && open.brings == Brings::Anything;
    if let Some(made) = spec.open.iter().find(is_unbuilt)
        && let Some((_, found)) =
            source(artifact, module.trim_start_matches("./"), endings).filter(|(_, found)| found != module)
    {
        let function = spec.handler.rsplit_once('.').map_or("", |(_, function)| function);
        return Some((Some(format!("{found}.{function}")), made.clone()));
    }
    let has_any = artifact
        .entries()
        .any(|(_, entry)| !entry.path.starts_with('/') && endings.iter().any(|ending| entry.path.ends_with(ending)));
    if has_any {
        return None;
    }
    let language = if spec.runtime.language() == Language::Python { "Python" } else { "JavaScript or TypeScript" };
    let code = &spec.code;
    Some((None, open(format!("no file in {code} is {language}: a build puts its code there, or the path is another"))))
}

/// What links of a source tree lead to that are not followed: whoever packs the folder may put it in.
pub(super) fn links(artifact: &Artifact) -> Option<Open> {
    let is_link = |problem: &&EntryProblem| problem.kind == EntryProblemKind::BadLink;
    let paths: Vec<Arc<str>> = artifact.problems.iter().filter(is_link).map(|link| link.path.as_str().into()).collect();
    let named = paths.iter().take(MOST_LINKS).map(|path| format!("`{path}`")).collect::<Vec<_>>();
    let further = paths.len().saturating_sub(MOST_LINKS);
    let more = if further > 0 { format!(" and {further} more") } else { String::new() };
    let is_tree = artifact.kind == ArtifactKind::Directory;
    (is_tree && !paths.is_empty()).then(|| Open {
        reason: Reason::Build,
        detail: format!(
            "{}{more}: links that lead out of the repository or nowhere; whoever packs the folder may put in what they \
             lead to",
            named.join(", ")
        ),
        brings: Brings::Paths(paths),
    })
}

/// The source that an output is made of, with its module.
fn source(artifact: &Artifact, rest: &str, endings: &[&str]) -> Option<(String, String)> {
    let name = rest.rsplit('/').next().unwrap_or(rest);
    let modules = SOURCES.iter().flat_map(|folder| [format!("{folder}{rest}"), format!("{folder}{name}")]);
    let mut modules = modules.flat_map(|module| [format!("{module}/index"), module.clone()].into_iter().rev());
    modules.find_map(|module| {
        let file =
            endings.iter().map(|ending| format!("{module}{ending}")).find(|file| artifact.find(file).is_some())?;
        Some((file, module))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Limits, open};

    #[test]
    fn an_output_is_made_of_a_source_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["src/api/post.ts", "src/late/index.js", "top.mjs"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "export const handler = 1").unwrap();
        }
        let artifact = open(folder.path(), &[], &Limits::default()).unwrap();
        let found = |rest: &str| source(&artifact, rest, &NODE).map(|(file, _)| file);
        assert_eq!(found("api/post").as_deref(), Some("src/api/post.ts"));
        assert_eq!(found("late").as_deref(), Some("src/late/index.js"));
        assert_eq!(found("top").as_deref(), Some("top.mjs"));
        assert_eq!(found("other"), None);
    }
}
