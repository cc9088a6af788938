import boto3

queue = boto3.client("sqs")


def handler(event, context):
    return queue.send_message(**event)
