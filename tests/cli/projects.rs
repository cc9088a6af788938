//! Source trees without a function: their dependencies are judged.

use super::Project;

fn unused(project: &Project) -> Vec<String> {
    let report = project.report(&[]);
    let found = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "unused-dependency");
    assert!(report["functions"].as_array().unwrap().is_empty());
    found.map(|finding| finding["subject"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_python_project() {
    let project = Project::new(&[
        (
            "pyproject.toml",
            "[project]\nname = 'shop'\nversion = '1'\ndependencies = [\n  'requests',\n  'flask',\n  'psycopg2-binary',\n  'sqlalchemy',\n  'pyyaml',\n  'gunicorn',\n  'arrow',\n]\n[project.scripts]\nshop = 'shop.main:run'\n",
        ),
        ("src/shop/__init__.py", ""),
        (
            "src/shop/main.py",
            "import os\nfrom sqlalchemy import create_engine\nfrom .web import app\n\ndef run():\n    return create_engine(os.environ['URL'])\n",
        ),
        ("src/shop/web.py", "def app():\n    from flask import Flask\n    return Flask(__name__)\n"),
        ("tests/test_shop.py", "import yaml\n"),
        ("Procfile", "web: gunicorn shop.web:app\n"),
    ]);
    assert_eq!(unused(&project), ["requests", "arrow"]);
}

#[test]
fn a_project_of_javascript() {
    let project = Project::new(&[
        (
            "package.json",
            r#"{
  "name": "shop",
  "main": "src/main.ts",
  "scripts": { "start": "runner src/main.ts" },
  "dependencies": {
    "express": "4",
    "runner": "1",
    "normalize.css": "8",
    "left-pad": "1",
    "pg": "8",
    "knex": "3"
  }
}
"#,
        ),
        ("src/main.ts", "import express from 'express';\nimport { db } from '@/db';\nexpress().get('/', db);\n"),
        ("src/db.ts", "import knex from 'knex';\nexport const db = knex({ client: process.env.CLIENT });\n"),
        ("src/page.html", "<link rel=\"stylesheet\" href=\"node_modules/normalize.css/normalize.css\">\n"),
    ]);
    assert_eq!(unused(&project), ["left-pad"]);
}

#[test]
fn a_crate() {
    let project = Project::new(&[
        (
            "Cargo.toml",
            "[package]\nname = \"shop\"\nversion = \"1.0.0\"\n\n[dependencies]\nused = \"1\"\nspare = \"1\"\n",
        ),
        ("src/lib.rs", "pub fn f() {\n    used::g();\n}\n"),
    ]);
    assert_eq!(unused(&project), ["spare"]);
}

/// What a first line says to run with an interpreter is a source, whatever its name.
#[test]
fn scripts_without_an_ending() {
    let node = Project::new(&[
        ("package.json", r#"{"bin": {"serve": "./bin/serve"}, "dependencies": {"chalk": "4", "left-pad": "1"}}"#),
        ("bin/serve", "#!/usr/bin/env node\nrequire('chalk').bold('on');\n"),
        ("LICENSE", "left-pad\n"),
    ]);
    assert_eq!(unused(&node), ["left-pad"]);
    let python = Project::new(&[
        ("requirements.txt", "requests\nflask\n"),
        ("bin/serve", "#!/usr/bin/env -S python3 -u\nimport flask\n"),
        ("setup.sh", "#!/bin/sh\n"),
    ]);
    assert_eq!(unused(&python), ["requests"]);
}

fn undeclared(project: &Project) -> Vec<String> {
    let report = project.report(&[]);
    let found = report["findings"].as_array().unwrap().iter();
    let found = found.filter(|finding| finding["rule"] == "undeclared-dependency");
    found
        .map(|finding| {
            format!("{} {}", finding["subject"].as_str().unwrap(), finding["location"]["path"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn imports_that_nothing_declares_or_brings() {
    let project = Project::new(&[
        ("requirements.txt", "requests\npyyaml\n"),
        ("shop/__init__.py", ""),
        (
            "shop/main.py",
            "import os\nimport boto3\nimport yaml\nimport requests.adapters\nimport numpy as np\nfrom shop import stock\nimport helpers\nimport of_nobody_known\n",
        ),
        ("shop/stock.py", "try:\n    import pandas\nexcept ImportError:\n    pandas = None\n"),
        ("tools/helpers.py", ""),
        ("tests/test_main.py", "import scipy\n"),
        ("other/requirements.txt", "flask\n"),
        ("other/app.py", "import flask\nimport redis\n"),
    ]);
    assert_eq!(undeclared(&project), ["numpy shop/main.py"]);
    let project = Project::new(&[
        (
            "package.json",
            r##"{"dependencies": {"express": "4"}, "devDependencies": {"@types/aws-lambda": "8"}, "imports": {"#own": "./own.js"}}"##,
        ),
        ("tsconfig.json", r##"{"compilerOptions": {"paths": {"@shop/*": ["src/*"]}}}"##),
        (
            "src/main.ts",
            "import fs from 'fs';\nimport express from 'express';\nimport { stock } from '@shop/stock';\nimport { Context } from 'aws-lambda';\n\
             import { v4 } from 'uuid';\nimport '#own';\nexport const run = (c: Context) => express().get(v4(), stock, fs);\n",
        ),
        ("src/stock.ts", "export const stock = () => 1;\n"),
        ("src/stock.test.ts", "import chai from 'chai';\nchai();\n"),
    ]);
    assert_eq!(undeclared(&project), ["uuid src/main.ts"]);
}

#[test]
fn a_project_says_why_it_is_none_of_functions_and_what_to_type() {
    let project = Project::new(&[
        ("requirements.txt", "mangum\n"),
        ("api/main.py", "from mangum import Mangum\n\nhandler = Mangum(None)\n"),
    ]);
    let run = project.run(&[]);
    assert_eq!(run.code, 0, "{}", run.err);
    let unwrapped = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unwrapped(&run.out).contains("`defrost . --handler api.main.handler` analyses one"), "{}", run.out);
    project.write("cdk.json", "{}");
    assert!(unwrapped(&project.run(&[]).out).contains("`cdk synth` writes cdk.out"));
}

#[test]
fn a_program_that_deploys_is_named_wherever_it_lies() {
    let project = Project::new(&[("requirements.txt", "requests\n"), ("app.py", "import requests\n")]);
    project.write("infra/cdk.json", "{}");
    let out = project.run(&[]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains("infra/cdk.json says that its folder is a CDK program"), "{out}");
}

#[test]
fn what_a_sibling_wants_beside_it_is_used() {
    let files = [
        (
            "lib/common/package.json",
            r#"{"name": "@x/common", "main": "i.js", "peerDependencies": {"ky": "1", "pg": "8"}}"#,
        ),
        ("lib/common/i.js", "export default 1;\n"),
        ("a/package.json", r#"{"name": "a", "dependencies": {"@x/common": "workspace:*", "ky": "1", "left": "1"}}"#),
        ("a/main.ts", "import common from '@x/common/i';\nconsole.log(common);\n"),
        ("b/package.json", r#"{"name": "b", "dependencies": {"ky": "1", "uuid": "9"}}"#),
        ("b/main.ts", "import { v4 } from 'uuid';\nconsole.log(v4());\n"),
    ];
    let expected = pairs(&[("a/package.json", "left"), ("b/package.json", "ky")]);
    let bare = |found: Vec<(String, String)>| -> Vec<_> {
        found.into_iter().map(|(path, name)| (path.trim_start_matches("./").to_owned(), name)).collect()
    };
    let project = Project::new(&files);
    assert_eq!(bare(unused_in(&project, &[])), expected);
    project.write("package.json", r#"{"private": true, "workspaces": ["lib/*", "a", "b"]}"#);
    assert_eq!(bare(unused_in(&project, &[])), expected);
}

/// Subjects of unused dependencies with the manifest that declares them.
fn unused_in(project: &Project, arguments: &[&str]) -> Vec<(String, String)> {
    let report = project.report(arguments);
    let found = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "unused-dependency");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let mut found: Vec<_> =
        found.map(|finding| (text(&finding["location"]["path"]), text(&finding["subject"]))).collect();
    found.sort();
    found
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(path, name)| ((*path).to_owned(), (*name).to_owned())).collect()
}

const WORKSPACE: [(&str, &str); 8] = [
    (
        "package.json",
        r#"{
  "name": "root",
  "private": true,
  "workspaces": ["packages/*"],
  "devDependencies": { "jest": "29", "left-pad": "1" },
  "dependencies": { "hoisted": "1" }
}
"#,
    ),
    ("jest.config.js", "module.exports = { preset: 'ts-jest' };\n"),
    (
        "packages/a/package.json",
        r#"{
  "name": "@shop/a",
  "dependencies": {
    "@shop/b": "1",
    "express": "4",
    "lodash": "4",
    "ts-jest": "29"
  }
}
"#,
    ),
    (
        "packages/a/index.js",
        "const express = require('express');\nconst b = require('@shop/b');\nconst h = require('hoisted');\nmodule.exports = express(b, h);\n",
    ),
    ("packages/b/package.json", r#"{ "name": "@shop/b", "dependencies": { "express": "4", "lodash": "4" } }"#),
    ("packages/b/index.js", "module.exports = require('lodash');\n"),
    ("packages/b/package-lock.json", "{}"),
    ("examples/x/package.json", r#"{ "name": "x", "dependencies": { "nothing": "1" } }"#),
];

#[test]
fn members_of_a_workspace_are_judged_by_their_own_manifests_and_files() {
    let project = Project::new(&WORKSPACE);
    let expected = pairs(&[("packages/a/package.json", "lodash"), ("packages/b/package.json", "express")]);
    assert_eq!(unused_in(&project, &[]), expected);
    let report = project.report(&[]);
    let judged: Vec<&str> =
        report["projects"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(judged, [".", "packages/a", "packages/b"]);
    let problems = report["problems"].to_string();
    assert!(problems.contains("examples/x"), "{problems}");
}

#[test]
fn members_may_be_listed_for_pnpm_and_named_by_path() {
    let project = Project::new(&[
        ("package.json", r#"{ "name": "root", "private": true }"#),
        ("pnpm-workspace.yaml", "packages:\n  - apps/*\n"),
        (
            "apps/web/package.json",
            r#"{ "name": "web", "dependencies": { "react": "19", "spare": "1", "lib": "file:../../lib" } }"#,
        ),
        ("apps/web/index.jsx", "import React from 'react';\nimport lib from 'lib';\nexport default () => <lib />;\n"),
        ("lib/package.json", r#"{ "name": "lib", "dependencies": { "ms": "2", "unused-one": "1" } }"#),
        ("lib/index.js", "module.exports = require('ms');\n"),
    ]);
    let expected = pairs(&[("apps/web/package.json", "spare"), ("lib/package.json", "unused-one")]);
    assert_eq!(unused_in(&project, &[]), expected);
}

#[test]
fn members_of_uv_and_paths_of_poetry_are_judged() {
    let project = Project::new(&[
        (
            "pyproject.toml",
            "[project]\nname = 'root'\nversion = '1'\ndependencies = ['attrs', 'a']\n[tool.uv.workspace]\nmembers = ['packages/*']\n[tool.uv.sources]\na = { workspace = true }\n",
        ),
        ("main.py", "import a\n"),
        (
            "packages/a/pyproject.toml",
            "[project]\nname = 'a'\nversion = '1'\ndependencies = ['requests', 'flask']\n[tool.poetry.dependencies]\nlib = {path = '../../lib', develop = true}\n",
        ),
        ("packages/a/src/a/__init__.py", "import requests\nimport attr\nimport lib\n"),
        ("lib/pyproject.toml", "[project]\nname = 'lib'\nversion = '1'\ndependencies = ['numpy', 'pandas']\n"),
        ("lib/lib/__init__.py", "import numpy\n"),
    ]);
    let expected = pairs(&[("lib/pyproject.toml", "pandas"), ("packages/a/pyproject.toml", "flask")]);
    assert_eq!(unused_in(&project, &[]), expected);
}

#[test]
fn development_dependencies_are_judged_when_asked_for() {
    let project = Project::new(&[
        (
            "pyproject.toml",
            "[project]\nname = 'shop'\nversion = '1'\ndependencies = ['flask']\n[dependency-groups]\ndev = ['pytest', 'faker', 'responses']\n",
        ),
        ("shop.py", "import flask\n"),
        ("test_shop.py", "import responses\n"),
    ]);
    assert_eq!(unused_in(&project, &[]), []);
    assert_eq!(unused_in(&project, &["--dev"]), pairs(&[("pyproject.toml", "faker")]));
}

#[test]
fn who_needs_what_a_project_declares_is_told() {
    let project = Project::new(&WORKSPACE);
    let why = |name: &str| {
        let ran = project.run(&["why", name, "."]);
        (ran.code, ran.out)
    };
    let (code, text) = why("express");
    assert_eq!(code, 0);
    assert_eq!(
        text,
        "packages/a/package.json: express is declared: packages/a/index.js imports it\n\
         packages/b/package.json: express is declared: no file, script, setting or used package of the project names it\n"
    );
    assert_eq!(
        why("ts-jest").1,
        "packages/a/package.json: ts-jest is declared: a text in jest.config.js names it, or how its name begins\n"
    );
    let (code, text) = why("nothing-like-it");
    assert_eq!((code, &*text), (1, "no manifest here declares nothing-like-it\n"));
}

#[test]
fn descriptions_of_types_need_nothing_that_they_describe() {
    let project = Project::new(&[
        (
            "package.json",
            r#"{ "name": "x", "dependencies": { "express": "4", "lodash": "4", "ms": "2" }, "devDependencies": { "@types/lodash": "4" } }"#,
        ),
        ("index.ts", "import express from 'express';\nimport '../x/node_modules/ms/index.js';\nexpress();\n"),
    ]);
    assert_eq!(unused(&project), ["lodash"]);
}

#[test]
fn a_manifest_whose_code_lies_elsewhere_is_not_judged() {
    let names: Vec<String> = (0..20).map(|at| format!("\"left-pad-{at}\": \"1\"")).collect();
    let manifest = format!("{{ \"dependencies\": {{ \"express\": \"4\", {} }} }}", names.join(", "));
    let project = Project::new(&[("install/package.json", &manifest), ("install/web.js", "require('express');\n")]);
    assert!(unused(&project).is_empty());
}

/// Why nothing is said of what seems unused, of each project.
fn open(project: &Project) -> Vec<String> {
    let report = project.report(&[]);
    let projects = report["projects"].as_array().unwrap().iter();
    projects.flat_map(|one| one["open"].as_array().unwrap()).map(|why| why.as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_passed_over_is_said_once() {
    let names: Vec<String> = (0..20).map(|at| format!("\"left-pad-{at}\": \"1\"")).collect();
    let manifest = format!("{{ \"dependencies\": {{ \"express\": \"4\", {} }} }}", names.join(", "));
    let project = Project::new(&[("package.json", &manifest), ("web.js", "require('express');\n")]);
    let said = open(&project);
    assert!(matches!(&said[..], [one] if one.contains("of 21 dependencies nothing here uses 20")), "{said:?}");
    let project = Project::new(&[("requirements.txt", "flask\nredis\n"), ("app.py", "import os\n")]);
    let said = open(&project);
    assert!(matches!(&said[..], [one] if one.contains("no file here imports any")), "{said:?}");
    assert!(open(&Project::new(&[("requirements.txt", "flask\n"), ("app.py", "import flask\n")])).is_empty());
}

#[test]
fn settings_silence_an_import_only_where_they_give_the_name() {
    let manifest = ("package.json", r#"{ "dependencies": { "express": "4" } }"#);
    let code = "import express from 'express';\nimport uuid from 'uuid';\nexpress(uuid);\n";
    let with = |name: &'static str, settings: &'static str| {
        undeclared(&Project::new(&[manifest, ("src/main.js", code), (name, settings)]))
    };
    let told = ["uuid src/main.js"];
    // Named, and given to nothing.
    assert_eq!(with("webpack.config.js", "module.exports = { plugins: ['uuid'], x: { uuid: 1 } };\n"), told);
    assert_eq!(with("vite.config.js", "export default { resolve: { alias: { other: 'uuid' } } };\n"), told);
    // Given to something else, or left to somebody else.
    for (name, settings) in [
        ("webpack.config.js", "module.exports = { resolve: { alias: { uuid$: './own' } } };\n"),
        ("webpack.config.js", "module.exports = { externals: ['uuid'] };\n"),
        ("rollup.config.js", "export default { external: [/^uuid/] };\n"),
        // By what is put together elsewhere.
        ("webpack.config.js", "module.exports = { resolve: { alias: all(['uuid']) } };\n"),
    ] {
        assert!(with(name, settings).is_empty(), "{settings}");
    }
}

#[test]
fn a_lock_file_declares_nothing() {
    let pyproject = "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"requests\", \"celery[redis]\"]\n";
    let code = "import requests\nimport celery\nimport urllib3\nimport redis\nimport numpy\n";
    let uv = "version = 1\n[[package]]\nname = \"requests\"\nversion = \"2\"\ndependencies = [{ name = \"urllib3\" }]\n\
              [[package]]\nname = \"urllib3\"\nversion = \"2\"\n[[package]]\nname = \"celery\"\nversion = \"5\"\n\
              [package.optional-dependencies]\nredis = [{ name = \"redis\" }]\nnumbers = [{ name = \"numpy\" }]\n";
    let project = Project::new(&[("pyproject.toml", pyproject), ("uv.lock", uv), ("main.py", code)]);
    // What an extra of something may bring is left alone.
    assert_eq!(undeclared(&project), ["urllib3 main.py"]);
}

#[test]
fn lists_of_requirements_have_many_names() {
    let project = Project::new(&[
        ("requirements/base.in", "flask\n"),
        ("requirements/base.txt", "flask==3\nclick==8\n"),
        ("requirements/ci.txt", "-r common.txt\npytest\n"),
        ("requirements/common.txt", "redis\nspare\n"),
        ("requirements-gpu.txt", "cupy\n"),
        ("deps.txt", "numpy\nspare-too\n"),
        ("Dockerfile", "FROM python:3.13\nRUN pip install --no-cache-dir -r deps.txt\n"),
        ("app.py", "import flask\nimport redis\nimport numpy\nimport pytest\nimport pandas\n"),
    ]);
    assert_eq!(unused_in(&project, &[]), pairs(&[("deps.txt", "spare-too"), ("requirements/common.txt", "spare")]));
    assert_eq!(undeclared(&project), ["pandas app.py"]);
    let project = Project::new(&[
        ("setup.cfg", "[options]\ninstall_requires = file: needs.txt\n"),
        ("needs.txt", "flask\nspare\n"),
        ("app.py", "import flask\n"),
    ]);
    assert_eq!(unused_in(&project, &[]), pairs(&[("needs.txt", "spare")]));
}

#[test]
fn what_works_when_it_is_installed_is_not_unused() {
    let hooks = r#"{ "name": "hooks", "version": "1.0.0", "scripts": { "install": "node index.js" } }"#;
    let banner = r#"{ "name": "banner", "version": "1.0.0", "scripts": { "postinstall": "node index.js" } }"#;
    let project = Project::new(&[
        ("package.json", r#"{ "dependencies": { "used": "1" }, "devDependencies": { "hooks": "1", "banner": "1" } }"#),
        ("index.js", "require('used');\n"),
        ("node_modules/used/package.json", r#"{ "name": "used", "version": "1.0.0" }"#),
        ("node_modules/used/index.js", ""),
        ("node_modules/hooks/package.json", hooks),
        ("node_modules/hooks/index.js", "const root = process.env.INIT_CWD;\n"),
        ("node_modules/banner/package.json", banner),
        ("node_modules/banner/index.js", "console.log('thanks');\n"),
    ]);
    assert_eq!(unused_in(&project, &["--dev"]), pairs(&[("package.json", "banner")]));
}

#[test]
fn settings_are_what_scripts_give_to_tools() {
    let with = |script: &str| {
        let manifest = format!(
            r#"{{ "scripts": {{ "test": "{script}" }}, "dependencies": {{ "used": "1" }}, "devDependencies": {{ "vitest": "2", "@vitest/coverage-v8": "2" }} }}"#
        );
        let project = Project::new(&[
            ("package.json", &manifest),
            ("index.js", "require('used');\n"),
            ("tools/tests.ts", "export default { test: { coverage: { enabled: true } } };\n"),
            ("node_modules/used/package.json", r#"{ "name": "used", "version": "1.0.0" }"#),
            ("node_modules/vitest/package.json", r#"{ "name": "vitest", "version": "2.0.0", "bin": "vitest.mjs" }"#),
            (
                "node_modules/@vitest/coverage-v8/package.json",
                r#"{ "name": "@vitest/coverage-v8", "version": "2.0.0" }"#,
            ),
        ]);
        unused_in(&project, &["--dev"]).len()
    };
    assert_eq!(
        (with("vitest run"), with("vitest run --config ./tools/tests.ts"), with("vitest --config=tools/tests.ts")),
        (1, 0, 0)
    );
}

#[test]
fn what_starts_a_package_for_who_works_on_it_is_not_shipped() {
    let manifest = |entries: &str| {
        format!(
            r#"{{ {entries} "scripts": {{ "start": "node scripts/develop" }}, "dependencies": {{ "yargs": "17" }}, "devDependencies": {{ "shelljs": "0.8" }} }}"#
        )
    };
    let misplaced = |entries: &str| {
        let project = Project::new(&[
            ("package.json", &manifest(entries)),
            ("index.js", "require('yargs');\n"),
            ("scripts/develop.js", "require('shelljs');\n"),
        ]);
        let report = project.report(&[]);
        let found = report["findings"].as_array().unwrap().iter();
        found.filter(|finding| finding["rule"] == "misplaced-dependency").count()
    };
    assert_eq!((misplaced(r#""main": "index.js","#), misplaced("")), (0, 1));
}
