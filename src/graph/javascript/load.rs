//! Reads and parses files, ahead of the simulation and in parallel where possible.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;
use serde_json::Value as Json;

use super::JavaScriptInput;
use super::limits::LIMITS;
use super::resolve::{Loader, Resolved, Resolver, absolute, entry_at, folder, tsconfig_text};
use crate::artifact::{Artifact, EntryId};
use crate::fault::Fault;
use crate::graph::ahead::{Ahead, File, Next, Reader};
use crate::graph::{OwnCode, Prepare};
use crate::lang::javascript::ir::{NewerSyntax, Program, Site, SiteKind};
use crate::lang::javascript::{Dialect, ParseError, ParseMode, parse, too_large};
use crate::package::ByEntry;
use crate::package::package_json::{is_broken, manifest_of};

/// How Node treats a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    #[default]
    CommonJs,
    Module,
    Json,
    Addon,
}

/// Why a file has no program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Cause {
    /// Its content could not be read.
    #[default]
    Content,
    /// A limit of this analysis.
    Limit,
    /// A syntax error, which Node throws too.
    Syntax,
}

/// The first release whose runtime leaves the detection of module syntax on.
const DETECTS: u32 = 24;

/// A file, read and parsed.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    pub(super) format: Format,
    pub(super) program: Option<Arc<Program>>,
    /// The text of a JSON file.
    text: Option<Arc<[u8]>>,
    pub(super) problem: Option<String>,
    /// What the problem comes from.
    pub(super) cause: Cause,
    /// Whether the text is an ES module although its name says CommonJS.
    pub(super) wrong_dialect: bool,
    /// Likewise, as it awaits at its top level.
    pub(super) awaits: bool,
}

impl Source {
    /// The value of a JSON file, read when it is asked for: most are loaded later or never looked at.
    pub(super) fn json(&self) -> Option<Json> {
        let text = crate::text::lossy(self.text.as_deref()?);
        serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(&text)).ok()
    }

    /// What keeps Node from reading a JSON file. Values are not looked at: numbers and escapes that this reader does not
    /// take, Node may take.
    pub(super) fn json_problem(&self) -> Option<String> {
        let text = crate::text::lossy(self.text.as_deref()?);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        serde_json::from_str::<serde::de::IgnoredAny>(text).err().map(|error| error.to_string())
    }
}

impl Source {
    fn own_code(&self) -> Option<OwnCode> {
        Some(OwnCode::JavaScript(self.program.clone()?))
    }

    /// The first syntax in it that a release of Node does not take.
    pub(super) fn newer_than(&self, node: u32) -> Option<NewerSyntax> {
        self.program.as_ref()?.newer.iter().find(|syntax| syntax.since > node).copied()
    }

    fn refuse(&mut self, error: &ParseError) {
        self.cause = if matches!(error, ParseError::Syntax(_)) { Cause::Syntax } else { Cause::Limit };
        self.problem = Some(error.to_string());
    }
}

/// Sources by entry, shared between the simulation and the threads that read ahead.
pub(super) struct Sources<'a> {
    pub(super) artifact: &'a Arc<Artifact>,
    pub(super) resolver: Arc<Resolver>,
    node: u32,
    pub(super) source_tree: bool,
    typescript: TypeScript,
    ahead: Ahead<(), Arc<Source>>,
    /// What all functions of the package with the same Node have read.
    read: Arc<ByEntry<Source>>,
    /// Tokens that were parsed so far.
    tokens: AtomicUsize,
    types: Mutex<FxHashMap<String, DeclaredType>>,
    prepare: Option<&'a dyn Prepare>,
}

/// What the nearest `package.json` says of files whose names do not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DeclaredType {
    None,
    CommonJs,
    Module,
}

#[derive(Clone, Copy, Debug, Default)]
struct TypeScript {
    keep_unused_imports: bool,
    decorator_metadata: bool,
}

impl<'a> Sources<'a> {
    pub(super) fn new(input: &JavaScriptInput<'a>) -> Self {
        let JavaScriptInput { bundle, node, source_tree, sdk, prepare, .. } = *input;
        let (artifact, count) = (&bundle.artifact, bundle.artifact.entries().len());
        // A version of Node has one SDK.
        let key = u64::from(node) << 1 | u64::from(source_tree);
        Self {
            artifact,
            resolver: bundle.shared(key, |artifact| Resolver::new(artifact, node, source_tree, sdk)),
            read: bundle.shared(key, |_| ByEntry::new(count)),
            node,
            source_tree,
            typescript: if source_tree { tsconfig(artifact) } else { TypeScript::default() },
            ahead: Ahead::new(count),
            tokens: AtomicUsize::new(0),
            types: Mutex::default(),
            prepare,
        }
    }

    /// The source of an entry.
    pub(super) fn get(&self, id: EntryId) -> Arc<Source> {
        self.ahead.get(self, id, || ()).map_or_else(|| self.failed(), Arc::clone)
    }

    /// Files on which reading has failed by a fault of ours.
    pub(super) fn faults(&self) -> Vec<Fault> {
        self.ahead.faults()
    }

    /// The code of the function's own files.
    pub(super) fn into_own_code(self) -> FxHashMap<EntryId, OwnCode> {
        let artifact = self.artifact;
        let own = self.ahead.into_read().filter(|(entry, _)| is_own(&artifact.entry(*entry).path));
        own.filter_map(|(entry, source)| Some((entry, source.own_code()?))).collect()
    }

    /// Does some work; meanwhile other threads read what the module at `start` asks for by constant requests.
    pub(super) fn reading_ahead<T>(&self, start: EntryId, work: impl FnOnce() -> T) -> T {
        self.ahead.start(File { entry: start, context: () });
        self.ahead.during(self, LIMITS.parse_stack, work)
    }

    /// The files that some constant requests of a file lead to.
    fn files_of(&self, from: &str, program: &Program, requests: impl Iterator<Item = (u32, Loader)>) -> Vec<File<()>> {
        let found = requests.filter_map(|(request, loader)| {
            let request = program.strings.get(request as usize)?;
            match self.resolver.resolve(from, request, loader) {
                Resolved::File(entry) => Some(File { entry, context: () }),
                _ => None,
            }
        });
        found.collect()
    }

    fn read_source(&self, id: EntryId) -> Source {
        let path = absolute(self.artifact, id);
        let format = self.format(&path);
        let mut source = Source { format, ..Source::default() };
        if format == Format::Addon {
            return source;
        }
        if format == Format::Json && self.artifact.entry(id).bytes > LIMITS.json_bytes {
            return source;
        }
        if let Some(error) = too_large(self.artifact.entry(id).bytes).filter(|_| format != Format::Json) {
            source.refuse(&error);
            return source;
        }
        let bytes = match self.artifact.read(id) {
            Ok(bytes) => bytes,
            Err(error) => {
                source.problem = Some(error.message);
                return source;
            }
        };
        if format == Format::Json {
            source.text = Some((*bytes).as_ref().into());
            return source;
        }
        let text = crate::text::lossy((*bytes).as_ref());
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        self.parse(&path, text, &mut source);
        source
    }

    /// A file behind those that one simulation parses. What needs no parser is read all the same.
    fn unparsed(&self, id: EntryId) -> Source {
        let format = self.format(&absolute(self.artifact, id));
        if matches!(format, Format::Addon | Format::Json) {
            return self.read_source(id);
        }
        let problem = Some("not parsed: all files before it are as much as is read".to_owned());
        Source { format, problem, cause: Cause::Limit, ..Source::default() }
    }

    fn parse(&self, path: &str, text: &str, source: &mut Source) {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        let typescript = matches!(extension, "ts" | "tsx" | "mts" | "cts");
        let dialect = match source.format {
            Format::Module => Dialect::Module,
            _ if typescript && extension != "cts" => Dialect::Module,
            _ => Dialect::CommonJs,
        };
        let mode = ParseMode {
            dialect,
            typescript,
            jsx: matches!(extension, "jsx" | "tsx") || (self.source_tree && extension == "js"),
            keep_unused_imports: self.typescript.keep_unused_imports,
            decorator_metadata: self.typescript.decorator_metadata,
            checked: matches!(extension, "js" | "mjs" | "cjs")
                && !self.source_tree
                && text.len() <= LIMITS.written_bytes
                && !path.contains("/node_modules/"),
        };
        let other = ParseMode {
            dialect: match dialect {
                Dialect::Module => Dialect::CommonJs,
                Dialect::CommonJs => Dialect::Module,
            },
            ..mode
        };
        let mut parsed = parse(text, mode);
        let wrong = match &parsed {
            Ok(program) => match dialect {
                // The parser takes `await` anywhere; Node only within `async` functions.
                Dialect::CommonJs => program.module_syntax || program.top_level_await,
                Dialect::Module => typescript && !program.module_syntax && program.imports.is_empty(),
            },
            Err(ParseError::Syntax(_)) => dialect == Dialect::CommonJs,
            Err(_) => false,
        };
        if wrong && let Ok(program) = parse(text, other) {
            let common = dialect == Dialect::CommonJs;
            source.wrong_dialect = common && program.module_syntax;
            source.awaits = common && !program.module_syntax && program.top_level_await;
            parsed = Ok(program);
            let settled = self.source_tree || self.detects(path);
            source.format = match other.dialect {
                Dialect::Module if source.wrong_dialect || source.awaits && settled => Format::Module,
                Dialect::Module => source.format,
                Dialect::CommonJs => Format::CommonJs,
            };
            if settled {
                (source.wrong_dialect, source.awaits) = (false, false);
            }
        } else if typescript && dialect == Dialect::Module {
            source.format = Format::Module;
        }
        match parsed {
            Ok(program) => {
                match program.redeclared.filter(|_| source.format == Format::CommonJs && !self.detects(path)) {
                    Some(name) => {
                        source.refuse(&ParseError::Syntax(format!("Identifier '{name}' has already been declared")))
                    }
                    None => source.program = Some(Arc::new(program)),
                }
            }
            Err(error) => source.refuse(&error),
        }
    }

    fn format(&self, path: &str) -> Format {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "mjs" | "mts" => Format::Module,
            "cjs" | "cts" => Format::CommonJs,
            "json" => Format::Json,
            "node" => Format::Addon,
            _ if self.module_type(folder(path)) => Format::Module,
            _ => Format::CommonJs,
        }
    }

    /// Whether the runtime's Node finds out by the text that a file is an ES module.
    fn detects(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.node >= DETECTS
            && (path.ends_with(".js") || !name.contains('.'))
            && self.declared_type(folder(path)) == DeclaredType::None
    }

    /// Whether the nearest `package.json` says `"type": "module"`.
    pub(super) fn module_type(&self, start: &str) -> bool {
        self.declared_type(start) == DeclaredType::Module
    }

    /// The `package.json` that tells of what kind a file is, when no release of Node can read it.
    pub(super) fn broken_manifest(&self, file: EntryId) -> Option<EntryId> {
        let path = absolute(self.artifact, file);
        if self.source_tree || !path.ends_with(".js") {
            return None;
        }
        let mut at = folder(&path);
        while !at.is_empty() {
            if let Some(id) = entry_at(self.artifact, &format!("{at}/package.json")) {
                return is_broken(self.artifact, id).then_some(id);
            }
            at = folder(at);
        }
        None
    }

    fn declared_type(&self, start: &str) -> DeclaredType {
        if let Ok(types) = self.types.lock()
            && let Some(known) = types.get(start)
        {
            return *known;
        }
        let found = match entry_at(self.artifact, &format!("{start}/package.json")) {
            Some(id) => {
                let manifest = manifest_of(self.artifact, id).unwrap_or_default();
                match manifest.kind.as_str() {
                    Some("module") => DeclaredType::Module,
                    Some("commonjs") => DeclaredType::CommonJs,
                    _ => DeclaredType::None,
                }
            }
            None if start.is_empty() || start.ends_with("/node_modules") => DeclaredType::None,
            None => self.declared_type(folder(start)),
        };
        if let Ok(mut types) = self.types.lock() {
            types.insert(start.to_owned(), found);
        }
        found
    }
}

impl Reader for Sources<'_> {
    type Context = ();
    type Read = Arc<Source>;

    fn read(&self, entry: EntryId) -> Arc<Source> {
        if self.tokens.load(Ordering::Relaxed) > LIMITS.tokens {
            return Arc::new(self.unparsed(entry));
        }
        let source = self.read.get(entry, || self.read_source(entry));
        self.tokens.fetch_add(source.program.as_ref().map_or(0, |program| program.tokens), Ordering::Relaxed);
        source
    }

    fn failed(&self) -> Arc<Source> {
        let problem = Some("not analysed: the parser failed on it".to_owned());
        Arc::new(Source { problem, cause: Cause::Limit, ..Source::default() })
    }

    /// The imports and the requests of the top level, then those of the function's own functions, which the simulation
    /// runs last.
    fn follow(&self, file: &File<()>, source: &Arc<Source>) -> Next<()> {
        let Some(program) = &source.program else {
            return Next { at_load: Vec::new(), later: Vec::new(), prepare: false };
        };
        let path = absolute(self.artifact, file.entry);
        let from = folder(&path);
        let loader = if source.format == Format::Module { Loader::Import } else { Loader::Require };
        let imports = program.imports.iter().filter(|import| import.span.end > 0);
        let imports = imports.map(|import| (import.request, loader));
        let requests = |wanted: fn(&Site) -> Option<Loader>| {
            program.sites.iter().filter_map(move |site| Some((site.request?, wanted(site)?)))
        };
        let at_load = requests(|site| (site.top_level && site.kind == SiteKind::Require).then_some(Loader::Require));
        let later = requests(|site| match site.kind {
            SiteKind::Require => (!site.top_level).then_some(Loader::Require),
            SiteKind::Import => Some(Loader::Import),
            SiteKind::Resolve => None,
        });
        Next {
            at_load: self.files_of(from, program, imports.chain(at_load)),
            later: if is_own(&path) { self.files_of(from, program, later) } else { Vec::new() },
            prepare: self.prepare.is_some() && is_own(&path),
        }
    }

    fn prepare(&self, entry: EntryId, source: &Arc<Source>) {
        let Some(program) = &source.program else { return };
        if let (Some(prepare), Ok(text)) = (self.prepare, self.artifact.read(entry)) {
            prepare.prepare(entry, program, (*text).as_ref());
        }
    }
}

/// Whether a file is the function's own and not a package's.
fn is_own(path: &str) -> bool {
    !path.contains("node_modules/")
}

fn tsconfig(artifact: &Artifact) -> TypeScript {
    let Some(text) = tsconfig_text(artifact) else { return TypeScript::default() };
    // The flags are words that do not occur otherwise.
    let text = text.replace([' ', '\t'], "");
    let set = |flag: &str| text.contains(&format!("\"{flag}\":true"));
    TypeScript {
        keep_unused_imports: set("verbatimModuleSyntax") || set("preserveValueImports"),
        decorator_metadata: set("emitDecoratorMetadata"),
    }
}
