//! Advice on dependencies that has to be safe to follow: what is needed without being imported by name.

use super::Project;

/// Subjects of the findings of a rule on a project.
fn found(files: &[(&str, &str)], rule: &str) -> Vec<String> {
    let report = Project::new(files).report(&[]);
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule);
    findings.map(|finding| finding["subject"].as_str().unwrap().to_owned()).collect()
}

/// A Python project that needs what it declares, but for `colorlog`.
fn python(declared: &[&str], files: &[(&str, &str)]) {
    let list = declared.iter().map(|name| format!("'{name}',")).collect::<String>();
    let manifest = format!("[project]\nname='acme'\nversion='1'\ndependencies=['requests','colorlog',{list}]\n");
    let mut all = vec![("pyproject.toml", manifest.as_str()), ("acme/__init__.py", "import requests\n")];
    all.extend_from_slice(files);
    assert_eq!(found(&all, "unused-dependency"), ["colorlog"], "{files:?}");
    assert_eq!(found(&all, "undeclared-dependency"), [""; 0], "{files:?}");
}

/// A Node project that needs what it declares, but for `left-pad`.
fn node(declared: &[&str], rest: &str, files: &[(&str, &str)]) {
    let list = declared.iter().map(|name| format!("\"{name}\": \"1\", ")).collect::<String>();
    let manifest =
        format!("{{\"name\": \"acme\", {rest}\"dependencies\": {{{list}\"lodash\": \"1\", \"left-pad\": \"1\"}}}}");
    let mut all = vec![("package.json", manifest.as_str()), ("src/index.js", "module.exports = require('lodash');\n")];
    all.extend_from_slice(files);
    assert_eq!(found(&all, "unused-dependency"), ["left-pad"], "{files:?}");
}

#[test]
fn imports_that_run_elsewhere_count() {
    python(&["tqdm"], &[("acme/cli.py", "if __name__ == '__main__':\n    import tqdm\n")]);
    python(
        &["pydantic"],
        &[("acme/t.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pydantic\n")],
    );
    python(&["tabulate"], &[("build/make.py", "import tabulate\n")]);
    python(&["toolz"], &[("acme/a.py", "def f():\n    \"\"\"\n    >>> import toolz\n    \"\"\"\n")]);
    python(&["humanize"], &[("acme/a.py", "exec('import humanize')\n")]);
    python(&["tabulate"], &[("acme/a.py", "def f(:\n  pass\n)\nimport tabulate\n")]);
    python(&["numpy"], &[("acme/a.pyx", "cimport numpy\n")]);
    python(
        &["azure-storage-blob"],
        &[("acme/p.py", "import importlib\ndef f(x):\n    return importlib.import_module('azure.storage.' + x)\n")],
    );
}

#[test]
fn settings_and_libraries_name_what_they_load() {
    python(&["coloredlogs"], &[("conf/log.toml", "[formatters.c]\nclass = 'coloredlogs.ColoredFormatter'\n")]);
    python(&["flask-sqlalchemy", "mysqlclient"], &[("acme/a.py", "from flask_sqlalchemy import SQLAlchemy\n")]);
    python(
        &["django", "django-storages", "boto3", "pillow"],
        &[(
            "acme/settings.py",
            "import django\nSTORAGES = {'default': {'BACKEND': 'storages.backends.s3.S3Storage'}}\n",
        )],
    );
    python(&["dramatiq", "pika"], &[("acme/a.py", "from dramatiq.brokers.rabbitmq import RabbitmqBroker\n")]);
    python(
        &["apache-airflow", "apache-airflow-providers-cncf-kubernetes"],
        &[("dags/a.py", "from airflow import DAG\nfrom airflow.providers.cncf.kubernetes.operators.pod import X\n")],
    );
}

#[test]
fn parts_of_a_namespace_are_told_apart() {
    let files = [
        ("requirements.txt", "google-cloud-storage\ngoogle-cloud-pubsub\n"),
        ("a.py", "from google.cloud import storage\n"),
    ];
    assert_eq!(found(&files, "unused-dependency"), ["google-cloud-pubsub"]);
}

#[test]
fn extras_environments_and_scripts_declare() {
    python(
        &["celery[redis]", "uvicorn[standard]", "boto3-stubs[sqs]"],
        &[(
            "acme/a.py",
            "import celery\nimport redis\nimport uvloop\nimport uvicorn\nfrom mypy_boto3_sqs import SQSClient\n",
        )],
    );
    python(&[], &[("tools/x.py", "# /// script\n# dependencies = [\"rich\"]\n# ///\nimport rich\n")]);
    let hatch = "[project]\nname='a'\nversion='1'\ndependencies=['requests']\n[tool.hatch.envs.x]\nextra-dependencies=['pyyaml']\n";
    let files = [("pyproject.toml", hatch), ("a.py", "import requests\nimport yaml\n")];
    assert_eq!(found(&files, "undeclared-dependency"), [""; 0]);
}

#[test]
fn files_that_no_parser_reads_count() {
    node(&["intersect"], "", &[("src/a.js", "import intersect from 'intersect';\nclass A { x: {| a: ?B |}; }\n")]);
    node(&["tv4"], "", &[("src/a.js", "import tv4 from 'tv4';\nclass A { x: number; f() { return tv4; } }\n")]);
    node(&["chalk"], "", &[("src/a.js", "import chalk from 'chalk';\nconst x = {;\n")]);
    let large = format!("import * as three from 'three';\n// {}\n", "x".repeat(600_000));
    node(&["three"], "", &[("src/a.js", &large)]);
    node(&["raw-loader"], "", &[("src/a.js", "const t = require('raw-loader!./x.txt');\n")]);
    node(&["passport-local"], "", &[("src/a.js", "const t = 'passport-' + process.env.X;\nrequire(t);\n")]);
}

#[test]
fn tools_and_frameworks_find_packages_of_their_own_accord() {
    node(&["@angular/cli", "npm-run-all"], "\"scripts\": {\"b\": \"ng build\", \"a\": \"run-s a b\"}, ", &[]);
    node(
        &["core-js"],
        "",
        &[("babel.config.js", "module.exports = {presets: [['@babel/env', {useBuiltIns: 'usage'}]]};\n")],
    );
    node(&["jest-environment-jsdom"], "\"jest\": {\"testEnvironment\": \"jsdom\"}, ", &[]);
    node(&["react-native", "react-native-screens"], "", &[("app.js", "import {View} from 'react-native';\nView();\n")]);
    node(&["react-redux", "redux"], "", &[("app.js", "import {connect} from 'react-redux';\nconnect();\n")]);
}

/// A word in prose is no use; an import in it is.
#[test]
fn prose_counts_where_it_holds_code() {
    node(&["clsx"], "", &[("README.md", "Do not use left-pad.\n\n```js\nimport clsx from 'clsx'\n```\n")]);
}

#[test]
fn crates_that_are_there_for_a_feature_or_for_examples() {
    let lib = [
        (
            "Cargo.toml",
            "[package]\nname = \"a\"\n\n[features]\nbundled = [\"sys/bundled\"]\n\n[dependencies]\nsys = { version = \"1\", optional = true }\nspare = \"1\"\n",
        ),
        ("src/lib.rs", ""),
    ];
    assert_eq!(found(&lib, "unused-dependency"), ["spare"]);
    let examples = [
        ("Cargo.toml", "[package]\nname = \"a\"\n\n[dependencies]\nused = \"1\"\n"),
        ("examples/x.rs", "fn main() { used::f() }\n"),
    ];
    assert_eq!(found(&examples, "misplaced-dependency"), [""; 0]);
}

/// Who is not here may need what the workspace lists.
#[test]
fn a_workspace_without_a_member_is_not_judged_whole() {
    let files = [
        ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"gone\"]\n\n[workspace.dependencies]\nx = \"1\"\n"),
        ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
        ("a/src/lib.rs", ""),
    ];
    assert_eq!(found(&files, "unused-workspace-dependency"), [""; 0]);
}

#[test]
fn a_link_in_the_documentation_makes_a_removal_unsafe() {
    let lock = "[[package]]\nname = \"a\"\nversion = \"0.1.0\"\ndependencies = [\n \"linked\",\n \"spare\",\n]\n\n\
                [[package]]\nname = \"linked\"\nversion = \"1.0.0\"\nsource = \"x\"\n\n\
                [[package]]\nname = \"spare\"\nversion = \"1.0.0\"\nsource = \"x\"\n";
    let files = [
        ("Cargo.toml", "[package]\nname = \"a\"\n\n[dependencies]\nlinked = \"1\"\nspare = \"1\"\n"),
        ("Cargo.lock", lock),
        ("src/lib.rs", "//! See [`linked`].\n"),
        ("vendor/linked/Cargo.toml", "[package]\nname = \"linked\"\nversion = \"1.0.0\"\n"),
        ("vendor/linked/src/lib.rs", ""),
        ("vendor/spare/Cargo.toml", "[package]\nname = \"spare\"\nversion = \"1.0.0\"\n"),
        ("vendor/spare/src/lib.rs", ""),
    ];
    let report = Project::new(&files).report(&[]);
    let levels = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "unused-dependency");
    let levels: Vec<_> = levels.map(|finding| finding["fix"]["level"].as_str().unwrap().to_owned()).collect();
    assert_eq!(levels, ["unsafe", "safe"]);
}

/// `npm ci` refuses a lock file that does not fit its manifest.
#[test]
fn the_lock_file_of_npm_follows_and_others_are_named() {
    let manifest = "{\r\n  \"name\": \"a\",\r\n  \"dependencies\": {\r\n    \"left-pad\": \"1\",\r\n    \"lodash\": \"4\"\r\n  }\r\n}\r\n";
    let lock = "{\n  \"name\": \"a\",\n  \"lockfileVersion\": 3,\n  \"packages\": {\n    \"\": {\n      \"name\": \"a\",\n      \"dependencies\": {\n        \"left-pad\": \"1\",\n        \"lodash\": \"4\"\n      }\n    },\n    \"node_modules/left-pad\": {\n      \"version\": \"1.3.0\"\n    },\n    \"node_modules/lodash\": {\n      \"version\": \"4.17.21\"\n    }\n  }\n}\n";
    let project = Project::new(&[
        ("package.json", manifest),
        ("package-lock.json", lock),
        ("yarn.lock", "# yarn lockfile v1\n"),
        ("index.js", "require('lodash');\n"),
    ]);
    let told = project.run(&["check", "--fix", "--unsafe-fixes", "--allow-dirty", "."]).err;
    let read = |name: &str| project.read(name);
    assert_eq!(read("package.json"), manifest.replace("\"left-pad\": \"1\",\r\n    ", ""), "{told}");
    let (entry, package) =
        ("        \"left-pad\": \"1\",\n", "    \"node_modules/left-pad\": {\n      \"version\": \"1.3.0\"\n    },\n");
    assert_eq!(read("package-lock.json"), lock.replace(entry, "").replace(package, ""), "{told}");
    assert!(told.contains("yarn.lock is as it was before") && !told.contains("package-lock.json is"), "{told}");
    assert_eq!(project.report(&[])["findings"], serde_json::json!([]));
}

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src\n      Handler: app.handler\n      Runtime: RUNTIME\n";

/// Unused dependencies of a function of a template that is not built, with the levels of their fixes.
fn of_function(runtime: &str, files: &[(&str, &str)]) -> Vec<String> {
    let template = TEMPLATE.replace("RUNTIME", runtime);
    let all = [&[("template.yaml", template.as_str())][..], files].concat();
    let report = Project::new(&all).report(&[]);
    let findings = report["findings"].as_array().unwrap().iter();
    let findings = findings.filter(|finding| finding["rule"] == "unused-dependency");
    findings
        .map(|one| {
            format!(
                "{} {}",
                one["subject"].as_str().unwrap(),
                one["fix"]["level"].as_str().unwrap_or("not to be taken")
            )
        })
        .collect()
}

fn of_python_function(declared: &str, app: &str, files: &[(&str, &str)]) -> Vec<String> {
    let requirements = format!("{declared}colorlog\n");
    let app = format!("{app}\ndef handler(event, context):\n    return 1\n");
    let own = [("src/requirements.txt", requirements.as_str()), ("src/app.py", app.as_str())];
    of_function("python3.12", &[&own[..], files].concat())
}

fn of_node_function(declared: &[&str], app: &str) -> Vec<String> {
    let list = declared.iter().map(|name| format!("\"{name}\": \"1\", ")).collect::<String>();
    let manifest = format!("{{\"dependencies\": {{{list}\"chalk\": \"1\"}}}}");
    let app = format!("{app}\nexports.handler = async () => 1;\n");
    of_function("nodejs22.x", &[("src/package.json", &manifest), ("src/app.js", &app)])
}

#[test]
fn what_a_function_needs_without_naming_it_stays_while_nothing_is_installed() {
    let left = ["colorlog unsafe"];
    let two = "from sqlalchemy import create_engine\na = create_engine('mysql+pymysql://h/d')\ndef b(u):\n    return create_engine(u)\n";
    assert_eq!(of_python_function("sqlalchemy\npymysql\npsycopg2-binary\ngreenlet\n", two, &[]), left);
    let logging = "import logging.config\nlogging.config.dictConfig({'version': 1, 'formatters': {'j': {'()': 'pythonjsonlogger.jsonlogger.JsonFormatter'}}})\n";
    assert_eq!(of_python_function("python-json-logger\n", logging, &[]), left);
    let django = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf')\nimport django\nfrom django.core.wsgi import get_wsgi_application\napp = get_wsgi_application()\n";
    let settings = "import dj_database_url\nINSTALLED_APPS = ['corsheaders']\nSTORAGES = {'default': {'BACKEND': 'storages.backends.s3.S3Storage'}}\n";
    let declared = "django\ndj-database-url\ndjango-cors-headers\ndjango-storages\n";
    assert_eq!(of_python_function(declared, django, &[("src/conf.py", settings)]), left);
    assert_eq!(of_python_function("opentelemetry-distro\ntypes-requests\n", "import json\n", &[]), left);
    assert_eq!(of_python_function("behave\n", "import json\n", &[("src/Makefile", "test:\n\tbehave\n")]), left);
    let tracer = "from aws_lambda_powertools import Tracer\ntracer = Tracer()\n";
    assert_eq!(of_python_function("aws-lambda-powertools\naws-xray-sdk\n", tracer, &[]), left);
}

#[test]
fn what_a_file_imports_that_is_not_reached_is_told_and_not_taken_away() {
    let manifest = r#"{"dependencies": {"dotenv": "1", "chalk": "1"}}"#;
    let files = [
        ("src/package.json", manifest),
        ("src/app.js", "exports.handler = async () => 1;\n"),
        ("src/settings.js", "require('dotenv').config();\n"),
        ("src/node_modules/dotenv/package.json", r#"{"name": "dotenv", "version": "1.0.0"}"#),
        ("src/node_modules/dotenv/index.js", "exports.config = () => 1;\n"),
        ("src/node_modules/chalk/package.json", r#"{"name": "chalk", "version": "1.0.0"}"#),
        ("src/node_modules/chalk/index.js", ""),
    ];
    assert_eq!(of_function("nodejs22.x", &files), ["dotenv not to be taken", "chalk safe"]);
}

#[test]
fn a_driver_is_decided_only_where_code_says_it_once_and_the_environment_does_not() {
    let sequelize = ["sequelize", "pg", "sqlite3"];
    let required = "const { Sequelize } = require('sequelize');\n";
    let open = |rest: &str| of_node_function(&sequelize, &format!("{required}{rest}"));
    assert_eq!(
        open("new Sequelize('sqlite::memory:');\nexports.db = () => new Sequelize(process.env.URL);"),
        ["chalk unsafe"]
    );
    assert_eq!(open("new Sequelize(process.env.URL || 'sqlite::memory:');"), ["chalk unsafe"]);
    assert_eq!(open("new Sequelize({ dialect: process.env.DIALECT ?? 'sqlite' });"), ["chalk unsafe"]);
    let drizzle = "exports.db = () => require('drizzle-orm/postgres-js').drizzle(process.env.URL);";
    assert_eq!(of_node_function(&["drizzle-orm", "postgres"], drizzle), ["chalk unsafe"]);
}

#[test]
fn metadata_without_modules_says_nothing_of_names() {
    let files = [
        ("requirements.txt", "python-jose\nleft\n"),
        ("main.py", "from jose import jwt\n"),
        ("vendor/python_jose-3.0.dist-info/METADATA", "Name: python-jose\nVersion: 3.0\n"),
        ("vendor/python_jose-3.0.dist-info/top_level.txt", "jose\n"),
    ];
    assert_eq!(found(&files, "unused-dependency"), ["left"]);
}

#[test]
fn texts_of_a_build_script_name_crates() {
    let manifest =
        "[package]\nname = \"x\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nfnv = { path = \"fnv\" }\n";
    let lock = "version = 4\n[[package]]\nname = \"fnv\"\nversion = \"1.0.0\"\n[[package]]\nname = \"x\"\nversion = \"0.1.0\"\n\
                dependencies = [\"fnv\"]\n";
    let script = "fn main() { std::fs::write(path(), \"pub type M = fnv::FnvHashMap<u8, u8>;\").unwrap(); }\n";
    let unused = |library| {
        let files = [
            ("Cargo.toml", manifest),
            ("Cargo.lock", lock),
            ("build.rs", script),
            ("src/lib.rs", library),
            ("fnv/Cargo.toml", "[package]\nname = \"fnv\"\nversion = \"1.0.0\"\nedition = \"2024\"\n"),
            ("fnv/src/lib.rs", "pub struct FnvHashMap;\n"),
        ];
        found(&files, "unused-dependency")
    };
    assert_eq!(unused("include!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));\n"), [""; 0]);
    assert_eq!(unused("pub fn f() {}\n"), ["fnv"]);
}
