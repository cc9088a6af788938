import boto3


def task(event):
    return boto3.client("lambda")
