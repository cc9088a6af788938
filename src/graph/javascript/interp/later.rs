//! What code that did not run during the load may load once it is called.

use super::value::{At, ModuleIx};
use super::{LATER_STEPS, Machine};
use crate::graph::Phase;
use crate::graph::javascript::resolve::{children, folder};
use crate::lang::javascript::ir::{BinaryOp, ExprId, ExprKind, Item, Program, Site, SiteKind};

/// Most files that one request with an unknown part stands for.
const MOST_MATCHES: usize = 400;
/// Most parts of a request.
const MOST_PARTS: usize = 32;

impl Machine<'_> {
    /// Loads what the code that did not run yet may load later.
    pub(in crate::graph::javascript) fn later(&mut self) {
        self.phase = Phase::Invoke;
        (self.steps, self.max_steps) = (0, LATER_STEPS);
        self.statement_steps = 0;
        let mut at = 0;
        let mut known = self.loaded.len();
        while at < self.loaded.len() && at < 20_000 {
            // What was not run must be taken as written.
            let run = self.steps <= self.max_steps;
            self.later_in(at as ModuleIx, run || at < known);
            known = known.max(if run { self.loaded.len() } else { known });
            at += 1;
        }
    }

    fn later_in(&mut self, ix: ModuleIx, ran: bool) {
        let Some(program) = self.loaded[ix as usize].program.clone() else {
            return;
        };
        for site in &program.sites {
            let dead = ran && site.top_level && site.function == 0;
            if dead || site.kind == SiteKind::Resolve || self.ran.contains(&(ix, site.expr)) {
                continue;
            }
            match site.request.and_then(|text| program.strings.get(text as usize)) {
                Some(request) => self.load_later(ix, site, request, site.guarded),
                None if self.loaded[ix as usize].own => {
                    for request in self.matching(ix, &program, site) {
                        self.load_later(ix, site, &request, true);
                    }
                }
                None => {}
            }
        }
    }

    fn load_later(&mut self, ix: ModuleIx, site: &Site, request: &str, guarded: bool) {
        let at = At { module: ix, expr: site.expr };
        self.tries = 1;
        // A failure to load is an answer as well: it is on record.
        let _ = if site.kind == SiteKind::Import {
            self.import_request(ix, request, at, guarded)
        } else {
            self.require(ix, request, at, guarded)
        };
        self.tries = 0;
    }

    /// Requests that a relative one with an unknown part can be, by the files that are there:
    /// `./routes/${name}` stands for everything in that folder.
    fn matching(&self, ix: ModuleIx, program: &Program, site: &Site) -> Vec<String> {
        let Some((before, after)) = known_ends(program, site.expr) else { return Vec::new() };
        let Some((inside, start)) = before.rsplit_once('/').filter(|(inside, _)| inside.starts_with('.')) else {
            return Vec::new();
        };
        let mut at = folder(&self.loaded[ix as usize].path).to_owned();
        for part in inside.split('/') {
            match part {
                "." | "" => {}
                ".." => at = folder(&at).to_owned(),
                part => at = format!("{at}/{part}"),
            }
        }
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

/// The constant text at both ends of the request that a `require` or `import()` is given.
fn known_ends(program: &Program, call: ExprId) -> Option<(String, String)> {
    let argument = match &program.exprs.get(call as usize)?.kind {
        ExprKind::Call(_, items, _) => match items.first()? {
            Item::One(argument) => *argument,
            _ => return None,
        },
        ExprKind::Import(argument) => *argument,
        _ => return None,
    };
    let mut parts = Vec::new();
    flatten(program, argument, 0, &mut parts);
    let known = |part: Option<&Option<String>>| part.cloned().flatten().unwrap_or_default();
    let (before, after) = (known(parts.first()), known(parts.last()));
    (parts.len() > 1 && !before.is_empty()).then_some((before, after))
}

/// The parts of a text that is put together, `None` for unknown ones.
fn flatten(program: &Program, expr: ExprId, depth: usize, parts: &mut Vec<Option<String>>) {
    let text = |id: u32| program.strings.get(id as usize).map(ToString::to_string);
    if parts.len() > MOST_PARTS || depth > MOST_PARTS {
        return;
    }
    match program.exprs.get(expr as usize).map(|expr| &expr.kind) {
        Some(ExprKind::String(id)) => parts.push(text(*id)),
        Some(ExprKind::Template(texts, values)) => {
            for (at, id) in texts.iter().enumerate().take(MOST_PARTS) {
                parts.push(text(*id));
                if at < values.len() {
                    parts.push(None);
                }
            }
        }
        Some(ExprKind::Binary(BinaryOp::Add, left, right)) => {
            flatten(program, *left, depth + 1, parts);
            flatten(program, *right, depth + 1, parts);
        }
        Some(ExprKind::Call(callee, items, _)) if joins(program, *callee) => {
            // `path.join(__dirname, "routes", name)`: what comes first is the file's own folder.
            parts.push(Some(".".to_owned()));
            for item in items.iter().skip(1).take(MOST_PARTS) {
                let constant = match item {
                    Item::One(inner) => match program.exprs.get(*inner as usize).map(|expr| &expr.kind) {
                        Some(ExprKind::String(id)) => text(*id),
                        _ => None,
                    },
                    _ => None,
                };
                match (constant, parts.last_mut()) {
                    (Some(constant), Some(Some(last))) => *last = format!("{last}/{constant}"),
                    (constant, Some(Some(last))) => {
                        last.push('/');
                        parts.push(constant);
                    }
                    (constant, _) => parts.push(constant),
                }
            }
        }
        _ => parts.push(None),
    }
}

fn joins(program: &Program, callee: ExprId) -> bool {
    let Some(ExprKind::Member(_, name, _)) = program.exprs.get(callee as usize).map(|expr| &expr.kind) else {
        return false;
    };
    program.strings.get(*name as usize).is_some_and(|name| matches!(&**name, "join" | "resolve"))
}
