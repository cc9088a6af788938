//! What a Node function's own files name, whether or not the handler reaches them.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::Loaded;
use crate::artifact::{Artifact, EntryId};
use crate::graph::javascript::is_builtin;
use crate::lang::javascript::ir::{ExprKind, Program, Text};
use crate::lang::javascript::request::known_ends;
use crate::lang::javascript::{Dialect, ParseMode, parse};
use crate::manifest::node::{is_name, package_of_request};
use crate::span::Span;

/// Larger files are bundles and data, not what people write.
const LARGEST: u64 = 512 << 10;
/// Most files that are read.
const MOST_FILES: usize = 4_000;
/// The kernel takes no longer first line than this, in bytes (`BINPRM_BUF_SIZE`).
const LONGEST_FIRST_LINE: usize = 256;
/// What runs JavaScript and TypeScript.
const INTERPRETERS: [&str; 5] = ["node", "tsx", "ts-node", "bun", "deno"];

/// One file of the function's own.
pub(super) struct OwnFile {
    /// Its path in the package.
    pub(super) path: String,
    /// Whether the handler reaches it.
    pub(super) reached: bool,
    /// Packages that its code imports, requires or resolves.
    pub(super) imports: BTreeSet<String>,
    /// Packages that its static imports name, and where.
    pub(super) stated: BTreeMap<String, Span>,
    /// Packages of which it imports types only.
    pub(super) types: BTreeSet<String>,
    /// How requests begin that end in something unknown: `@aws-sdk/client-`.
    pub(super) prefixes: BTreeSet<String>,
    /// Constant strings that are package names, or paths in packages.
    pub(super) words: BTreeSet<String>,
}

/// Reads the function's own JavaScript and TypeScript, in path order.
pub(super) fn read(facts: &Loaded<'_>, reached: &[bool]) -> Vec<OwnFile> {
    let own = facts.artifact.entries().filter(|(id, entry)| {
        let is_own = !entry.path.contains("node_modules/") && facts.packages.owner(*id).is_none();
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
            Some(file(facts.artifact, *id, reached, &program(facts.artifact, *id)?))
        })
        .collect()
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

fn is_script(extension: &str) -> bool {
    matches!(extension, "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx")
}

/// The file's program, as an ES module or else as CommonJS.
fn program(artifact: &Artifact, id: EntryId) -> Option<Program> {
    let path = &artifact.entry(id).path;
    let bytes = artifact.read(id).ok()?;
    let text = crate::text::lossy((*bytes).as_ref());
    let typescript = path.rsplit_once('.').is_some_and(|(_, extension)| extension.contains("ts"));
    let jsx = !path.ends_with(".ts") && !path.ends_with(".mts") && !path.ends_with(".cts");
    let mode = |dialect| ParseMode { typescript, jsx, ..ParseMode::javascript(dialect) };
    parse(&text, mode(Dialect::Module)).or_else(|_| parse(&text, mode(Dialect::CommonJs))).ok()
}

/// The package that a text by itself is the name of, or a path in: `csv-parse`, `csv-parse/sync`.
fn named(word: &str) -> Option<&str> {
    let in_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@');
    let name = package_of_request(word).filter(|_| word.chars().all(in_path))?;
    is_name(name).then_some(name)
}

fn file(artifact: &Artifact, id: EntryId, reached: bool, program: &Program) -> OwnFile {
    let package = |text: Text| {
        let request = program.strings.get(text as usize).filter(|request| !is_builtin(request))?;
        package_of_request(request).map(str::to_owned)
    };
    let real = || program.imports.iter().filter(|import| import.span.end > 0);
    let stated = real().filter_map(|import| Some((package(import.request)?, import.span)));
    let imports = real().map(|import| import.request);
    let sites = program.sites.iter().filter_map(|site| site.request);
    let strings = program.exprs.iter().filter_map(|expr| match expr.kind {
        ExprKind::String(text) => Some(text),
        _ => None,
    });
    let words = strings
        .filter_map(|text| program.strings.get(text as usize))
        .filter(|word| !is_builtin(word))
        .filter_map(|word| named(word));
    let open = program.sites.iter().filter(|site| site.request.is_none());
    let prefixes = open.filter_map(|site| Some(known_ends(program, site.expr)?.0));
    OwnFile {
        prefixes: prefixes.filter(|prefix| !prefix.starts_with(['.', '/'])).collect(),
        path: artifact.entry(id).path.to_string(),
        reached,
        stated: stated.collect(),
        imports: imports.chain(sites).filter_map(package).collect(),
        types: program.type_imports.iter().copied().filter_map(package).collect(),
        words: words.map(ToString::to_string).collect(),
    }
}
