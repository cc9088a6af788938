use super::Project;

fn parts(files: &[(&str, &str)], arguments: &[&str]) -> Vec<String> {
    let report = Project::new(files).report(arguments);
    let parts = report["functions"][0]["init"]["parts"].as_array().unwrap().clone();
    parts.iter().map(|part| format!("{} {}", part["kind"].as_str().unwrap(), part["name"].as_str().unwrap())).collect()
}

#[test]
fn the_sdk_of_the_runtime_is_not_free() {
    let app = "import boto3\n\n\ndef handler(event, context):\n    return boto3\n";
    let found = parts(&[("app.py", app)], &["--handler", "app.handler", "--runtime", "python3.12"]);
    assert!(found.contains(&"module boto3 of the runtime".to_owned()), "{found:?}");
    let bundled = [("app.py", app), ("boto3/__init__.py", "Session = None\n")];
    let found = parts(&bundled, &["--handler", "app.handler", "--runtime", "python3.12"]);
    assert!(!found.iter().any(|part| part.contains("of the runtime")), "{found:?}");

    let index = "const { S3Client } = require('@aws-sdk/client-s3');\nexports.handler = async () => S3Client;\n";
    let found = parts(&[("index.js", index)], &["--handler", "index.handler", "--runtime", "nodejs20.x"]);
    assert!(found.contains(&"module @aws-sdk/client-s3 of the runtime".to_owned()), "{found:?}");
}

fn part_ms(files: &[(&str, &str)], arguments: &[&str], name: &str) -> f64 {
    let report = Project::new(files).report(arguments);
    let parts = report["functions"][0]["init"]["parts"].as_array().unwrap().clone();
    let found = parts.iter().find(|part| part["name"] == name);
    found.unwrap_or_else(|| panic!("no part {name} in {parts:?}"))["ms"].as_f64().unwrap()
}

#[test]
fn a_client_costs_by_what_its_service_description_holds() {
    let app = |services: &[&str]| {
        let made: String = services.iter().map(|service| format!("boto3.client(\"{service}\")\n")).collect();
        format!("import boto3\n\n{made}\n\ndef handler(event, context):\n    return boto3\n")
    };
    let large = format!("{{\"operations\": \"{}\"}}", "x".repeat(900_000));
    let ms = |services: &[&str]| {
        let files = [
            ("app.py", &*app(services)),
            ("boto3/__init__.py", "import botocore\n\n\ndef client(name):\n    return name\n"),
            ("boto3-1.40.0.dist-info/METADATA", "Name: boto3\nVersion: 1.40.0\n"),
            ("boto3-1.40.0.dist-info/RECORD", "boto3/__init__.py,,\n"),
            ("botocore/__init__.py", "BUNDLED = True\n"),
            ("botocore/data/small/2020-01-01/service-2.json", "{}"),
            ("botocore/data/large/2019-01-01/service-2.json", "{}"),
            ("botocore/data/large/2020-01-01/service-2.json", &large),
        ];
        part_ms(&files, &["--handler", "app.handler", "--runtime", "python3.12"], "clients of boto3")
    };
    let (small, large, both, twice) =
        (ms(&["small"]), ms(&["large"]), ms(&["small", "large"]), ms(&["large", "large"]));
    assert!(large > small + 10.0, "the newest description counts: {small} {large}");
    assert!(both < small + large, "a session is made once: {both}");
    assert!(twice < both + 1.0 && twice > large, "a description is read once: {twice}");
}

#[test]
fn long_loops_take_time() {
    let app = |rounds: u32| {
        format!("TABLE = [n * n for n in range({rounds})]\n\n\ndef handler(event, context):\n    return TABLE\n")
    };
    let init = |rounds: u32| {
        let report =
            Project::new(&[("app.py", &*app(rounds))]).report(&["--handler", "app.handler", "--runtime", "python3.12"]);
        report["functions"][0]["init"]["estimated_ms"].as_f64().unwrap()
    };
    assert!(init(5_000_000) > init(5) + 100.0);
}

#[test]
fn a_shipped_compile_cache_makes_loading_cheaper() {
    let index =
        format!("{}exports.handler = async () => 1;\n", "function add(a, b) { return a + b; }\n".repeat(20_000));
    let template = |folder: &str, node: u32| {
        format!(
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      Handler: \
             index.handler\n      Runtime: nodejs{node}.x\n      Environment:\n        Variables:\n          \
             NODE_COMPILE_CACHE: {folder}\n"
        )
    };
    let init = |folder: &str, node: u32| {
        let files = [
            ("template.yaml", &*template(folder, node)),
            ("src/index.js", &*index),
            ("src/.cache/v22.14.0-x64-fde1f47e-993/3a7c", "compiled"),
        ];
        Project::new(&files).report(&[])["functions"][0]["init"]["estimated_ms"].as_f64().unwrap()
    };
    let (plain, cached) = (init("/tmp/cache", 22), init("/var/task/.cache", 22));
    assert!(cached < plain - 50.0, "{cached} {plain}");
    assert_eq!(init("/var/task/.cache", 24), init("/tmp/cache", 24), "the cache of another release is of no use");
    assert_eq!(init(".cache", 22), cached, "a relative folder is the function's");
}
