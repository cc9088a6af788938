import aws_lambda_powertools


def handler(event, context):
    return aws_lambda_powertools.VERSION
