data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/code.zip"
}

resource "aws_lambda_function" "web" {
  function_name = "shop-web"
  role          = "arn:aws:iam::123456789012:role/lambda"
  runtime       = "python3.13"
  handler       = "app.handler"
  filename      = data.archive_file.code.output_path
  memory_size   = 512
  timeout       = 10
  reserved_concurrent_executions = 0 # ~ zero-reserved-concurrency
}

resource "aws_apigatewayv2_api" "shop" {
  name          = "shop"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "web" {
  api_id           = aws_apigatewayv2_api.shop.id
  integration_type = "AWS_PROXY"
  integration_uri  = aws_lambda_function.web.invoke_arn
}

resource "aws_apigatewayv2_route" "web" {
  api_id    = aws_apigatewayv2_api.shop.id
  route_key = "GET /web"
  target    = "integrations/${aws_apigatewayv2_integration.web.id}"
}
