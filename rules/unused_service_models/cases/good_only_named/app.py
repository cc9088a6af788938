import boto3
import botocore


def handler(event, context):
    return boto3.client("s3"), botocore
