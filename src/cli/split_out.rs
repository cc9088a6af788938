//! `split -o DIR`: the plan as files to look through before anything of it is used.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use crate::declare::model::Dialect;
use crate::declare::parting::{self, Mention, NewFunction, Snippet};
use crate::engine::{FunctionFacts, Part, ProjectFacts};
use crate::graph::HandlerResolution;
use crate::input::files::{self, DiskFiles, Files as _};
use crate::report::printable;
use crate::run::UserError;
use crate::{declare, input, text};

/// Templates larger than this are not read.
const LARGEST: u64 = 8 << 20;
/// Files of a Terraform module that are read.
const MOST_FILES: usize = 200;

/// Writes the plan of every function that is worth splitting below an empty or new folder; says what it wrote.
pub(super) fn write(project: &ProjectFacts, folder: &Path) -> Result<(), UserError> {
    let is_used = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_used {
        return Err(UserError(format!("{}: there is something in it, and nothing is overwritten", folder.display())));
    }
    let mut written = 0;
    for facts in &project.functions {
        match facts.parts() {
            Ok(parts) => {
                plan(facts, &parts, &folder.join(clean(&facts.spec.name)))?;
                written += 1;
            }
            Err(why) => super::note(&format!("{}: not taken apart: {why}", printable::line(&facts.spec.name))),
        }
    }
    if written == 0 {
        super::note(&format!("nothing is written to {}", folder.display()));
        return Ok(());
    }
    let plans = text::plural(written, "plan");
    super::note(&format!("wrote {plans} to {}", folder.display()));
    Ok(())
}

/// A name that is one part of a path.
fn clean(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect()
}

fn plan(facts: &FunctionFacts, parts: &[Part], folder: &Path) -> Result<(), UserError> {
    for part in parts {
        // Names of entries are clean: they never lead out of the package.
        put(&folder.join("code").join(&part.file), &part.text)?;
    }
    let snippet = snippet(facts, parts);
    if let Ok(Snippet { file, text, .. }) = &snippet {
        put(&folder.join(file), text)?;
    }
    put(&folder.join("README.md"), &readme(facts, parts, &snippet))
}

fn put(path: &Path, text: &str) -> Result<(), UserError> {
    let failed = |error: std::io::Error| UserError(format!("{}: {error}", path.display()));
    std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
}

/// The logical id of a function in its template.
fn id(facts: &FunctionFacts) -> &str {
    facts.spec.name.rsplit('#').next().unwrap_or_default()
}

/// The logical id of one of the functions that it becomes.
fn new_id(facts: &FunctionFacts, number: usize) -> String {
    // In Terraform a name may end in a number of its own.
    let gap = if id(facts).contains('.') { "_" } else { "" };
    format!("{}{gap}{number}", id(facts))
}

/// What to write in place of the function, in the language of its template.
fn snippet(facts: &FunctionFacts, parts: &[Part]) -> Result<Snippet, String> {
    let origin = facts.spec.origin.as_ref().ok_or("no template declares the function")?;
    let template = input::read_text_file(Path::new(&origin.path), LARGEST).map_err(|error| error.to_string())?;
    let mut functions = Vec::new();
    for (number, part) in (1..).zip(parts) {
        let routes = part.routes.iter().filter_map(|route| facts.routes.routes.get(*route));
        let routes = routes.filter_map(|route| Some((route.method.clone(), route.path.as_deref().map(with_braces)?)));
        let routes: Vec<(Option<String>, String)> = routes.collect();
        if routes.len() < part.routes.len() {
            return Err("its routes are no paths: say in the template which function gets which event".to_owned());
        }
        functions.push(NewFunction { id: new_id(facts, number), handler: part.handler.clone(), routes });
    }
    match declare::dialect_of(&origin.path, &template) {
        Some(Dialect::Terraform) => parting::terraform(&module(&origin.path, template)?, id(facts), &functions),
        _ => parting::yaml(&origin.path, &template, id(facts), &functions),
    }
}

/// The files of the module that a file of Terraform belongs to, this one first.
fn module(path: &str, text: String) -> Result<Vec<(String, String)>, String> {
    let folder = DiskFiles::new(".");
    let own = path.rsplit('/').next();
    let is_other = |name: &str| (name.ends_with(".tf") || name.ends_with(".tofu")) && own != Some(name);
    let listed = folder.list(files::parent(path)).into_iter().filter(|entry| !entry.is_folder && is_other(&entry.name));
    let mut module = vec![(path.to_owned(), text)];
    for entry in listed.take(MOST_FILES) {
        let path = files::join(files::parent(path), &entry.name);
        let text = folder.text(&path).map_err(|error| format!("{path}: {error}"))?;
        module.push((path, text.to_string()));
    }
    Ok(module)
}

/// A path with parameters as templates write them: `/x/<int:id>` and `/x/:id` are `/x/{id}`.
fn with_braces(path: &str) -> String {
    let part = |part: &str| {
        let name = part.strip_prefix(':').or_else(|| {
            let inner = part.strip_prefix('<')?.strip_suffix('>')?;
            Some(inner.rsplit(':').next().unwrap_or(inner))
        });
        name.map_or_else(|| part.to_owned(), |name| format!("{{{name}}}"))
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn readme(facts: &FunctionFacts, parts: &[Part], snippet: &Result<Snippet, String>) -> String {
    let name = printable::line(&facts.spec.name);
    let mut out = format!("# {name} as {} functions\n\n", parts.len());
    let _ = writeln!(out, "Init is {} today.\n", text::ms(facts.estimate.init_ms));
    out.push_str("| function | handler | Init | routes |\n|---|---|---|---|\n");
    for (at, part) in parts.iter().enumerate() {
        let routes = part.routes.iter().filter_map(|route| facts.routes.routes.get(*route));
        let routes: Vec<String> = routes.map(|route| format!("`{}`", printable::line(&route.label))).collect();
        let init = text::ms(part.init_ms);
        let id = new_id(facts, at + 1);
        let _ = writeln!(out, "| {} | `{}` | {init} | {} |", printable::line(&id), part.handler, routes.join(", "));
    }
    shared(facts, &mut out);
    out.push_str("\n## Steps\n\n1. Look through `code/` and copy the files beside the handler that they come from: each is a copy of it without\n   the routes of the others and without what only those name. Other statements at module level stay in all of them.\n");
    match snippet {
        Ok(snippet) => {
            let _ = writeln!(
                out,
                "2. Put what `{}` declares in place of the function and of what belongs to it alone (its routes, permissions,\n   \
                 alarms, log groups): routes moved to their functions, everything else is a copy for each of them.",
                snippet.file
            );
            referring(&snippet.left, &mut out);
        }
        Err(why) => {
            let _ = writeln!(
                out,
                "2. Declare the functions with the handlers above. There is no snippet: {}.",
                printable::line(why)
            );
        }
    }
    out.push_str("3. Run the tests of each part, deploy, move the traffic, and delete the old handler when nothing calls it any more.\n");
    out
}

fn shared(facts: &FunctionFacts, out: &mut String) {
    let Some(plan) = &facts.routes.plan else { return };
    let is_handler =
        |module| matches!(facts.graph.handler, HandlerResolution::Found { module: at, .. } if at == module);
    let own = plan.shared.iter().filter(|module| facts.package_of(**module).is_none() && !is_handler(**module));
    let files = own.filter_map(|module| facts.graph.module(*module).entry);
    let files: Vec<String> =
        files.map(|entry| format!("- `{}`", printable::line(&facts.artifact.entry(entry).path))).collect();
    if !files.is_empty() {
        let _ = write!(out, "\n## Code that several of them share\n\n{}\n", files.join("\n"));
    }
}

/// Lines of the template that name the function elsewhere.
fn referring(left: &[Mention], out: &mut String) {
    let line =
        |at: &Mention| format!("   - {}:{}: `{}`", printable::line(&at.path), at.line, printable::line(&at.text));
    let lines: Vec<String> = left.iter().map(line).collect();
    if !lines.is_empty() {
        let lines = lines.join("\n");
        let _ = writeln!(out, "   These lines name the old function and have to name the new ones:\n{lines}");
    }
}
