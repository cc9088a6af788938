//! What may be a handler, and what to say where nothing is.

use std::path::Path;

use super::words::{Sign, WORDS};
use crate::artifact::{Artifact, Entry};
use crate::input::seen;

/// Files that are searched for candidates.
const MOST_FILES: usize = 400;
/// Larger files are not searched.
const LARGEST: u64 = 512 << 10;
/// Candidates that are named.
const NAMED: usize = 3;

/// Whether a module defines a function under this name at its top level, by its text. A program that builds
/// infrastructure is no handler, whatever its functions are called.
pub(super) fn has_function(text: &str, name: &str, is_python: bool) -> bool {
    if WORDS.programs.iter().any(|word| text.contains(word)) {
        return false;
    }
    if is_python { text.lines().any(|line| defines(line, name)) } else { exports(text, name) }
}

/// Whether a line of Python at the top level makes a name, or may make it.
fn defines(line: &str, name: &str) -> bool {
    if line.starts_with([' ', '\t', '#']) {
        // Parts of an import over several lines, and what a condition at the top level makes.
        return line.trim().trim_end_matches(',') == name || line.trim_start().starts_with(&format!("{name} = "));
    }
    let rest = line.strip_prefix("async ").unwrap_or(line);
    if let Some(rest) = rest.strip_prefix("def ").or_else(|| rest.strip_prefix("class ")) {
        return word(rest) == name;
    }
    if line.starts_with("from ") || line.starts_with("import ") {
        return line.contains("import *") || words(line).any(|found| found == name);
    }
    let (target, _) = line.split_once('=').unwrap_or_default();
    words(target).any(|found| found == name)
}

/// Whether a text exports a name, by its words.
fn exports(text: &str, name: &str) -> bool {
    let is_export = |line: &str| line.contains("export") && words(line).any(|found| found == name);
    // A list of exports may have a line for each: `handler,` there, and `handler: ..` in the object that is exported.
    let is_listed = |line: &str| line.trim().trim_end_matches(',') == name;
    let is_set =
        |line: &str| line.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(':'));
    let sets = text.contains("exports");
    text.lines().any(is_export)
        || text.contains("export") && text.lines().any(|line| is_listed(line) || sets && is_set(line))
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_part(c)).filter(|word| !word.is_empty())
}

fn word(text: &str) -> &str {
    text.split(|c: char| !is_part(c)).next().unwrap_or_default()
}

/// Whether a folder holds the program of a deployment tool, and so is no package itself.
pub(super) fn is_program_folder(artifact: &Artifact) -> bool {
    programs().any(|program| artifact.find(&program.file).is_some())
}

/// Signs of programs that deploy, which may lie anywhere in a repository.
fn programs() -> impl Iterator<Item = &'static Sign> {
    WORDS.sign.iter().filter(|sign| sign.is_program)
}

/// What lies at the root of a folder, or else the program of a deployment tool further down: the file and what it says.
fn sign(artifact: &Artifact, path: &Path) -> Option<String> {
    let is_here = |sign: &&Sign| artifact.find(&sign.file).is_some() || seen::is_file(&path.join(&sign.file));
    if let Some(Sign { file, says, .. }) = WORDS.sign.iter().find(is_here) {
        return Some(format!("{file} says that this is {says}"));
    }
    let own = artifact.entries().map(|(_, entry)| &*entry.path).filter(|path| !path.contains("node_modules/"));
    let sign_of = |path: &str| programs().find(|sign| path.rsplit('/').next() == Some(&sign.file));
    let found = own.filter_map(|path| Some((path, sign_of(path)?)));
    let (outermost, sign) = found.min_by_key(|(path, _)| (path.matches('/').count(), *path))?;
    Some(format!("{outermost} says that its folder is {}", sign.says))
}

/// Says that a path is no function, what lies there instead, and what to type.
pub(super) fn none_found(artifact: &Artifact, path: &Path) -> String {
    let shown = &artifact.path;
    let mut said = "no template, and no file with a handler by convention (lambda_function.lambda_handler, index.handler, app.handler, bootstrap, ...)".to_owned();
    let sign = sign(artifact, path);
    if let Some(sign) = &sign {
        said.push_str(&format!("; {sign}"));
    }
    let found = handlers(artifact);
    match found.as_slice() {
        [] if sign.is_some() => {}
        [] => said.push_str("; say which one with --handler, for example --handler app.handler"),
        [first, ..] => {
            let few: Vec<&str> = found.iter().take(NAMED).map(String::as_str).collect();
            said.push_str(&format!(
                "; these look like handlers: {}; `defrost {shown} --handler {first}` analyses one",
                few.join(", ")
            ));
        }
    }
    said
}

/// Handler strings of functions that take an event, by their look.
fn handlers(artifact: &Artifact) -> Vec<String> {
    let own = artifact.entries().filter(|(_, entry)| is_own_source(entry));
    let mut found = Vec::new();
    for (id, entry) in own.take(MOST_FILES) {
        let Ok(bytes) = artifact.read_early(id) else { continue };
        let text = crate::text::lossy((*bytes).as_ref());
        let (stem, extension) = entry.path.rsplit_once('.').unwrap_or((&entry.path, ""));
        let is_python = extension == "py";
        let module = if is_python { module_of(stem) } else { stem.to_owned() };
        if let Some(name) = function_of_events(&text, is_python) {
            found.push(format!("{module}.{name}"));
        }
        if found.len() > NAMED {
            break;
        }
    }
    found
}

/// The dotted name of a module by its path without the ending.
fn module_of(stem: &str) -> String {
    stem.strip_suffix("/__init__").unwrap_or(stem).replace('/', ".")
}

/// The function of a module that looks most like a handler: by its name, or by parameters called as everybody does.
fn function_of_events(text: &str, is_python: bool) -> Option<&str> {
    const NAMES: [&str; 2] = ["lambda_handler", "handler"];
    // What another module may bring is no look of this one.
    let is_made = |name: &str| has_function(text, name, is_python) && !(is_python && only_by_star(text, name));
    if let Some(name) = NAMES.into_iter().find(|name| is_made(name)) {
        return Some(name);
    }
    if is_python { text.lines().find_map(takes_event_and_context) } else { None }
}

/// Whether a module of Python could have a name only from an import of all names of another.
fn only_by_star(text: &str, name: &str) -> bool {
    !text.lines().filter(|line| !line.contains("import *")).any(|line| defines(line, name))
}

/// The name of a function at the top level that takes `event` and `context`.
fn takes_event_and_context(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("async ").unwrap_or(line).strip_prefix("def ")?;
    let (name, parameters) = rest.split_once('(')?;
    let mut called = parameters.split(',').map(|parameter| word(parameter.trim()).trim_matches('_'));
    (called.next() == Some("event") && called.next() == Some("context")).then_some(name.trim_end())
}

fn is_own_source(entry: &Entry) -> bool {
    let is_source = ["py", "js", "mjs", "cjs", "ts", "mts"]
        .iter()
        .any(|ending| entry.path.rsplit_once('.').is_some_and(|(_, extension)| extension == *ending));
    is_source && entry.bytes <= LARGEST && !WORDS.not_own.iter().any(|folder| entry.path.contains(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_convention_needs_the_function() {
        for text in ["def handler(event, context):", "handler = wrap(app)", "from x import handler", "from x import *"]
        {
            assert!(has_function(text, "handler", true), "{text}");
        }
        for text in ["app = Flask(__name__)", "    def handler(self):", "# handler = 1", "handlers = {}"] {
            assert!(!has_function(text, "handler", true), "{text}");
        }
        for text in [
            "exports.handler = async () => 1",
            "export const handler = 1",
            "export async function handler() {}",
            "export {\n  handler\n}",
            "module.exports = { handler }",
            "module.exports = {\n  handler: wrap(main),\n}",
            "__export(index_exports, {\n  handler: () => handler\n});",
        ] {
            assert!(has_function(text, "handler", false), "{text}");
        }
        let found = |text| function_of_events(text, true);
        assert_eq!(found("import json\n\ndef process(event, context):\n    pass\n"), Some("process"));
        assert_eq!(found("async def on_order(event: dict, _context: object) -> None: ..."), Some("on_order"));
        assert_eq!(found("handler = Mangum(app)"), Some("handler"));
        for text in ["from other import *", "def add(a, b):", "class A:\n    def on(event, context): pass"] {
            assert_eq!(found(text), None, "{text}");
        }
        assert_eq!(module_of("app/orders/__init__"), "app.orders");
        assert!(!has_function("export const command = {\n  handler: (options) => {},\n}", "handler", false));
        assert!(!has_function("const handler = 1; app.use(handler)", "handler", false));
        assert!(!has_function("import * as cdk from 'aws-cdk-lib'; export const handler = 1", "handler", false));
    }
}
