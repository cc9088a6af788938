data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/code.zip"
}

resource "aws_lambda_function" "chat" {
  function_name = "shop-chat"
  role          = "arn:aws:iam::123456789012:role/lambda"
  runtime       = "python3.9" # ~ deprecated-runtime
  handler       = "app.handler"
  filename      = data.archive_file.code.output_path
  memory_size   = 512
  timeout       = 10
}

resource "aws_lambda_function" "at_the_edge" {
  function_name = "shop-edge"
  role          = "arn:aws:iam::123456789012:role/lambda"
  runtime       = "python3.8" # ~ deprecated-runtime
  handler       = "app.handler"
  filename      = data.archive_file.code.output_path
  publish       = true
}

resource "aws_cloudfront_distribution" "shop" {
  default_cache_behavior {
    lambda_function_association {
      event_type = "viewer-request"
      lambda_arn = aws_lambda_function.at_the_edge.qualified_arn
    }
  }
}
