from enum import Enum
class A(Enum):
    X = 1
    X = 2


def handler(event, context):
    return 1
