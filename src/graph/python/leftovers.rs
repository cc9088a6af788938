//! What the top level of own code makes and nothing there uses: see [`Leftovers`].

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::artifact::{Artifact, EntryId};
use crate::graph::{ImportSite, Leftovers, ModuleGraph, ModuleId, OwnCode};
use crate::lang::python::ir::{Alias, Code, Expr, NameId, Stmt};
use crate::span::Span;

/// An own module.
struct Own<'a> {
    id: ModuleId,
    entry: EntryId,
    is_package: bool,
    code: &'a Code,
}

/// What kind of statement gives names of its own to something.
#[derive(Clone, Copy)]
enum Kind {
    StarImport,
    Import,
    Result,
}

/// A statement of the top level that matters when none of its names is used elsewhere.
struct Made<'a> {
    kind: Kind,
    /// What a finding points at.
    shown: Span,
    /// The whole statement.
    span: Span,
    names: Vec<&'a str>,
}

/// Looks through the top level of all own modules.
pub(super) fn collect(graph: &ModuleGraph, artifact: &Artifact) -> Leftovers {
    let own = graph.modules().filter_map(|(id, module)| {
        let entry = module.entry?;
        let OwnCode::Python(code) = graph.own_code.get(&entry)? else { return None };
        let is_package = artifact.entry(entry).path.ends_with("/__init__.py");
        Some(Own { id, entry, is_package, code })
    });
    let own: Vec<Own<'_>> = own.collect();
    let made: Vec<Vec<Made<'_>>> = own.par_iter().map(made_by).collect();
    let wanted: FxHashSet<&str> = made.iter().flatten().flat_map(|made| made.names.iter().copied()).collect();
    let found: Vec<_> = own.par_iter().map(|module| places(artifact, module.entry, &wanted)).collect();
    let words = Words::of(&found);
    let mut leftovers = Leftovers::default();
    for (at, (module, made)) in own.iter().zip(&made).enumerate() {
        for made in made.iter().filter(|made| !made.names.iter().any(|name| words.is_used(name, at, made.span))) {
            let kind = match made.kind {
                Kind::StarImport => &mut leftovers.star_imports,
                Kind::Import => &mut leftovers.unused_imports,
                Kind::Result => &mut leftovers.unread_results,
            };
            kind.push(ImportSite { importer: module.id, span: made.shown });
        }
    }
    leftovers
}

fn made_by<'a>(module: &Own<'a>) -> Vec<Made<'a>> {
    let code = module.code;
    let statements = code.block(code.body).iter().filter_map(|id| {
        let stmt = code.stmts.get(id.0 as usize)?;
        let span = code.stmt_span(*id);
        let named = |kind, names: Vec<NameId>| {
            let names = names.into_iter().map(|name| code.name(name)).collect();
            Some(Made { kind, shown: span, span, names })
        };
        match stmt {
            Stmt::ImportFrom { names, .. } if names.iter().any(|alias| code.name(alias.name) == "*") => {
                named(Kind::StarImport, Vec::new())
            }
            // Packages gather names for others.
            Stmt::ImportFrom { names, .. } if !module.is_package => {
                named(Kind::Import, names.iter().map(|alias| alias.bound).collect())
            }
            // `import a.b` is often written for what loading it does.
            Stmt::Import(aliases) if !module.is_package => {
                let plain = |alias: &Alias| alias.rename.is_some() || !code.name(alias.name).contains('.');
                let names = aliases.iter().map(|alias| alias.bound).collect();
                aliases.iter().all(plain).then(|| named(Kind::Import, names))?
            }
            Stmt::Assign(..) => {
                let (name, shown) = assigned_call(code, stmt)?;
                Some(Made { kind: Kind::Result, shown, span, names: vec![code.name(name)] })
            }
            _ => None,
        }
    });
    statements.collect()
}

/// `name = f(...)`: the name and where the call stands.
fn assigned_call(code: &Code, stmt: &Stmt) -> Option<(NameId, Span)> {
    let Stmt::Assign(targets, value) = stmt else { return None };
    let [target] = code.list(*targets) else { return None };
    match (code.expr(*target), code.expr(*value)) {
        (Expr::Name(name), Expr::Call(..)) => Some((name, code.expr_span(*value))),
        _ => None,
    }
}

/// By wanted word the first and the last place in a module's text. Words are looked for in the text
/// and not in the code, so that a use in an annotation, a doctest or a string counts.
fn places<'w>(artifact: &Artifact, entry: EntryId, wanted: &FxHashSet<&'w str>) -> FxHashMap<&'w str, (usize, usize)> {
    let mut places = FxHashMap::default();
    let Ok(bytes) = artifact.read(entry) else { return places };
    let text = crate::text::lossy((*bytes).as_ref());
    let start = text.as_ptr() as usize;
    let mut note = |word: &str| {
        if let Some(name) = wanted.get(word) {
            let place = word.as_ptr() as usize - start;
            places.entry(*name).or_insert((place, place)).1 = place;
        }
    };
    // Nearly all text is ASCII, for which nothing needs to be decoded.
    for word in text.split(|c: char| c.is_ascii() && !is_part(c)) {
        if word.is_ascii() { note(word) } else { word.split(|c: char| !is_part(c)).for_each(&mut note) }
    }
    places
}

/// By word, where the one module that has it has it first and last; `None` for words of several.
struct Words<'a>(FxHashMap<&'a str, Option<Places>>);

/// The first and the last place of a word in a module's text.
struct Places {
    own: usize,
    first: usize,
    last: usize,
}

impl<'a> Words<'a> {
    fn of(found: &[FxHashMap<&'a str, (usize, usize)>]) -> Self {
        let mut words = FxHashMap::default();
        for (own, places) in found.iter().enumerate() {
            for (word, (first, last)) in places {
                let alone = Places { own, first: *first, last: *last };
                words.entry(*word).and_modify(|known| *known = None).or_insert(Some(alone));
            }
        }
        Self(words)
    }

    /// Whether a name stands anywhere outside the statement of module `own` that makes it.
    fn is_used(&self, name: &str, own: usize, made: Span) -> bool {
        match self.0.get(name) {
            Some(Some(places)) if places.own == own => {
                places.first < made.start as usize || places.last >= made.end as usize
            }
            Some(_) => true,
            // Made of characters that end a word here: nothing is said about it.
            None => !name.chars().all(is_part),
        }
    }
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
