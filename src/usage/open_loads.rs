//! By what a Node function's own code may load modules whose names are known only when it runs.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use serde::Deserialize;

use crate::knowledge;
use crate::lang::javascript::ir::{Expr, ExprId, ExprKind, Program, Var};
use crate::lang::javascript::request::known_ends;
use crate::manifest::node::package_of_request;

knowledge::table! {
    static WORDS: Words = "node/open_loads.toml", tested by the_words_of_open_loads_read;
}

/// `open_loads.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    words: Vec<String>,
    values: Vec<String>,
    harmless: Vec<String>,
}

/// The slot of `require` among the variables that CommonJS gives to a module.
const REQUIRE: u32 = 1;

/// By what a file may load so: a request of which nothing is known, a loader that something gets hold of, or code that is
/// made then.
pub(super) fn of(program: &Program, text: &str) -> Option<Arc<str>> {
    let is_open = |expr: ExprId| {
        let begins = known_ends(program, expr).map(|(begin, _)| begin);
        begins.is_none_or(|begin| package_of_request(&begin).is_none() && !begin.starts_with('.'))
    };
    let mut sites = program.sites.iter().filter(|site| site.request.is_none());
    if sites.any(|site| is_open(site.expr)) {
        return Some("require".into());
    }
    let said = |word: &&String| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    let word = WORDS.words.iter().find(said).map(|word| word.trim_end_matches('(').into());
    word.or_else(|| handed_on(program).map(Arc::from))
}

/// A loader that is not called where it stands: it is kept, given to something, or called another way.
fn handed_on(program: &Program) -> Option<&str> {
    let text = |at: u32| program.strings.get(at as usize).map_or("", |text| &**text);
    let mut used: FxHashSet<ExprId> = FxHashSet::default();
    for expr in &program.exprs {
        match &expr.kind {
            ExprKind::Call(callee, ..) => used.insert(*callee),
            ExprKind::Typeof(operand) => used.insert(*operand),
            ExprKind::Member(object, name, _) if WORDS.harmless.iter().any(|word| word == text(*name)) => {
                used.insert(*object)
            }
            _ => false,
        };
    }
    // Whoever parses a file as CommonJS has given it a variable for its own `require`.
    let wrapped = WORDS.values.first().map(String::as_str).unwrap_or_default();
    let name = |expr: &Expr| match expr.kind {
        ExprKind::Var(Var::Global(name)) => Some(text(name)),
        ExprKind::Var(Var::Local { depth, slot: REQUIRE }) => {
            let mut around = program.functions.iter().skip(1);
            let within = around.by_ref().filter(|function| function.span.holds(expr.span)).count();
            let is_wrapped = program.functions.first().is_some_and(|module| module.params.len() > REQUIRE as usize);
            (is_wrapped && usize::from(depth) >= within).then_some(wrapped)
        }
        _ => None,
    };
    let others = program.exprs.iter().zip(0..).filter(|(_, at)| !used.contains(at));
    let named = others.filter_map(|(expr, _)| name(expr));
    named.into_iter().find(|name| WORDS.values.iter().any(|word| word == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::javascript::{Dialect, ParseMode, parse};

    fn open(text: &str) -> Option<String> {
        let program = parse(text, ParseMode::javascript(Dialect::Module)).unwrap();
        of(&program, text).map(|means| means.to_string())
    }

    #[test]
    fn whoever_gets_hold_of_a_loader_may_load_anything() {
        for text in [
            "const r = require; r(k)",
            "ks.map(require)",
            "lib.go(require, k)",
            "require.call(null, k)",
            "const { constructor: { _load } } = module; module.constructor._load(k)",
            "const run = eval; run(k)",
            "require(k)",
            "f(() => require)",
        ] {
            assert!(open(text).is_some(), "{text}");
        }
        for text in [
            "require('x')",
            "typeof require === 'function'",
            "require.resolve('x')",
            "if (require.main === module) main()",
            "delete require.cache['x']",
            "const required = 1; f(required)",
            "require(`./parts/${k}`)",
        ] {
            assert_eq!(open(text), None, "{text}");
        }
    }
}
