resource "aws_codedeploy_app" "shop" {
  name             = "shop"
  compute_platform = "Lambda"
}

resource "aws_codedeploy_deployment_config" "steps" {
  deployment_config_name = "steps"
  compute_platform       = "Lambda"
  traffic_routing_config {
    type = "TimeBasedLinear"
    time_based_linear {
      interval   = 5
      percentage = 25
    }
  }
}

resource "aws_codedeploy_deployment_group" "shop" {
  app_name               = aws_codedeploy_app.shop.name
  deployment_group_name  = "shop"
  service_role_arn       = "arn:aws:iam::123456789012:role/deploy"
  deployment_config_name = aws_codedeploy_deployment_config.steps.id # ~ canary-without-alarms
}

resource "aws_lambda_function" "web" {
  function_name = "shop-web"
  role          = "arn:aws:iam::123456789012:role/lambda"
  runtime       = "python3.13"
  handler       = "app.handler"
  s3_bucket     = "artefacts"
  s3_key        = "app.zip"
  memory_size   = 512
  timeout       = 10
  publish       = true
}
