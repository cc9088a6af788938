import boto3


def handler(event, context):
    cdn = boto3.client("cloudfront")  # ~ client-in-handler
    return cdn.get_distribution_config(Id=event["id"])
