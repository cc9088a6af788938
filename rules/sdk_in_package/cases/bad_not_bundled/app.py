import boto3  # ~ sdk-in-package


def handler(event, context):
    return boto3
