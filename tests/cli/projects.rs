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
