from lib import Prompt


def handler(event, context):
    return Prompt
