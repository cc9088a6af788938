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
}

resource "aws_sqs_queue" "jobs" {
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 1 # ~ queue-without-redrive
  })
}

resource "aws_sqs_queue" "dead" {}

resource "aws_lambda_event_source_mapping" "mail" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.mail.arn
}
