from enum import Enum
class A(Enum):
    X = 1
A["Y"]


def handler(event, context):
    return 1
