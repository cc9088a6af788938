data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/code.zip"
}

resource "aws_lambda_function" "count" {
  function_name = "shop-count"
  role          = "arn:aws:iam::123456789012:role/lambda"
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = data.archive_file.code.output_path
  memory_size   = 512
  timeout       = 10
}

resource "aws_sqs_queue" "jobs" {
  name                       = "jobs"
  visibility_timeout_seconds = 60
}

resource "aws_lambda_event_source_mapping" "count" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.count.arn
  batch_size                         = 10000
  maximum_batching_window_in_seconds = 300
}
