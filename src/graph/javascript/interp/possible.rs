//! What may be loaded where the walk could not follow: files that nobody may call unused.
//!
//! Variables of the environment that are not known to be set decide on another way than the one that was walked
//! (`process.env.NODE_ENV`), and code asks for packages by names that it is given (`require(moduleName)`). Nothing of
//! this runs here: what the texts of such modules name counts, with all that this names in turn.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Machine;
use super::value::ModuleIx;
use crate::artifact::EntryId;
use crate::graph::ComputedLoad;
use crate::graph::javascript::limits::LIMITS;
use crate::graph::javascript::resolve::{Loader, Resolved, absolute, folder};
use crate::lang::javascript::ir::{ExprId, ExprKind, Item, Program, Site, SiteKind};
use crate::lang::javascript::request::flatten;
use crate::package::owners::npm::package_root;

/// The folder of packages.
const FOLDER: &str = "node_modules/";

/// Files that are found, and those of them whose code is still to be read.
#[derive(Default)]
struct Found {
    all: BTreeSet<EntryId>,
    waiting: VecDeque<EntryId>,
}

impl Machine<'_> {
    /// Files that were not loaded and may be, by what loaded code says.
    pub(super) fn possible(&self) -> Vec<EntryId> {
        let mut found = Found::default();
        for (loaded, ix) in self.loaded.iter().zip(0..) {
            let Some(program) = loaded.program.as_deref().filter(|_| self.is_decider(ix)) else { continue };
            for site in &program.sites {
                // What was dead code on the way that was walked.
                if site.top_level && site.function == 0 && !self.ran.contains(&(ix, site.expr)) {
                    self.may_ask(&loaded.path, program, site, &mut found);
                }
            }
        }
        self.named_by_computing(&mut found);
        while let Some(entry) = found.waiting.pop_front() {
            let Some(program) = self.sources.get(entry).program.clone() else { continue };
            let path = absolute(self.sources.artifact, entry);
            for site in &program.sites {
                self.may_ask(&path, &program, site, &mut found);
            }
            for import in program.imports.iter().filter(|import| import.span.end > 0) {
                if let Some(request) = program.strings.get(import.request as usize) {
                    self.may_load(&path, request, Loader::Import, &mut found);
                }
            }
        }
        found.all.into_iter().collect()
    }

    /// What libraries load by names that they compute.
    pub(super) fn computed_loads(&self) -> BTreeSet<ComputedLoad> {
        let mut found = BTreeSet::new();
        for loaded in self.loaded.iter().filter(|loaded| package_root(&loaded.path).is_some()) {
            let (Some(by), Some(program)) = (loaded.entry, loaded.program.as_deref()) else { continue };
            let asks = program.sites.iter().filter(|site| site.request.is_none() && site.kind != SiteKind::Resolve);
            found.extend(asks.filter_map(|site| {
                let (begins, ends) = ends(program, site.expr)?;
                Some(ComputedLoad { by, begins: begins.into(), ends: ends.into() })
            }));
        }
        found
    }

    /// Adds what a place asks for, where it says so.
    fn may_ask(&self, path: &str, program: &Program, site: &Site, found: &mut Found) {
        let loader = match site.kind {
            SiteKind::Require => Loader::Require,
            SiteKind::Import => Loader::Import,
            SiteKind::Resolve => return,
        };
        if let Some(request) = site.request.and_then(|text| program.strings.get(text as usize)) {
            self.may_load(path, request, loader, found);
        }
    }

    fn may_load(&self, path: &str, request: &str, loader: Loader, found: &mut Found) {
        if found.all.len() >= LIMITS.later_modules {
            return;
        }
        if let Resolved::File(entry) = self.sources.resolver.resolve(folder(path), request, loader)
            && !self.by_entry.contains_key(&entry)
            && found.all.insert(entry)
        {
            found.waiting.push_back(entry);
        }
    }

    /// Adds the installed packages that the texts of a package name which asks for some by a name that it computes.
    fn named_by_computing(&self, found: &mut Found) {
        let computes = |ix: ModuleIx| {
            let program = self.loaded.get(ix as usize).and_then(|loaded| loaded.program.as_deref());
            let is_computed = |site: &Site| site.request.is_none() && site.kind != SiteKind::Resolve;
            program.is_some_and(|program| program.sites.iter().any(is_computed))
        };
        let mut members: BTreeMap<&str, Vec<ModuleIx>> = BTreeMap::new();
        for (loaded, ix) in self.loaded.iter().zip(0..) {
            members.entry(package_root(&loaded.path).unwrap_or_default()).or_default().push(ix);
        }
        let computing: Vec<&Vec<ModuleIx>> =
            members.values().filter(|members| members.iter().any(|ix| computes(*ix))).collect();
        if computing.is_empty() {
            return;
        }
        let installed = self.installed();
        for ix in computing.into_iter().flatten() {
            let loaded = &self.loaded[*ix as usize];
            let Some(program) = loaded.program.as_deref() else { continue };
            for text in program.strings.iter().filter(|text| installed.contains(&***text)) {
                self.may_load(&loaded.path, text, Loader::Require, found);
            }
        }
    }

    /// Names of the packages that are there.
    fn installed(&self) -> BTreeSet<&str> {
        let names = self.sources.artifact.entries().filter_map(|(_, entry)| {
            let rest = &entry.path[entry.path.rfind(FOLDER)? + FOLDER.len()..];
            let mut ends = rest.match_indices('/').map(|(at, _)| at);
            let end = if rest.starts_with('@') { ends.nth(1) } else { ends.next() };
            rest.get(..end?)
        });
        names.collect()
    }
}

/// How a request that is computed begins and ends; nothing where it is a path.
fn ends(program: &Program, call: ExprId) -> Option<(String, String)> {
    let argument = match &program.exprs.get(call as usize)?.kind {
        ExprKind::Call(_, items, _) => match items.first()? {
            Item::One(argument) => *argument,
            _ => return Some((String::new(), String::new())),
        },
        ExprKind::Import(argument) => *argument,
        _ => return None,
    };
    let mut parts = Vec::new();
    flatten(program, argument, &mut parts);
    // `__dirname + "/x"`
    let follows_folder = parts.iter().flatten().next().is_some_and(|known| known.starts_with(['/', '.']));
    let known = |part: Option<Option<String>>| part.flatten().unwrap_or_default();
    (!follows_folder).then(|| (known(parts.first().cloned()), known(parts.last().cloned())))
}
