from enum import Enum
class C(Enum):
    A = 1
X = C(1), C["A"], C.A.value, C.A.name


def handler(event, context):
    return "ok"
