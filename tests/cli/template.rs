use super::Project;

const HANDLER: &str = "def handler(event, context):\n    return 1\n";

#[test]
fn every_function_of_a_template_is_checked() {
    let template = "Globals: {Function: {Runtime: python3.13}}\nResources:\n  A:\n    Type: AWS::Serverless::Function\n    \
                    Properties: {CodeUri: a/, Handler: app.handler, MemorySize: 256}\n  B:\n    Type: AWS::Serverless::Function\n    \
                    Properties: {CodeUri: b/, Handler: app.handler}\n  C:\n    Type: AWS::Serverless::Function\n    \
                    Properties: {PackageType: Image}\n";
    let files = [("template.yaml", template), ("a/app.py", HANDLER), ("b/app.py", HANDLER)];
    let project = Project::new(&files);
    let run = project.run(&["check", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let left = "C is left out: it is a container image that is not built here; give the folder that becomes /var/task and --handler";
    let left_out = serde_json::json!({"function": "C", "is_local": false});
    let problem = serde_json::json!({"path": "template.yaml", "line": 9, "message": left, "left_out": left_out});
    assert_eq!(report["problems"], serde_json::json!([problem]));
    let functions = report["functions"].as_array().unwrap();
    let names: Vec<_> = functions.iter().map(|function| function["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["A", "B"]);
    assert_eq!(functions[0]["origin"], serde_json::json!({"path": "template.yaml", "line": 3, "column": 3}));
    assert_eq!(functions[0]["memory_mb"], 256);
    assert_eq!(functions[1]["runtime"], "python3.13");
}

#[test]
fn what_sam_built_wins_over_what_it_is_built_from() {
    let template = "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    \
                    Properties: {CodeUri: a/, Handler: app.handler, Runtime: python3.12}\n";
    let files = [("template.yaml", template), ("a/app.py", HANDLER), (".aws-sam/build/A/app.py", HANDLER)];
    let report = Project::new(&files).report(&["template.yaml"]);
    assert_eq!(report["functions"][0]["package"]["path"], ".aws-sam/build/A");
}

#[test]
fn broken_templates_and_missing_code_name_the_line() {
    let project = Project::new(&[("template.yaml", "Resources:\n  A: {Type: AWS::Lambda::Function\n  B: [\n")]);
    let run = project.run(&[]);
    assert_eq!(run.code, 2);
    assert!(run.err.starts_with("error: template.yaml:"), "{}", run.err);
    project.write(
        "template.yaml",
        "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: nope}\n",
    );
    let run = project.run(&["check", "--ignore", "scaling"]);
    assert_eq!(run.code, 2);
    let expected = "not analysed: template.yaml:2: A is left out: its code is not at nope; the path is another";
    assert!(run.out.contains(expected), "{}", run.out);
}

#[test]
fn a_layer_of_a_template_gets_the_content_that_is_said_for_it() {
    let layer = "arn:aws:lambda:eu-west-1:123456789012:layer:ledger:7";
    let template = format!(
        "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: a/\n      Handler: app.handler\n      \
         Runtime: python3.13\n      Layers: ['{layer}']\n"
    );
    let project = Project::new(&[
        ("template.yaml", &template),
        ("a/app.py", &format!("import ledger\n{HANDLER}")),
        ("parts/python/ledger.py", "LIMIT = 1\n"),
    ]);
    let open = project.report(&[]);
    assert_eq!(open["functions"][0]["start"]["verdict"], "unknown");
    let detail = open["functions"][0]["open"][0]["detail"].as_str().unwrap();
    assert!(detail.contains(layer) && detail.ends_with("--layer ARN=FOLDER"), "{detail}");
    for name in [layer, "arn:aws:lambda:eu-west-1:123456789012:layer:ledger", "ledger"] {
        let closed = project.report(&["--layer", &format!("{name}=parts")]);
        assert_eq!(closed["functions"][0]["start"]["verdict"], "starts", "{name}");
        assert_eq!(closed["functions"][0]["open"], serde_json::json!([]), "{name}");
    }
    project.write("defrost.toml", "layers = ['ledger=parts']\n");
    assert_eq!(project.report(&[])["functions"][0]["start"]["verdict"], "starts");
    let slip = project.run(&["check", "--layer", "ledgre=parts"]);
    assert!(slip.err.contains("no function here has a layer of that name"), "{}", slip.err);
}

/// A package that functions share is judged once, by what all of them load.
#[test]
fn a_shared_package_is_judged_once() {
    let template = "Globals: {Function: {Runtime: python3.12, CodeUri: src/}}\nResources:\n  A:\n    Type: \
                    AWS::Serverless::Function\n    Properties: {Handler: a.handler}\n  B:\n    Type: \
                    AWS::Serverless::Function\n    Properties: {Handler: b.handler}\n";
    let bulk = format!("DATA = '{}'\n", "x".repeat(200_000));
    let metadata = |name: &str| format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n");
    let record = |name: &str| format!("{name}/__init__.py,,\n{name}-1.0.dist-info/METADATA,,\n");
    let mut files = vec![
        ("template.yaml".to_owned(), template.to_owned()),
        ("src/a.py".to_owned(), format!("import one\n{HANDLER}    return one.DATA\n")),
        ("src/b.py".to_owned(), format!("import two\n{HANDLER}    return two.DATA\n")),
    ];
    for name in ["one", "two", "three"] {
        files.push((format!("src/{name}/__init__.py"), bulk.clone()));
        files.push((format!("src/{name}-1.0.dist-info/METADATA"), metadata(name)));
        files.push((format!("src/{name}-1.0.dist-info/RECORD"), record(name)));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let report = Project::new(&files).report(&["--select", "never-loaded-package"]);
    let findings = report["findings"].as_array().unwrap();
    let found: Vec<_> = findings.iter().map(|finding| (&finding["subject"], &finding["functions"])).collect();
    assert_eq!(found, [(&serde_json::json!("three"), &serde_json::json!(["A", "B"]))]);
}

/// What a bundler takes is read as a bundler reads it: the format of its sources is nobody's but its own.
#[test]
fn sources_of_a_bundler_may_be_of_any_format() {
    let service = "service: shop\nplugins: [PLUGIN]\nprovider: {name: aws, runtime: nodejs20.x}\nfunctions:\n  get: {handler: src/get.main}\n";
    let source = "import { table } from './lib/table';\nexport const main = async () => table;\n";
    let verdict = |plugin: &str| {
        let project = Project::new(&[
            ("serverless.yml", &service.replace("PLUGIN", plugin)),
            ("package.json", "{}"),
            ("src/get.js", source),
            ("src/lib/table.js", "export const table = 'notes';\n"),
        ]);
        project.report(&[])["functions"][0]["start"]["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("serverless-bundle"), "starts");
    assert_eq!(verdict("serverless-webpack"), "starts");
    assert_eq!(verdict("serverless-offline"), "fails");
}

/// webpack puts its mode in place of `NODE_ENV`.
#[test]
fn the_mode_of_a_bundler_decides_what_it_says() {
    let service = "service: shop\nplugins: [serverless-webpack]\nprovider: {name: aws, runtime: nodejs20.x}\nfunctions:\n  get: {handler: get.main}\n";
    let source =
        "if (process.env.NODE_ENV !== 'production') throw new Error('not here');\nexport const main = async () => 1;\n";
    let verdict = |settings: &str| {
        let files =
            [("serverless.yml", service), ("package.json", "{}"), ("get.js", source), ("webpack.config.js", settings)];
        Project::new(&files).report(&[])["functions"][0]["start"]["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("module.exports = { target: 'node' };"), "starts");
    assert_eq!(
        verdict("module.exports = { mode: slsw.lib.webpack.isLocal ? 'development' : 'production' };"),
        "starts"
    );
    assert_ne!(verdict("module.exports = { mode: 'development' };"), "starts");
    assert_ne!(verdict("module.exports = { optimization: { nodeEnv: false } };"), "starts");
}

/// Chalice packs its own router, so nobody has to declare it.
#[test]
fn chalice_brings_itself() {
    let app =
        "from chalice import Chalice\napp = Chalice(app_name='shop')\n@app.route('/')\ndef index():\n    return {}\n";
    let project = Project::new(&[
        (".chalice/config.json", r#"{"version": "2.0", "app_name": "shop", "stages": {"dev": {}}}"#),
        ("app.py", app),
        ("requirements.txt", ""),
        ("requirements-dev.txt", "chalice\n"),
    ]);
    let report = project.report(&["--ignore", "scaling"]);
    assert_eq!(report["functions"][0]["start"]["verdict"], "unknown");
    assert_eq!(report["findings"], serde_json::json!([]));
}

/// Settings that were judged are something, even where no package is here.
#[test]
fn a_template_whose_packages_are_not_here_is_judged_by_its_settings() {
    let template = "resource \"aws_sqs_queue\" \"jobs\" {\n  visibility_timeout_seconds = 30\n}\nresource \"aws_lambda_function\" \"work\" {\n  \
                    function_name = \"work\"\n  handler = \"app.handler\"\n  runtime = \"python3.13\"\n  timeout = 60\n  filename = \"work.zip\"\n}\n\
                    resource \"aws_lambda_event_source_mapping\" \"jobs\" {\n  event_source_arn = aws_sqs_queue.jobs.arn\n  \
                    function_name = aws_lambda_function.work.arn\n}\n";
    let project = Project::new(&[("main.tf", template)]);
    let run = project.run(&["check", "--select", "visibility-below-timeout"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("not analysed") && run.out.contains("visibility-below-timeout"), "{}", run.out);
}

/// `..` in a path leads where it leads on disk.
#[test]
fn templates_beside_the_working_folder() {
    let template = "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: src/, Handler: \
                    app.handler, Runtime: python3.13}\n";
    let project = Project::new(&[("y/template.yaml", template), ("y/src/app.py", HANDLER), ("x/z/keep", "")]);
    for path in ["../../y/template.yaml", "../z/../../y"] {
        let run = project.run_in("x/z", &["check", path, "--format", "json"]);
        assert_eq!(run.code, 0, "{path}: {}{}", run.out, run.err);
        let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(report["functions"][0]["package"]["path"], "../../y/src", "{path}");
    }
}

/// A list of requirements may include one that is no part of the package.
#[test]
fn requirements_outside_of_the_package_may_bring_anything() {
    let template = "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: src/, Handler: \
                    app.handler, Runtime: python3.13}\n";
    for include in ["-r ../common.txt", "-r../common.txt", "--requirement=../common.txt"] {
        let project = Project::new(&[
            ("template.yaml", template),
            ("common.txt", "requests\n"),
            ("src/requirements.txt", &format!("{include}\n")),
            ("src/app.py", &format!("import requests\n{HANDLER}")),
        ]);
        let report = project.report(&["--ignore", "scaling"]);
        assert_eq!(report["functions"][0]["start"]["verdict"], "unknown", "{include}");
        assert_eq!(report["findings"], serde_json::json!([]), "{include}");
    }
}

#[test]
fn a_nested_template_is_a_part_whatever_its_name() {
    let queue = "Resources:\n  Q: {Type: AWS::SQS::Queue}\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
                 CodeUri: src\n      Handler: app.handler\n      Runtime: python3.12\n";
    let child = format!("Transform: AWS::Serverless-2016-10-31\n{queue}");
    let parent = "Transform: AWS::Serverless-2016-10-31\nResources:\n  A: {Type: AWS::Serverless::Application, Properties: \
                  {Location: ../a/template.yaml}}\n";
    let project = Project::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("a/template.yaml", &child),
        ("a/src/app.py", "def handler(event, context):\n    return 1\n"),
        ("b/template.yaml", parent),
    ]);
    let report = project.report(&["--fail-on", "error"]);
    assert_eq!(report["functions"].as_array().unwrap().len(), 1, "{}", report["functions"]);
    assert_eq!(report["applications"].as_array().unwrap().len(), 1);
}

#[test]
fn a_variable_that_the_template_does_not_set_keeps_the_verdict_open() {
    let start = |code: &str, variables: &str| {
        let template = format!(
            "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: a/\n      \
             Handler: app.handler\n      Runtime: python3.13\n      Environment: {{Variables: {{{variables}}}}}\n"
        );
        let files = [("template.yaml", &*template), ("a/app.py", &format!("import os\n{code}\n{HANDLER}"))];
        Project::new(&files).report(&["template.yaml"])["functions"][0]["start"].clone()
    };
    let table = "TABLE = os.environ['TABLE']";
    let unset = start(table, "STAGE: dev");
    assert_eq!(unset["verdict"], "unknown", "{unset}");
    assert!(unset.to_string().contains("`app` demands the variable `TABLE`"), "{unset}");
    for code in [
        "if not os.environ.get('TABLE'):\n    raise ValueError('no table')",
        "def need(name):\n    value = os.getenv(name)\n    if not value:\n        raise RuntimeError(name)\n    \
         return value\nTABLE = need('TABLE')",
        "assert os.environ.get('TABLE')",
        "TABLE = os.getenv('TABLE')\nSTAGE = os.getenv('STAGE')\nassert TABLE is not None, 'no table'",
        "for name in ['STAGE', 'TABLE']:\n    if name not in os.environ:\n        raise KeyError(name)",
        "PARTS = os.getenv('TABLE').split(':')",
        "TABLE = os.getenv('TABLE')\nURL = 'https://' + TABLE",
        "FIRST = os.environ.get('TABLE')[0]",
    ] {
        let unset = start(code, "STAGE: dev");
        assert_eq!(unset["verdict"], "unknown", "{code} {unset}");
        assert!(unset.to_string().contains("`app` demands the variable `TABLE`"), "{unset}");
        for table in ["orders", "!Ref Orders"] {
            assert_eq!(start(code, &format!("STAGE: dev, TABLE: {table}"))["verdict"], "starts", "{code} {table}");
        }
    }
    for (code, variables) in [
        ("try:\n    PARTS = os.getenv('TABLE').split(':')\nexcept AttributeError:\n    PARTS = []", ""),
        ("if os.environ.get('TABLE'):\n    raise ValueError('a table')", ""),
        ("if not os.environ.get('AWS_REGION'):\n    raise ValueError('no region')", ""),
        ("TABLE = os.getenv('TABLE', 'orders')\nassert TABLE", ""),
        (table, "TABLE: orders"),
        (table, "TABLE: !Ref Orders"),
        ("REGION = os.environ['AWS_REGION']", ""),
        ("try:\n    os.environ['TABLE']\nexcept KeyError:\n    pass", ""),
        ("def later():\n    return os.environ['TABLE']", ""),
        ("os.environ['TABLE'] = 'a'\nTABLE = os.environ['TABLE']", ""),
    ] {
        assert_eq!(start(code, variables)["verdict"], "starts", "{code} {variables}");
    }
}

#[test]
fn a_variable_that_node_code_demands_keeps_the_verdict_open() {
    let start = |code: &str, variables: &str| {
        let template = format!(
            "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: a/\n      \
             Handler: index.handler\n      Runtime: nodejs22.x\n      Environment: {{Variables: {{{variables}}}}}\n"
        );
        let code = format!("{code}\nexports.handler = async () => 1;\n");
        let files = [("template.yaml", &*template), ("a/index.js", &*code)];
        Project::new(&files).report(&["template.yaml"])["functions"][0]["start"].clone()
    };
    let table = "if (!process.env.TABLE) throw new Error('TABLE is not set');";
    for code in [
        table,
        "const { TABLE } = process.env;\nif (TABLE === undefined) throw new Error('no table');",
        "function need(name) {\n  const value = process.env[name];\n  if (!value) throw new Error(name);\n  \
         return value;\n}\nexports.table = need('TABLE');",
        "const parts = process.env.TABLE.split(':');",
        "const config = { table: process.env.TABLE, size: 3 };\nif (!config.table) throw new Error('no table');",
        "const missing = ['TABLE'].filter((name) => !process.env[name]);\nif (missing.length > 0) throw new Error('no');",
        "const url = new URL(process.env.TABLE);",
        "require('assert')(process.env.TABLE, 'no table');",
    ] {
        let unset = start(code, "STAGE: dev");
        assert_eq!(unset["verdict"], "unknown", "{code} {unset}");
        assert!(unset.to_string().contains("demands the variable `TABLE`"), "{unset}");
    }
    for (code, variables) in [
        (table, "TABLE: orders"),
        (table, "TABLE: !Ref Orders"),
        ("if (!process.env.AWS_SESSION_TOKEN) throw new Error('no');", ""),
        ("try {\n  process.env.TABLE.split(':');\n} catch {}", ""),
        ("try {\n  if (!process.env.TABLE) throw new Error('no');\n} catch {}", ""),
        ("exports.later = () => process.env.TABLE.length;", ""),
        ("const table = process.env.TABLE || 'orders';\nif (!table) throw new Error('no');", ""),
        ("process.env.TABLE ??= 'orders';\nif (!process.env.TABLE) throw new Error('no');", ""),
    ] {
        assert_eq!(start(code, variables)["verdict"], "starts", "{code} {variables}");
    }
}
