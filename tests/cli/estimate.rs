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
