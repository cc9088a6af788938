data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/code.zip"
}

resource "aws_lambda_function" "mail" {
  function_name = "shop-mail"
  role          = "arn:aws:iam::123456789012:role/lambda"
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = data.archive_file.code.output_path
  memory_size   = 512
  timeout       = 10
  reserved_concurrent_executions = 6
}

resource "aws_sqs_queue" "jobs" {
  visibility_timeout_seconds = 60
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 1
  })
}

resource "aws_sqs_queue" "dead" {}

resource "aws_lambda_event_source_mapping" "mail" { # ~ queue-can-throttle
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.mail.arn
}
