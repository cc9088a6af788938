from typing import ParamSpec, TypeVar

T = TypeVar("T", infer_variance=True)
P = ParamSpec("P", bound=None)

def handler(event, context):
    return 1
