data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/code.zip"
}

resource "aws_lambda_function" "greet" {
  function_name = "shop-greet"
  role          = "arn:aws:iam::123456789012:role/lambda"
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = data.archive_file.code.output_path
  memory_size   = 512
  timeout       = 10
}

resource "aws_cloudwatch_metric_alarm" "slow" {
  alarm_name          = "slow"
  namespace           = "AWS/Lambda"
  metric_name         = "Duration"
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 9000
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.on_call.arn] # ~ ineffective-alarm
  dimensions = {
    FunctionName = aws_lambda_function.greet.function_name
  }
}

resource "aws_sns_topic" "on_call" {
  name = "on-call"
}
