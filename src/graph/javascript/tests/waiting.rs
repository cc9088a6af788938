//! Promises, generators and imports that code waits for.

use super::{eager, loaded};
use crate::graph::Phase;

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
