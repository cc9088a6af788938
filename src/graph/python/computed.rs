//! Libraries that load modules by names which they compute.
//!
//! A name of which nothing is known comes from the library's own tables, whose texts are searched for elsewhere, from the
//! environment, or from who uses the library: only where own code hands something on to the function that loads, by way
//! of others of the same package perhaps, it may be any. Functions are told apart by their names.

use rustc_hash::{FxHashMap, FxHashSet};

use super::open_loads::{WORDS, values};
use crate::artifact::EntryId;
use crate::graph::{ComputedLoad, Mentions};
use crate::lang::python::ir::{BinaryOp, Code, Expr, ExprId};
use crate::package::owners::{PackageId, Packages};
use crate::span::Span;

/// Names that stand for the module itself: what is loaded below them is its own.
const ITSELF: [&str; 3] = ["__name__", "__package__", "__module__"];

/// A call that loads what it computes.
struct Site {
    span: Span,
    begins: String,
    ends: String,
    /// Whether the environment says the name.
    by_environment: bool,
}

/// Adds what the libraries among some modules load so; `codes` says which of them are own code.
pub(super) fn note(codes: &[(EntryId, &Code, bool)], packages: &Packages, mentions: &mut Mentions) {
    let mut sites: FxHashMap<PackageId, Vec<(EntryId, &Code, Site)>> = FxHashMap::default();
    for (entry, code, _) in codes.iter().filter(|(.., is_own)| !is_own) {
        let Some(owner) = packages.owner(*entry) else { continue };
        let found = self::sites(code);
        if !found.is_empty() {
            sites.entry(owner).or_default().extend(found.into_iter().map(|site| (*entry, *code, site)));
        }
    }
    if sites.is_empty() {
        return;
    }
    let own: FxHashSet<&str> = codes
        .iter()
        .filter(|(.., is_own)| *is_own)
        .flat_map(|(_, code, _)| handed(code))
        .map(|(_, name)| name)
        .collect();
    for (owner, sites) in sites {
        let is_unknown = |site: &Site| site.begins.is_empty() && site.ends.is_empty() && !site.by_environment;
        let reached = match sites.iter().any(|(.., site)| is_unknown(site)) {
            true => {
                let members = codes.iter().filter(|(entry, ..)| packages.owner(*entry) == Some(owner));
                handed_within(&members.map(|(_, code, _)| *code).collect::<Vec<_>>(), &own)
            }
            false => FxHashSet::default(),
        };
        for (by, code, site) in sites {
            let mut around = regions(code).filter(|(span, _)| span.holds(site.span));
            if !is_unknown(&site) || around.any(|(_, name)| reached.contains(name)) {
                let (begins, ends) = (site.begins.as_str().into(), site.ends.as_str().into());
                mentions.computed.insert(ComputedLoad { by, begins, ends });
            }
        }
    }
}

/// The calls of a module that load what they compute.
fn sites(code: &Code) -> Vec<Site> {
    if !code.names.iter().any(|name| is_loader(name)) {
        return Vec::new();
    }
    let calls = code.exprs.iter().zip(&code.expr_spans).filter_map(|(expr, span)| {
        let Expr::Call(function, arguments) = *expr else { return None };
        let (Expr::Name(name) | Expr::Attribute(_, name)) = code.expr(function) else { return None };
        let call = code.calls.get(arguments as usize).filter(|_| is_loader(code.name(name)))?;
        let named = || {
            let named = call.keywords.iter().find(|(key, _)| key.is_some_and(|key| code.name(key) == "name"));
            named.map(|(_, value)| *value)
        };
        let request = code.list(call.positional).first().copied().or_else(named)?;
        let (begins, ends) = ends(code, request)?;
        let around = code.expr_spans.get(request.0 as usize).copied().unwrap_or_default();
        let inside = code.exprs.iter().zip(&code.expr_spans).filter(|(_, span)| around.holds(**span));
        let by_environment = inside.into_iter().any(|(expr, _)| match expr {
            Expr::Name(name) | Expr::Attribute(_, name) => {
                WORDS.environment.iter().any(|word| *word == *code.name(*name))
            }
            _ => false,
        });
        Some(Site { span: *span, begins, ends, by_environment })
    });
    calls.collect()
}

fn is_loader(name: &str) -> bool {
    WORDS.loaders.iter().any(|word| word == name)
}

/// How the name that an expression makes begins and ends; nothing where it is constant, or of the module's own package.
fn ends(code: &Code, request: ExprId) -> Option<(String, String)> {
    let text = |expr: ExprId| match code.expr(expr) {
        Expr::Text(text) => Some(code.text(text).to_owned()),
        _ => None,
    };
    let outer = |mut at: ExprId, left: bool| loop {
        match code.expr(at) {
            Expr::Binary(BinaryOp::Add, first, last) => at = if left { first } else { last },
            _ => return at,
        }
    };
    let (first, last, begins) = match code.expr(request) {
        Expr::Text(_) => return None,
        Expr::Format(parts) => {
            let parts = code.list(parts);
            (*parts.first()?, *parts.last()?, None)
        }
        // `"driver_%s" % kind`, `"driver_{}".format(kind)`
        Expr::Binary(BinaryOp::Mod, pattern, _) => (request, request, text(pattern)),
        Expr::Call(function, _) => match code.expr(function) {
            Expr::Attribute(pattern, _) => (request, request, text(pattern)),
            _ => (request, request, None),
        },
        _ => (outer(request, true), outer(request, false), None),
    };
    let is_itself = matches!(code.expr(first), Expr::Name(name) if ITSELF.contains(&code.name(name)));
    let begins = begins.or_else(|| text(first)).unwrap_or_default();
    let begins = begins.split(['%', '{']).next().unwrap_or_default().to_owned();
    (!is_itself && !begins.starts_with('.')).then(|| (begins, text(last).unwrap_or_default()))
}

/// Names of what a module hands values on to, or hands on itself, and where.
fn handed(code: &Code) -> Vec<(Span, &str)> {
    let is_constant = |expr: ExprId| {
        let kind = code.expr(expr);
        matches!(kind, Expr::Text(_) | Expr::Int(_) | Expr::Float(_) | Expr::Bool(_) | Expr::None | Expr::Bytes(_))
    };
    let calls = code.exprs.iter().zip(&code.expr_spans).filter_map(|(expr, span)| {
        let Expr::Call(function, arguments) = *expr else { return None };
        let (Expr::Name(name) | Expr::Attribute(_, name)) = code.expr(function) else { return None };
        let call = code.calls.get(arguments as usize)?;
        let mut given = code.list(call.positional).iter().copied().chain(call.keywords.iter().map(|(_, value)| *value));
        given.any(|given| !is_constant(given)).then(|| (*span, code.name(name)))
    });
    let mut found: Vec<(Span, &str)> = calls.collect();
    found.extend(values(code));
    found.sort_by_key(|(span, _)| span.start);
    found
}

/// Functions and classes of a module with their names.
fn regions(code: &Code) -> impl Iterator<Item = (Span, &str)> {
    let functions = code.functions.iter().map(|function| (function.span, code.name(function.name)));
    let classes = code.classes.iter().filter_map(|class| {
        let body = code.block(class.body);
        let span = Span::new(code.stmt_span(*body.first()?).start, code.stmt_span(*body.last()?).end);
        Some((span, code.name(class.name)))
    });
    functions.chain(classes)
}

/// The names of the functions and classes of a package that get something from who uses it.
fn handed_within<'a>(codes: &[&'a Code], own: &FxHashSet<&'a str>) -> FxHashSet<&'a str> {
    let handed: Vec<Vec<(Span, &str)>> = codes.iter().map(|code| self::handed(code)).collect();
    let mut places: FxHashMap<&str, Vec<(usize, Span)>> = FxHashMap::default();
    for (at, code) in codes.iter().enumerate() {
        for (span, name) in regions(code) {
            places.entry(name).or_default().push((at, span));
        }
    }
    let mut reached: FxHashSet<&str> = FxHashSet::default();
    let mut waiting: Vec<&str> = own.iter().copied().collect();
    while let Some(name) = waiting.pop() {
        let Some(found) = places.get(name).filter(|_| reached.insert(name)) else { continue };
        for (at, span) in found {
            let first = handed[*at].partition_point(|(inner, _)| inner.start < span.start);
            let inside = handed[*at][first..].iter().take_while(|(inner, _)| inner.start < span.end);
            waiting.extend(inside.map(|(_, name)| *name).filter(|name| !reached.contains(name)));
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::python::parse;

    fn loads(library: &str, own: &str) -> Vec<(String, String, bool)> {
        let (library, own) = (parse(library.as_bytes()), parse(own.as_bytes()));
        let own: FxHashSet<&str> = handed(&own.code).into_iter().map(|(_, name)| name).collect();
        let reached = handed_within(&[&library.code], &own);
        let is_reached = |site: &Site| {
            site.by_environment
                || regions(&library.code).any(|(span, name)| span.holds(site.span) && reached.contains(name))
        };
        sites(&library.code)
            .into_iter()
            .map(|site| (site.begins.clone(), site.ends.clone(), is_reached(&site)))
            .collect()
    }

    #[test]
    fn known_ends_of_names_are_told() {
        let of = |request: &str| loads(&format!("def f(kind):\n    import_module({request})\n"), "");
        let known = |begins: &str, ends: &str| vec![(begins.to_owned(), ends.to_owned(), false)];
        assert_eq!(of("'driver_' + kind"), known("driver_", ""));
        assert_eq!(of("f'driver_{kind}_v2'"), known("driver_", "_v2"));
        assert_eq!(of("'driver_%s' % kind"), known("driver_", ""));
        assert_eq!(of("'driver_{}'.format(kind)"), known("driver_", ""));
        assert_eq!(of("kind"), known("", ""));
        for own in ["'.x' + kind", "f'.{kind}'", "__name__ + '.' + kind", "f'{__package__}.{kind}'", "'json'"] {
            assert!(of(own).is_empty(), "{own}");
        }
        assert!(loads("def f():\n    __import__(os.environ['D'])\n", "")[0].2);
    }

    #[test]
    fn what_own_code_hands_on_reaches_the_function_that_loads() {
        let library = "def open(kind):\n    return _load(kind)\ndef _load(name):\n    return import_module(name)\n\
                       def fixed():\n    return _other('json')\ndef _other(name):\n    return import_module(name)\n";
        let reached = |own: &str| loads(library, own).into_iter().map(|(.., reached)| reached).collect::<Vec<_>>();
        assert_eq!(reached("lib.open(event['kind'])"), [true, false]);
        assert_eq!(reached("lib.fixed()"), [false, false]);
        assert_eq!(reached("list(map(lib.open, kinds))"), [true, false]);
        assert_eq!(reached("lib.open('csv')"), [false, false]);
    }
}
