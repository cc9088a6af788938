//! What the top level of own code makes and nothing there uses: see [`Leftovers`].

use rustc_hash::FxHashMap;

use super::interp::{Interp, LoadState, Mod};
use crate::graph::{ImportSite, Leftovers, ModuleId};
use crate::lang::python::ir::{Code, Expr, NameId, Stmt};
use crate::span::Span;

/// An own module with its text. Words are looked for in the text and not in the code, so that a
/// use in an annotation, a doctest or a string counts.
struct Own<'a> {
    id: ModuleId,
    module: &'a Mod<'a>,
    text: String,
}

/// Looks through the top level of all own modules; `id` gives their final numbers.
pub(super) fn collect(interp: &Interp<'_>, id: impl Fn(usize) -> Option<ModuleId>) -> Leftovers {
    let mut own: Vec<Own<'_>> = Vec::new();
    for (at, module) in interp.mods.iter().enumerate() {
        let entry = module.entry.filter(|_| module.own && module.state != LoadState::Failed);
        let (Some(entry), Some(id)) = (entry, id(at)) else { continue };
        let Ok(bytes) = interp.input.artifact.read(entry) else { continue };
        own.push(Own { id, module, text: crate::text::lossy((*bytes).as_ref()).into_owned() });
    }
    let words = Words::of(&own);
    let mut leftovers = Leftovers::default();
    for (at, this) in own.iter().enumerate() {
        let code = &this.module.code.code;
        for id in code.block(code.body) {
            let Some(stmt) = code.stmts.get(id.0 as usize) else { continue };
            let span = code.stmt_span(*id);
            let site = |span| ImportSite { importer: this.id, span };
            let is_used = |name: NameId| words.is_used(code.name(name), at, span);
            match stmt {
                Stmt::ImportFrom { names, .. } if names.iter().any(|alias| code.name(alias.name) == "*") => {
                    leftovers.star_imports.push(site(span));
                }
                // Packages gather names for others.
                Stmt::ImportFrom { names, .. }
                    if !this.module.is_package && !names.iter().any(|alias| is_used(alias.bound)) =>
                {
                    leftovers.unused_imports.push(site(span));
                }
                // `import a.b` is often written for what loading it does.
                Stmt::Import(aliases) if !this.module.is_package => {
                    let plain =
                        aliases.iter().all(|alias| alias.rename.is_some() || !code.name(alias.name).contains('.'));
                    if plain && !aliases.iter().any(|alias| is_used(alias.bound)) {
                        leftovers.unused_imports.push(site(span));
                    }
                }
                Stmt::Assign(..) => {
                    if let Some((name, value)) = assigned_call(code, stmt)
                        && !is_used(name)
                    {
                        leftovers.unread_results.push(site(value));
                    }
                }
                _ => {}
            }
        }
    }
    leftovers
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

/// By word, where the one module that has it has it first and last; `None` for words of several.
struct Words<'a>(FxHashMap<&'a str, Option<Places>>);

/// The first and the last place of a word in a module's text.
struct Places {
    own: usize,
    first: usize,
    last: usize,
}

impl<'a> Words<'a> {
    fn of(own: &'a [Own<'_>]) -> Self {
        let mut words: FxHashMap<&str, Option<Places>> = FxHashMap::default();
        for (own, module) in own.iter().enumerate() {
            let start = module.text.as_ptr() as usize;
            for word in module.text.split(|c: char| !is_part(c)).filter(|word| !word.is_empty()) {
                let place = word.as_ptr() as usize - start;
                let alone = words.entry(word).or_insert(Some(Places { own, first: place, last: place }));
                match alone {
                    Some(places) if places.own == own => places.last = place,
                    _ => *alone = None,
                }
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
