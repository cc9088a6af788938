import boto3


def handler(event, context):
    return [boto3.client(name) for name in ("s3", "sqs", "sns", "ses", "ssm")]
