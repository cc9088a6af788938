import boto3
import botocore


def handler(event, context):
    # Any service may be asked for.
    return boto3.client(event["service"]), botocore
