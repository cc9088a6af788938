//! Registrations in loops and functions, spelled out for each row and call.

use std::sync::Arc;

use crate::program::expand::{Expander, Given, Leaf};
use crate::program::flow::{Arg, Kind};
use crate::program::values::{At, Program, Thing};
use crate::routes::reading::{Argument, arguments};
use crate::routes::words::ROUTERS;

/// A registration with everything filled in.
pub(super) struct Spelled {
    /// The router and the name of its method, when that is one.
    pub(super) method: Option<(At, Arc<str>)>,
    pub(super) args: Vec<Argument>,
    /// Places of tables that were filled in.
    pub(super) cells: Vec<At>,
}

/// A call that may register something, once for each call and row that fills it in.
pub(super) fn out(program: &Program<'_>, expander: &Expander<'_, '_>, callee: At, args: &[Arg]) -> Vec<Spelled> {
    let plain = arguments(callee.0, args);
    match program.kind(callee) {
        Kind::Attr(object, name) => {
            let method = Some(((callee.0, *object), name.clone()));
            if !ROUTERS.is_filled(name) || !plain.iter().any(|arg| depends(program, expander, arg.at)) {
                return vec![Spelled { method, args: plain, cells: Vec::new() }];
            }
            let mut rows: Vec<Spelled> = filled(program, expander, None, &plain)
                .into_iter()
                .map(|(_, args)| Spelled { method: method.clone(), cells: cells(&plain, &args), args })
                .collect();
            let modules = plain.iter().flat_map(|arg| expander.modules_behind(arg.at));
            if let Some(first) = rows.first_mut() {
                first.cells.extend(modules);
            }
            if rows.is_empty() {
                rows.push(Spelled { method, args: plain, cells: Vec::new() });
            }
            rows
        }
        // `router[method](path, handler)`
        Kind::Index(object, key) => {
            let object = (callee.0, *object);
            let rows = filled(program, expander, Some((callee.0, *key)), &plain).into_iter();
            let rows = rows.filter_map(|(name, args)| {
                let name = Arc::from(name?.to_ascii_lowercase());
                ROUTERS.is_filled(&name).then(|| Spelled {
                    method: Some((object, name)),
                    cells: cells(&plain, &args),
                    args,
                })
            });
            rows.collect()
        }
        _ => vec![Spelled { method: None, args: plain, cells: Vec::new() }],
    }
}

/// What took the place of the arguments as written.
fn cells(plain: &[Argument], filled: &[Argument]) -> Vec<At> {
    plain.iter().zip(filled).filter(|(plain, filled)| plain.at != filled.at).map(|(_, filled)| filled.at).collect()
}

/// An expression behind its variable.
fn behind(program: &Program<'_>, at: At) -> At {
    match program.value(at) {
        Thing::Node(node) if matches!(program.kind(node), Kind::Join(_)) => node,
        _ => at,
    }
}

fn depends(program: &Program<'_>, expander: &Expander<'_, '_>, at: At) -> bool {
    let at = behind(program, at);
    match program.kind(at) {
        Kind::Join(_) => Leaf::all(program, at).iter().any(|leaf| expander.is_free(leaf.at)),
        _ => expander.is_free(at),
    }
}

/// A name and arguments for each call and row.
fn filled(
    program: &Program<'_>,
    expander: &Expander<'_, '_>,
    name: Option<At>,
    plain: &[Argument],
) -> Vec<(Option<String>, Vec<Argument>)> {
    let name: Vec<Leaf> = name.map(|name| Leaf::all(program, name)).unwrap_or_default();
    let mut given: Vec<Given> = name.iter().map(|leaf| Given::One(leaf.at)).collect();
    let parts: Vec<Vec<Leaf>> = plain
        .iter()
        .map(|arg| match behind(program, arg.at) {
            at if matches!(program.kind(at), Kind::Join(_)) => Leaf::all(program, at),
            _ => Vec::new(),
        })
        .collect();
    for (arg, leaves) in plain.iter().zip(&parts) {
        match leaves.as_slice() {
            [] => given.push(Given::One(arg.at)),
            leaves => given.extend(leaves.iter().map(|leaf| Given::One(leaf.at))),
        }
    }
    let rows = expander.expand(&given).into_iter().map(|row| {
        let mut row = row.into_iter();
        let name = Leaf::joined(program, name.iter().zip(row.by_ref().take(name.len())));
        let args = plain.iter().zip(&parts).map(|(arg, leaves)| match leaves.as_slice() {
            [] => match row.next() {
                Some(Given::One(at)) => Argument { at, ..arg.clone() },
                _ => arg.clone(),
            },
            leaves => {
                let text = Leaf::joined(program, leaves.iter().zip(row.by_ref().take(leaves.len())));
                Argument { text: text.map(Arc::from), ..arg.clone() }
            }
        });
        (name, args.collect())
    });
    rows.collect()
}
