import boto3


def handler(event, context):
    import botocore
    return boto3.client("s3"), botocore
