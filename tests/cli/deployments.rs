//! Deployments as people write them: configurations in JSON, builds that have not run, sources behind what is built.

use serde_json::{Value, json};

use super::Project;

const HANDLER: &str = "def handler(event, context):\n    return 1\n";

fn names(report: &Value) -> Vec<&str> {
    report["functions"].as_array().unwrap().iter().map(|function| function["name"].as_str().unwrap()).collect()
}

fn details(function: &Value) -> String {
    let open = function["open"].as_array().unwrap().iter();
    open.map(|open| open["detail"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

fn found(report: &Value, rule: &str) -> Vec<(String, u64)> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule);
    let place = |finding: &Value| {
        let location = &finding["location"];
        (location["path"].as_str().unwrap().to_owned(), location["line"].as_u64().unwrap())
    };
    findings.map(place).collect()
}

const NATIVE: &str = r#"variable "names" { default = ["a", "b"] }
data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "x.zip"
}
resource "aws_lambda_function" "f" {
  for_each      = toset(var.names)
  function_name = "f-${each.key}"
  runtime       = "python3.13"
  handler       = each.value == "a" ? "app.handler" : "gone.handler"
  filename      = data.archive_file.code.output_path
}
"#;

const JSON: &str = r#"{
  "//": "made by a program",
  "variable": {"names": {"default": ["a", "b"]}},
  "data": {"archive_file": {"code": [{"type": "zip", "source_dir": "${path.module}/src", "output_path": "x.zip"}]}},
  "resource": {
    "aws_lambda_function": {
      "f": {
        "for_each": "${toset(var.names)}",
        "function_name": "f-${each.key}",
        "runtime": "python3.13",
        "handler": "${each.value == \"a\" ? \"app.handler\" : \"gone.handler\"}",
        "filename": "${data.archive_file.code.output_path}"
      }
    }
  }
}
"#;

#[test]
fn configurations_in_json_say_the_same_as_native_ones() {
    let of = |name: &str, text: &str| Project::new(&[(name, text), ("src/app.py", HANDLER)]).report(&[]);
    let (native, json) = (of("main.tf", NATIVE), of("main.tf.json", JSON));
    assert_eq!(names(&native), names(&json));
    assert_eq!(names(&json).len(), 2);
    assert_eq!(found(&native, "handler-not-found"), [("main.tf".to_owned(), 7)]);
    assert_eq!(found(&json, "handler-not-found"), [("main.tf.json".to_owned(), 7)]);
    assert_eq!(json["functions"][0]["package"]["bytes"], native["functions"][0]["package"]["bytes"]);
}

#[test]
fn what_cdk_for_terraform_writes_is_read() {
    let stack = "cdktf.out/stacks/shop";
    let (template, code) = (format!("{stack}/cdk.tf.json"), format!("{stack}/src/app.py"));
    let project = Project::new(&[
        ("cdktf.json", r#"{"app": "npx ts-node main.ts"}"#),
        (".gitignore", "cdktf.out\n"),
        (&template, JSON),
        (&code, HANDLER),
    ]);
    assert_eq!(names(&project.report(&[])).len(), 2);
    let unbuilt = Project::new(&[("cdktf.json", "{}")]).run(&[]);
    assert!(unbuilt.code == 2 && unbuilt.err.contains("cdktf synth"), "{}", unbuilt.err);
}

#[test]
fn a_broken_configuration_in_json_costs_itself_alone() {
    let project =
        Project::new(&[("main.tf", NATIVE), ("b.tf.json", "{\n  \"resource\": {,\n"), ("src/app.py", HANDLER)]);
    let report = project.report(&[]);
    assert_eq!(names(&report).len(), 2);
    assert_eq!((&report["problems"][0]["path"], &report["problems"][0]["line"]), (&json!("b.tf.json"), &json!(2)));
}

#[test]
fn sources_stand_for_an_archive_that_a_build_makes() {
    let template = "data \"archive_file\" \"code\" {\n  type        = \"zip\"\n  source_dir  = \"${path.module}/api/dist\"\n  \
                    output_path = \"x.zip\"\n}\nresource \"aws_lambda_function\" \"f\" {\n  function_name = \"f\"\n  \
                    runtime       = \"nodejs22.x\"\n  handler       = \"index.handler\"\n  \
                    filename      = data.archive_file.code.output_path\n}\n";
    let project = Project::new(&[
        ("main.tf", template),
        ("api/package.json", r#"{"scripts": {"build": "tsc"}, "dependencies": {"far": "1"}}"#),
        (
            "api/src/index.ts",
            "import { n } from './n';\nimport far from 'far';\nexport const handler = () => far(n);\n",
        ),
        ("api/src/n.ts", "export const n = 1;\n"),
    ]);
    let report = project.report(&["--fail-on", "error"]);
    let function = &report["functions"][0];
    assert_eq!(report["summary"]["findings"]["error"], 0, "{report}");
    let paths: Vec<_> = function["modules"].as_array().unwrap().iter().filter_map(|m| m["path"].as_str()).collect();
    assert!(paths.contains(&"src/index.ts") && paths.contains(&"src/n.ts"), "{paths:?}");
    let said = details(function);
    assert!(said.contains("`dist`") && said.contains("`npm run build`"), "{said}");
    assert!(function["grade"].is_null());
    project.write("api/dist/index.js", "exports.handler = () => 1;\n");
    let built = project.report(&[]);
    assert_eq!(built["functions"][0]["package"]["path"], "api/dist");
    assert!(!details(&built["functions"][0]).contains("npm run build"));
}

const SAM: &str = "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: dist\n      \
                   Handler: app.handler\n      Runtime: nodejs22.x\n";

#[test]
fn findings_in_what_is_built_point_to_what_was_written() {
    let map = r#"{"version": 3, "sources": ["../src/app.ts"], "names": [], "mappings": ";AAEA;AAEA"}"#;
    let built = "\"use strict\";\nconst gone = require(\"gone\");\nexports.handler = () => gone;\n//# sourceMappingURL=app.js.map\n";
    let source = "// one\n// two\nimport gone from \"gone\";\n\nexport const handler = () => gone;\n";
    let project = Project::new(&[
        ("template.yaml", SAM),
        ("dist/app.js", built),
        ("dist/app.js.map", map),
        ("src/app.ts", source),
    ]);
    assert_eq!(found(&project.report(&[]), "unresolved-import"), [("src/app.ts".to_owned(), 3)]);
    // A source that was changed since is another text, and one that is not here cannot be shown.
    let with_text = r#"{"version": 3, "sources": ["../src/app.ts"], "sourcesContent": ["older"], "names": [], "mappings": ";AAEA"}"#;
    project.write("dist/app.js.map", with_text);
    assert_eq!(found(&project.report(&[]), "unresolved-import"), [("dist/app.js".to_owned(), 2)]);
    project.write("dist/app.js.map", &map.replace("../src/app.ts", "../../../../../../../../etc/passwd"));
    assert_eq!(found(&project.report(&[]), "unresolved-import"), [("dist/app.js".to_owned(), 2)]);
}

#[test]
fn the_advice_names_the_tool_that_people_install_with() {
    let files = [
        (
            "template.yaml",
            "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: ., Handler: app.handler, Runtime: nodejs22.x}\n",
        ),
        ("package.json", r#"{"dependencies": {"far": "1"}}"#),
        ("app.js", "exports.handler = require('far');\n"),
    ];
    for (file, advice) in [
        ("pnpm-lock.yaml", "`pnpm install`"),
        ("yarn.lock", "`yarn install`"),
        (".pnp.cjs", "nodeLinker: node-modules"),
    ] {
        let project = Project::new(&files);
        project.write(file, "");
        let report = project.report(&[]);
        let said = details(&report["functions"][0]);
        assert!(said.contains("far is declared and not installed") && said.contains(advice), "{file}: {said}");
        assert_eq!(report["summary"]["findings"]["error"], 0);
    }
}

#[test]
fn files_that_a_hook_of_the_loader_translates_are_not_refused() {
    let template = "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    \
                    Properties: {CodeUri: ., Handler: app.handler, Runtime: nodejs20.x}\n";
    let of = |first: &str| {
        let app = format!("{first}module.exports = require('./own.mjs');\n");
        let files = [
            ("template.yaml", template),
            ("package.json", r#"{"dependencies": {"@babel/register": "7"}}"#),
            ("app.js", app.as_str()),
            ("own.mjs", "import fs from 'fs';\nexport const handler = () => fs;\n"),
        ];
        found(&Project::new(&files).report(&[]), "wrong-module-format")
    };
    assert!(of("require('@babel/register')({presets: []});\n").is_empty());
    assert_eq!(of("").len(), 1);
}

#[test]
fn what_cloudformation_puts_beside_inline_code_is_asked_for_by_its_path_too() {
    let template = "Resources:\n  A:\n    Type: AWS::Lambda::Function\n    Properties:\n      Handler: index.handler\n      \
                    Runtime: nodejs22.x\n      Code:\n        ZipFile: |\n          \
                    const response = require('./cfn-response');\n          \
                    exports.handler = (event, context) => response.send(event, context, 'SUCCESS');\n";
    let report = Project::new(&[("template.yaml", template)]).report(&[]);
    assert!(found(&report, "unresolved-import").is_empty(), "{report}");
    let other = template.replace("./cfn-response'", "./other'").replace("response.send", "cfnresponse");
    let report = Project::new(&[("template.yaml", &other)]).report(&[]);
    assert_eq!(found(&report, "unresolved-import").len(), 1);
}

#[test]
fn a_handler_that_the_template_does_not_tell_is_named_as_the_reason() {
    let template =
        "service: x\nprovider: {name: aws, runtime: nodejs22.x}\nfunctions:\n  f: {handler: '${param:handler}'}\n";
    let run = Project::new(&[("serverless.yml", template), ("src/f.js", "exports.x = 1;\n")]).run(&[]);
    assert!(run.out.contains("f is left out: its handler is not known"), "{}{}", run.out, run.err);
}

#[test]
fn executables_that_are_not_built_have_no_grade() {
    let manifest =
        "[package]\nname = \"f\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nlambda_runtime = \"1\"\n";
    let project = Project::new(&[("Cargo.toml", manifest), ("src/main.rs", "fn main() {}\n")]);
    let report = project.report(&[]);
    assert!(report["functions"][0]["grade"].is_null(), "{report}");
}

#[test]
fn what_a_tool_ships_of_itself_needs_no_declaration() {
    let files = [
        (".chalice/config.json", r#"{"version": "2.0", "app_name": "c", "stages": {"dev": {}}}"#),
        ("requirements.txt", "requests\n"),
        ("app.py", "import chalice\napp = chalice.Chalice(app_name='c')\n"),
        (".venv/pyvenv.cfg", "version = 3.12.1\n"),
        (
            ".venv/lib/python3.12/site-packages/chalice/__init__.py",
            "class Chalice:\n    def __init__(self, app_name): pass\n",
        ),
        (".venv/lib/python3.12/site-packages/chalice-1.0.dist-info/METADATA", "Name: chalice\nVersion: 1.0\n"),
        (".venv/lib/python3.12/site-packages/chalice-1.0.dist-info/RECORD", "chalice/__init__.py,,\n"),
    ];
    let report = Project::new(&files).report(&[]);
    assert_eq!(names(&report).len(), 1);
    assert!(found(&report, "undeclared-dependency").is_empty(), "{report}");
}

#[test]
fn a_handler_in_a_package_that_is_not_installed_is_not_missing_for_sure() {
    let template = "service: x\nprovider: {name: aws, runtime: nodejs22.x}\nfunctions:\n  f:\n    \
                    handler: node_modules/@dynatrace/oneagent/index.handler\n";
    let report = Project::new(&[("serverless.yml", template), ("src/a.js", "exports.x = 1;\n")]).report(&[]);
    assert!(found(&report, "handler-not-found").is_empty(), "{report}");
    assert!(details(&report["functions"][0]).contains("@dynatrace/oneagent"));
}

#[test]
fn what_is_installed_for_development_alone_is_not_shipped() {
    let template = "service: x\nprovider: {name: aws, runtime: nodejs22.x}\nfunctions:\n  f: {handler: h.f}\n";
    let files = [
        ("serverless.yml", template),
        ("package.json", r#"{"devDependencies": {"big": "1"}}"#),
        ("h.js", "const own = require('own');\nexports.f = () => own;\n"),
        ("node_modules/big/package.json", r#"{"name": "big", "version": "1.0.0"}"#),
        ("node_modules/big/index.js", "module.exports = 1;\n"),
    ];
    let project = Project::new(&files);
    assert_eq!(found(&project.report(&[]), "unresolved-import"), [("h.js".to_owned(), 1)]);
    project.write("node_modules/own/package.json", r#"{"name": "own", "version": "1.0.0"}"#);
    project.write("node_modules/own/index.js", "module.exports = 2;\n");
    let report = project.report(&[]);
    let packages: Vec<_> =
        report["functions"][0]["packages"].as_array().unwrap().iter().map(|package| package["name"].clone()).collect();
    assert_eq!(packages, [json!("own")]);
    assert!(found(&report, "unresolved-import").is_empty());
}

#[test]
fn a_handler_in_a_layer_that_is_not_known_may_come() {
    let template = "service: x\nprovider: {name: aws, runtime: nodejs22.x}\nfunctions:\n  f:\n    \
                    handler: ../../opt/nodejs/node_modules/@dynatrace/oneagent/index.handler\n    \
                    layers: ['${output:monitoring.Layer}']\n";
    let report = Project::new(&[("serverless.yml", template), ("src/a.js", "exports.x = 1;\n")]).report(&[]);
    assert!(found(&report, "handler-not-found").is_empty(), "{report}");
}

const BUNDLED: &str = "service: shop\nplugins: [serverless-esbuild]\nprovider: {name: aws, runtime: nodejs22.x}\n\
                       functions:\n  save: {handler: src/save.handler}\n";

#[test]
fn templates_below_and_beside_another_are_read_too() {
    let sam = |code: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  F{}:\n    Type: AWS::Serverless::Function\n    \
             Properties: {{CodeUri: {code}, Handler: app.handler, Runtime: python3.12}}\n",
            code.len()
        )
    };
    let (here, beside, below) = (sam("a"), sam("bb"), sam("ccc"));
    let packed = sam("dddd").replace("dddd", "s3://bucket/key");
    let app = "def handler(event, context):\n    return 1\n";
    let cargo = "[package]\nname = \"tool\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let mut files = vec![
        ("template.yaml", &*here),
        ("a/app.py", app),
        ("worker.yaml", &*beside),
        ("bb/app.py", app),
        ("infra/template.yaml", &*below),
        ("infra/ccc/app.py", app),
        ("packaged.yaml", &*packed),
    ];
    let report = Project::new(&files).report(&[]);
    assert_eq!(names(&report), ["F1", "F2", "F3"], "{report:#}");
    assert_eq!(report["problems"], serde_json::json!([]));
    // A crate at the root hides no template below it.
    files.drain(..4);
    files.extend([("Cargo.toml", cargo), ("src/main.rs", "fn main() {}\n")]);
    assert_eq!(names(&Project::new(&files).report(&[])), ["F3"]);
}

#[test]
fn runtimes_that_are_not_simulated_have_no_verdict_of_another() {
    let template = |runtime: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    \
             Properties: {{CodeUri: f, Handler: app.handler, Runtime: {runtime}}}\n"
        )
    };
    for (runtime, path, text) in [
        ("python2.7", "f/app.py", "import urllib2\n\ndef handler(event, context):\n    print 'x'\n"),
        ("nodejs8.10", "f/app.js", "exports.handler = async () => globalThis.x;\n"),
        ("java21", "f/readme.txt", "x"),
        ("go1.x", "f/main.go", "package main\n"),
    ] {
        let report = Project::new(&[("template.yaml", &template(runtime)), (path, text)]).report(&[]);
        let function = &report["functions"][0];
        assert_eq!((&function["start"]["verdict"], &function["grade"]), (&"unknown".into(), &Value::Null), "{runtime}");
        assert!(
            found(&report, "syntax-error").is_empty() && found(&report, "unresolved-import").is_empty(),
            "{runtime}"
        );
    }
}

#[test]
fn what_a_bundler_copies_may_be_declared_for_development() {
    let misplaced = |plugin: &str| {
        let service = format!(
            "service: shop\nplugins: [{plugin}]\nprovider: {{name: aws, runtime: nodejs22.x}}\nfunctions:\n  \
             get: {{handler: get.main}}\n"
        );
        let report = Project::new(&[
            ("serverless.yml", &service),
            ("package.json", r#"{"devDependencies": {"pad": "1"}}"#),
            ("node_modules/pad/package.json", r#"{"name": "pad", "version": "1.0.0"}"#),
            ("node_modules/pad/index.js", "exports.pad = 1;\n"),
            ("get.js", "const { pad } = require('pad');\nexports.main = async () => pad;\n"),
        ])
        .report(&[]);
        found(&report, "misplaced-dependency").len()
    };
    assert_eq!(["serverless-bundle", "serverless-rspack", "serverless-offline"].map(misplaced), [0, 0, 1]);
}

#[test]
fn labels_of_a_configuration_need_no_quotes() {
    let text = "resource aws_lambda_function api {\n  function_name = \"api\"\n  handler = \"app.handler\"\n  \
                runtime = \"python3.13\"\n  role = \"x\"\n  filename = \"api.zip\"\n}\n";
    let run = Project::new(&[("main.tf", text)]).run(&["check"]);
    assert!(run.code < 2 && run.out.contains("its code is not at api.zip"), "{}{}", run.out, run.err);
}

#[test]
fn a_bundler_follows_paths_out_of_the_services_folder() {
    let project = Project::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("package.json", r#"{"type": "module", "dependencies": {"uuid": "9"}}"#),
        ("services/shop/serverless.yml", BUNDLED),
        ("services/shop/package.json", r#"{"name": "shop"}"#),
        ("services/shop/src/save.ts", "import db from '../../../lib/db';\nexport const handler = async () => db;\n"),
        ("lib/db.ts", "import { name } from './names/index.js';\nexport default name;\n"),
        ("lib/names/index.ts", "export const name = 1;\n"),
        ("lib/other.ts", "throw new Error('not part of it');\n"),
    ]);
    let report = project.report(&["--ignore", "scaling"]);
    let function = &report["functions"][0];
    assert_eq!(function["start"]["verdict"], "starts", "{function}");
    let loaded = function["modules"].as_array().unwrap().iter().filter_map(|module| module["path"].as_str());
    assert_eq!(loaded.collect::<Vec<_>>(), ["services/shop/src/save.ts", "lib/db.ts", "lib/names/index.ts"]);
    project.write("lib/names/index.ts", "import 'gone';\nimport './not-there';\n");
    // An error and, as something else might bring a package, a warning; each where it stands.
    let place = |line| ("lib/names/index.ts".to_owned(), line);
    assert_eq!(found(&project.report(&[]), "unresolved-import"), [place(2), place(1)]);
}

#[test]
fn options_in_the_comments_of_a_compilers_settings_do_not_count() {
    let settings = "{ \"compilerOptions\": { // \"preserveValueImports\": true,\n \"strict\": true /* why */ } }";
    let project = Project::new(&[
        ("serverless.yml", BUNDLED),
        ("package.json", r#"{"devDependencies": {"@types/aws-lambda": "8"}}"#),
        ("tsconfig.json", settings),
        (
            "src/save.ts",
            "import { Context } from 'aws-lambda';\nexport const handler = async (_: {}, c: Context) => c;\n",
        ),
    ]);
    assert_eq!(found(&project.report(&[]), "unresolved-import"), []);
    project.write("tsconfig.json", &settings.replace("// ", ""));
    assert_eq!(found(&project.report(&[]), "unresolved-import").len(), 1);
}

#[test]
fn what_a_chalice_project_vendors_lies_at_the_root() {
    let project = Project::new(&[
        (".chalice/config.json", r#"{"version": "2.0", "app_name": "shop"}"#),
        ("requirements.txt", "requests\n"),
        ("app.py", "from chalice import Chalice\nimport jinja2\nimport requests\nimport gone\napp = Chalice('shop')\n"),
        ("vendor/jinja2/__init__.py", ""),
        ("vendor/Jinja2-3.1.dist-info/METADATA", "Name: Jinja2\nVersion: 3.1\n"),
    ]);
    let report = project.report(&[]);
    assert_eq!(report["functions"][0]["start"]["verdict"], "unknown", "{}", report["functions"][0]["start"]);
    assert_eq!(found(&report, "unresolved-import"), [("app.py".to_owned(), 4)]);
}

#[test]
fn on_a_guessed_version_of_the_runtime_rests_no_error() {
    let of = |app: &str| {
        let app = format!("{app}\nfrom chalice import Chalice\napp = Chalice('shop')\n");
        let settings = (".chalice/config.json", r#"{"version": "2.0", "app_name": "shop"}"#);
        let report = Project::new(&[settings, ("requirements.txt", ""), ("app.py", &app)]).report(&[]);
        let errors = report["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] == "error");
        let errors: Vec<String> = errors.map(|error| error["rule"].as_str().unwrap().to_owned()).collect();
        (errors, report["functions"][0]["start"].to_string())
    };
    let (errors, start) = of("from collections import Mapping");
    assert!(errors.is_empty() && start.contains("the version of the runtime is not known"), "{errors:?} {start}");
    assert_eq!(of("def f(:").0, ["syntax-error"]);
}

#[test]
fn an_installed_package_would_win_over_a_folder_without_code() {
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Convert:\n    Type: AWS::Serverless::Function\n    \
                    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.12}\n";
    let project = Project::new(&[
        ("template.yaml", template),
        ("requirements.txt", "markitdown\n"),
        ("app.py", "from markitdown import MarkItDown\n\ndef handler(event, context):\n    return MarkItDown\n"),
        ("markitdown/build.sh", "pip install\n"),
    ]);
    let report = project.report(&[]);
    assert_eq!(report["functions"][0]["start"]["verdict"], "unknown");
    assert_eq!(found(&report, "missing-name"), []);
    project.write("requirements.txt", "");
    assert_eq!(project.report(&[])["functions"][0]["start"]["verdict"], "fails");
}

#[test]
fn an_environment_that_zappa_packs_and_that_is_not_here_may_bring_anything() {
    let settings = r#"{"dev": {"app_function": "app.app", "project_name": "shop", "runtime": "python3.12"}}"#;
    let code = "from flask import Flask\n\napp = Flask(__name__)\n";
    let project = Project::new(&[("zappa_settings.json", settings), ("app.py", code)]);
    let report = project.report(&[]);
    assert!(report["findings"].as_array().unwrap().iter().all(|finding| finding["severity"] != "error"), "{report}");
    assert_eq!(report["functions"][0]["start"]["verdict"], "unknown");
    assert!(details(&report["functions"][0]).contains("packs the virtual environment that is active"));

    // All of one that is here is packed, whatever manifests declare.
    project.write(".venv/pyvenv.cfg", "version = 3.12.1\n");
    for name in ["flask", "pip"] {
        let site = ".venv/lib/python3.12/site-packages";
        project.write(
            &format!("{site}/{name}/__init__.py"),
            "class Flask:\n    def __init__(self, name):\n        pass\n",
        );
        project.write(&format!("{site}/{name}-1.0.dist-info/METADATA"), &format!("Name: {name}\nVersion: 1.0\n"));
        project.write(&format!("{site}/{name}-1.0.dist-info/RECORD"), &format!("{name}/__init__.py,,\n"));
    }
    let report = project.report(&[]);
    let packages = report["functions"][0]["packages"].as_array().unwrap().iter();
    let names: Vec<&str> = packages.map(|package| package["name"].as_str().unwrap()).collect();
    assert_eq!((names, found(&report, "unresolved-import")), (vec!["flask"], vec![]));
    std::fs::remove_dir_all(project.path(".venv")).unwrap();

    // With a manifest, what that does not declare is missing; zappa itself belongs there.
    project.write("requirements.txt", "requests==2.32.0\nzappa==0.60.0\n");
    let report = project.report(&[]);
    assert_eq!(found(&report, "misplaced-dependency"), []);
    let [function] = report["functions"].as_array().unwrap().as_slice() else { panic!("{report}") };
    assert!(
        !details(function).contains("packs the virtual environment") && !details(function).contains("zappa is put")
    );
    assert_eq!(found(&report, "unresolved-import"), [("app.py".to_owned(), 1)]);
}

#[test]
fn manifests_in_utf_16_are_read_with_their_lines() {
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    \
                    Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.13}\n";
    let project =
        Project::new(&[("template.yaml", template), ("src/app.py", "import ledger\ndef handler(e, c): pass\n")]);
    let text: Vec<u8> = "\u{feff}ledger==1.0\r\ncoins==2.0\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(project.path("src/requirements.txt"), &text).unwrap();
    let report = project.report(&[]);
    assert_eq!(report["functions"][0]["start"]["verdict"], "unknown", "{report}");
    assert_eq!(found(&report, "unresolved-import"), []);
    assert_eq!(found(&report, "unused-dependency"), [("src/requirements.txt".to_owned(), 2)]);
}

#[test]
fn node_reads_over_the_mark_of_utf_8_in_a_package_json() {
    let project = Project::new(&[
        ("package.json", "\u{feff}{\"type\": \"module\"}"),
        ("index.js", "export const handler = async () => 1;"),
    ]);
    let report = project.report(&["--runtime", "nodejs22.x"]);
    assert_eq!(report["functions"][0]["start"]["verdict"], "starts", "{report}");
}

#[test]
fn names_of_the_compilers_settings_are_followed_out_of_the_folder() {
    let service = "service: shop\nprovider: {name: aws, runtime: nodejs22.x}\nplugins: [serverless-esbuild]\nfunctions:\n  \
                   a: {handler: src/a.handler}\n";
    let settings = "{ // of the workspace\n \"compilerOptions\": { \"baseUrl\": \".\", \"paths\": { \"@shop/*\": [\"libs/*/src/index.ts\"] } } }";
    let project = Project::new(&[
        ("apps/api/serverless.yml", service),
        (
            "apps/api/tsconfig.json",
            "{ \"extends\": [\"@tsconfig/node22/tsconfig.json\", \"../../tsconfig.base.json\"] }",
        ),
        (
            "apps/api/src/a.ts",
            "import { db } from '@shop/db';\nimport '@shop/none';\nexport const handler = async () => db;\n",
        ),
        ("tsconfig.base.json", settings),
        ("libs/db/src/index.ts", "import { one } from './one';\nexport const db = one;\n"),
        ("libs/db/src/one.ts", "export const one = 1;\n"),
    ]);
    project.write(".git/HEAD", "");
    let report = project.report(&[]);
    let modules = report["functions"][0]["modules"].as_array().unwrap();
    let paths: Vec<&str> = modules.iter().filter_map(|module| module["path"].as_str()).collect();
    assert!(paths.contains(&"libs/db/src/one.ts"), "{paths:?}");
    let [(path, line)] = found(&report, "unresolved-import").try_into().unwrap();
    assert_eq!((path.as_str(), line), ("apps/api/src/a.ts", 2));
}

#[test]
fn what_a_template_becomes_is_not_known() {
    let main = |content: &str| {
        format!(
            "data \"archive_file\" \"a\" {{\n  type = \"zip\"\n  output_path = \"a.zip\"\n  source {{\n    content = {content}\n    filename = \"app.py\"\n  }}\n}}\nresource \"aws_lambda_function\" \"f\" {{\n  function_name = \"f\"\n  role = \"arn:aws:iam::1:role/x\"\n  runtime = \"python3.12\"\n  handler = \"app.handler\"\n  filename = data.archive_file.a.output_path\n}}\n"
        )
    };
    let project = Project::new(&[
        ("src/app.py.tpl", "PORT = ${port}\n\ndef handler(event, context):\n    return PORT\n"),
        ("src/app.py", "def handler(event, context):\n    return 1\n"),
        (".git/HEAD", ""),
    ]);
    let verdict = |content: &str| {
        project.write("main.tf", &main(content));
        let report = project.report(&[]);
        (
            report["functions"][0]["start"]["verdict"].as_str().unwrap().to_owned(),
            report["summary"]["findings"]["error"].clone(),
        )
    };
    let errors = |count: u64| serde_json::Value::from(count);
    assert_eq!(verdict("templatefile(\"src/app.py.tpl\", { port = 80 })"), ("unknown".to_owned(), errors(0)));
    assert_eq!(verdict("templatefile(\"src/app.py\", {})"), ("starts".to_owned(), errors(0)));
}
