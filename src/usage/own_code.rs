//! What a Node function's own files name, whether or not the handler reaches them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::node::aliases;
use super::tools::{self, Kind};
use super::{Loaded, loaders, open_loads};
use crate::artifact::{Artifact, EntryId};
use crate::graph::javascript::is_builtin;
use crate::lang::javascript::ir::{ExprId, ExprKind, Item, Key, Member, Program, Site, SiteKind, Text};
use crate::lang::javascript::request::known_ends;
use crate::lang::javascript::{Dialect, ParseMode, parse};
use crate::manifest::node::{is_name, package_of_request};
use crate::package::owners::is_in_environment;
use crate::span::Span;

/// Larger files, in bytes, are bundles and data: they are only searched for requests.
const LARGEST_PARSED: u64 = 512 << 10;
/// Larger files, in bytes, are not looked at.
pub(super) const LARGEST: u64 = 8 << 20;
/// Most files that are read.
const MOST_FILES: usize = 20_000;
/// The kernel takes no longer first line than this, in bytes (`BINPRM_BUF_SIZE`).
const LONGEST_FIRST_LINE: usize = 256;
/// What runs commands of the system.
pub(super) const SHELLS: [&str; 5] = ["sh", "bash", "zsh", "dash", "ksh"];
/// What runs JavaScript and TypeScript.
const INTERPRETERS: [&str; 5] = ["node", "tsx", "ts-node", "bun", "deno"];

/// One file of the function's own.
#[derive(Clone)]
pub(super) struct OwnFile {
    /// Its path in the package.
    pub(super) path: String,
    /// Whether the handler reaches it.
    pub(super) reached: bool,
    /// Packages that its code imports, requires or resolves.
    pub(super) imports: BTreeSet<String>,
    /// Packages that it asks for whenever it is loaded, and where.
    pub(super) stated: BTreeMap<String, Span>,
    /// Those of them that it surely does ask for then, whatever the environment.
    pub(super) firm: BTreeSet<String>,
    /// Own files that its code imports or requires, as it asks for them: `./db`.
    pub(super) beside: BTreeSet<String>,
    /// Packages of which it imports types only.
    pub(super) types: BTreeSet<String>,
    /// Packages that something in it names like a type: `import("x").Y` in a comment, `/// <reference types="x" />`,
    /// `declare module "x"`.
    pub(super) told: BTreeSet<String>,
    /// How requests begin that end in something unknown: `@aws-sdk/client-`.
    pub(super) prefixes: BTreeSet<String>,
    /// Constant strings that are package names, or paths in packages.
    pub(super) words: BTreeSet<String>,
    /// Calls by which libraries are told which driver to load.
    pub(super) made: Vec<Made>,
    /// First words of its longer texts, which may be commands: `rimraf dist`.
    pub(super) runs: BTreeSet<String>,
    /// The surroundings that it asks a test runner for: `@jest-environment jsdom`.
    pub(super) surroundings: BTreeSet<String>,
    /// Names that it gives to something else than packages, as settings do.
    pub(super) aliases: BTreeSet<String>,
    /// Whether it is a file of settings that gives more such names than are written in one place.
    pub(super) has_open_aliases: bool,
    /// Modules that it declares for others: `declare module "x"` in a file of types that is no module itself.
    pub(super) declares: BTreeSet<String>,
    /// By what it may load modules whose names are known only when it runs.
    pub(super) open_load: Option<Arc<str>>,
}

/// A call by which a library is told which driver to load.
#[derive(Clone)]
pub(super) struct Made {
    /// What is called: `Sequelize`.
    pub(super) by: String,
    /// Whether something that is known only when it runs decides.
    pub(super) is_open: bool,
}

/// Reads the function's own JavaScript and TypeScript, in path order.
pub(super) fn read(facts: &Loaded<'_>, reached: &[bool]) -> Vec<OwnFile> {
    let own = facts.artifact.entries().filter(|(id, entry)| {
        let is_others = entry.path.contains("node_modules/") || is_in_environment(facts.artifact, *id);
        let is_own = !is_others && facts.packages.owner(*id).is_none();
        let script = || match extension(&entry.path) {
            Some(extension) => is_script(extension),
            None => is_run_by(facts.artifact, *id, &INTERPRETERS),
        };
        is_own && entry.bytes <= LARGEST && script()
    });
    let own: Vec<EntryId> = own.map(|(id, _)| id).take(MOST_FILES).collect();
    own.par_iter()
        .filter_map(|id| {
            let reached = reached.get(id.0 as usize).copied().unwrap_or_default();
            let bytes = facts.artifact.read(*id).ok()?;
            let text = crate::text::lossy((*bytes).as_ref());
            let path = &facts.artifact.entry(*id).path;
            let parsed = if text.len() as u64 <= LARGEST_PARSED { program(path, &text) } else { None };
            Some(match parsed {
                Some(program) => file(path, &text, reached, &program),
                None => unparsed(path, &text, reached),
            })
        })
        .collect()
}

/// The packages that code asks for, and those that it names in texts, or asks for in the code that these are; nothing
/// where it cannot be read.
pub(super) fn packages_said(text: &str) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let program = program("x.js", text)?;
    let file = file("", text, true, &program);
    let made = program.strings.iter().filter(|text| text.contains(' '));
    let made = made.flat_map(|text| packages_in(text, &["from", "require", "import"]).collect::<Vec<_>>());
    let mut said = file.words;
    said.extend(made);
    Some((file.imports, said))
}

/// Whether so many files were read that there may be more.
pub(super) fn is_cut(files: &[OwnFile]) -> bool {
    files.len() >= MOST_FILES
}

/// The ending of a file's name.
pub(super) fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    Some(name.rsplit_once('.')?.1)
}

/// Whether a file's first line names an interpreter that begins with one of these names: `#!/usr/bin/env node`.
pub(super) fn is_run_by(artifact: &Artifact, id: EntryId, interpreters: &[&str]) -> bool {
    let Ok(head) = artifact.read_head(id, LONGEST_FIRST_LINE) else { return false };
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Some(command) = line.strip_prefix(b"#!").map(String::from_utf8_lossy) else { return false };
    let mut words = command.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
    words.any(|word| interpreters.iter().any(|interpreter| word.starts_with(interpreter)))
}

fn is_settings(path: &str) -> bool {
    tools::is_of(Kind::Settings, path.rsplit('/').next().unwrap_or(path))
}

/// Whether files that end so are JavaScript or TypeScript.
pub(super) fn is_script(extension: &str) -> bool {
    matches!(extension, "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx")
}

/// The file's program: as an ES module, as CommonJS, or with types, which compilers take in JavaScript too.
fn program(path: &str, text: &str) -> Option<Program> {
    let typescript = path.rsplit_once('.').is_some_and(|(_, extension)| extension.contains("ts"));
    let jsx = !path.ends_with(".ts") && !path.ends_with(".mts") && !path.ends_with(".cts");
    let mode = |dialect| ParseMode { typescript, jsx, ..ParseMode::javascript(dialect) };
    let typed = || parse(text, ParseMode { typescript: true, ..mode(Dialect::Module) });
    parse(text, mode(Dialect::Module)).or_else(|_| parse(text, mode(Dialect::CommonJs))).or_else(|_| typed()).ok()
}

/// What a file asks for that no parser reads (Flow's types, a template, a slip) or that is too large: whatever stands
/// like a request.
fn unparsed(path: &str, text: &str, reached: bool) -> OwnFile {
    let asked: BTreeSet<String> = packages_in(text, &["from", "require", "import", "resolve"]).collect();
    OwnFile {
        path: path.to_owned(),
        reached,
        words: asked.clone(),
        imports: asked,
        stated: BTreeMap::new(),
        firm: BTreeSet::new(),
        beside: paths_in(text).collect(),
        types: BTreeSet::new(),
        told: BTreeSet::new(),
        prefixes: BTreeSet::new(),
        made: Vec::new(),
        runs: BTreeSet::new(),
        surroundings: surroundings(text).collect(),
        aliases: BTreeSet::new(),
        has_open_aliases: is_settings(path),
        declares: BTreeSet::new(),
        open_load: Some("require".into()),
    }
}

/// Longest text that is looked at behind a word, in bytes: npm takes no longer names.
const LONGEST_NAME: usize = 214;

/// The packages that quoted texts behind some words name: `from "x"`, `require('x/y')`, `import("x")`.
pub(super) fn packages_in<'a>(text: &'a str, words: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    words.iter().flat_map(move |word| {
        memchr::memmem::find_iter(text.as_bytes(), word.as_bytes()).filter_map(move |at| {
            let rest = text.get(at + word.len()..)?.trim_start_matches([' ', '\t', '\n', '(']);
            let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'))?;
            let (name, _) = rest.get(1..)?.split_once(quote).filter(|(name, _)| name.len() <= LONGEST_NAME)?;
            package_of_request(installed(name)).filter(|name| !is_builtin(name)).map(str::to_owned)
        })
    })
}

/// What starts other commands.
const STARTERS: [&str; 7] = ["npx", "yarn", "pnpm", "bunx", "exec", "dlx", "run"];

/// The words that a text of several begins with, as far as each starts the next one, and those behind what joins commands.
fn first_words(text: &str) -> Vec<&str> {
    if !text.contains(' ') || text.len() > LONGEST_COMMAND {
        return Vec::new();
    }
    let parts = text.split(['&', '|', ';']);
    let of_part = |part: &str| -> usize {
        part.split_whitespace().take_while(|word| STARTERS.contains(word) || word.contains('=')).count() + 1
    };
    parts.flat_map(|part| part.split_whitespace().take(of_part(part))).filter(|word| is_name(word)).collect()
}

/// What stands for a part of a text that is known only when it runs; no name.
const COMPUTED: &str = "${}";

/// Longer texts, in bytes, are no commands.
const LONGEST_COMMAND: usize = 1_000;

/// Words in comments behind which a test runner reads what to run a file in.
const SURROUNDINGS: [&str; 2] = ["@jest-environment", "@vitest-environment"];

/// What a file asks a test runner to be run in.
fn surroundings(text: &str) -> impl Iterator<Item = String> + '_ {
    SURROUNDINGS.iter().flat_map(move |word| {
        let behind = text.split(word).skip(1).filter_map(|rest| rest.split_whitespace().next());
        behind.map(str::to_owned)
    })
}

/// The package that a text by itself is the name of, or a path in: `csv-parse`, `csv-parse/sync`.
fn named(word: &str) -> Option<&str> {
    let in_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@');
    let word = installed(word);
    let name = package_of_request(word).filter(|_| word.chars().all(in_path))?;
    is_name(name).then_some(name)
}

/// A path without what leads to where packages are installed: `../node_modules/chart.js/dist/chart.js` is a file that is
/// imported, served or copied all the same.
fn installed(request: &str) -> &str {
    request.rsplit_once("node_modules/").map_or(request, |(_, inside)| inside)
}

fn file(path: &str, text: &str, reached: bool, program: &Program) -> OwnFile {
    let requested = |text: Text| program.strings.get(text as usize).map_or("", |request| &**request);
    // `raw-loader!./file` asks for a loader of webpack's.
    let parts = |text: Text| requested(text).split('!').filter(|part| !is_builtin(part));
    let package = |text: Text| parts(text).next_back().map(installed).and_then(package_of_request).map(str::to_owned);
    // `astro:content` is a module of Astro's own.
    let scheme = |text: Text| parts(text).filter_map(|part| part.split_once(':').map(|(scheme, _)| scheme)).next();
    let others = |text: Text| {
        let loaders = requested(text).rsplit_once('!').map_or("", |(loaders, _)| loaders);
        let names = loaders.split('!').chain(scheme(text)).filter_map(package_of_request);
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let real = || program.imports.iter().filter(|import| import.span.end > 0);
    let stated = real().filter_map(|import| Some((package(import.request)?, import.span)));
    let is_run = |site: &&Site| site.kind == SiteKind::Require && site.top_level && !site.guarded;
    let required = || program.sites.iter().filter(is_run);
    let stated_first = required().filter(|site| stands_first(text, site.span));
    let firm = stated_first.filter_map(|site| package(site.request?)).chain(stated.clone().map(|(name, _)| name));
    let required = required().filter_map(|site| Some((package(site.request?)?, site.span)));
    let sites = program.sites.iter().filter_map(|site| site.request);
    let asked: Vec<Text> = real().map(|import| import.request).chain(sites).collect();
    let strings = program.exprs.iter().filter_map(|expr| match expr.kind {
        ExprKind::String(text) => Some(requested(text)),
        _ => None,
    });
    let strings: Vec<&str> = strings.collect();
    let words = strings.iter().filter(|word| !is_builtin(word)).filter_map(|word| named(word));
    let open = || program.sites.iter().filter(|site| site.request.is_none());
    let prefixes = open().filter_map(|site| Some(known_ends(program, site.expr)?.0));
    // Where something is asked for by a name that is put together elsewhere, its beginning stands there.
    let begun = strings.iter().filter(|word| open().next().is_some() && word.ends_with(['-', '/']));
    let begun = begun.map(|word| (*word).to_owned());
    let templates = program.exprs.iter().filter_map(|expr| match &expr.kind {
        ExprKind::Template(parts, _) => {
            Some(parts.iter().map(|part| requested(*part)).collect::<Vec<_>>().join(COMPUTED))
        }
        _ => None,
    });
    let templates = templates.flat_map(|text| first_words(&text).into_iter().map(str::to_owned).collect::<Vec<_>>());
    let types = program.type_imports.iter().copied().filter_map(package);
    OwnFile {
        prefixes: prefixes.chain(begun).filter(|prefix| !prefix.starts_with(['.', '/'])).collect(),
        path: path.to_owned(),
        reached,
        firm: firm.collect(),
        beside: asked
            .iter()
            .map(|text| requested(*text))
            .filter(|path| path.starts_with('.'))
            .map(str::to_owned)
            .collect(),
        stated: required.chain(stated).collect(),
        imports: asked.iter().copied().filter_map(package).chain(asked.iter().copied().flat_map(others)).collect(),
        types: types.collect(),
        told: packages_in(text, words_of_types(path, text)).collect(),
        words: words.map(ToString::to_string).chain(asked_in_texts(program)).collect(),
        runs: strings.iter().flat_map(|text| first_words(text)).map(str::to_owned).chain(templates).collect(),
        made: made(program, text).collect(),
        surroundings: surroundings(text).collect(),
        aliases: aliases::in_code(program),
        has_open_aliases: is_settings(path) && aliases::is_open(program),
        declares: declared_for_others(path, text, program),
        open_load: open_loads::of(program, text),
    }
}

/// Whether a call stands in a line of its own that begins at the margin, under no condition.
fn stands_first(text: &str, span: Span) -> bool {
    let before = text.get(..span.start as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or(before);
    let conditions = ["if", "?", "&&", "||", "=>", "function", "else", "case", "catch"];
    !line.starts_with(char::is_whitespace) && !conditions.iter().any(|word| line.contains(word))
}

/// The paths of own files that quoted texts behind words that ask for modules name.
fn paths_in(text: &str) -> impl Iterator<Item = String> + '_ {
    ["from", "require", "import"].into_iter().flat_map(move |word| {
        text.split(word).skip(1).filter_map(|rest| {
            let rest = rest.trim_start_matches([' ', '\t', '\n', '(']);
            let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'))?;
            let (path, _) = rest.get(1..)?.split_once(quote)?;
            (path.starts_with('.') && path.len() <= LONGEST_NAME).then(|| path.to_owned())
        })
    })
}

/// Words behind which code names what it has types of. Imports within `declare module` are of types alone.
fn words_of_types(path: &str, text: &str) -> &'static [&'static str] {
    let is_typed = path.rsplit_once('.').is_some_and(|(_, extension)| extension.contains("ts"));
    match is_typed && memchr::memmem::find(text.as_bytes(), b"declare ").is_some() {
        true => &["import(", "types=", "declare module", "from", "require"],
        false => &["import(", "types=", "declare module"],
    }
}

/// Packages that code asks for which stands in texts, to be written elsewhere or run as it is.
fn asked_in_texts(program: &Program) -> impl Iterator<Item = String> + '_ {
    let texts = |kind: &ExprKind| match kind {
        ExprKind::String(text) => vec![*text],
        ExprKind::Template(parts, _) => parts.to_vec(),
        _ => Vec::new(),
    };
    let texts = program.exprs.iter().flat_map(move |expr| texts(&expr.kind));
    let texts = texts.filter_map(|text| program.strings.get(text as usize)).filter(|text| text.contains(' '));
    texts.flat_map(|text| packages_in(text, &["from", "require", "import"]).collect::<Vec<_>>())
}

/// The modules that a file of types declares for all others. In a file that is a module itself such a declaration adds to
/// what is there already.
fn declared_for_others(path: &str, text: &str, program: &Program) -> BTreeSet<String> {
    if !path.ends_with(".d.ts") || program.module_syntax {
        return BTreeSet::new();
    }
    packages_in(text, &["declare module"]).collect()
}

/// The calls of makers of libraries that load drivers.
fn made<'a>(program: &'a Program, text: &'a str) -> impl Iterator<Item = Made> + 'a {
    let name_of = |callee: ExprId| {
        let span = program.exprs.get(callee as usize)?.span;
        text.get(span.start as usize..span.end as usize)?.rsplit('.').next()
    };
    program.exprs.iter().filter_map(move |expr| {
        let (ExprKind::New(callee, items) | ExprKind::Call(callee, items, _)) = &expr.kind else { return None };
        let by = name_of(*callee).filter(|name| loaders::is_maker(loaders::Of::Node, name))?.to_owned();
        let given = |item: &Item| match item {
            Item::One(given) => is_from_elsewhere(program, *given),
            _ => true,
        };
        Some(Made { by, is_open: items.is_empty() || items.iter().any(given) })
    })
}

/// Whether an argument takes what decides about a driver from the environment or from a variable: a URL, or an option
/// by one of the names that libraries have for it. A table of settings by the name of a stage says them all.
fn is_from_elsewhere(program: &Program, expr: ExprId) -> bool {
    let kind = |expr: ExprId| program.exprs.get(expr as usize).map(|expr| &expr.kind);
    match kind(expr) {
        Some(ExprKind::Object(members)) => members.iter().any(|member| match member {
            Member::Value(Key::Name(name), value) => {
                let name = program.strings.get(*name as usize).map_or("", |name| &**name);
                CHOOSING.contains(&name) && !matches!(kind(*value), Some(ExprKind::String(_)))
            }
            _ => true,
        }),
        Some(ExprKind::String(_) | ExprKind::Index(..) | ExprKind::Bool(_) | ExprKind::Null) => false,
        _ => true,
    }
}

/// Options by which libraries are told their driver.
const CHOOSING: [&str; 8] = ["dialect", "client", "type", "url", "uri", "dialectModule", "connectionString", "store"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_found_in_what_no_parser_reads() {
        let text = "import a from 'one';\nimport type {| b: ?X |} from \"@s/two/x\"; require( 'three' ); import('./no'); // fs\nrequire('fs')";
        let found: BTreeSet<String> = packages_in(text, &["from", "require", "import"]).collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["@s/two", "one", "three"]);
    }
}
