//! What code that did not run during the load may load once it is called.

use super::Machine;
use super::value::{At, ModuleIx};
use crate::graph::Phase;
use crate::graph::javascript::limits::LIMITS;
use crate::graph::javascript::resolve::{TASK_ROOT, absolute, children, folder, is_folder};
use crate::lang::javascript::ir::{BinaryOp, ExprId, ExprKind, Program, Site, SiteKind};
use crate::lang::javascript::request::{flatten, joins, known_ends};
use crate::span::Span;

/// Most files that one request with an unknown part stands for.
const MOST_MATCHES: usize = 400;
/// Shortest beginning of a package's name that stands for all packages that begin so.
const SHORTEST_PREFIX: usize = 3;
/// Longest pattern for files.
const LONGEST_PATTERN: usize = 200;

impl Machine<'_> {
    /// Loads what the code that did not run yet may load later.
    pub(in crate::graph::javascript) fn later(&mut self) {
        self.phase = Phase::Invoke;
        (self.steps, self.max_steps) = (0, LIMITS.later_steps);
        self.statement_steps = 0;
        let mut at = 0;
        let mut known = self.loaded.len();
        while at < self.loaded.len() && at < LIMITS.later_modules {
            // What was not run must be taken as written.
            let ran = self.steps <= self.max_steps || at < known;
            self.later_in(at as ModuleIx, ran, &mut known);
            at += 1;
        }
    }

    /// Likewise for one module. `known` counts the modules that were loaded while there were steps left to run them.
    fn later_in(&mut self, ix: ModuleIx, ran: bool, known: &mut usize) {
        let Some(program) = self.loaded[ix as usize].program.clone() else {
            return;
        };
        for site in &program.sites {
            let begun = self.started.contains(&(ix, site.expr));
            let dead = ran && site.top_level && site.function == 0 && !begun;
            if dead || site.kind == SiteKind::Resolve || self.ran.contains(&(ix, site.expr)) {
                continue;
            }
            match site.request.and_then(|text| program.strings.get(text as usize)) {
                Some(request) => self.load_later(ix, site, request, site.guarded, known),
                None if self.loaded[ix as usize].own => {
                    for request in self.matching(ix, &program, site) {
                        self.load_later(ix, site, &request, true, known);
                    }
                }
                None => {}
            }
        }
        // Own code names folders that it hands to a library, which loads what it finds there:
        // `autoload({ dir: path.join(__dirname, "routes") })`, `load("jobs/*.js")`.
        if self.loaded[ix as usize].own {
            self.load_named(ix, &program, None);
            self.note_what_ran(known);
        }
    }

    /// All that is loaded has run as far as it runs, if there were steps left for it.
    fn note_what_ran(&self, known: &mut usize) {
        if self.steps <= self.max_steps {
            *known = self.loaded.len();
        }
    }

    /// Packages, or files of one, whose requests begin like this: `@aws-sdk/client-${name}`.
    fn packages_matching(&self, before: &str, inside: &str, start: &str) -> Vec<String> {
        if before.starts_with('/') || before.len() < SHORTEST_PREFIX {
            return Vec::new();
        }
        let names = children(self.sources.artifact, &format!("{TASK_ROOT}/node_modules/{inside}")).into_iter();
        let fits = |name: &String| name.starts_with(start) && !name.starts_with('.');
        let request = |name: String| if inside.is_empty() { name } else { format!("{inside}/{name}") };
        names.filter(fits).take(MOST_MATCHES).map(request).collect()
    }

    /// A library asks at load for something that is not known. If own code that called it handed it folders or
    /// patterns, this is what it finds there.
    pub(super) fn load_handed_over(&mut self, library: ModuleIx) {
        let own = |ix: ModuleIx| self.loaded.get(ix as usize).is_some_and(|loaded| loaded.own);
        let Some(at) = self.stack.iter().rev().find(|at| own(at.module)).copied() else { return };
        if self.phase != Phase::Init || own(library) || !self.handed_over.insert((at.module, at.expr)) {
            return;
        }
        let Some(program) = self.loaded[at.module as usize].program.clone() else { return };
        if let Some(span) = program.exprs.get(at.expr as usize).map(|expr| expr.span) {
            self.load_named(at.module, &program, Some(span));
        }
    }

    /// Loads the own code that expressions of a module name, all or those within a range.
    fn load_named(&mut self, ix: ModuleIx, program: &Program, within: Option<Span>) {
        let at = folder(&self.loaded[ix as usize].path).to_owned();
        let is_within = |span: Span| within.is_none_or(|within| within.holds(span));
        for (expr, id) in program.exprs.iter().zip(0..).filter(|(expr, _)| is_within(expr.span)) {
            let found = match &expr.kind {
                ExprKind::Call(callee, items, _) if items.len() > 1 && joins(program, *callee) => {
                    constant(program, id).map_or_else(Vec::new, |path| self.code_below(&at, &path))
                }
                ExprKind::Binary(BinaryOp::Add, ..) | ExprKind::Template(..) => {
                    from_own_folder(program, id).map_or_else(Vec::new, |path| self.code_below(&at, &path))
                }
                ExprKind::String(text) => match program.strings.get(*text as usize) {
                    Some(text) if text.contains('*') && text.len() <= LONGEST_PATTERN => self.code_matching(&at, text),
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            };
            for path in found {
                let at = At { module: ix, expr: id };
                let tries = std::mem::replace(&mut self.tries, 1);
                let _ = self.require(ix, &path, at, true);
                self.tries = tries;
            }
        }
    }

    /// Own source files in a folder and in those within it; nothing for a folder that holds the
    /// code that names it.
    fn code_below(&self, at: &str, path: &str) -> Vec<String> {
        let named = joined(at, path);
        if named.contains('*') {
            return self.code_like(&named);
        }
        let around = at == named || at.strip_prefix(&named).is_some_and(|rest| rest.starts_with('/'));
        if around || !is_folder(self.sources.artifact, &named) {
            return Vec::new();
        }
        self.own_code(|path| path.strip_prefix(&*named).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Own source files that a pattern fits. A pattern that is only a text must begin with a folder
    /// that is there, in that of the code that has it or in the function's own: `image/*` is none.
    fn code_matching(&self, at: &str, pattern: &str) -> Vec<String> {
        let literal = pattern.split('*').next().and_then(|start| start.rsplit_once('/'));
        let Some((start, _)) = literal.filter(|(start, _)| !matches!(*start, "" | "." | "..")) else {
            return Vec::new();
        };
        let mut roots = [at, TASK_ROOT].into_iter();
        let root = roots.find(|root| is_folder(self.sources.artifact, &joined(root, start)));
        root.map_or_else(Vec::new, |root| self.code_like(&joined(root, pattern)))
    }

    fn code_like(&self, pattern: &str) -> Vec<String> {
        let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build();
        match glob.ok().filter(|_| pattern.len() <= LONGEST_PATTERN) {
            Some(glob) => {
                let glob = glob.compile_matcher();
                self.own_code(|path| glob.is_match(path))
            }
            None => Vec::new(),
        }
    }

    fn own_code(&self, fits: impl Fn(&str) -> bool) -> Vec<String> {
        let artifact = self.sources.artifact;
        let is_code = |path: &str| {
            let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
            matches!(extension, "js" | "cjs" | "mjs" | "ts" | "cts" | "mts")
                && !path.ends_with(".d.ts")
                && !path.contains("/node_modules/")
        };
        let paths = artifact.entries().map(|(id, _)| absolute(artifact, id));
        paths.filter(|path| is_code(path) && fits(path)).take(MOST_MATCHES).collect()
    }

    fn load_later(&mut self, ix: ModuleIx, site: &Site, request: &str, guarded: bool, known: &mut usize) {
        let at = At { module: ix, expr: site.expr };
        self.tries = 1;
        // A failure to load is an answer as well: it is on record.
        let _ = if site.kind == SiteKind::Import {
            self.import_request(ix, request, at, guarded)
        } else {
            self.require(ix, request, at, guarded)
        };
        self.tries = 0;
        self.note_what_ran(known);
    }

    /// Requests that a relative one with an unknown part can be, by the files that are there:
    /// `./routes/${name}` stands for everything in that folder.
    fn matching(&self, ix: ModuleIx, program: &Program, site: &Site) -> Vec<String> {
        let Some((before, after)) = known_ends(program, site.expr) else { return Vec::new() };
        let (inside, start) = before.rsplit_once('/').unwrap_or(("", &before));
        if !before.starts_with('.') {
            return self.packages_matching(&before, inside, start);
        }
        let at = joined(folder(&self.loaded[ix as usize].path), inside);
        let names = children(self.sources.artifact, &at).into_iter();
        let fits = |name: &str| {
            let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
            let code = matches!(extension, "" | "js" | "cjs" | "mjs" | "json" | "ts" | "cts" | "mts");
            let end = if after.contains('.') { name } else { stem };
            code && stem.starts_with(start) && end.ends_with(after.as_str()) && !name.ends_with(".d.ts")
        };
        names.filter(|name| fits(name)).take(MOST_MATCHES).map(|name| format!("{inside}/{name}")).collect()
    }
}

/// A path from a folder.
fn joined(folder_path: &str, path: &str) -> String {
    let mut at = folder_path.to_owned();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => at = folder(&at).to_owned(),
            part => at = format!("{at}/{part}"),
        }
    }
    at
}

/// The text of an expression that is constant but for the file's own folder at its start.
fn constant(program: &Program, expr: ExprId) -> Option<String> {
    let mut parts = Vec::new();
    flatten(program, expr, &mut parts);
    parts.into_iter().collect::<Option<Vec<String>>>().map(|parts| parts.concat())
}

/// What follows `__dirname` in `__dirname + "/x"` and `${__dirname}/x`.
fn from_own_folder(program: &Program, expr: ExprId) -> Option<String> {
    let mut parts = Vec::new();
    flatten(program, expr, &mut parts);
    let mut parts = parts.into_iter().skip_while(|part| part.as_deref() == Some(""));
    let (first, rest) = (parts.next()?, parts.collect::<Option<Vec<String>>>()?.concat());
    (first.is_none() && rest.starts_with('/')).then(|| format!(".{rest}"))
}
