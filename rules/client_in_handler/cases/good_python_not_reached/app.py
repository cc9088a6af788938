import boto3


def by_hand():
    # No request comes here.
    return boto3.client("ec2").describe_instances()


def handler(event, context):
    return "ok"
