use super::super::model::*;
use super::super::testing::{Memory, read};
use super::super::{Options, read_with};

const MAIN: &str = r#"
provider "aws" { region = "eu-central-1" }

variable "memory" { default = 512 }
variable "stage" { type = string }
variable "off" { default = false }

locals {
  prefix = "shop-${var.stage}"
  names  = { red = 1, blue = 2 }
  loop   = local.again
  again  = local.loop
}

data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/../src"
  output_path = "${path.module}/build/code.zip"
}

resource "aws_lambda_function" "notify" {
  function_name = "${local.prefix}-notify"
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = data.archive_file.code.output_path
  memory_size   = var.memory
  timeout       = 10
  publish       = true
  reserved_concurrent_executions = -1
  layers        = [aws_lambda_layer_version.common.arn, "arn:aws:lambda:eu-central-1:1:layer:x:1"]
  environment {
    variables = { STAGE = var.stage, SIZE = local.names["red"] + 1 }
  }
  dynamic "dead_letter_config" {
    for_each = [aws_sqs_queue.dead.arn]
    content { target_arn = dead_letter_config.value }
  }
}

resource "aws_lambda_layer_version" "common" {
  layer_name = "common"
  filename   = "layers/common.zip"
}

resource "aws_lambda_function" "each" {
  for_each      = local.names
  function_name = each.key
  handler       = "${each.key}.handler"
  filename      = "x.zip"
  runtime       = "nodejs22.x"
  timeout       = each.value * 10
}

resource "aws_lambda_function" "never" {
  count         = var.off ? 1 : 0
  function_name = "never"
}

resource "aws_lambda_function" "odd" {
  function_name = local.loop
  timeout       = max(3, 7)
  memory_size   = lookup(local.names, "green", 256)
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.notify.function_name
  function_version = aws_lambda_function.notify.version
}

resource "aws_lambda_provisioned_concurrency_config" "warm" {
  function_name                     = aws_lambda_alias.live.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = 5
}

resource "aws_sqs_queue" "jobs" {
  name                       = "jobs"
  visibility_timeout_seconds = aws_lambda_function.notify.timeout * 6
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
}
resource "aws_sqs_queue" "dead" {}

resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_alias.live.arn
  scaling_config { maximum_concurrency = 7 }
}

resource "aws_apigatewayv2_api" "shop" {
  name          = "shop"
  protocol_type = "HTTP"
}
resource "aws_apigatewayv2_integration" "notify" {
  api_id               = aws_apigatewayv2_api.shop.id
  integration_uri      = aws_lambda_function.notify.invoke_arn
  timeout_milliseconds = 9000
}
resource "aws_apigatewayv2_route" "notify" {
  api_id    = aws_apigatewayv2_api.shop.id
  route_key = "GET /notify"
  target    = "integrations/${aws_apigatewayv2_integration.notify.id}"
}

resource "aws_cloudwatch_event_rule" "nightly" { schedule_expression = "rate(1 day)" }
resource "aws_cloudwatch_event_target" "nightly" {
  rule = aws_cloudwatch_event_rule.nightly.name
  arn  = module.common.lambda_function_arn
}

resource "aws_appautoscaling_target" "warm" {
  min_capacity       = 50
  max_capacity       = 5
  resource_id        = "function:${aws_lambda_function.notify.function_name}:${aws_lambda_alias.live.name}"
  scalable_dimension = "lambda:function:ProvisionedConcurrency"
  service_namespace  = "lambda"
}
resource "aws_appautoscaling_policy" "warm" {
  policy_type        = "TargetTrackingScaling"
  resource_id        = aws_appautoscaling_target.warm.resource_id
  scalable_dimension = aws_appautoscaling_target.warm.scalable_dimension
  service_namespace  = aws_appautoscaling_target.warm.service_namespace
  target_tracking_scaling_policy_configuration {
    target_value = 0.7
    predefined_metric_specification { predefined_metric_type = "LambdaProvisionedConcurrencyUtilization" }
  }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name  = "errors"
  namespace   = "AWS/Lambda"
  metric_name = "Errors"
  dimensions  = { FunctionName = aws_lambda_function.notify.function_name }
  threshold   = 1
  alarm_actions = ["arn:aws:sns:eu-central-1:1:t"]
}

module "worker" {
  source = "./worker"
  queue  = aws_sqs_queue.jobs.arn
}

module "common" {
  source        = "terraform-aws-modules/lambda/aws"
  version       = "8.0.0"
  function_name = "common"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  source_path   = "../common"
  provisioned_concurrent_executions = 2
  event_source_mapping = { sqs = { event_source_arn = module.worker.queue.arn, batch_size = 3 } }
}

module "alarms" { source = "terraform-aws-modules/cloudwatch/aws//modules/metric-alarm" }
"#;

const WORKER: &str = r#"
variable "queue" {}
resource "aws_lambda_function" "worker" {
  function_name = "worker"
  runtime       = "python3.12"
  handler       = "worker.handler"
  filename      = "${path.module}/worker.zip"
}
resource "aws_lambda_event_source_mapping" "m" {
  event_source_arn = var.queue
  function_name    = aws_lambda_function.worker.arn
}
resource "aws_sqs_queue" "own" { name = "own" }
output "queue" { value = aws_sqs_queue.own }
"#;

fn configuration() -> Application {
    let files = Memory::new([("infra/main.tf", MAIN), ("infra/worker/worker.tf", WORKER)]);
    super::super::read("infra/main.tf", &files).unwrap()
}

fn function<'a>(app: &'a Application, id: &str) -> (Id<Function>, &'a Function) {
    app.functions.ids().find(|(_, function)| function.origin.id == id).unwrap()
}

#[test]
fn variables_locals_and_blocks_are_put_in() {
    let app = configuration();
    assert_eq!((app.dialect, app.region.text()), (Dialect::Terraform, Some("eu-central-1")));
    let names: Vec<_> = app.functions.iter().map(|function| function.origin.id.as_str()).collect();
    let expected = [
        "module.worker.aws_lambda_function.worker",
        "module.common",
        "aws_lambda_function.notify",
        "aws_lambda_function.each[\"red\"]",
        "aws_lambda_function.each[\"blue\"]",
        "aws_lambda_function.odd",
    ];
    assert_eq!(names, expected);
    let (_, notify) = function(&app, "aws_lambda_function.notify");
    assert!(notify.name.is_unknown() && notify.reserved.is_unset());
    assert_eq!((notify.memory_mb.known(), notify.timeout_s.known()), (Some(&512), Some(&10)));
    assert!(notify.timeout_s.is_literal() && !notify.memory_mb.is_literal());
    assert_eq!(notify.code.source, CodeSource::Local("src".to_owned()));
    assert_eq!(notify.code.build.output.as_deref(), Some("infra/build/code.zip"));
    assert_eq!(notify.environment["SIZE"].text(), Some("2"));
    assert!(matches!(notify.dead_letter.known(), Some(Destination::Queue(_))));
    assert!(matches!(notify.layers.as_slice(), [LayerUse::Own(..), LayerUse::Arn(..)]));
    let (_, blue) = function(&app, "aws_lambda_function.each[\"blue\"]");
    assert_eq!((blue.handler.text(), blue.timeout_s.known()), (Some("blue.handler"), Some(&20)));
    let (_, odd) = function(&app, "aws_lambda_function.odd");
    assert!(odd.name.is_unknown());
    assert_eq!((odd.timeout_s.known(), odd.memory_mb.known()), (Some(&7), Some(&256)));
    assert_eq!(app.text_at(notify.origin.place).trim_matches('"'), "notify");
}

#[test]
fn an_integration_that_bypasses_the_alias_is_seen() {
    let app = configuration();
    let (id, _) = function(&app, "aws_lambda_function.notify");
    let alias = app.aliases_of(id).next().unwrap().0;
    let provisioned: Vec<_> = app.provisioned_of(id).collect();
    assert_eq!((provisioned[0].amount.known(), &provisioned[0].on.qualifier), (Some(&5), &Qualifier::Alias(alias)));
    let route = app.routes.iter().next().unwrap();
    assert_eq!((route.method.text(), route.path.text()), (Some("GET"), Some("/notify")));
    assert_eq!((route.timeout_ms.known(), &route.function.qualifier), (Some(&9000), &Qualifier::Latest));
    let trigger = app.triggers_of(id).find(|trigger| trigger.is_http()).unwrap();
    assert_eq!(app.text_at(trigger.place), "aws_lambda_function.notify.invoke_arn");
    let mapping = app.mappings.iter().find(|mapping| mapping.function.function() == Some(id)).unwrap();
    assert_eq!((mapping.max_concurrency.known(), &mapping.function.qualifier), (Some(&7), &Qualifier::Alias(alias)));
    let target = app.scalable_targets.iter().next().unwrap();
    assert_eq!((target.function.function(), &target.function.qualifier), (Some(id), &Qualifier::Alias(alias)));
    assert!(app.scaling_policies.iter().next().unwrap().target.is_some());
}

#[test]
fn queues_alarms_and_modules() {
    let app = configuration();
    let (_, jobs) = app.queues.ids().find(|(_, queue)| queue.name.text() == Some("jobs")).unwrap();
    assert_eq!(jobs.visibility_s.known(), Some(&60));
    assert_eq!(jobs.redrive.known().unwrap().max_receives.known(), Some(&5));
    let alarm = app.alarms.iter().next().unwrap();
    assert_eq!(alarm.actions.known(), Some(&1));
    let (id, _) = function(&app, "aws_lambda_function.notify");
    let dimension = &alarm.metrics[0].dimensions[0];
    assert_eq!(dimension.function.as_ref().and_then(FunctionRef::function), Some(id));
    let (worker, function_) = function(&app, "module.worker.aws_lambda_function.worker");
    assert_eq!(function_.code.source, CodeSource::Local("infra/worker/worker.zip".to_owned()));
    let mapping = app.mappings.iter().find(|mapping| mapping.function.function() == Some(worker)).unwrap();
    assert!(matches!(mapping.source, Destination::Queue(queue) if app.queues[queue].name.text() == Some("jobs")));
    let (common, function_) = function(&app, "module.common");
    assert_eq!(function_.code.source, CodeSource::Local("common".to_owned()));
    let mapping = app.mappings.iter().find(|mapping| mapping.function.function() == Some(common)).unwrap();
    assert!(
        matches!(mapping.source, Destination::Queue(queue) if app.queues[queue].name.text() == Some("own")),
        "{mapping:?}"
    );
    assert!(app.triggers_of(common).any(|trigger| matches!(trigger.source, TriggerSource::Schedule(_))));
    assert!(app.provisioned_of(common).all(|item| item.on.qualifier == Qualifier::Latest));
    assert!(app.has_plugin(&["cloudwatch"]) && app.plugins.len() == 1);
}

#[test]
fn a_rest_api_in_parts_and_a_deployment_group() {
    let text = r#"
resource "aws_lambda_function" "f" { function_name = "f" }
resource "aws_api_gateway_rest_api" "a" { name = "a" }
resource "aws_api_gateway_resource" "r" {
  rest_api_id = aws_api_gateway_rest_api.a.id
  parent_id   = aws_api_gateway_rest_api.a.root_resource_id
  path_part   = "orders"
}
resource "aws_api_gateway_method" "m" {
  rest_api_id = aws_api_gateway_rest_api.a.id
  resource_id = aws_api_gateway_resource.r.id
  http_method = "POST"
}
resource "aws_api_gateway_integration" "i" {
  rest_api_id          = aws_api_gateway_rest_api.a.id
  resource_id          = aws_api_gateway_method.m.resource_id
  http_method          = aws_api_gateway_method.m.http_method
  uri                  = aws_lambda_function.f.invoke_arn
  timeout_milliseconds = 7000
}
resource "aws_cloudwatch_metric_alarm" "e" { alarm_name = "e" }
resource "aws_codedeploy_deployment_group" "g" {
  deployment_config_name = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
  alarm_configuration { alarms = [aws_cloudwatch_metric_alarm.e.alarm_name] }
}
"#;
    let app = read("main.tf", text);
    let route = app.routes.iter().next().unwrap();
    let said = (route.method.text(), route.path.text(), route.timeout_ms.known(), route.api.is_some());
    assert_eq!(said, (Some("POST"), Some("/orders"), Some(&7000), true));
    let deployment = app.deployments.iter().next().unwrap();
    assert!(deployment.functions.is_empty() && deployment.alarms.known().is_some_and(|alarms| alarms[0].is_some()));
}

#[test]
fn archives_are_data_or_resources() {
    let of = |kind: &str, reference: &str| {
        let app = read(
            "main.tf",
            &format!(
                "{kind} \"archive_file\" \"this\" {{\n  type = \"zip\"\n  source_dir = \"src\"\n  output_path = \"out.zip\"\n}}\nresource \"aws_lambda_function\" \"f\" {{\n  filename = {reference}\n}}\n"
            ),
        );
        app.functions.iter().next().unwrap().code.source.clone()
    };
    let src = CodeSource::Local("src".to_owned());
    assert_eq!(of("data", "data.archive_file.this.output_path"), src);
    assert_eq!(of("resource", "archive_file.this.output_path"), src);
    assert_eq!(of("resource", "\"out.zip\""), src);
}

#[test]
fn settings_files_and_options_give_variables() {
    let files = Memory::new([
        ("main.tf", MAIN),
        ("worker/worker.tf", WORKER),
        ("terraform.tfvars", "stage = \"prod\"\nmemory = 1024\n"),
    ]);
    let options = Options { parameters: [("memory".to_owned(), "2048".to_owned())].into(), ..Options::default() };
    let app = read_with("main.tf", &files, &options).unwrap();
    let (_, notify) = function(&app, "aws_lambda_function.notify");
    assert_eq!((notify.name.text(), notify.memory_mb.known()), (Some("shop-prod-notify"), Some(&2048)));
    assert_eq!(app.stage.text(), Some("prod"));
}

#[test]
fn a_plan_has_values_and_its_configuration_the_references() {
    let text = r#"{"format_version": "1.2", "terraform_version": "1.9.0",
      "planned_values": {"root_module": {"resources": [
        {"address": "aws_lambda_function.a", "mode": "managed", "type": "aws_lambda_function", "name": "a",
         "values": {"function_name": "a", "handler": "app.handler", "runtime": "python3.13", "memory_size": 512, "timeout": 30,
                    "filename": "build/a.zip", "reserved_concurrent_executions": -1, "environment": [{"variables": {"X": "1"}}]}},
        {"address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "name": "q", "values": {"name": "q", "visibility_timeout_seconds": 180}},
        {"address": "aws_lambda_event_source_mapping.m", "mode": "managed", "type": "aws_lambda_event_source_mapping", "name": "m",
         "values": {"batch_size": 5, "enabled": true, "scaling_config": [{"maximum_concurrency": 4}]}},
        {"address": "aws_sqs_queue.b", "mode": "managed", "type": "aws_sqs_queue", "name": "b", "values": {"name": "b"}}],
       "child_modules": [{"address": "module.w[\"x\"]", "resources": [
        {"address": "module.w[\"x\"].aws_lambda_function.b", "mode": "managed", "type": "aws_lambda_function", "name": "b", "values": {"function_name": "b"}},
        {"address": "module.w[\"x\"].aws_lambda_event_source_mapping.m", "mode": "managed", "type": "aws_lambda_event_source_mapping", "name": "m", "values": {}}]}]}},
      "prior_state": {"values": {"root_module": {"resources": [
        {"address": "data.archive_file.a", "mode": "data", "type": "archive_file", "name": "a", "values": {"output_path": "build/a.zip", "source_dir": "./src/a"}}]}}},
      "configuration": {"root_module": {"resources": [
        {"address": "aws_lambda_event_source_mapping.m", "type": "aws_lambda_event_source_mapping", "name": "m",
         "expressions": {"event_source_arn": {"references": ["aws_sqs_queue.q.arn", "aws_sqs_queue.q"]},
                         "function_name": {"references": ["aws_lambda_function.a.arn", "aws_lambda_function.a"]},
                         "scaling_config": [{"maximum_concurrency": {"constant_value": 4}}]}},
        {"address": "aws_sqs_queue.b", "type": "aws_sqs_queue", "name": "b",
         "expressions": {"redrive_policy": {"references": ["aws_sqs_queue.q.arn", "aws_sqs_queue.q"]}}}],
       "module_calls": {"w": {"expressions": {"queue": {"references": ["aws_sqs_queue.q.arn", "aws_sqs_queue.q"]}},
        "module": {"resources": [
         {"address": "aws_lambda_event_source_mapping.m", "type": "aws_lambda_event_source_mapping", "name": "m",
          "expressions": {"event_source_arn": {"references": ["var.queue"]}, "function_name": {"references": ["aws_lambda_function.b.arn"]}}}]}}}}}}"#;
    let app = read("infra/plan.json", text);
    assert_eq!(app.dialect, Dialect::TerraformPlan);
    let (a, function_) = function(&app, "aws_lambda_function.a");
    assert_eq!(function_.code.source, CodeSource::Local("infra/src/a".to_owned()));
    assert!(function_.reserved.is_unset() && function_.environment["X"].text() == Some("1"));
    let (b, _) = function(&app, "module.w[\"x\"].aws_lambda_function.b");
    for id in [a, b] {
        let mapping = app.mappings.iter().find(|mapping| mapping.function.function() == Some(id)).unwrap();
        assert!(matches!(mapping.source, Destination::Queue(queue) if app.queues[queue].name.text() == Some("q")));
    }
    let policy = app.queues.iter().find(|queue| queue.name.text() == Some("b")).unwrap().redrive.known().unwrap();
    assert!(matches!(policy.target, Destination::Queue(_)) && policy.max_receives.is_unknown());
}

#[test]
fn broken_and_hostile_files_cost_only_themselves() {
    let files = Memory::new([
        (
            "main.tf",
            "resource \"aws_lambda_function\" \"a\" { function_name = \"a\" }\nmodule \"m\" { source = \"./\" }\nmodule \"n\" { source = \"../../../../etc\" }\n",
        ),
        ("other.tf", "resource \"aws_sqs_queue\" {\n  name = [\n"),
    ]);
    let app = super::super::read("main.tf", &files).unwrap();
    assert_eq!(app.functions.len(), 1);
    let problems: Vec<_> = app.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems[0].starts_with("other.tf:"), "{problems:?}");
    let error = super::super::read("other.tf", &files).unwrap_err();
    assert!(error.line.is_some());
    let deep = format!(
        "locals {{ x = {}1{} }}\nresource \"aws_lambda_function\" \"a\" {{}}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    assert!(super::super::read("d.tf", &Memory::new([("d.tf", deep.as_str())])).is_err());
    let mut bomb = "locals {\n  l0 = [1, 1]\n".to_owned();
    for level in 1..60 {
        bomb.push_str(&format!("  l{level} = concat(local.l{0}, local.l{0})\n", level - 1));
    }
    bomb.push_str("}\nresource \"aws_lambda_function\" \"a\" { layers = local.l59 }\n");
    assert_eq!(super::super::read("b.tf", &Memory::new([("b.tf", bomb.as_str())])).unwrap().functions.len(), 1);
    let mut nested = "locals {\n  l0 = {a = 1, b = 2}\n".to_owned();
    for level in 1..60 {
        nested.push_str(&format!("  l{level} = {{a = local.l{0}, b = local.l{0}}}\n", level - 1));
    }
    nested.push_str("}\nresource \"aws_lambda_function\" \"a\" { tags = local.l59 }\n");
    assert_eq!(super::super::read("n.tf", &Memory::new([("n.tf", nested.as_str())])).unwrap().functions.len(), 1);
}

#[test]
fn the_common_module_installs_what_its_sources_say() {
    let method = |source: &str| {
        let module = format!(
            "module \"f\" {{\n  source = \"terraform-aws-modules/lambda/aws\"\n  function_name = \"f\"\n  source_path = {source}\n}}\n"
        );
        let files = Memory::new([("main.tf", module.as_str()), ("src/app.py", "")]);
        let app = read_with("main.tf", &files, &Options::default()).unwrap();
        let code = &app.functions.iter().next().unwrap().code;
        (code.source.clone(), code.build.method.clone())
    };
    let local = || CodeSource::Local("src".to_owned());
    assert_eq!(method("\"src\""), (local(), BuildMethod::Manifest));
    assert_eq!(method("[\"src\"]"), (local(), BuildMethod::Manifest));
    assert_eq!(method("[{ path = \"src\", pip_requirements = true }]"), (local(), BuildMethod::Manifest));
    assert_eq!(method("[{ path = \"src\", commands = [\"make\", \":zip\"] }]"), (local(), BuildMethod::Manifest));
    assert_eq!(method("{ path = \"src\", npm_requirements = false }"), (local(), BuildMethod::AsIs));
    let several = method("[\"src/app.py\", { path = \"lib\", prefix_in_zip = \"lib\" }]");
    let part = |path: &str| CodePart { path: path.to_owned(), to: None, is_made: false };
    assert_eq!(several.0, CodeSource::Parts(vec![part("src/app.py"), part("lib")]));
}

#[test]
fn archives_of_files_are_put_together_of_them() {
    let code = |text: &str| {
        let text = format!(
            "{text}\nresource \"aws_lambda_function\" \"f\" {{\n  runtime = \"python3.13\"\n  handler = \"app.handler\"\n  filename = data.archive_file.a.output_path\n}}\n"
        );
        let files = Memory::new([
            ("main.tf", text.as_str()),
            ("src/app.py", ""),
            ("src/more/deep.py", ""),
            ("src/readme.md", ""),
            ("shared/log.py", ""),
            ("src/.lib/dep.py", ""),
            ("src/node_modules/x.py", ""),
            ("src/filled.py", "PORT = ${port}"),
        ]);
        let app = read_with("main.tf", &files, &Options::default()).unwrap();
        app.functions.iter().next().unwrap().code.source.clone()
    };
    let part = |path: &str, to: &str| CodePart { path: path.to_owned(), to: Some(to.to_owned()), is_made: false };
    let each = "data \"archive_file\" \"a\" {\n  type = \"zip\"\n  output_path = \"a.zip\"\n  dynamic \"source\" {\n    for_each = fileset(\"${path.module}/src\", \"*.py\")\n    content {\n      content  = file(\"${path.module}/src/${source.value}\")\n      filename = source.value\n    }\n  }\n  source {\n    content  = file(\"shared/log.py\")\n    filename = \"shared/log.py\"\n  }\n}\n";
    assert_eq!(
        code(each),
        CodeSource::Parts(vec![
            part("src/app.py", "app.py"),
            part("src/filled.py", "filled.py"),
            part("shared/log.py", "shared/log.py")
        ])
    );
    let deep = each.replace("*.py", "**/*.py");
    assert!(
        matches!(code(&deep), CodeSource::Parts(parts) if parts.len() == 6 && parts[0].to.as_deref() == Some(".lib/dep.py"))
    );
    let old = "data \"template_file\" \"t\" {\n  template = \"${file(\"${path.module}/src/app.py\")}\"\n}\ndata \"archive_file\" \"a\" {\n  source {\n    content  = \"${data.template_file.t.rendered}\"\n    filename = \"app.py\"\n  }\n}\n";
    assert_eq!(code(old), CodeSource::Parts(vec![part("src/app.py", "app.py")]));
    let looked_up = each.replace("file(\"shared/log.py\")", "var.text");
    assert!(matches!(code(&looked_up), CodeSource::Unknown(_)));
    // A template is its own text where nothing is put into it; what any other function makes of a text is not known.
    let made = |content: &str| match code(&each.replace("file(\"shared/log.py\")", content)) {
        CodeSource::Parts(parts) => parts.last().map(|part| (part.path.clone(), part.is_made)),
        _ => None,
    };
    let filled = |is_made: bool| Some(("src/filled.py".to_owned(), is_made));
    assert_eq!(made("templatefile(\"src/app.py\", {})"), Some(("src/app.py".to_owned(), false)));
    assert_eq!(made("templatefile(\"src/filled.py\", { port = 80 })"), filled(true));
    assert_eq!(made("file(\"src/filled.py\")"), filled(false));
    assert_eq!(
        (made("upper(file(\"src/filled.py\"))"), made("sensitive(file(\"src/filled.py\"))")),
        (filled(true), filled(false))
    );
    let rendered = old.replace("src/app.py", "src/filled.py");
    assert!(matches!(code(&rendered), CodeSource::Parts(parts) if parts[0].is_made));
    let whole = "data \"archive_file\" \"a\" {\n  source_content = file(\"src/app.py\")\n  source_content_filename = \"app.py\"\n}\n";
    assert_eq!(code(whole), CodeSource::Parts(vec![part("src/app.py", "app.py")]));
}

#[test]
fn what_is_too_much_to_list_is_not_known() {
    let each = "data \"archive_file\" \"a\" {\n  dynamic \"source\" {\n    for_each = fileset(\"src\", \"**\")\n    content {\n      content  = file(\"src/${source.value}\")\n      filename = source.value\n    }\n  }\n}\nresource \"aws_lambda_function\" \"f\" {\n  runtime = \"python3.13\"\n  handler = \"app.handler\"\n  filename = data.archive_file.a.output_path\n}\n";
    let with = |count: usize| {
        let names: Vec<String> = (0..count).map(|at| format!("src/m{at}.py")).collect();
        let files = names.iter().map(|name| (name.as_str(), "")).chain([("main.tf", each), ("other/x.py", "")]);
        let app = read_with("main.tf", &Memory::new(files), &Options::default()).unwrap();
        app.functions.iter().next().unwrap().code.source.clone()
    };
    assert!(matches!(with(1_500), CodeSource::Parts(parts) if parts.len() == 1_500));
    assert!(matches!(with(2_500), CodeSource::Unknown(_)));
}
