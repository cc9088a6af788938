//! What functions of the standard library take, and what its objects have.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::super::value::*;
use super::misfits::plural_of;
use super::*;
use crate::knowledge::table;
use crate::lang::python::ir::{Expr, Stmt};

/// The versions that the generated tables are about.
const VERSIONS: std::ops::RangeInclusive<(u16, u16)> = (3, 9)..=(3, 13);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Makes {
    makes: FxHashMap<String, String>,
}

table! {
    static MAKES: Makes = "python/makes.toml", tested by what_makes_what_reads;
}

/// Rows of a generated table, which is sorted, by the name that they begin with.
fn row(
    table: &'static str,
    rows: &'static OnceLock<FxHashMap<&'static str, &'static str>>,
    name: &str,
) -> Option<&'static str> {
    let rows = rows.get_or_init(|| {
        let rows = table.lines().filter(|line| !line.starts_with('#'));
        rows.map(|line| line.split_once(' ').unwrap_or((line, ""))).collect()
    });
    rows.get(name).copied()
}

/// The parameters of a function, as the table has them.
fn parameters(name: &str) -> Option<&'static str> {
    static ROWS: OnceLock<FxHashMap<&str, &str>> = OnceLock::new();
    row(include_str!("../../../../rules/knowledge/python/signatures.txt"), &ROWS, name)
}

/// What objects of a class have.
fn attributes(class: &str) -> Option<&'static str> {
    static ROWS: OnceLock<FxHashMap<&str, &str>> = OnceLock::new();
    row(include_str!("../../../../rules/knowledge/python/attributes.txt"), &ROWS, class)
}

/// The class of what a call of a thing gives.
fn made_by(callee: &str) -> Option<&str> {
    match MAKES.makes.get(callee) {
        Some(class) => Some(class),
        None => attributes(callee).map(|_| callee),
    }
}

/// The arguments of a call, as far as signatures ask for them.
struct Given<'a> {
    places: usize,
    names: &'a [Rc<str>],
}

/// What a function says to arguments that it does not take.
fn refused(function: &str, parameters: &str, given: &Given) -> Option<String> {
    let (mut places, mut names, mut missing) = (0_usize, Vec::new(), Vec::new());
    let (mut any_places, mut by_name) = (false, false);
    let any_names = parameters.split(' ').any(|word| word == "**");
    for word in parameters.split(' ').filter(|word| !word.is_empty()) {
        match word {
            "**" => {}
            "/" => names.clear(),
            "*" => by_name = true,
            word if word.starts_with('*') => (any_places, by_name) = (true, true),
            word => {
                let name = word.trim_end_matches('=');
                let is_named = given.names.iter().any(|known| **known == *name);
                let is_placed = !by_name && places < given.places;
                if !word.ends_with('=') && !is_named && !is_placed {
                    missing.push(format!("'{name}'"));
                }
                if is_placed && is_named && !any_names {
                    return Some(format!("{function}() got multiple values for argument '{name}'"));
                }
                names.push(name);
                places += usize::from(!by_name);
            }
        }
    }
    if given.places > places && !any_places {
        return Some(format!(
            "{function}() takes {places} positional argument{} but {} were given",
            plural_of(places),
            given.places
        ));
    }
    let unknown = given.names.iter().find(|name| !any_names && !names.contains(&&***name));
    if let Some(name) = unknown {
        return Some(format!("{function}() got an unexpected keyword argument '{name}'"));
    }
    let plural = plural_of(missing.len());
    (!missing.is_empty()).then(|| {
        format!("{function}() missing {} required positional argument{plural}: {}", missing.len(), missing.join(", "))
    })
}

impl Interp<'_> {
    /// What a function, a class or a method of the standard library says to arguments that it does not take.
    pub(super) fn misfit_of_signature(&self, callee: Value, args: &Args) -> Option<String> {
        if args.open || !VERSIONS.contains(&self.input.version) {
            return None;
        }
        if let Some(Object::Method { function, this }) = self.heap.get(callee) {
            self.path_text(*this)?;
            let name = self.heap.external_name(*function)?;
            let method = name.strip_prefix("pathlib.Path.")?;
            let row = parameters(&format!("pathlib.Path().{method}"))?;
            let names: Vec<Rc<str>> = args.keywords.iter().map(|(name, _)| self.heap.text(*name)).collect();
            return refused(method, row, &Given { places: args.positional.len(), names: &names });
        }
        let name = self.heap.external_name(callee).filter(|name| !Self::may_be_backported(name))?;
        let (row, short) = match name.rsplit_once("().") {
            Some((maker, method)) => (parameters(&format!("{}().{method}", made_by(maker)?))?, method),
            None => (parameters(&name)?, name.rsplit('.').next()?),
        };
        let names: Vec<Rc<str>> = args.keywords.iter().map(|(name, _)| self.heap.text(*name)).collect();
        refused(short, row, &Given { places: args.positional.len(), names: &names })
    }

    /// The class of the standard library that surely has no such attribute, or whose objects have none.
    pub(super) fn lacks_attribute(&self, frame: &Frame, object: Value, name: Sym) -> Option<String> {
        let of = match self.path_text(object) {
            Some(_) => Rc::from("pathlib.Path()"),
            None => self.heap.external_name(object).filter(|name| !Self::may_be_backported(name))?,
        };
        let text = self.heap.text(name);
        if text.starts_with('_') || &*text == "mro" || !VERSIONS.contains(&self.input.version) {
            return None;
        }
        let (class, kind) = match of.strip_suffix("()") {
            Some(maker) => (made_by(maker)?, "object"),
            None => (&*of, "type object"),
        };
        if attributes(class)?.split(' ').any(|known| known == &*text) || self.may_be_put(frame, &text, class) {
            return None;
        }
        let short = class.rsplit('.').next()?;
        Some(match kind {
            "object" => format!("'{short}' object has no attribute '{text}'"),
            kind => format!("{kind} '{short}' has no attribute '{text}'"),
        })
    }

    /// Whether code that is loaded may have given a class of the standard library an attribute: another module knows
    /// the name, or this one sets it. Loggers may be made by another class.
    fn may_be_put(&self, frame: &Frame, name: &str, class: &str) -> bool {
        self.mods.iter().enumerate().filter(|(_, module)| module.kind != ModuleKind::Runtime).any(|(at, module)| {
            let code = &module.code.code;
            let is_here = at == frame.module.0 as usize;
            let knows = |word: &str| code.names.iter().any(|known| &**known == word);
            let sets = |stmt: &Stmt| match stmt {
                Stmt::Assign(targets, _) => code
                    .list(*targets)
                    .iter()
                    .any(|target| matches!(code.expr(*target), Expr::Attribute(_, known) if code.name(known) == name)),
                _ => false,
            };
            code.texts.iter().any(|text| &**text == name)
                || !is_here && knows(name)
                || is_here && code.stmts.iter().any(sets)
                || class == "logging.Logger" && knows("setLoggerClass")
                || module.kind == ModuleKind::Extension && !module.preloaded && class == "logging.Logger"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(parameters: &str, places: usize, names: &[&str]) -> Option<String> {
        let names: Vec<Rc<str>> = names.iter().map(|name| Rc::from(*name)).collect();
        refused("f", parameters, &Given { places, names: &names })
    }

    #[test]
    fn arguments_fit_parameters() {
        assert_eq!(said("a b= * c=", 1, &["b", "c"]), None);
        assert_eq!(said("a / **", 1, &["a"]), None);
        assert_eq!(said("a *rest", 5, &[]), None);
        assert!(said("a b=", 0, &["b"]).is_some_and(|said| said.contains("missing 1 required")));
        assert!(said("a b=", 3, &[]).is_some_and(|said| said.contains("takes 2")));
        assert!(said("a b=", 1, &["c"]).is_some_and(|said| said.contains("unexpected")));
        assert!(said("a b=", 1, &["a"]).is_some_and(|said| said.contains("multiple values")));
    }

    #[test]
    fn the_library_is_listed() {
        assert!(parameters("logging.config.dictConfig").is_some() && parameters("logging.Logger().info").is_some());
        assert!(attributes("datetime.datetime").is_some_and(|names| names.contains("strftime")));
        assert_eq!(made_by("logging.getLogger"), Some("logging.Logger"));
    }
}
