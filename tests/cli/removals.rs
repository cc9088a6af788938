//! What projects need although no code of theirs names it, and what of it can be known once everything is installed.

use super::Project;

fn unused(project: &Project, options: &[&str]) -> Vec<String> {
    let report = project.report(options);
    let found = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "unused-dependency");
    found.map(|finding| finding["subject"].as_str().unwrap().to_owned()).collect()
}

/// `pip install --editable` leaves metadata beside the sources, which list the project's own files.
#[test]
fn metadata_beside_the_sources_take_nothing_away() {
    let of = |metadata: &str, listed: &str, source: &str| {
        let (sources, info) = (format!("{metadata}/SOURCES.txt"), format!("{metadata}/PKG-INFO"));
        Project::new(&[
            (
                "pyproject.toml",
                "[project]\nname = 'shop'\nversion = '1'\ndependencies = ['requests', 'flask', 'arrow']\n",
            ),
            (source, "import requests\nimport flask\n"),
            (&*sources, listed),
            (&*info, "Name: shop\n"),
        ])
    };
    let flat = of("shop.egg-info", "pyproject.toml\nshop/main.py\nshop.egg-info/SOURCES.txt\n", "shop/main.py");
    assert_eq!(unused(&flat, &[]), ["arrow"]);
    let listed = "pyproject.toml\nsrc/shop/main.py\nsrc/shop.egg-info/SOURCES.txt\n";
    assert_eq!(unused(&of("src/shop.egg-info", listed, "src/shop/main.py"), &[]), ["arrow"]);
}

#[test]
fn commands_and_settings_of_distributions() {
    let manifest = "[packages]\nflask = '*'\nspare = '*'\ncogapp = '*'\nformatter = '*'\nchecker = '*'\nruns = '*'\nyamllint = '*'\n[scripts]\nstart = 'runs now'\n";
    let project = Project::new(&[
        ("Pipfile", manifest),
        ("app.py", "import flask\n"),
        ("Justfile", "docs:\n  cog -r README.md\n"),
        ("gulpfile.js", "run(['formatter', '--check'])\n"),
        ("package.json", r#"{"scripts": {"lint": "checker ."}, "devDependencies": {"spare": "1"}}"#),
        (".yamllint", "extends: default\n"),
    ]);
    assert_eq!(unused(&project, &["--select", "unused-dependency"]), ["spare"]);
}

/// Only the library's own code says that it imports something where it is there.
#[test]
fn installed_libraries_tell_what_they_want() {
    let site = |path: &str| format!(".venv/lib/python3.12/site-packages/{path}");
    let files = [
        ("requirements.txt".to_owned(), "notes\nqueue-client\nspare\n"),
        ("app.py".to_owned(), "import notes\n"),
        (site("notes/__init__.py"), ""),
        (site("notes/queues.py"), "try:\n    import queue_client.sending as q\nexcept ImportError:\n    q = None\n"),
        (site("notes/tests/test_it.py"), "import spare\n"),
        (site("notes-1.0.dist-info/METADATA"), "Name: notes\n"),
        (site("notes-1.0.dist-info/RECORD"), "notes/__init__.py,,\nnotes/queues.py,,\nnotes/tests/test_it.py,,\n"),
        (site("queue_client/__init__.py"), ""),
        (site("queue_client-1.0.dist-info/METADATA"), "Name: queue-client\n"),
        (site("spare/__init__.py"), ""),
        (site("spare-1.0.dist-info/METADATA"), "Name: spare\n"),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
    assert_eq!(unused(&Project::new(&files), &[]), ["spare"]);
    let node = Project::new(&[
        ("package.json", r#"{"dependencies": {"store": "1", "store-disk": "1", "spare": "1"}}"#),
        ("main.js", "require('store');\n"),
        ("node_modules/store/package.json", r#"{"name": "store", "version": "1.0.0"}"#),
        (
            "node_modules/store/index.js",
            "exports.open = (kind) => require(`store-${kind}`);\nconst kinds = ['store-disk'];\n// spare\n",
        ),
        ("node_modules/store-disk/package.json", r#"{"name": "store-disk", "version": "1.0.0"}"#),
        ("node_modules/spare/package.json", r#"{"name": "spare", "version": "1.0.0"}"#),
    ]);
    assert_eq!(unused(&node, &[]), ["spare"]);
}

/// Types that a package has itself by now need no other package.
#[test]
fn types_that_hold_nothing() {
    let project = Project::new(&[
        (
            "package.json",
            r#"{"dependencies": {"a": "2", "b": "1"}, "devDependencies": {"@types/a": "2", "@types/b": "1", "@types/c": "1"}}"#,
        ),
        ("main.ts", "import a from 'a';\nimport b from 'b';\nexport default [a, b];\n"),
        ("node_modules/a/package.json", r#"{"name": "a", "version": "2.0.0", "types": "a.d.ts"}"#),
        ("node_modules/b/package.json", r#"{"name": "b", "version": "1.0.0"}"#),
        (
            "node_modules/@types/a/package.json",
            r#"{"name": "@types/a", "version": "2.0.0", "dependencies": {"a": "*"}}"#,
        ),
        ("node_modules/@types/b/package.json", r#"{"name": "@types/b", "version": "1.0.0"}"#),
        ("node_modules/@types/b/index.d.ts", "export default 1;\n"),
        // It describes nothing that is declared, and may bring what it stands for.
        (
            "node_modules/@types/c/package.json",
            r#"{"name": "@types/c", "version": "1.0.0", "dependencies": {"c": "*"}}"#,
        ),
    ]);
    assert_eq!(unused(&project, &["--dev"]), ["@types/a"]);
}

/// Packages that come with an environment of Python say nothing of the project's own.
#[test]
fn environments_of_another_language() {
    let inside = ".venv/lib/python3.12/site-packages/tool/node_modules/x/package.json";
    let project = Project::new(&[
        ("requirements.txt", "flask\n"),
        ("app.py", "import flask\n"),
        ("package.json", r#"{"dependencies": {"a": "1"}, "devDependencies": {"left-pad": "1"}}"#),
        ("main.js", "require('a');\n"),
        (inside, r#"{"name": "x", "version": "1.0.0"}"#),
    ]);
    assert!(unused(&project, &["--dev"]).is_empty(), "nothing of npm is installed here");
}

/// What the root declares is the root's, whichever member looks at it.
#[test]
fn members_do_not_report_what_the_root_declares() {
    let project = Project::new(&[
        (
            "package.json",
            r#"{"workspaces": ["one", "two"], "dependencies": {"runner": "1"}, "scripts": {"go": "runner"}}"#,
        ),
        ("one/package.json", r#"{"name": "one", "dependencies": {"runner": "1", "b": "1"}}"#),
        ("one/main.js", "require('b');\n"),
        ("two/package.json", r#"{"name": "two", "dependencies": {"b": "1"}}"#),
        ("two/main.js", "require('b');\n"),
    ]);
    let report = project.report(&[]);
    let places = report["findings"].as_array().unwrap().iter().filter(|finding| finding["subject"] == "runner");
    let places: Vec<&str> = places.map(|finding| finding["location"]["path"].as_str().unwrap()).collect();
    assert!(!places.iter().any(|path| !path.contains("one/")), "{places:?}");
}

/// A pattern in a bundler's settings stands for a folder as a text does.
#[test]
fn aliases_by_pattern() {
    let project = Project::new(&[
        ("package.json", r#"{"dependencies": {"a": "1"}}"#),
        (
            "vite.config.mjs",
            "export default { resolve: { alias: [{ find: /^@server\\/(.+)/, replacement: 'api/$1' }] } };\n",
        ),
        ("src/main.js", "import 'a';\nimport { x } from '@server/lib/x';\nimport other from 'other';\nx(other);\n"),
    ]);
    let report = project.report(&["--select", "undeclared-dependency"]);
    let found = report["findings"].as_array().unwrap().iter();
    assert_eq!(found.map(|finding| finding["subject"].as_str().unwrap()).collect::<Vec<_>>(), ["other"]);
}

/// What a derive compiles of a template names crates as code does.
#[test]
fn templates_that_a_derive_compiles_name_crates() {
    let project = Project::new(&[
        (
            "Cargo.toml",
            "[package]\nname = \"shop\"\nversion = \"1.0.0\"\n\n[dependencies]\naskama = \"0.14\"\nscores = \"1\"\nspare = \"1\"\n",
        ),
        ("src/lib.rs", "#[derive(askama::Template)]\n#[template(path = \"page.html\")]\npub struct Page;\n"),
        ("templates/page.html", "{% if x == scores::Level::High %}a spare part{% endif %}\n"),
    ]);
    assert_eq!(unused(&project, &[]), ["spare"]);
}

/// Of a package of types nothing is read where no file asks for what it describes and none says a name that it gives to all.
#[test]
fn types_that_nobody_reads() {
    let stub =
        |name: &str| (format!("node_modules/@types/{name}/package.json"), format!(r#"{{"name": "@types/{name}"}}"#));
    let types = |name: &str, text: &str| (format!("node_modules/@types/{name}/index.d.ts"), text.to_owned());
    let names = ["asked", "globals", "unsaid", "wanted", "brought", "spare", "adding", "told", "odd", "react", "inner"];
    let declared = names.map(|name| format!(r#""@types/{name}": "1""#)).join(", ");
    let mut files: Vec<(String, String)> = names.map(stub).to_vec();
    let texts = [
        ("asked", "export const a: 1;\n"),
        ("globals", "declare const it: (x: 1) => void;\n"),
        ("unsaid", "declare const neverSaid: 1;\ndeclare interface NeverSaid {\n  a: 1;\n}\n"),
        ("wanted", "export interface W {}\n"),
        ("brought", "export interface B {}\n"),
        ("spare", "/* it */\nimport { B } from 'brought';\ndeclare module './x' {\n  const it: B;\n}\n"),
        ("adding", "export {};\ndeclare module 'a' {\n  interface A {}\n}\n"),
        ("told", "export {};\n"),
        ("odd", "declare namespace Odd {\n"),
        ("react", "export const r: 1;\n"),
        ("inner", "export {};\n"),
    ];
    files.extend(texts.map(|(name, text)| types(name, text)));
    let manifest = format!(r#"{{"dependencies": {{"a": "1", "b": "1"}}, "devDependencies": {{{declared}}}}}"#);
    let more = [
        ("package.json", manifest.as_str()),
        ("main.ts", "import 'a';\nimport b from 'b';\nimport type { a } from 'asked';\nit(b);\n"),
        ("page.jsx", "export const page = <p />;\n"),
        ("tsconfig.json", r#"{"compilerOptions": {"types": ["told"]}}"#),
        ("node_modules/a/package.json", r#"{"name": "a"}"#),
        ("node_modules/a/index.d.ts", "import { W } from \"wanted\";\nexport const a: W;\n"),
        // It brings the types that it asks for.
        ("node_modules/b/package.json", r#"{"name": "b", "dependencies": {"@types/brought": "1"}}"#),
        ("node_modules/b/index.d.ts", "import { B } from \"brought\";\nexport const b: B;\n"),
        ("demo/package.json", r#"{"dependencies": {"inner": "1"}}"#),
        ("demo/main.ts", "import 'inner';\n"),
    ];
    files.extend(more.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    assert_eq!(unused(&Project::new(&files), &["--dev"]), ["@types/unsaid", "@types/brought", "@types/spare"]);
}

/// A project within another one that is no part of it has installed what it declares.
#[test]
fn projects_within_have_their_own() {
    let project = Project::new(&[
        ("package.json", r#"{"dependencies": {"a": "1", "b": "1", "c": "1"}}"#),
        ("main.js", "require('a');\n"),
        ("web/package.json", r#"{"dependencies": {"b": "1"}}"#),
        ("web/main.js", "require('b');\nrequire('c');\n"),
    ]);
    let report = project.report(&[]);
    let found = report["findings"].as_array().unwrap().iter().filter(|finding| finding["subject"] == "b");
    assert_eq!(
        found.map(|finding| finding["location"]["path"].as_str().unwrap()).collect::<Vec<_>>(),
        ["package.json"]
    );
    assert!(!unused(&project, &[]).contains(&"c".to_owned()), "it has not declared that one");
}

/// What is called like a module of Node is that one in Node, and another one in a browser.
#[test]
fn packages_called_like_modules_of_node() {
    let of = |tool: &str| {
        let manifest =
            format!(r#"{{"dependencies": {{"a": "1", "events": "3"}}, "devDependencies": {{"{tool}": "1"}}}}"#);
        let project = Project::new(&[
            ("package.json", &*manifest),
            ("main.js", "import 'a';\nimport E from 'events';\nnew E();\n"),
            ("node_modules/a/package.json", r#"{"name": "a"}"#),
            ("node_modules/a/index.js", "require('events');\n"),
            ("node_modules/events/package.json", r#"{"name": "events"}"#),
        ]);
        unused(&project, &[])
    };
    assert_eq!(of("nodemon"), ["events"]);
    assert!(of("vite").is_empty());
}

/// What a schema or a hook names is called by the tool that reads it.
#[test]
fn schemas_and_hooks_name_packages() {
    let project = Project::new(&[
        (
            "package.json",
            r#"{"dependencies": {"a": "1"}, "devDependencies": {"docs-of-tables": "1", "checker": "1", "spare": "1"}}"#,
        ),
        ("main.js", "require('a');\n"),
        ("prisma/schema.prisma", "generator docs {\n  provider = \"docs-of-tables\"\n}\n"),
        (".husky/pre-commit", "npx checker\n"),
        ("node_modules/a/package.json", r#"{"name": "a"}"#),
    ]);
    assert_eq!(unused(&project, &["--dev"]), ["spare"]);
}

/// A copy of a manifest in a library's bundle asks for nothing, and a plug-in of a tool that is not here has no short name.
#[test]
fn names_that_ask_for_nothing() {
    let project = Project::new(&[
        (
            "package.json",
            r#"{"dependencies": {"a": "1", "spare": "1"}, "devDependencies": {"vitest": "1", "jest-environment-jsdom": "1"}}"#,
        ),
        ("main.js", "require('a');\n"),
        ("vitest.config.js", "export default { test: { environment: 'jsdom' } };\n"),
        ("node_modules/a/package.json", r#"{"name": "a"}"#),
        (
            "node_modules/a/dist.js",
            "module.exports = JSON.parse('{}') || {\"devDependencies\": {\"spare\": \"^1.0.0\"}};\n",
        ),
        ("node_modules/spare/package.json", r#"{"name": "spare"}"#),
        ("node_modules/vitest/package.json", r#"{"name": "vitest", "bin": "./x.js"}"#),
        ("node_modules/jest-environment-jsdom/package.json", r#"{"name": "jest-environment-jsdom"}"#),
    ]);
    assert_eq!(unused(&project, &["--dev"]), ["spare", "jest-environment-jsdom"]);
}

/// What the standard library has in every version is taken from there, and settings by their place need their tool.
#[test]
fn distributions_of_the_standard_library_and_of_settings() {
    let project = Project::new(&[
        ("requirements.txt", "flask\nargparse\npathlib\nsphinx\nsnakemake\n"),
        ("app.py", "import argparse, flask, pathlib\n"),
        ("docs/source/conf.py", "html_theme = 'x'\n"),
    ]);
    assert_eq!(unused(&project, &[]), ["argparse", "pathlib", "snakemake"]);
}

/// A distribution that is imported, declared nowhere and here for another's sake is reported; an extra's is not.
#[test]
fn distributions_that_only_others_bring() {
    let site = |path: &str| format!(".venv/lib/python3.12/site-packages/{path}");
    let files = [
        ("requirements.txt".to_owned(), "notes[fast]\n"),
        ("app.py".to_owned(), "import notes\nimport inner\nimport speed\nimport setuptools\nimport app_parts\n"),
        ("app_parts/__init__.py".to_owned(), ""),
        (site("notes/__init__.py"), "import inner\n"),
        (site("notes-1.0.dist-info/RECORD"), "notes/__init__.py,,\n"),
        (
            site("notes-1.0.dist-info/METADATA"),
            "Name: notes\nRequires-Dist: inner\nProvides-Extra: fast\nRequires-Dist: speed; extra == \"fast\"\n",
        ),
        (site("inner/__init__.py"), ""),
        (site("inner-1.0.dist-info/RECORD"), "inner/__init__.py,,\n"),
        (site("inner-1.0.dist-info/METADATA"), "Name: inner\n"),
        (site("speed/__init__.py"), ""),
        (site("speed-1.0.dist-info/RECORD"), "speed/__init__.py,,\n"),
        (site("speed-1.0.dist-info/METADATA"), "Name: speed\n"),
        (site("setuptools/__init__.py"), ""),
        (site("setuptools-70.dist-info/RECORD"), "setuptools/__init__.py,,\n"),
        (site("setuptools-70.dist-info/METADATA"), "Name: setuptools\n"),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
    let report = Project::new(&files).report(&["--select", "undeclared-dependency"]);
    let found = report["findings"].as_array().unwrap().iter();
    assert_eq!(found.map(|finding| finding["subject"].as_str().unwrap()).collect::<Vec<_>>(), ["inner"]);
}

/// What a package imports at its top level is needed wherever that is installed.
#[test]
fn distributions_for_development_that_a_package_imports() {
    let project = Project::new(&[
        (
            "pyproject.toml",
            "[project]\nname = 'x'\nversion = '1'\ndependencies = ['flask']\n[dependency-groups]\ndev = ['requests', 'pytest', 'faker', 'rich']\n",
        ),
        ("src/x/__init__.py", ""),
        (
            "src/x/app.py",
            "import flask\nimport requests\ntry:\n    import rich\nexcept ImportError:\n    rich = None\n",
        ),
        ("src/x/testing.py", "import pytest\n"),
        ("seed.py", "import faker\n"),
        ("tests/test_x.py", "import pytest\n"),
    ]);
    let report = project.report(&["--select", "misplaced-dependency"]);
    let found = report["findings"].as_array().unwrap().iter();
    assert_eq!(found.map(|finding| finding["subject"].as_str().unwrap()).collect::<Vec<_>>(), ["requests"]);
}

/// What a tool of development loads where it is there is found in the environment, too.
#[test]
fn what_distributions_for_development_load() {
    let site = ".venv/lib/python3.13/site-packages";
    let drawer = format!("{site}/drawer/__init__.py");
    let files = [
        ("pyproject.toml", "[project]\nname = 'shop'\nversion = '1'\ndependencies = ['requests']\n[dependency-groups]\ndev = ['drawer', 'bitmaps', 'spare', 'descriptions']\n".to_owned()),
        ("shop.py", "import requests\n".to_owned()),
        ("docs/ext.py", "import drawer\n".to_owned()),
        (".venv/pyvenv.cfg", "version = 3.13.0\n".to_owned()),
        (&*drawer, "try:\n    import bitmaps\nexcept ImportError:\n    bitmaps = None\n".to_owned()),
    ];
    let mut files: Vec<(String, String)> = files.map(|(path, text)| (path.to_owned(), text)).into();
    let described = format!("{site}/requests-stubs/__init__.pyi");
    files.push((described, String::new()));
    files
        .push((format!("{site}/descriptions-1.0.dist-info/METADATA"), "Name: descriptions\nVersion: 1.0\n".to_owned()));
    files.push((format!("{site}/descriptions-1.0.dist-info/RECORD"), "requests-stubs/__init__.pyi,,\n".to_owned()));
    for name in ["drawer", "bitmaps", "spare", "requests"] {
        files.push((format!("{site}/{name}-1.0.dist-info/METADATA"), format!("Name: {name}\nVersion: 1.0\n")));
        files.push((
            format!("{site}/{name}-1.0.dist-info/RECORD"),
            format!("{name}/__init__.py,,\n{name}-1.0.dist-info/METADATA,,\n"),
        ));
        if name != "drawer" {
            files.push((format!("{site}/{name}/__init__.py"), String::new()));
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    assert_eq!(unused(&Project::new(&files), &["--dev"]), ["spare"]);
}

/// What finds the places of dependencies of a project of Node.
fn misplaced(manifest: &str, files: &[(&str, &str)]) -> Vec<String> {
    let own = files.iter().copied().chain([("package.json", manifest)]);
    let report = Project::new(&own.collect::<Vec<_>>()).report(&["--select", "misplaced-dependency"]);
    let found = report["findings"].as_array().unwrap().iter();
    let told = |finding: &serde_json::Value| {
        format!("{} {}", finding["subject"].as_str().unwrap(), finding["location"]["path"].as_str().unwrap())
    };
    found.map(told).collect()
}

/// What an entry of the project loads is needed when others run it; what only tests load is not.
#[test]
fn dependencies_of_node_in_the_wrong_table() {
    let manifest = r#"{ "name": "shop", "main": "dist/index.js", "dependencies": { "express": "4", "chai": "5", "nock": "13" },
  "devDependencies": { "ms": "2", "typed": "1", "guarded": "1", "tool": "1", "peer": "1", "brought": "1" },
  "peerDependencies": { "peer": "1" } }"#;
    let files = [
        ("src/index.ts", "import express from 'express';\nimport './time.js';\nexport default express;\n"),
        (
            "src/time.ts",
            "import ms from 'ms';\nimport { T } from 'typed';\nimport 'peer';\nif (process.env.X) require('guarded');\nexport const t: T = ms('1');\n",
        ),
        ("scripts/build.js", "require('tool');\nrequire('nock');\n"),
        ("test/index.test.ts", "import 'chai';\nimport 'nock';\n"),
    ];
    assert_eq!(misplaced(manifest, &files), ["chai package.json", "ms src/time.ts"]);
    // A bundler copies from any table, and without an entry nothing is known to run.
    let bundled = manifest.replace("\"tool\"", "\"esbuild\"");
    assert!(misplaced(&bundled, &files).is_empty());
    assert!(misplaced(&manifest.replace("\"main\"", "\"mine\""), &files).is_empty());
    // Settings that name it need it, too.
    let set = [files.as_slice(), &[("server.config.js", "module.exports = { use: ['chai'] };\n")]].concat();
    assert_eq!(misplaced(manifest, &set), ["ms src/time.ts"]);
}
