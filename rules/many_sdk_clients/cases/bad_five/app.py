import boto3

s3 = boto3.client("s3")  # ~ many-sdk-clients
sqs = boto3.client("sqs")
sns = boto3.client("sns")
ses = boto3.client("ses")
ssm = boto3.client("ssm")


def handler(event, context):
    return [s3, sqs, sns, ses, ssm]
