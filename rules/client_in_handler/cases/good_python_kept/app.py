import functools

import boto3

s3 = boto3.client("s3")
_queue = None


@functools.cache
def client(name):
    # Made once for each name.
    return boto3.client(name)


def queue():
    # Kept in a variable of the module.
    global _queue
    if _queue is None:
        _queue = boto3.client("sqs")
    return _queue


def tenant(credentials):
    # Another client for every tenant.
    return boto3.client("s3", aws_access_key_id=credentials["id"], aws_secret_access_key=credentials["key"])


class Store:
    def __init__(self):
        # Kept by the instance.
        self.client = boto3.client("dynamodb")


def handler(event, context):
    queue().send_message(QueueUrl=event["url"], MessageBody="x")
    tenant(event["credentials"]).list_buckets()
    Store().client.get_item(TableName="t", Key={})
    return client("cloudfront").get_distribution_config(Id=event["id"])
