//! Own code that loads modules by names which are known only when it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashSet;
use serde::Deserialize;

use crate::graph::Mentions;
use crate::knowledge;
use crate::lang::python::ir::{Code, Expr, ExprId, Stmt};
use crate::span::Span;

knowledge::table! {
    pub(super) static WORDS: Words = "python/open_loads.toml", tested by the_words_of_open_loads_read;
}

/// `open_loads.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    modules: Vec<String>,
    calls: Vec<String>,
    values: Vec<String>,
    pub(super) loaders: Vec<String>,
    starters: BTreeMap<String, Vec<String>>,
    interpreters: Vec<String>,
    pub(super) environment: Vec<String>,
    names: Vec<String>,
}

/// Notes what an own module has that is enough: names, loaders that something gets hold of, programs that are not known.
pub(super) fn note(code: &Code, found: &mut BTreeSet<Arc<str>>) {
    let has = |name: &&String| code.names.iter().any(|own| **own == ***name);
    found.extend(WORDS.names.iter().filter(has).map(|name| Arc::from(name.as_str())));
    let values = values(code).map(|(_, name)| name);
    found.extend(values.filter(|name| WORDS.values.iter().any(|word| word == name)).map(Arc::from));
    if starts_unknown(code) {
        found.insert("subprocess".into());
    }
}

/// Names that a module reads without calling what they stand for, and where.
pub(super) fn values(code: &Code) -> impl Iterator<Item = (Span, &str)> {
    let calls = code.exprs.iter().filter_map(|expr| match expr {
        Expr::Call(function, _) => Some(function.0),
        _ => None,
    });
    let called: FxHashSet<u32> = calls.collect();
    let others = code.exprs.iter().zip(&code.expr_spans).zip(0..);
    others.filter(move |(_, at)| !called.contains(at)).filter_map(|((expr, span), _)| match expr {
        Expr::Name(name) | Expr::Attribute(_, name) => Some((*span, code.name(*name))),
        _ => None,
    })
}

/// Whether a module starts programs that it computes, or Python, which may load whatever is installed.
fn starts_unknown(code: &Code) -> bool {
    let starters = |name: &str| WORDS.starters.get(name.split('.').next().unwrap_or_default());
    let imported = code.stmts.iter().flat_map(|stmt| match stmt {
        Stmt::Import(aliases) => aliases.iter().filter_map(|alias| starters(code.name(alias.name))).collect(),
        Stmt::ImportFrom { module: Some(module), level: 0, .. } => Vec::from_iter(starters(code.name(*module))),
        _ => Vec::new(),
    });
    let starters: Vec<&String> = imported.flatten().collect();
    !starters.is_empty()
        && code.exprs.iter().any(|expr| {
            let Expr::Call(function, arguments) = *expr else { return false };
            let (Expr::Name(name) | Expr::Attribute(_, name)) = code.expr(function) else { return false };
            let name = code.name(name);
            let first = code.calls.get(arguments as usize).and_then(|call| code.list(call.positional).first());
            starters.iter().any(|word| *word == name) && first.is_some_and(|first| !is_known(code, *first))
        })
}

/// Whether a command begins with a program that is named, and is none that runs Python.
fn is_known(code: &Code, command: ExprId) -> bool {
    let is_python = |program: &str| {
        let name = program.rsplit('/').next().unwrap_or_default();
        WORDS.interpreters.iter().any(|word| name.starts_with(word.as_str()))
    };
    match code.expr(command) {
        Expr::Text(text) => !code.text(text).split_whitespace().any(is_python),
        Expr::List(items) | Expr::Tuple(items) => {
            code.list(items).first().is_some_and(|first| match code.expr(*first) {
                Expr::Text(text) => !is_python(code.text(text)),
                _ => false,
            })
        }
        Expr::Format(parts) => code.list(parts).first().is_some_and(|first| match code.expr(*first) {
            Expr::Text(text) => code.text(text).contains(' ') && !code.text(text).split_whitespace().any(is_python),
            _ => false,
        }),
        _ => false,
    }
}

/// Adds what the imports and calls of all own modules tell.
pub(super) fn complete(mentions: &mut Mentions) {
    let is_imported = |module: &&String| {
        let below =
            |import: &str| import.strip_prefix(&***module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        mentions.imports.iter().any(|import| below(import))
    };
    let modules = WORDS.modules.iter().filter(is_imported);
    let calls = WORDS.calls.iter().filter(|call| mentions.open_calls.contains(call.as_str()));
    let found: Vec<Arc<str>> = calls.chain(modules).map(|name| Arc::from(name.as_str())).collect();
    mentions.open_loads.extend(found);
}
