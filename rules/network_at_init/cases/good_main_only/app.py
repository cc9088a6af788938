import boto3


def handler(event, context):
    return "ok"


if __name__ == "__main__":
    print(boto3.client("sts").get_caller_identity())
