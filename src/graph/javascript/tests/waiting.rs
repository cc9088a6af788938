//! Promises, generators and imports that code waits for.

use super::{eager, graph, loaded};
use crate::graph::{HandlerResolution, Phase};

#[test]
fn imports_that_something_waits_for_are_loaded() {
    let files = [
        (
            "index.mjs",
            "const here = new URL('./plugins/', import.meta.url);
             const all = await Promise.all(['a', 'b'].map((name) => import(new URL(name + '.mjs', here))));
             const c = await import('./c.mjs').then((module) => import(module.next));
             const e = await import('./missing.mjs').catch(() => import('./e.mjs'));
             const later = import('./later.mjs');
             await all[0].default();
             export const handler = async () => [c, e, later];",
        ),
        ("plugins/a.mjs", "export default async () => { await import('../of-a.mjs'); };"),
        ("plugins/b.mjs", "export default 1;"),
        ("plugins/unused.mjs", "export default 1;"),
        ("of-a.mjs", ""),
        ("c.mjs", "export const next = './d.mjs';"),
        ("d.mjs", ""),
        ("e.mjs", ""),
        ("later.mjs", ""),
    ];
    assert_eq!(eager(&files), ["index.mjs", "plugins/a.mjs", "plugins/b.mjs", "c.mjs", "d.mjs", "e.mjs", "of-a.mjs"]);
}

#[test]
fn imports_that_begin_before_they_are_awaited_are_loaded() {
    let of = |index: &'static str| {
        let files = [
            ("package.json", r#"{"type": "module"}"#),
            ("index.js", index),
            ("a.js", "export const a = 1;"),
            ("b.js", "export {};"),
        ];
        (eager(&files), loaded(&files, Phase::Invoke))
    };
    let all = "const [a] = await Promise.all([import('./a.js'), import('./b.js')]); export const handler = () => a;";
    assert_eq!(of(all).0, ["index.js", "a.js", "b.js"]);
    let later = "const a = import('./a.js'); await a; export const handler = () => import('./b.js');";
    assert_eq!(of(later), (vec!["index.js".to_owned(), "a.js".to_owned()], vec!["b.js".to_owned()]));
    let then = "const a = await import('./a.js').then(() => import('./b.js')); export const handler = () => a;";
    assert_eq!(of(then).0, ["index.js", "a.js", "b.js"]);
    let made = "const a = (async () => import('./a.js'))(); await a; export const handler = () => 1;";
    assert_eq!(of(made).0, ["index.js", "a.js"]);
    // Nobody waits: the first request may.
    let begun = "const a = import('./a.js'); export const handler = async () => (await a).a;";
    assert_eq!(of(begun), (vec!["index.js".to_owned()], vec!["a.js".to_owned()]));
}

#[test]
fn generators_give_what_they_yield() {
    let files = [
        (
            "index.js",
            "function* inner(names) { for (const name of names) yield './' + name; return 'c'; }
             function* outer() { const last = yield* inner(['a', 'b']); yield './' + last; }
             for (const path of outer()) require(path);
             class Names { *[Symbol.iterator]() { yield './d'; } }
             const [path] = [...new Names()];
             require(path);
             const steps = inner(['e']);
             const first = steps.next(), second = steps.next();
             if (!first.done && second.done) require(first.value); else require('./never');
             const counter = { [Symbol.iterator]() { let n = 0; return { next: () => ({ done: n > 0, value: n++ }) }; } };
             for (const n of counter) require('./f' + n);
             exports.handler = 1;",
        ),
        ("a.js", ""),
        ("b.js", ""),
        ("c.js", ""),
        ("d.js", ""),
        ("e.js", ""),
        ("f0.js", ""),
        ("never.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "a.js", "b.js", "c.js", "d.js", "e.js", "f0.js"]);
}

#[test]
fn a_generator_that_stands_for_an_async_function_waits() {
    let run = "const run = (make) => new Promise((resolve) => {
                 const steps = make();
                 const step = (result) => result.done ? resolve(result.value) : Promise.resolve(result.value).then(() => step(steps.next()));
                 step(steps.next());
               });";
    let code = format!(
        "{run} run(function* () {{ require('./a'); yield Promise.resolve(); require('./later'); }}); exports.handler = 1;"
    );
    let files = [("index.js", code.as_str()), ("a.js", ""), ("later.js", "")];
    assert_eq!(eager(&files), ["index.js", "a.js"]);
}

#[test]
fn endless_generators_end() {
    let files = [
        (
            "index.js",
            "function* ids() { let id = 0; while (true) yield id++; }
             const numbers = ids(); numbers.next();
             if (numbers.next().value === 1) require('./a'); else require('./never');
             exports.handler = 1;",
        ),
        ("a.js", ""),
        ("never.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "a.js"]);
}

#[test]
fn hooks_of_the_loader_are_loaded() {
    let files = [
        (
            "index.mjs",
            "import { register } from 'node:module'; register('./hooks.mjs', import.meta.url); export const handler = 1;",
        ),
        ("hooks.mjs", "export async function resolve(a, b, next) { return next(a, b); }"),
    ];
    assert_eq!(eager(&files), ["index.mjs", "hooks.mjs"]);
}

#[test]
fn a_handler_that_something_may_set_later_is_doubted() {
    let doubts = |index: &'static str| graph(&[("index.js", index)]).doubts;
    for index in [
        "module.exports = new Promise((done) => setTimeout(() => done({ handler() {} }), 5));",
        "(async () => { await null; exports.handler = async () => 1; })();",
        "Promise.resolve().then(() => { exports.handler = async () => 1; });",
        "module.exports = { then(done) { done({ handler() {} }); } };",
    ] {
        assert_eq!(doubts(index).len(), 1, "{index}");
        assert!(matches!(graph(&[("index.js", index)]).handler, HandlerResolution::Found { .. }), "{index}");
    }
    for index in [
        "(async () => { await null; console.log('x'); })(); exports.other = 1;",
        "setTimeout(() => { exports.handler = async () => 1; }, 5);",
    ] {
        assert!(doubts(index).is_empty(), "{index}");
        assert!(matches!(graph(&[("index.js", index)]).handler, HandlerResolution::NameMissing { .. }), "{index}");
    }
}

#[test]
fn errors_of_own_code_that_are_not_decided_are_doubts() {
    let doubts = |index: &'static str| graph(&[("index.js", index), ("lib.js", "exports.size = 3;")]).doubts.len();
    for index in [
        "if (require('os').cpus().length < 2) throw new Error('slow');",
        "function check(size) { if (size < 2) throw new Error('slow'); }\ncheck(require('os').freemem());",
        "const few = require('os').cpus().length || 0;\nif (few < 1) throw new Error('none');",
        "require('assert')(require('os').hostname().startsWith('x'));",
    ] {
        assert_eq!(doubts(index), 1, "{index}");
    }
    for index in [
        "try { if (require('os').cpus().length < 2) throw new Error('slow'); } catch {}",
        "exports.handler = async () => { if (require('os').cpus().length < 2) throw new Error('slow'); };",
        "if (process.env.TABLE) throw new Error('set');",
        "if (!process.env.AWS_ACCESS_KEY_ID) throw new Error('not set');",
        "if (require('./lib').size < 2) throw new Error('slow');",
    ] {
        assert_eq!(doubts(index), 0, "{index}");
    }
}
