import boto3

session = boto3.Session()
LAMBDA = session.client("lambda")
SNS = session.client("sns")


def task(event):
    return LAMBDA
