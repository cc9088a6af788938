//! Which files are requirements files, and what they are for: by their names, and by what installs them.

use super::{Reader, groups, normalized, requirements};
use crate::manifest::dependency::Scope;

/// Requirements files that builds take by their names, and whether they are for development.
const CONVENTION: [(&str, bool); 6] = [
    ("requirements.txt", false),
    ("requirements.in", false),
    ("requirements/base.txt", false),
    ("requirements/prod.txt", false),
    ("requirements-dev.txt", true),
    ("dev-requirements.txt", true),
];

/// What people call such files, or the folder that they lie in.
const WORD: &str = "requirements";
/// How they end.
const ENDINGS: [&str; 2] = [".txt", ".in"];
/// Words of their names that say they are for running.
const RUNTIME: [&str; 10] =
    ["base", "common", "core", "default", "main", "prod", "production", "run", "runtime", "deploy"];
/// Files whose commands install what others list: those of an image's for running, those of tools for development.
const INSTALLERS: [(&str, bool); 6] = [
    ("Dockerfile", false),
    ("Containerfile", false),
    ("Procfile", false),
    ("tox.ini", true),
    ("Makefile", true),
    ("noxfile.py", true),
];
/// Folders beside the manifest that hold such files.
const FOLDERS: [&str; 3] = ["", "requirements", "reqs"];

/// Reads all lists of a project, each once.
pub(super) fn read(reader: &mut Reader<'_>) {
    let mut lists: Vec<(String, Scope)> = Vec::new();
    let scope = |development: bool| if development { Scope::Development } else { Scope::Runtime };
    lists.extend(CONVENTION.iter().map(|(path, development)| ((*path).to_owned(), scope(*development))));
    for folder in FOLDERS {
        let mut files = reader.files.list(folder);
        files.sort_unstable();
        let inside = |file: &String| if folder.is_empty() { file.clone() } else { format!("{folder}/{file}") };
        lists.extend(files.iter().filter_map(|file| Some((inside(file), scope_of(folder, file)?))));
    }
    lists.extend(installed(reader));
    // What one for development includes is not for that alone.
    lists.sort_by_key(|(_, scope)| scope.clone());
    for (path, scope) in lists {
        let source = sources(&path).find(|source| reader.files.text(source).is_some());
        requirements::read(reader, source.as_deref().unwrap_or(&path), &scope);
    }
}

/// What a list may be compiled from, by its name: `requirements.in`, or `requirements.txt.in`. A compiled list repeats its
/// source with pins, and everything that this brings: people edit the source.
fn sources(path: &str) -> impl Iterator<Item = String> {
    let stem = path.strip_suffix(".txt");
    stem.into_iter().flat_map(|stem| [format!("{stem}.in"), format!("{stem}.txt.in")])
}

/// Whether a path is read by its name whatever else names it.
pub(super) fn is_conventional(path: &str) -> bool {
    CONVENTION.iter().any(|(known, _)| *known == path)
}

/// What a file is for that is called like a list of requirements: `requirements/test.txt`, `requirements-prod.in`.
fn scope_of(folder: &str, file: &str) -> Option<Scope> {
    let stem = ENDINGS.iter().find_map(|ending| file.strip_suffix(ending))?;
    let stem = stem.strip_suffix(".txt").unwrap_or(stem);
    let name = normalized(stem);
    let is_word = |part: &str| part == WORD || part == "reqs" || part == "requirement";
    let parts: Vec<&str> = name.split('-').filter(|part| !is_word(part)).collect();
    let is_list = !folder.is_empty() || parts.len() < name.split('-').count();
    // Limits declare nothing.
    let is_limits =
        parts.iter().any(|part| matches!(*part, "constraints" | "constraint" | "overrides" | "freeze" | "lock"));
    if !is_list || is_limits {
        return None;
    }
    Some(match parts.is_empty() || parts.iter().any(|part| RUNTIME.contains(part)) {
        true => Scope::Runtime,
        false => groups::scope(&parts.join("-")),
    })
}

/// The lists that commands install beside the manifests: `pip install -r deps.txt`, `-rdeps.txt` of tox.
fn installed(reader: &Reader<'_>) -> Vec<(String, Scope)> {
    // Where only a build counts, what it takes is known.
    let here = reader.files.list("");
    let mut found = Vec::new();
    for (installer, is_development) in INSTALLERS.iter().filter(|(file, _)| here.iter().any(|name| name == file)) {
        let Some(text) = reader.files.text(installer) else { continue };
        for path in lists_in(&text).filter(|path| reader.files.text(path).is_some()) {
            let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
            let named = scope_of(folder, file).filter(|scope| *scope != Scope::Runtime);
            let otherwise = if *is_development { Scope::Development } else { Scope::Runtime };
            found.push((path.to_owned(), named.unwrap_or(otherwise)));
        }
    }
    found
}

/// What stands behind `-r` and `--requirement` in a text of commands.
fn lists_in(text: &str) -> impl Iterator<Item = &str> {
    let is_edge = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '[' | ']' | '(' | ')');
    let mut is_next = false;
    text.split(is_edge).filter(|word| !word.is_empty()).filter_map(move |word| {
        let was_next = std::mem::replace(&mut is_next, matches!(word, "-r" | "--requirement"));
        let joined = word.strip_prefix("--requirement=").or_else(|| word.strip_prefix("-r"));
        let path = if was_next { Some(word) } else { joined };
        let path = path.map(|path| path.trim_start_matches("./"));
        path.filter(|path| ENDINGS.iter().any(|ending| path.ends_with(ending)) && !path.starts_with(['/', '$', '.']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_lists_are_for() {
        let optional = |name: &str| Some(Scope::Optional(name.to_owned()));
        assert_eq!(scope_of("", "requirements_prod.in"), Some(Scope::Runtime));
        assert_eq!(scope_of("requirements", "tests.txt"), Some(Scope::Development));
        assert_eq!(scope_of("", "test-requirements.txt"), Some(Scope::Development));
        assert_eq!(scope_of("", "requirements-gpu.txt"), optional("gpu"));
        for (folder, file) in [("", "notes.txt"), ("requirements", "constraints.txt"), ("", "requirements.md")] {
            assert_eq!(scope_of(folder, file), None, "{file}");
        }
    }

    #[test]
    fn commands_name_lists() {
        let text = "RUN pip install -r deps.txt\ndeps =\n  -rci/test.in\nCMD [\"-r\", \"./a.txt\"]\nrm -rf x.txt\n-r $X.txt -r /tmp/y.txt";
        assert_eq!(lists_in(text).collect::<Vec<_>>(), ["deps.txt", "ci/test.in", "a.txt"]);
    }
}
