from enum import Enum
class A(Enum):
    X = 1
A(3)


def handler(event, context):
    return 1
