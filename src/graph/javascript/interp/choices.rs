//! What the run has imported in a way that leaves a choice, and imports that ask other modules than they say: see
//! [`Offered`] and [`WhatIf`](crate::graph::WhatIf).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Machine;
use super::value::{Abrupt, At, Atom, Kind, ModuleIx, ObjId, R, Slot, UNKNOWN, Value};
use crate::graph::javascript::limits::LIMITS;
use crate::graph::javascript::load::Format;
use crate::graph::javascript::resolve::{Loader, Resolved, absolute, entry_at, folder};
use crate::graph::{Home, ImportSite, ModuleId, Offer, Offered, Phase, Taken, Unresolved};
use crate::lang::javascript::ir::StaticImport;
use crate::package::owners::npm::package_root;
use crate::span::Span;

/// Names of one import that are looked for elsewhere: who takes more than these needs most of the package.
const MOST_NAMES: usize = 24;
/// Imports whose names are looked for.
const MOST_IMPORTS: usize = 64;
/// Names of folders and files that packages keep for themselves.
const PRIVATE: [&str; 4] = ["internal", "internals", "private", "_private"];

/// A name of a static import, and the module that it is had from instead.
#[derive(Clone, Copy)]
pub(super) struct Linked {
    name: Atom,
    home: ModuleIx,
    taken: Taken,
}

/// Who exports an object: the module, and under which name.
type Exporters = FxHashMap<ObjId, Vec<(ModuleIx, Taken, Atom)>>;

impl Machine<'_> {
    /// Where a change has the names of an import come from.
    fn narrowed(&self, ix: ModuleIx, span: Span) -> Option<&BTreeMap<String, Home>> {
        if self.what_if.narrowed.is_empty() {
            return None;
        }
        let name = self.trace.modules.get(self.loaded.get(ix as usize)?.id.0 as usize)?.name.to_string();
        self.what_if.narrowed.get(&(name, span))
    }

    /// What a `require` gives that asks other files than it says; nothing for one that is as written.
    pub(super) fn require_narrowly(&mut self, ix: ModuleIx, at: At) -> Option<R> {
        let homes = self.narrowed(ix, self.site(at).span)?.clone();
        let taken = self.plain();
        for (name, home) in &homes {
            let entry = entry_at(self.sources.artifact, &absolute_of(&home.module))?;
            let exports = match self.load_common(entry, at) {
                Ok(exports) => exports,
                Err(abrupt) => return Some(Err(abrupt)),
            };
            let name = self.atom(name);
            let value = self.taken_of(exports, name, home.taken);
            if value == Value::Undefined {
                self.is_not_there(name, self.site(at));
            }
            self.object_mut(taken).props.set(name, Slot::Value(value), None);
        }
        Some(Ok(Value::Obj(taken)))
    }

    /// Notes that what a change asks for is not there.
    fn is_not_there(&mut self, name: Atom, site: ImportSite) {
        let (import, phase) = (self.str(name), self.phase);
        self.trace.unresolved.push(Unresolved { import, site, phase, guarded: false, why: None });
    }

    /// What is taken of a module's exports.
    fn taken_of(&mut self, exports: Value, name: Atom, taken: Taken) -> Value {
        let key = match taken {
            Taken::Whole => return exports,
            Taken::Default => self.atom("default"),
            Taken::Member => name,
        };
        self.get(exports, key).unwrap_or(UNKNOWN)
    }

    /// Links the modules that a static import asks instead of the one that it names; says whether there are any.
    pub(super) fn link_narrowly(&mut self, ix: ModuleIx, position: usize, span: Span) -> bool {
        let Some(homes) = self.narrowed(ix, span).cloned() else { return false };
        let mut linked = Vec::new();
        for (name, home) in &homes {
            let Some(entry) = entry_at(self.sources.artifact, &absolute_of(&home.module)) else { continue };
            let site = self.site_of(ix, span);
            linked.push(Linked { name: self.atom(name), home: self.link_file(entry, site), taken: home.taken });
        }
        self.narrowed_links.insert((ix, position), linked);
        true
    }

    /// Evaluates what [`Self::link_narrowly`] has linked, and binds the names of the import to it.
    pub(super) fn evaluate_narrowly(
        &mut self,
        position: usize,
        ix: ModuleIx,
        import: &StaticImport,
    ) -> Result<(), Abrupt> {
        let Some(linked) = self.narrowed_links.get(&(ix, position)).cloned() else { return Ok(()) };
        let default = self.atom("default");
        let all = self.plain();
        for one in &linked {
            self.evaluate(one.home)?;
            let key = if one.taken == Taken::Member { one.name } else { default };
            self.imports_live.push((one.home, key));
            let value = Value::Import(self.imports_live.len() as u32 - 1);
            if self.live(value) == Value::Undefined {
                self.is_not_there(one.name, self.site_of(ix, import.span));
            }
            self.object_mut(all).props.set(one.name, Slot::Value(value), None);
        }
        let env = self.loaded[ix as usize].env;
        for (imported, slot) in &import.bindings {
            let name = imported.and_then(|text| self.loaded[ix as usize].atoms.get(text as usize).copied());
            let named = name.filter(|name| *name != default);
            let value = named.map_or(Value::Obj(all), |name| match self.object(all).props.get(name) {
                Some(Slot::Value(value)) => value,
                _ => UNKNOWN,
            });
            self.write_slot(env, *slot, value);
        }
        Ok(())
    }

    /// Imports of own code through modules that hand on what other files of their package offer. The run is over.
    pub(super) fn offered(&mut self) -> Vec<Offered> {
        let seen = self.trace.lengths();
        let known = self.loaded.len();
        (self.steps, self.max_steps, self.statement_steps) = (0, LIMITS.offer_steps, 0);
        self.tries += 1;
        let mut exporters: FxHashMap<String, Exporters> = FxHashMap::default();
        let mut offered = Vec::new();
        let asked_of = self.asked_of_packages();
        let said = asked_of.iter().flat_map(|(_, from, _)| self.loaded[*from as usize].atoms.iter().copied()).collect();
        for (site, from, asked) in asked_of {
            let Some(root) = package_root(&self.loaded[asked as usize].path).map(str::to_owned) else { continue };
            if !exporters.contains_key(&root) {
                let found = self.exporters(&root, known, &said);
                exporters.insert(root.clone(), found);
            }
            let Some(its) = exporters.get(&root) else { continue };
            let names = self.offers(from, asked, &root, its, known);
            if !names.is_empty() {
                let default_is_all = self.default_is_all(from, asked);
                offered.push(Offered { site, asked: self.loaded[asked as usize].id, default_is_all, names });
            }
        }
        self.tries -= 1;
        // What only this question has loaded, nobody loads.
        self.trace.cut(seen);
        offered
    }

    /// Changes of objects across the modules of the packages that offer something, among the first `loaded`: the others
    /// were loaded for the question alone.
    pub(super) fn touched(&self, offered: &[Offered], loaded: usize) -> BTreeSet<(ModuleId, ModuleId)> {
        let root = |ix: ModuleIx| self.loaded.get(ix as usize).and_then(|loaded| package_root(&loaded.path));
        let named = |id: ModuleId| self.trace.modules.get(id.0 as usize).and_then(|module| package_root(&module.name));
        let roots: BTreeSet<&str> = offered.iter().filter_map(|offered| named(offered.asked)).collect();
        let is_offering = |ix: ModuleIx| root(ix).is_some_and(|root| roots.iter().any(|other| root.ends_with(other)));
        let id = |ix: ModuleIx| self.loaded.iter().take(loaded).nth(ix as usize).map(|loaded| loaded.id);
        let pairs = self.touched.iter().filter(|(by, made)| is_offering(*by) && is_offering(*made));
        pairs.filter_map(|(by, made)| Some((id(*by)?, id(*made)?))).collect()
    }

    /// The places where own code imports from packages that have more than one large file, with importer and module.
    fn asked_of_packages(&self) -> Vec<(ImportSite, ModuleIx, ModuleIx)> {
        let positions: FxHashMap<ModuleId, usize> = self.loaded.iter().enumerate().map(|(at, l)| (l.id, at)).collect();
        let mut bytes: FxHashMap<&str, u64> = FxHashMap::default();
        for loaded in &self.loaded {
            if let (Some(root), Some(entry)) = (package_root(&loaded.path), loaded.entry) {
                *bytes.entry(root).or_default() += self.sources.artifact.entry(entry).bytes;
            }
        }
        let mut found = BTreeSet::new();
        for import in self.trace.imports.iter().filter(|import| import.phase == Phase::Init) {
            let (Some(from), Some(to)) = (positions.get(&import.site.importer), positions.get(&import.target)) else {
                continue;
            };
            let (importer, asked) = (&self.loaded[*from], &self.loaded[*to]);
            let is_heavy = package_root(&asked.path)
                .and_then(|root| bytes.get(root))
                .is_some_and(|bytes| *bytes >= LIMITS.offering_bytes);
            if importer.own && !asked.own && is_heavy {
                found.insert((import.site, *from as ModuleIx, *to as ModuleIx));
            }
        }
        found.into_iter().take(MOST_IMPORTS).collect()
    }

    /// Whether the default import of a module is all that it exports.
    fn default_is_all(&mut self, from: ModuleIx, asked: ModuleIx) -> bool {
        if self.loaded[asked as usize].format != Format::CommonJs {
            return false;
        }
        let marked = self.atom("__esModule");
        let exports = self.exports_value(asked as usize).unwrap_or(UNKNOWN);
        self.loaded[from as usize].format == Format::Module
            || matches!(self.own_keys(exports, true), Some(keys) if !keys.contains(&marked))
    }

    /// For the objects that the loaded files of a package export as a whole, by default or under names that are said,
    /// who exports them and how.
    fn exporters(&mut self, root: &str, known: usize, said: &FxHashSet<Atom>) -> Exporters {
        let mut found = Exporters::default();
        let default = self.atom("default");
        for at in 0..known {
            let loaded = &self.loaded[at];
            if package_root(&loaded.path) != Some(root) || loaded.program.is_none() {
                continue;
            }
            let ix = at as ModuleIx;
            let exports = match loaded.format {
                Format::Module => self.namespace_value(ix),
                _ => self.exports_value(at).unwrap_or(UNKNOWN),
            };
            if let (Value::Obj(id), Format::CommonJs) = (exports, self.loaded[at].format) {
                found.entry(id).or_default().push((ix, Taken::Whole, 0));
            }
            let names = self.own_keys(exports, true).unwrap_or_default().into_iter().take(LIMITS.named_members);
            let names: Vec<Atom> = names.filter(|name| *name == default || said.contains(name)).collect();
            for name in names {
                if let Ok(Value::Obj(id)) = self.get(exports, name) {
                    let taken = if name == default { Taken::Default } else { Taken::Member };
                    found.entry(id).or_default().push((ix, taken, name));
                }
            }
        }
        found
    }

    /// Names that the importer may mean and that a module of a package exports, with files that offer them.
    fn offers(
        &mut self,
        from: ModuleIx,
        asked: ModuleIx,
        root: &str,
        exporters: &Exporters,
        known: usize,
    ) -> BTreeMap<Arc<str>, Offer> {
        let exports = match self.loaded[asked as usize].format {
            Format::Module => self.namespace_value(asked),
            _ => self.exports_value(asked as usize).unwrap_or(UNKNOWN),
        };
        let said: FxHashSet<Atom> = self.loaded[from as usize].atoms.iter().copied().collect();
        let names = self.own_keys(exports, true).unwrap_or_default().into_iter().filter(|name| said.contains(name));
        let names: Vec<Atom> = names.take(MOST_NAMES).collect();
        let mut offers = BTreeMap::new();
        for name in names {
            let value = self.get(exports, name).unwrap_or(UNKNOWN);
            let Value::Obj(id) = value else { continue };
            let offer = self
                .offer_by_object(from, asked, root, (name, id), exporters)
                .or_else(|| self.offer_by_name(from, root, name, id, known));
            offers.extend(offer.map(|offer| (self.str(name), offer)));
        }
        offers
    }

    /// A loaded file of the package that exports the very same object.
    fn offer_by_object(
        &mut self,
        from: ModuleIx,
        asked: ModuleIx,
        root: &str,
        (name, id): (Atom, ObjId),
        exporters: &Exporters,
    ) -> Option<Offer> {
        let made_in = match self.object(id).kind {
            Kind::Closure(closure) => Some(closure.module),
            _ => None,
        };
        let all = self.exports_value(asked as usize);
        let mut homes = exporters.get(&id)?.clone();
        homes.retain(|(ix, taken, key)| {
            // Whoever hands on one object adds to it.
            let is_another = *ix != asked && (all.is_none() || self.exports_value(*ix as usize) != all);
            is_another && (*taken != Taken::Member || *key == name)
        });
        // A file for it alone, then the one where it is made, then others that hand it on.
        homes.sort_by_key(|(ix, taken, _)| (*taken != Taken::Whole, Some(*ix) != made_in, *taken, *ix));
        homes.into_iter().find_map(|(ix, taken, _)| {
            let loaded = &self.loaded[ix as usize];
            let request = self.request_for(from, root, &loaded.path)?;
            let module = self.trace.modules.get(loaded.id.0 as usize)?.name.to_string();
            Some(Offer { home: Home { module, taken }, module: Some(loaded.id), request: request.into() })
        })
    }

    /// A file of the package that is called like the name and exports a function of that name which takes as many
    /// parameters: libraries that are one file offer their parts like this.
    fn offer_by_name(&mut self, from: ModuleIx, root: &str, name: Atom, id: ObjId, known: usize) -> Option<Offer> {
        let (text, wanted) = (self.str(name), self.signature(id)?);
        let request = format!("{}/{text}", package_name(root));
        let (folder, loader) = (self.folder_of(from), self.loader_of(from));
        let request = [request.clone(), format!("{request}.js")].into_iter().find_map(|request| {
            match self.sources.resolver.resolve(&folder, &request, loader) {
                Resolved::File(entry) => Some((request, entry)),
                _ => None,
            }
        });
        let (request, entry) = request.filter(|(request, _)| !is_private(request))?;
        let path = absolute(self.sources.artifact, entry);
        let is_known = self.by_entry.get(&entry).is_some_and(|ix| (*ix as usize) < known);
        if is_known || package_root(&path) != Some(root) || self.sources.get(entry).format != Format::CommonJs {
            return None;
        }
        let at = At { module: u32::MAX, expr: 0 };
        let Ok(Value::Obj(alone)) = self.load_common(entry, at) else { return None };
        let same = self.signature(alone)? == wanted && wanted.0.as_deref() == Some(&*text);
        let module = self.sources.artifact.entry(entry).path.to_string();
        same.then(|| Offer { home: Home { module, taken: Taken::Whole }, module: None, request: request.into() })
    }

    /// The name of a function, and how many parameters it takes.
    fn signature(&self, id: ObjId) -> Option<(Option<String>, usize)> {
        let Kind::Closure(closure) = self.object(id).kind else { return None };
        let program = self.loaded.get(closure.module as usize)?.program.as_ref()?;
        let function = program.functions.get(closure.function as usize)?;
        let name = function.name.and_then(|name| program.strings.get(name as usize)).map(|name| name.to_string());
        Some((name, function.params.len()))
    }

    fn loader_of(&self, ix: ModuleIx) -> Loader {
        match self.loaded.get(ix as usize).map(|loaded| loaded.format) {
            Some(Format::Module) => Loader::Import,
            _ => Loader::Require,
        }
    }

    /// The shortest request by which a module may ask for a file of a package, if the package lets it.
    fn request_for(&self, from: ModuleIx, root: &str, path: &str) -> Option<String> {
        let inside = path.strip_prefix(root)?.trim_start_matches('/');
        let name = package_name(root);
        let (start, loader) = (self.folder_of(from), self.loader_of(from));
        let leads_there = |request: &String| match self.sources.resolver.resolve(&start, request, loader) {
            Resolved::File(entry) => absolute(self.sources.artifact, entry) == path,
            _ => false,
        };
        let starts: Vec<usize> =
            std::iter::once(0).chain(inside.match_indices('/').map(|(slash, _)| slash + 1)).collect();
        // Short ones first: what `exports` maps, then the path as it is.
        starts.into_iter().rev().filter_map(|start| inside.get(start..)).find_map(|tail| {
            let stem = tail.rsplit_once('.').map_or(tail, |(stem, _)| stem);
            let folder = stem.strip_suffix("/index");
            let requests = folder.into_iter().chain([stem, tail]).map(|tail| format!("{name}/{tail}"));
            requests.filter(|request| !is_private(request)).find(leads_there)
        })
    }
}

/// The absolute path of a module of the graph.
fn absolute_of(module: &str) -> String {
    if module.starts_with('/') { module.to_owned() } else { format!("/var/task/{module}") }
}

/// The name of the package at a folder.
fn package_name(root: &str) -> &str {
    root.rfind("node_modules/").and_then(|at| root.get(at + "node_modules/".len()..)).unwrap_or(root)
}

/// Whether a request names what a package keeps for itself, or what its bundler has made up.
fn is_private(request: &str) -> bool {
    let inside = request.split('/').skip(if request.starts_with('@') { 2 } else { 1 });
    let is_private = |part: &str| PRIVATE.contains(&part) || part.starts_with(['_', '.']) || part.starts_with("chunk-");
    inside.into_iter().any(is_private) || folder(request).is_empty()
}
