use super::Project;

const HANDLER: &str = "def handler(event, context):\n    return 1\n";

const SAM: &str = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Jobs:\n    Type: AWS::SQS::Queue\n  \
    Api:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      Handler: app.handler\n      \
    Runtime: python3.13\n      MemorySize: 512\n      Timeout: 10\n      Events:\n        Get: {Type: HttpApi, Properties: \
    {Method: get, Path: /}}\n  Nightly:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      \
    Handler: app.handler\n      Runtime: python3.13\n      Events:\n        Night: {Type: Schedule, Properties: {Schedule: \
    'cron(0 3 * * ? *)'}}\n";

const SERVERLESS: &str = "service: shop\nprovider:\n  name: aws\n  runtime: python3.13\nfunctions:\n  get-order:\n    \
    handler: src/app.handler\n    events:\n      - httpApi: GET /\nresources:\n  Resources:\n    Jobs:\n      Type: AWS::SQS::Queue\n";

const TERRAFORM: &str = "data \"archive_file\" \"code\" {\n  type = \"zip\"\n  source_dir = \"${path.module}/src\"\n  \
    output_path = \"code.zip\"\n}\nresource \"aws_lambda_function\" \"api\" {\n  function_name = \"api\"\n  handler = \
    \"app.handler\"\n  runtime = \"python3.13\"\n  role = \"x\"\n  filename = data.archive_file.code.output_path\n}\n";

/// Without the breaks that the width of a terminal makes.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Puts what was written into the template, asks again, and gives what was written.
fn written_and_asked_again(template: &str, text: &str, language: &str, indent: &str) -> String {
    let project = Project::new(&[(template, text), ("src/app.py", HANDLER)]);
    let first = project.run(&["scale", template, "--alarms", language]);
    assert_eq!(first.code, 0, "{}", first.err);
    if language == "terraform" {
        project.write("watch.tf", &first.out);
    } else {
        let head = format!("{indent}Resources:\n");
        let (_, body) = first.out.split_once(&head).unwrap();
        project.write(template, &text.replacen(&head, &format!("{head}{body}"), 1));
    }
    let second = project.run(&["scale", template, "--alarms", language]);
    assert_eq!((second.code, second.out.as_str()), (0, ""), "{}", second.out);
    assert!(second.err.contains("nothing is missing"), "{}", second.err);
    first.out
}

#[test]
fn what_watches_an_application_is_written_once() {
    let sam = written_and_asked_again("template.yaml", SAM, "sam", "");
    for part in ["ApiErrors:", "ApiInvocations:", "NightlySilent:", "FunctionsDashboard:", "QueryColdStarts:", "Pager:"]
    {
        assert!(sam.contains(part), "{part}");
    }
    // Ninety percent of the timeout, in milliseconds.
    assert!(sam.contains("Threshold: 9000"));
    assert!(sam.contains("# Api: estimated Init "));
    let serverless = written_and_asked_again("serverless.yml", SERVERLESS, "serverless", "  ");
    assert!(serverless.contains("!Ref GetDashorderLambdaFunction"));
    assert!(!serverless.contains("${"));
    let terraform = written_and_asked_again("main.tf", TERRAFORM, "terraform", "");
    assert!(terraform.contains("aws_lambda_function.api.function_name"));
}

#[test]
fn check_and_scale_tell_what_a_function_needs() {
    let config = "[traffic.Api]\nrequests-per-second = 100\nduration-ms = 500\n";
    let project = Project::new(&[("template.yaml", SAM), ("src/app.py", HANDLER), ("defrost.toml", config)]);
    let report = project.report(&["template.yaml"]);
    let api = &report["functions"][0];
    assert_eq!((&api["application"], &api["scaling"]["traffic"][0]["needed"]), (&0.into(), &50.into()));
    assert_eq!(api["scaling"]["traffic"][0]["warm"]["keep"], "fixed");
    assert_eq!(report["functions"][1]["scaling"]["traffic"], serde_json::json!([]));
    let run = project.run(&["scale", "template.yaml", "--format", "json"]);
    let scale: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    // Traffic that nobody stated is assumed here, and only here.
    let assumed = &scale["functions"][1]["scaling"]["traffic"][0];
    assert_eq!((&assumed["name"], &assumed["assumed"]), (&"its schedules at the same time".into(), &true.into()));
    assert_eq!(scale["applications"][0]["resources"].as_array().map(Vec::len), Some(3));
    let human = project.run(&["scale", "template.yaml"]).out;
    assert!(human.contains("keep 55 warm all the time"), "{human}");
}

#[test]
fn brokers_deliver_as_many_batches_as_their_kind_does() {
    let event = |kind: &str| {
        format!(
            "    handler: src/app.handler\n    events:\n      - {kind}:\n          arn: arn:aws:mq:eu-central-1:123456789012:broker:b:b-1\n          \
             queue: jobs\n          basicAuthArn: arn:aws:secretsmanager:eu-central-1:123456789012:secret:b\n"
        )
    };
    let serverless = format!(
        "service: shop\nprovider:\n  name: aws\n  runtime: python3.13\nfunctions:\n  active:\n{}  rabbit:\n{}",
        event("activemq"),
        event("rabbitmq"),
    );
    let project = Project::new(&[("serverless.yml", &serverless), ("src/app.py", HANDLER)]);
    let run = project.run(&["scale", "serverless.yml", "--format", "json"]);
    let scale: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let functions = &scale["applications"][0]["scaling"]["functions"];
    assert_eq!((&functions[0]["allowed"], &functions[1]["allowed"]), (&5.into(), &1.into()), "{functions}");
}

#[test]
fn guide_pages_tell_what_their_rules_find() {
    let shifted = SAM.replace(
        "MemorySize: 512",
        "MemorySize: 512\n      AutoPublishAlias: live\n      DeploymentPreference: \
        {Type: Canary10Percent5Minutes}",
    );
    let project = Project::new(&[("template.yaml", &shifted), ("src/app.py", HANDLER)]);
    let page = project.run(&["explain", "traffic-shifting", "template.yaml"]);
    assert_eq!(page.code, 0, "{}", page.err);
    assert!(one_line(&page.out).contains("warning: canary-without-alarms at template.yaml:"), "{}", page.out);
    assert!(!page.out.contains("invoked by"), "{}", page.out);
    let page = project.run(&["explain", "provisioned-concurrency", "template.yaml"]);
    assert!(page.out.contains("invoked by requests"), "{}", page.out);
    assert!(page.out.contains("the rules of this page find nothing here"), "{}", page.out);
}

#[test]
fn minutes_are_read_as_cloudwatch_hands_them_out() {
    let answer = r#"{"Label": "Invocations", "Datapoints": [
        {"Timestamp": "2026-11-01T00:01:00Z", "Sum": 6000.0, "Unit": "Count"},
        {"Timestamp": "2026-11-01T00:00:00Z", "Sum": 600.0, "Unit": "Count"}]}"#;
    let config = "[traffic.Api]\nminutes = \"api.json\"\nduration-ms = 500\n";
    let files = [("template.yaml", SAM), ("src/app.py", HANDLER), ("defrost.toml", config), ("api.json", answer)];
    let project = Project::new(&files);
    let report = project.report(&["template.yaml"]);
    assert_eq!(report["functions"][0]["scaling"]["traffic"][0]["requests_per_second"], 100.0);
    project.write("api.json", "time,Invocations\n2026-11-01T00:00:00Z,600\n2026-11-01T00:01:00Z,lots\n");
    let wrong = project.run(&["scale", "template.yaml"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("api.json:3: `lots` is no number of invocations"), "{}", wrong.err);
}

#[test]
fn what_cannot_be_told_is_told_with_its_place() {
    let unknown =
        SAM.replace("Resources:\n", "Parameters:\n  Size: {Type: Number}\nResources:\n").replace("512", "!Ref Size");
    let project = Project::new(&[("template.yaml", &unknown), ("src/app.py", HANDLER)]);
    let shown = project.run(&["scale", "template.yaml"]);
    let told = one_line(&shown.out);
    assert!(
        told.contains("1 value of the template cannot be told here and counts as not set: template.yaml:"),
        "{told}"
    );
}

#[test]
fn a_runtime_that_is_not_simulated_is_said_to_be_the_reason() {
    let old = TERRAFORM.replace("python3.13", "nodejs6.10");
    let project = Project::new(&[("main.tf", &old), ("src/app.py", HANDLER)]);
    let report = project.run(&["main.tf", "--format", "human"]);
    let all = one_line(&report.out);
    assert!(all.contains("no grade may fail this runtime's way of loading is not simulated"), "{all}");
}

#[test]
fn what_is_made_of_one_block_has_its_own_names_and_numbers() {
    let many = TERRAFORM.replace(
        "function_name = \"api\"",
        "for_each = toset([\"a\", \"b\"])\n  function_name = each.key\n  \
                                  reserved_concurrent_executions = each.key == \"b\" ? 7 : 3",
    );
    let project = Project::new(&[("main.tf", &many), ("src/app.py", HANDLER)]);
    let run = project.run(&["scale", ".", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let of = |function: &serde_json::Value| (function["name"].clone(), function["scaling"]["reserved"].clone());
    let found: Vec<_> = report["functions"].as_array().unwrap().iter().map(of).collect();
    let name = |key: &str| serde_json::json!(format!("aws_lambda_function.api[\"{key}\"]"));
    assert_eq!(found, [(name("a"), 3.into()), (name("b"), 7.into())], "{report:#}");
    assert!(!project.run(&["scale", "."]).out.contains("no template"));
}

#[test]
fn requests_come_alone_whatever_is_said_of_records() {
    let settings = "[traffic]\nrequests-per-second = 200\nduration-ms = 250\nbatch = 10\n";
    let project = Project::new(&[("template.yaml", SAM), ("src/app.py", HANDLER), ("defrost.toml", settings)]);
    let out = one_line(&project.run(&["scale", "template.yaml"]).out);
    assert!(out.contains("needs 50 environments"), "{out}");
}

#[test]
fn a_stage_has_its_own_parameters() {
    let sam = "Transform: AWS::Serverless-2016-10-31\nParameters:\n  Stage: {Type: String, Default: dev, AllowedValues: [dev, \
        prod]}\nConditions:\n  IsProd: !Equals [!Ref Stage, prod]\nResources:\n  Web:\n    Type: \
        AWS::Serverless::Function\n    Properties:\n      Runtime: python3.13\n      Handler: app.handler\n      CodeUri: \
        src\n      MemorySize: 512\n      Timeout: 10\n      ReservedConcurrentExecutions: !If [IsProd, 1, 50]\n      \
        Events:\n        Api: {Type: HttpApi, Properties: {Path: /, Method: get}}\n";
    let terraform = "variable \"reserved\" {\n  default = 50\n}\ndata \"archive_file\" \"code\" {\n  type = \
        \"zip\"\n  source_dir = \"${path.module}/src\"\n  output_path = \"code.zip\"\n}\nresource \
        \"aws_lambda_function\" \"web\" {\n  function_name = \"web\"\n  role = \"r\"\n  runtime = \
        \"python3.13\"\n  handler = \"app.handler\"\n  filename = data.archive_file.code.output_path\n  memory_size \
        = 512\n  timeout = 10\n  reserved_concurrent_executions = var.reserved\n}\nresource \
        \"aws_lambda_function_url\" \"web\" {\n  function_name = aws_lambda_function.web.function_name\n  \
        authorization_type = \"NONE\"\n}\n";
    let code = "def handler(event, context):\n    return 1\n";
    let project = Project::new(&[
        ("sam/template.yaml", sam),
        ("sam/src/app.py", code),
        ("tf/main.tf", terraform),
        ("tf/envs/prod.tfvars", "reserved = 1\n"),
        ("tf/src/app.py", code),
    ]);
    for folder in ["sam", "tf"] {
        let found = |more: &[&str]| project.run(&[&["check", folder], more].concat()).out;
        assert!(!found(&[]).contains("low-reserved-concurrency"), "{folder}: {}", found(&[]));
        let prod = found(&["--stage", "prod"]);
        assert!(prod.contains("low-reserved-concurrency"), "{folder}: {prod}");
        assert!(!found(&["--stage", "test"]).contains("low-reserved-concurrency"), "{folder}");
    }
    project.write("defrost.toml", "stage = \"prod\"\n");
    assert!(project.run(&["check", "sam"]).out.contains("low-reserved-concurrency"));
}

/// One function that a queue in order invokes, with so many environments reserved and a name of its own.
fn worker(name: &str, reserved: u32) -> String {
    format!(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  {name}:\n    Type: AWS::Serverless::Function\n    \
        Properties:\n      CodeUri: ../src/\n      Handler: app.handler\n      Runtime: python3.13\n      MemorySize: 512\n      \
        ReservedConcurrentExecutions: {reserved}\n      Events: {{Q: {{Type: SQS, Properties: {{Queue: !GetAtt \
        Jobs.Arn, BatchSize: 1}}}}}}\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties: {{FifoQueue: true, \
        MessageRetentionPeriod: 60}}\n"
    )
}

#[test]
fn queues_in_order_lose_what_they_keep_no_longer_and_others_take_from_the_account() {
    let settings = "[traffic.One]\nrequests-per-second = 0\nburst = 300\nduration-ms = 1000\nbatch = 1\n";
    let project = Project::new(&[
        ("one/template.yaml", &worker("One", 20)),
        ("two/template.yaml", &worker("Two", 30)),
        ("src/app.py", HANDLER),
        ("defrost.toml", settings),
    ]);
    let told = one_line(&project.run(&["scale", "."]).out);
    assert!(
        told.contains("20 reserved here, 30 by the others of this run if they share the account, 950 left"),
        "{told}"
    );
    assert!(told.contains("as far as there are as many message groups"), "{told}");
    project.write("defrost.toml", &format!("{settings}message-groups = 2\n"));
    let told = one_line(&project.run(&["scale", "."]).out);
    assert!(
        told.contains("may have 2:") && told.contains("one batch at a time for each of 2 message groups"),
        "{told}"
    );
    assert!(told.contains("are lost, as their source keeps them no longer"), "{told}");
}
