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
        own.push(Own { id, module, text: String::from_utf8_lossy((*bytes).as_ref()).into_owned() });
    }
    let words = Words::of(&own);
    let mut leftovers = Leftovers::default();
    for (at, this) in own.iter().enumerate() {
        let code = &this.module.code.code;
        for id in code.block(code.body) {
            let Some(stmt) = code.stmts.get(id.0 as usize) else { continue };
            let span = code.stmt_span(*id);
            let site = |span| ImportSite { importer: this.id, span };
            let is_used =
                |name: NameId| words.is_elsewhere(code.name(name), at) || is_used(&this.text, code.name(name), span);
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

/// The module that alone has a word in its text, by word; `None` for words of several.
struct Words<'a>(FxHashMap<&'a str, Option<usize>>);

impl<'a> Words<'a> {
    fn of(own: &'a [Own<'_>]) -> Self {
        let mut words: FxHashMap<&str, Option<usize>> = FxHashMap::default();
        for (at, module) in own.iter().enumerate() {
            for word in module.text.split(|c: char| !is_part(c)).filter(|word| !word.is_empty()) {
                let alone = words.entry(word).or_insert(Some(at));
                if *alone != Some(at) {
                    *alone = None;
                }
            }
        }
        Self(words)
    }

    /// Whether another module than this one has the word.
    fn is_elsewhere(&self, word: &str, here: usize) -> bool {
        self.0.get(word).is_some_and(|alone| *alone != Some(here))
    }
}

/// Whether a name stands in its module's text outside the statement that makes it.
fn is_used(text: &str, name: &str, made: Span) -> bool {
    let mut words = text.match_indices(name).filter(|(start, _)| is_word(text, *start, name.len()));
    words.any(|(start, _)| start < made.start as usize || start >= made.end as usize)
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_word(text: &str, start: usize, len: usize) -> bool {
    !text[..start].ends_with(is_part) && !text[start + len..].starts_with(is_part)
}
