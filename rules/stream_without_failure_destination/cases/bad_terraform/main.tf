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

resource "aws_kinesis_stream" "clicks" {
  name        = "clicks"
  shard_count = 2
}

resource "aws_lambda_event_source_mapping" "count" { # ~ stream-without-failure-destination
  event_source_arn  = aws_kinesis_stream.clicks.arn
  function_name     = aws_lambda_function.count.arn
  starting_position = "LATEST"
}
