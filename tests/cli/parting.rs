//! The plan of a split as files: each part answers its routes and no others.

use std::process::Command;

use super::Project;

const APP: &str = r#"import json

import heavy

LIMIT = heavy.report


def report(event):
    return heavy.report(event), LIMIT is None


def handler(event, context):
    path = event["path"]
    if path == "/report":
        return json.dumps(report(event))
    elif path == "/status":
        return "up"
    elif path == "/version":
        return "1"
    return "none"
"#;

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Office:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.12
      Events:
        All:
          Type: HttpApi
          Properties:
            Path: /{proxy+}
            Method: ANY
";

#[test]
fn each_part_answers_its_routes_and_no_others() {
    let functions: String =
        (0..9000).map(|at| format!("def f{at}(a, b=None, *c):\n    return [a + {at}, b, c]\n")).collect();
    let project = Project::new(&[
        ("template.yaml", TEMPLATE),
        ("src/app.py", APP),
        ("src/heavy/__init__.py", &format!("def report(event):\n    return event['path']\n\n\n{functions}")),
        ("src/heavy-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: heavy\nVersion: 1\n"),
        ("src/heavy-1.dist-info/RECORD", "heavy/__init__.py,,\n"),
    ]);
    let done = project.run(&["split", "template.yaml", "-o", "plan"]);
    assert!(done.code == 0 && done.err.contains("wrote 1 plan to plan"), "{}{}", done.out, done.err);
    let light = project.read("plan/Office/code/app_2.py");
    assert!(
        !light.contains("heavy") && !light.contains("LIMIT") && light.contains("if path == \"/status\""),
        "{light}"
    );
    let template = project.read("plan/Office/template.yaml");
    assert!(template.contains("  Office1:\n") && template.contains("      Handler: app_2.handler\n"), "{template}");
    assert!(template.contains("            Path: /report\n") && !template.contains("proxy"), "{template}");
    let ask = "import sys\nsys.path[:0] = ['plan/Office/code', 'src']\nimport app_1, app_2\nfor path in ['/report', '/status', '/version']:\n    print(app_1.handler({'path': path}, None), app_2.handler({'path': path}, None))\n";
    project.write("ask.py", ask);
    if let Ok(output) = Command::new("python3").current_dir(project.folder.path()).arg("ask.py").output() {
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(said, "[\"/report\", false] none\nnone up\nnone 1\n", "{}", String::from_utf8_lossy(&output.stderr));
    }
    let again = project.run(&["split", "template.yaml", "-o", "plan"]);
    assert!(again.code == 2 && again.err.contains("nothing is overwritten"), "{}", again.err);
}

const NODE: &str = "import { report } from 'heavy';
import { light } from './light.mjs';

const LIMIT = report.length;

export const handler = async (event) => {
  switch (event.path) {
    case '/report':
      return [report(event), LIMIT];
    case '/status':
      return light('up');
    case '/version':
      return '1';
    default:
      return 'none';
  }
};
";

#[test]
fn handlers_of_node_are_taken_apart_in_the_language_of_their_template() {
    let functions: String = (0..30_000)
        .map(|at| format!("export function f{at}(a, b) {{ const o = {{ id: {at}, tags: [a, b] }}; return o; }}\n"))
        .collect();
    let project = Project::new(&[
        ("src/app.mjs", NODE),
        ("src/light.mjs", "export const light = (x) => x;\n"),
        ("src/package.json", "{\"name\": \"x\", \"dependencies\": {\"heavy\": \"1.0.0\"}}"),
        (
            "src/node_modules/heavy/package.json",
            "{\"name\": \"heavy\", \"version\": \"1.0.0\", \"type\": \"module\", \"exports\": \"./index.js\"}",
        ),
        ("src/node_modules/heavy/index.js", &format!("export const report = (event) => event.path;\n{functions}")),
        (
            "template.yaml",
            &TEMPLATE.replace("python3.12", "nodejs20.x").replace("CodeUri", "FunctionName: office\n      CodeUri"),
        ),
    ]);
    let done = project.run(&["split", "template.yaml", "-o", "plan"]);
    assert!(done.err.contains("wrote 1 plan to plan"), "{}{}", done.out, done.err);
    let (heavy, light) = (project.read("plan/Office/code/app_1.mjs"), project.read("plan/Office/code/app_2.mjs"));
    assert!(heavy.contains("LIMIT") && !heavy.contains("'/status'") && !heavy.contains("light"), "{heavy}");
    assert!(!light.contains("heavy") && !light.contains("LIMIT") && light.contains("case '/version':"), "{light}");
    let template = project.read("plan/Office/template.yaml");
    assert!(
        template.contains("FunctionName: office-1\n") && template.contains("FunctionName: office-2\n"),
        "{template}"
    );
    for (part, text) in [(1, &heavy), (2, &light)] {
        project.write(&format!("src/app_{part}.mjs"), text);
    }
    project.write("ask.mjs", "const parts = [await import('./src/app_1.mjs'), await import('./src/app_2.mjs')];\nfor (const path of ['/report', '/status', '/version'])\n  console.log(String(await parts[0].handler({ path })), await parts[1].handler({ path }));\n");
    if let Ok(output) = Command::new("node").current_dir(project.folder.path()).arg("ask.mjs").output() {
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(said, "/report,1 none\nnone up\nnone 1\n", "{}", String::from_utf8_lossy(&output.stderr));
    }
}

const TERRAFORM: &str = "resource \"aws_lambda_function\" \"office\" {
  function_name = \"office\"
  filename      = data.archive_file.office.output_path
  handler       = \"app.handler\"
  runtime       = \"python3.12\"
  role          = aws_iam_role.office.arn
}

data \"archive_file\" \"office\" {
  type        = \"zip\"
  source_dir  = \"src\"
  output_path = \"office.zip\"
}
";

const API: &str = "resource \"aws_apigatewayv2_integration\" \"office\" {
  api_id           = aws_apigatewayv2_api.web.id
  integration_type = \"AWS_PROXY\"
  integration_uri  = aws_lambda_function.office.invoke_arn
}

resource \"aws_apigatewayv2_route\" \"all\" {
  api_id    = aws_apigatewayv2_api.web.id
  route_key = \"$default\"
  target    = \"integrations/${aws_apigatewayv2_integration.office.id}\"
}

output \"arn\" {
  value = aws_lambda_function.office.arn
}
";

#[test]
fn terraform_is_told_in_its_own_language() {
    let functions: String =
        (0..9000).map(|at| format!("def f{at}(a, b=None, *c):\n    return [a + {at}, b, c]\n")).collect();
    let project = Project::new(&[
        ("main.tf", TERRAFORM),
        ("api.tf", API),
        ("src/app.py", APP),
        ("src/heavy-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: heavy\nVersion: 1\n"),
        ("src/heavy-1.dist-info/RECORD", "heavy/__init__.py,,\n"),
        ("src/heavy/__init__.py", &format!("def report(event):\n    return event['path']\n\n\n{functions}")),
    ]);
    let done = project.run(&["split", ".", "-o", "plan"]);
    assert!(done.code == 0 && done.err.contains("wrote 1 plan to plan"), "{}{}", done.out, done.err);
    let folder = "plan/aws_lambda_function_office";
    let blocks = project.read(&format!("{folder}/functions.tf"));
    for part in [
        "resource \"aws_lambda_function\" \"office_2\" {\n  function_name = \"office-2\"\n",
        "  handler       = \"app_2.handler\"\n",
        "  integration_uri  = aws_lambda_function.office_1.invoke_arn\n",
        "resource \"aws_apigatewayv2_route\" \"office_1_any_report\" {",
        "  route_key = \"ANY /status\"\n  target    = \"integrations/${aws_apigatewayv2_integration.office_2.id}\"\n",
    ] {
        assert!(blocks.contains(part), "{part}\n---\n{blocks}");
    }
    let steps = project.read(&format!("{folder}/README.md"));
    assert!(steps.contains("| aws_lambda_function.office_1 | `app_1.handler` |"), "{steps}");
    assert!(steps.contains("   - api.tf:14: `value = aws_lambda_function.office.arn`\n"), "{steps}");
}

#[test]
fn alarms_and_permissions_go_along() {
    let functions: String =
        (0..9000).map(|at| format!("def f{at}(a, b=None, *c):\n    return [a + {at}, b, c]\n")).collect();
    let alarm = "  Errors:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      MetricName: Errors\n      Dimensions:\n        - Name: FunctionName\n          Value: !Ref Office\nOutputs:\n  Arn:\n    Value: !GetAtt Office.Arn\n";
    let project = Project::new(&[
        ("template.yaml", &format!("{TEMPLATE}{alarm}")),
        ("src/app.py", APP),
        ("src/heavy-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: heavy\nVersion: 1\n"),
        ("src/heavy-1.dist-info/RECORD", "heavy/__init__.py,,\n"),
        ("src/heavy/__init__.py", &format!("def report(event):\n    return event['path']\n\n\n{functions}")),
    ]);
    let done = project.run(&["split", "template.yaml", "-o", "plan"]);
    assert!(done.err.contains("wrote 1 plan to plan"), "{}{}", done.out, done.err);
    let template = project.read("plan/Office/template.yaml");
    let second = "  Errors2:\n    Type: AWS::CloudWatch::Alarm\n    Properties:\n      MetricName: Errors\n      Dimensions:\n        - Name: FunctionName\n          Value: !Ref Office2\n";
    assert!(template.contains("  Errors1:\n") && template.contains(second), "{template}");
    let steps = project.read("plan/Office/README.md");
    let left: Vec<&str> = steps.lines().filter(|line| line.starts_with("   - template.yaml:")).collect();
    assert_eq!(left, ["   - template.yaml:24: `Value: !GetAtt Office.Arn`"], "{steps}");
}

#[test]
fn what_cannot_be_taken_apart_says_why() {
    let project = Project::new(&[("app.py", "def handler(event, context):\n    return event\n")]);
    let done = project.run(&["split", ".", "-o", "plan"]);
    assert!(
        done.err.contains("app: not taken apart: ") || done.err.contains("not taken apart: one function"),
        "{}",
        done.err
    );
}

/// A module that takes long to load.
fn slow(name: &str) -> String {
    let functions: String =
        (0..6000).map(|at| format!("def {name}{at}(a, b=1):\n    return [a, b, {at}]\n\n\n")).collect();
    format!("import csv, sqlite3\n\n{functions}")
}

#[test]
fn the_rest_of_a_path_is_a_route_and_parts_cost_what_their_files_load() {
    let app = "import alpha\nimport beta\nimport services\n\n\ndef handler(event, context):\n    path = event[\"path\"]\n    \
               method = event[\"httpMethod\"]\n    if path == \"/files\":\n        client = alpha.alpha1(path)\n        if method == \"PUT\":\n            \
               return \"put\"\n        return client\n    if path == \"/pay\":\n        if method == \"POST\":\n            return beta.beta1(1)\n        \
               return {\"statusCode\": 405}\n    if path == \"/one\":\n        return services.one()\n    return {\"statusCode\": 404}\n";
    let services = "import gamma\n\n\ndef one():\n    return 1\n\n\ndef two():\n    return gamma.gamma1(1)\n";
    let (alpha, beta, gamma) = (slow("alpha"), slow("beta"), slow("gamma"));
    let files = [("template.yaml", TEMPLATE), ("src/app.py", app), ("src/services.py", services)];
    let project = Project::new(&files);
    for (name, code) in [("alpha", alpha), ("beta", beta), ("gamma", gamma)] {
        project.write(&format!("src/{name}/__init__.py"), &code);
        let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1\n");
        project.write(&format!("src/{name}-1.dist-info/METADATA"), &metadata);
        project.write(&format!("src/{name}-1.dist-info/RECORD"), &format!("{name}/__init__.py,,\n"));
    }
    let report = project.report(&[]);
    let routes = report["functions"][0]["routes"].as_array().unwrap();
    let labels: Vec<String> = routes.iter().map(|route| format!("{} {}", route["method"], route["path"])).collect();
    assert_eq!(
        labels,
        ["null \"/files\"", "\"PUT\" \"/files\"", "\"POST\" \"/pay\"", "null \"/one\""],
        "a path that only turns other methods away has no route of them"
    );
    let run = project.run(&["split", "template.yaml", "-o", "plan"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let groups = report["functions"][0]["split"]["groups"].as_array().unwrap();
    assert!(groups.len() > 1, "{groups:?}");
    for (at, group) in groups.iter().enumerate() {
        let file = format!("app_{}", at + 1);
        let text = project.read(&format!("plan/Office/code/{file}.py"));
        let has = |what: &str| text.contains(what);
        assert!(has("/files") == has("PUT") && has("alpha") == has("/files") && has("/pay") == has("POST"), "{text}");
        project.write(&format!("src/{file}.py"), &text);
        let part = project.report(&["src", "--handler", &format!("{file}.handler"), "--runtime", "python3.12"]);
        let (promised, is) = (&group["estimated_ms"], &part["functions"][0]["init"]["estimated_ms"]);
        let (promised, is) = (promised.as_f64().unwrap(), is.as_f64().unwrap());
        assert!((promised - is).abs() <= 2.0 + is * 0.02, "{file}: {promised} {is}\n{text}");
    }
}
