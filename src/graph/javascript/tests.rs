use std::collections::BTreeMap;
use std::sync::Arc;

use super::{JavaScriptInput, simulate};
use crate::artifact::{Artifact, ArtifactKind, Bytes, Contents, Entry, ReadError};
use crate::graph::{HandlerResolution, ModuleGraph, Phase, Refused, WhatIf};
use crate::package::Bundle;
use crate::package::owners::npm::packages;

struct Texts(Vec<String>);

impl Contents for Texts {
    fn read(&self, entry: u32) -> Result<Bytes, ReadError> {
        Ok(Arc::new(self.0[entry as usize].clone().into_bytes()))
    }
}

fn artifact(files: &[(&str, &str)]) -> Artifact {
    let entries = files
        .iter()
        .map(|(path, text)| Entry {
            path: (*path).into(),
            bytes: text.len() as u64,
            zipped_bytes: None,
            crc32: None,
            modified: None,
            mode: None,
        })
        .collect();
    let texts = files.iter().map(|(_, text)| (*text).to_owned()).collect();
    Artifact::new("fn".into(), ArtifactKind::Directory, None, entries, Vec::new(), Box::new(Texts(texts)))
}

fn graph(files: &[(&str, &str)]) -> ModuleGraph {
    graph_of(&Bundle::new(artifact(files)))
}

fn graph_of(bundle: &Bundle) -> ModuleGraph {
    simulate(&JavaScriptInput {
        bundle,
        handler: "index.handler",
        node: 20,
        arm: false,
        sdk: None,
        environment: &BTreeMap::new(),
        source_tree: super::is_source_tree(&bundle.artifact, "index.handler"),
        prepare: None,
        what_if: &WhatIf::default(),
        refused: &Refused::default(),
    })
}

fn loaded(files: &[(&str, &str)], phase: Phase) -> Vec<String> {
    let graph = graph(files);
    let found = graph.modules.iter().filter(|m| m.loaded == phase && m.entry.is_some());
    found.map(|m| m.name.to_string()).collect()
}

fn eager(files: &[(&str, &str)]) -> Vec<String> {
    loaded(files, Phase::Init)
}

#[test]
fn functions_called_at_load_are_followed_and_others_are_lazy() {
    let files = [
        ("index.js", "function a() { require('./a'); } function b() { require('./b'); } a(); exports.handler = b;"),
        ("a.js", ""),
        ("b.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "a.js"]);
    assert_eq!(loaded(&files, Phase::Invoke), ["b.js"]);
}

#[test]
fn recursion_over_what_is_not_known_ends_soon() {
    let files = [
        (
            "index.js",
            "function walk(x) { if (x.a) walk(x.a); if (x.b) walk(x.b); require('./leaf'); }
             walk(JSON.parse(process.env.TREE)); exports.handler = () => require('./later');",
        ),
        ("leaf.js", ""),
        ("later.js", ""),
    ];
    let graph = graph(&files);
    assert_eq!(eager(&files), ["index.js", "leaf.js"]);
    let steps = graph.modules[0].weight.statements;
    assert!(steps < 5_000, "{steps} steps");
}

#[test]
fn arrays_that_hold_themselves_are_written_to_an_end() {
    let files = [
        (
            "index.js",
            "const a = []; a.push(a, a); let b = ['x']; for (let i = 0; i < 40; i++) b = [b, b];
             String(a); `${b}`; a.join(''); a + b; require('./a'); exports.handler = () => 1;",
        ),
        ("a.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "a.js"]);
}

#[test]
fn getters_are_lazy_until_read() {
    let files = [
        ("index.js", "const l = require('./lib'); l.a; exports.handler = () => l.b;"),
        (
            "lib.js",
            "for (const n of ['a', 'b']) Object.defineProperty(exports, n, { enumerable: true, get: () => require('./' + n) });",
        ),
        ("a.js", ""),
        ("b.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "lib.js", "a.js"]);
}

#[test]
fn import_star_reads_every_getter() {
    let star = "var __importStar = function (m) { if (m && m.__esModule) return m; var r = {}; if (m != null) for (var k in m) if (k !== 'default' && Object.prototype.hasOwnProperty.call(m, k)) r[k] = m[k]; return r; };";
    let index = format!("{star} const l = __importStar(require('./lib')); exports.handler = () => l;");
    let files = [
        ("index.js", index.as_str()),
        ("lib.js", "Object.defineProperty(exports, 'a', { enumerable: true, get() { return require('./a'); } });"),
        ("a.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "lib.js", "a.js"]);
}

#[test]
fn optional_requires_take_the_branch_the_package_allows() {
    let files = [
        (
            "index.js",
            "let x; try { x = require('none'); } catch (e) { x = require('./fallback'); } exports.handler = x;",
        ),
        ("fallback.js", "module.exports = () => 1;"),
    ];
    let graph = graph(&files);
    assert!(graph.unresolved.iter().all(|missing| missing.guarded));
    assert_eq!(eager(&files), ["index.js", "fallback.js"]);
}

#[test]
fn folders_are_required_file_by_file() {
    let files = [
        (
            "index.js",
            "const fs = require('fs'), path = require('path'); fs.readdirSync(path.join(__dirname, 'r')).filter(f => f.endsWith('.js')).forEach(f => require(path.join(__dirname, 'r', f))); exports.handler = () => 1;",
        ),
        ("r/a.js", ""),
        ("r/b.js", ""),
        ("r/c.txt", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "r/a.js", "r/b.js"]);
}

#[test]
fn es_modules_link_before_they_run_and_dynamic_imports_wait() {
    let files = [
        ("package.json", r#"{"type": "module"}"#),
        (
            "index.js",
            "import { a } from './a.js'; const t = await import('./t.js'); export const handler = () => import('./l.js');",
        ),
        ("a.js", "export const a = 1;"),
        ("t.js", "export {};"),
        ("l.js", "export {};"),
    ];
    assert_eq!(eager(&files), ["index.js", "a.js", "t.js"]);
    assert_eq!(loaded(&files, Phase::Invoke), ["l.js"]);
}

#[test]
fn exports_conditions_follow_the_loader() {
    let package = r#"{"name": "dual", "exports": {"import": "./m.mjs", "require": "./c.cjs"}}"#;
    let files = |index: &'static str, text: &'static str| {
        [
            (index, text),
            ("node_modules/dual/package.json", package),
            ("node_modules/dual/m.mjs", ""),
            ("node_modules/dual/c.cjs", ""),
        ]
    };
    assert_eq!(eager(&files("index.js", "exports.handler = require('dual')")), ["index.js", "node_modules/dual/c.cjs"]);
    assert_eq!(
        eager(&files("index.mjs", "import 'dual'; export const handler = 1")),
        ["index.mjs", "node_modules/dual/m.mjs"]
    );
}

#[test]
fn typescript_imports_of_types_are_gone() {
    let files = [
        ("index.ts", "import { T } from './types'; import { v } from './value'; export const handler = (e: T) => v;"),
        ("types.ts", "export interface T {}"),
        ("value.ts", "export const v = 1;"),
    ];
    assert_eq!(eager(&files), ["index.ts", "value.ts"]);
}

#[test]
fn a_missing_handler_is_said() {
    let absent = graph(&[("indx.js", "exports.handler = 1")]);
    assert!(matches!(absent.handler, HandlerResolution::ModuleMissing { similar, .. } if similar == ["indx"]));
    let unnamed = graph(&[("index.js", "exports.other = () => 1")]);
    assert!(matches!(unnamed.handler, HandlerResolution::NameMissing { defined, .. } if defined == ["other"]));
}

#[test]
fn nested_copies_are_packages_of_their_own() {
    let artifact = artifact(&[
        ("node_modules/a/package.json", r#"{"version": "1.0.0"}"#),
        ("node_modules/a/node_modules/@s/b/package.json", r#"{"version": "2.0.0"}"#),
        ("node_modules/@s/b/x.js", ""),
    ]);
    let found: Vec<_> = packages(&artifact)
        .packages
        .iter()
        .map(|p| (p.name.to_string(), p.version.as_deref().map(str::to_owned)))
        .collect();
    assert_eq!(
        found,
        [("@s/b".into(), None), ("@s/b".into(), Some("2.0.0".into())), ("a".into(), Some("1.0.0".into()))]
    );
}

#[test]
fn endless_code_ends() {
    for text in [
        "for (;;) {}",
        "function f() { f(); } f();",
        "const a = []; for (const x of [1]) { a.push(a); } while (true) { a.push(1); }",
        "let s = 'x'; for (;;) s += s;",
    ] {
        let source = format!("{text}\nrequire('./after'); exports.handler = 1;");
        let found = eager(&[("index.js", &source), ("after.js", "")]);
        assert_eq!(found, ["index.js", "after.js"], "{text}");
    }
    let deep = "(".repeat(50_000);
    assert_eq!(eager(&[("index.js", &deep)]), ["index.js"]);
}

#[test]
fn links_are_followed_to_real_paths_as_pnpm_needs_it() {
    let store = "node_modules/.pnpm";
    let (a, b) = (format!("{store}/a@1.0.0/node_modules"), format!("{store}/b@2.0.0/node_modules"));
    let files = [
        ("index.js".to_owned(), "exports.handler = require('a');"),
        (format!("{a}/a/index.js"), "module.exports = require('b');"),
        (format!("{a}/a/package.json"), r#"{"name": "a", "version": "1.0.0"}"#),
        (format!("{b}/b/index.js"), ""),
        // What the links stand for.
        ("node_modules/a/index.js".to_owned(), "module.exports = require('b');"),
        ("node_modules/a/package.json".to_owned(), r#"{"name": "a", "version": "1.0.0"}"#),
        (format!("{a}/b/index.js"), ""),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let link = |from: String, to: String| (from, to);
    let bundle = Bundle::new(artifact(&files).with_links(&[
        link("node_modules/a/index.js".to_owned(), format!("{a}/a/index.js")),
        link("node_modules/a/package.json".to_owned(), format!("{a}/a/package.json")),
        link(format!("{a}/b/index.js"), format!("{b}/b/index.js")),
    ]));
    let graph = graph_of(&bundle);
    assert!(graph.unresolved.is_empty(), "{:?}", graph.unresolved);
    let loaded: Vec<&str> = graph.modules.iter().filter(|m| m.entry.is_some()).map(|m| &*m.name).collect();
    assert_eq!(loaded, ["index.js".to_owned(), format!("{a}/a/index.js"), format!("{b}/b/index.js")]);
    let names: Vec<String> = packages(&bundle.artifact).packages.iter().map(|p| p.name.to_string()).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn members_of_a_workspace_are_found_before_they_are_installed() {
    let files = [
        ("index.ts", "import { a } from '@x/a'; import b from '@x/b/lib/part'; export const handler = () => [a, b];"),
        ("packages/a/package.json", r#"{"name": "@x/a", "exports": {".": "./src/index.ts"}}"#),
        ("packages/a/src/index.ts", "export const a = 1;"),
        ("packages/b/package.json", r#"{"name": "@x/b"}"#),
        ("packages/b/lib/part.ts", "export default 1;"),
    ];
    assert_eq!(eager(&files), ["index.ts", "packages/a/src/index.ts", "packages/b/lib/part.ts"]);
}

#[test]
fn a_require_made_for_another_folder_looks_from_there() {
    let files = [
        ("index.js", "require('binding'); exports.handler = 1;"),
        ("node_modules/binding/index.js", "module.exports = require('loader')(__dirname);"),
        ("node_modules/binding/node_modules/linux/index.js", ""),
        (
            "node_modules/loader/index.js",
            "const { createRequire } = require('module'), os = require('os');
             module.exports = (dir) => { const ask = createRequire(dir + '/package.json'); ask(os.arch() === 'x64' ? 'linux' : 'other'); };",
        ),
    ];
    assert_eq!(
        eager(&files),
        [
            "index.js",
            "node_modules/binding/index.js",
            "node_modules/loader/index.js",
            "node_modules/binding/node_modules/linux/index.js"
        ]
    );
}

#[test]
fn requests_with_an_unknown_part_stand_for_the_files_of_a_folder() {
    let files = [
        ("index.js", "exports.handler = (e) => require(`./routes/${e.name}`)(require('path').join(__dirname, 'x'));"),
        ("routes/orders.js", "require('only')"),
        ("routes/notes.md", ""),
        ("node_modules/only/index.js", ""),
    ];
    assert_eq!(loaded(&files, Phase::Invoke), ["routes/orders.js", "node_modules/only/index.js"]);
}

#[test]
fn globals_that_node_loads_when_read_are_counted_once() {
    let text = "const ok = typeof Response === 'function' && globalThis.FormData; exports.handler = () => Headers;";
    let graph = graph(&[("index.js", text)]);
    let found = graph.modules.iter().filter(|m| &*m.name == "globalThis.Response").count();
    assert_eq!(found, 1);
    assert!(!graph.modules.iter().any(|m| &*m.name == "globalThis.Headers"));
}

#[test]
fn rounds_of_long_loops_are_counted_from_constants() {
    let text = "const N = 3e6; let s = 0; for (let i = 0; i < N; i += 2) s += i; exports.handler = () => s;";
    let graph = graph(&[("index.js", text)]);
    let rounds: Vec<u64> = graph.loops.iter().map(|(_, rounds)| *rounds).collect();
    assert!(matches!(rounds.as_slice(), [1_400_000..=1_600_000]), "{rounds:?}");
}

#[test]
fn an_export_that_was_not_followed_to_is_not_called_missing() {
    let text = "eval('exports.handler = 1');";
    assert!(matches!(graph(&[("index.js", text)]).handler, HandlerResolution::Found { .. }));
    assert!(matches!(graph(&[("index.js", "exports.x = 1")]).handler, HandlerResolution::NameMissing { .. }));
}

#[test]
fn regular_expressions_decide_what_is_loaded() {
    let files = [
        (
            "index.js",
            "const [, major] = /^v(\\d+)\\./.exec(process.version); if (/^2\\d$/.test(major)) require('./a'); else require('./b');\
             'c,d'.split(/,/).forEach((n) => require('./' + n.replace(/^(.)$/, '$1')));",
        ),
        ("a.js", ""),
        ("b.js", ""),
        ("c.js", ""),
        ("d.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "a.js", "c.js", "d.js"]);
}

#[test]
fn a_replaced_require_runs_and_loads_as_before() {
    let hook = "const { Module } = require('module'); const original = Module.prototype.require;\
                Module.prototype.require = function (id) { if (id === './a') original.call(this, './extra'); return original.apply(this, arguments); };";
    let files = [
        ("index.js", "require('./hook'); const a = require('./a'); if (a.b) require('./b'); else require('./c');"),
        ("hook.js", hook),
        ("a.js", "exports.b = true;"),
        ("b.js", ""),
        ("c.js", ""),
        ("extra.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "hook.js", "extra.js", "a.js", "b.js"]);
    let graph = graph(&files);
    let a = graph.modules().find(|(_, m)| &*m.name == "a.js").expect("loaded").1;
    let importer = a.first_import.expect("imported").importer;
    assert_eq!(&*graph.module(importer).name, "index.js", "the hook does not ask, the code does");
}

#[test]
fn a_replaced_resolution_maps_names() {
    let alias = "const Module = require('module'); const old = Module._resolveFilename;\
                 Module._resolveFilename = function (r, p, m, o) { if (r.startsWith('@lib/')) r = require('path').join(__dirname, 'lib', r.substr(5)); return old.call(this, r, p, m, o); };";
    let files = [("index.js", "require('./alias'); require('@lib/x');"), ("alias.js", alias), ("lib/x.js", "")];
    assert_eq!(eager(&files), ["index.js", "alias.js", "lib/x.js"]);
}

#[test]
fn builtins_are_no_es_modules_for_compiled_code() {
    let files = [
        (
            "index.js",
            "const interop = (m) => m && m.__esModule ? m : { default: m }; const path = interop(require('path'));\
             require(path.default.join(__dirname, 'a'));",
        ),
        ("a.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "a.js"]);
}

#[test]
fn globals_that_node_has_need_no_substitute() {
    let files = [
        (
            "index.js",
            "const A = globalThis.AbortController || require('./a'); if (typeof fetch !== 'function') require('./b');",
        ),
        ("a.js", ""),
        ("b.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js"]);
}

#[test]
fn a_class_does_not_run_when_it_is_called() {
    let files =
        [("index.js", "class A { constructor() { require('./a'); } } unknown.map(A); [1].map(A);"), ("a.js", "")];
    assert_eq!(eager(&files), ["index.js"]);
}

#[test]
fn what_is_published_at_load_reaches_its_subscribers() {
    let files = [
        (
            "index.js",
            "const dc = require('diagnostics_channel'); dc.subscribe('x', ({ name }) => require('./' + name));\
             const c = dc.channel('x'); if (c.hasSubscribers) c.publish({ name: 'a' });",
        ),
        ("a.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "a.js"]);
}

#[test]
fn folders_and_patterns_of_own_code_may_be_loaded_later() {
    let files = [
        (
            "index.js",
            "const path = require('path'); load({ dir: path.join(__dirname, 'routes') }); load(__dirname + '/jobs'); load('plugins/*.js'); accept('image/*'); path.join(__dirname, '..');",
        ),
        ("routes/a/index.js", ""),
        ("routes/page.html", ""),
        ("jobs/b.js", ""),
        ("plugins/c.js", ""),
        ("other/d.js", ""),
    ];
    assert_eq!(loaded(&files, Phase::Invoke), ["routes/a/index.js", "jobs/b.js", "plugins/c.js"]);
}

#[test]
fn requests_that_begin_like_packages_may_be_any_of_them() {
    let files = [
        ("index.js", "exports.handler = (e) => require(`@x/client-${e.name}`);"),
        ("node_modules/@x/client-a/index.js", ""),
        ("node_modules/@x/client-b/index.js", ""),
        ("node_modules/@x/other/index.js", ""),
    ];
    let expected = ["node_modules/@x/client-a/index.js", "node_modules/@x/client-b/index.js"];
    assert_eq!(loaded(&files, Phase::Invoke), expected);
}

#[test]
fn arrays_are_put_in_order_by_known_comparisons() {
    let files = [
        ("index.js", "require('./' + [[2, 'b'], [1, 'a']].sort((x, y) => x[0] - y[0])[0][1]);"),
        ("a.js", ""),
        ("b.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "a.js"]);
}

#[test]
fn what_is_emitted_at_load_reaches_who_listens() {
    let files = [
        (
            "index.js",
            "const { EventEmitter } = require('events'); class Bus extends EventEmitter {} const bus = new Bus();\
             bus.on('a', (name) => require('./' + name)).once('b', () => require('./b'));\
             const gone = () => require('./c'); bus.on('c', gone); bus.off('c', gone); bus.on('d', () => require('./d'));\
             bus.emit('a', 'a'); bus.emit('b'); bus.emit('c');",
        ),
        ("a.js", ""),
        ("b.js", ""),
        ("c.js", ""),
        ("d.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "a.js", "b.js"]);
    assert_eq!(loaded(&files, Phase::Invoke), ["c.js", "d.js"]);
}

#[test]
fn constant_texts_given_to_eval_load_what_they_ask_for() {
    let files = [
        (
            "index.js",
            "const r = eval('require'); r('./a'); eval(`require('./b').go()`); eval('quire'.replace(/^/, 're'))('./c');",
        ),
        ("a.js", ""),
        ("b.js", ""),
        ("c.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "a.js", "b.js", "c.js"]);
    let files = [
        (
            "index.mjs",
            "const load = new Function('s', 'return import(s)'); await load('./a.mjs'); export const handler = 1;",
        ),
        ("a.mjs", ""),
    ];
    assert_eq!(eager(&files), ["index.mjs", "a.mjs"]);
}

#[test]
fn what_node_has_needs_no_polyfill() {
    let files = [
        (
            "index.js",
            "const os = require('os'), util = require('util'); if (typeof os.homedir === 'undefined') require('./a');\
             const from = Buffer.from ? 1 : require('./a'); if (util.notThere) require('./a'); else require('./b');",
        ),
        ("a.js", ""),
        ("b.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "b.js"]);
}

#[test]
fn a_library_loads_what_is_in_folders_that_it_is_handed() {
    let files = [
        (
            "index.js",
            "require('loader')({ dir: require('path').join(__dirname, 'parts') }); other(__dirname + '/jobs');",
        ),
        ("parts/a.js", ""),
        ("jobs/b.js", ""),
        ("node_modules/loader/index.js", "module.exports = (o) => unknown(o.dir).map((path) => require(path));"),
    ];
    assert_eq!(eager(&files), ["index.js", "node_modules/loader/index.js", "parts/a.js"]);
    assert_eq!(loaded(&files, Phase::Invoke), ["jobs/b.js"]);
}

#[test]
fn globals_that_code_sets_are_there_by_name() {
    let files = [
        (
            "index.js",
            "global.root = (name) => require('./lib/' + name); require('./b'); later = 1; if (globalThis.later) root('c');",
        ),
        ("b.js", "root('a'); if (typeof nothing !== 'undefined') root('d');"),
        ("lib/a.js", ""),
        ("lib/c.js", ""),
        ("lib/d.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "b.js", "lib/a.js", "lib/c.js"]);
}

#[test]
fn objects_spread_by_helpers_keep_their_members() {
    let files = [
        (
            "index.js",
            "function spread(e, t) { return Object.defineProperties(e, Object.getOwnPropertyDescriptors(t)); }\
             const made = spread({ a: 1 }, { name: './a', get other() { return './b'; } });\
             require(made.name); require(made.other); if (made.c === undefined && Object.keys(made).length === 3) require('./c');",
        ),
        ("a.js", ""),
        ("b.js", ""),
        ("c.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "a.js", "b.js", "c.js"]);
}

#[test]
fn objects_made_in_an_undecided_branch_are_known_within_it() {
    let files = [
        (
            "index.js",
            "if (process.uptime() > 1) { const at = { n: 0 }; at.n += 1; at.n += 1; if (at.n === 2) require('./a'); else require('./b'); }",
        ),
        ("a.js", ""),
        ("b.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "a.js"]);
}

mod possible;
mod texts;
mod waiting;

#[test]
fn what_old_axios_and_old_express_ask_of_the_language_is_answered() {
    let code = "var adapter;
        if (typeof XMLHttpRequest !== 'undefined') adapter = require('./xhr');
        else if (Object.prototype.toString.call(process) === '[object process]') adapter = require('./http');
        var args = '', old = eval('(function (' + args + ') {\\n' + 'return fn.apply(this, arguments)\\n' + '})');
        Object.defineProperty(old, 'json', { get: function () { return require('./json'); } });
        exports.json = old.json;
        exports.handler = function () {};";
    let files = [("index.js", code), ("xhr.js", ""), ("http.js", ""), ("json.js", "")];
    assert_eq!(eager(&files), ["index.js", "http.js", "json.js"]);
}
