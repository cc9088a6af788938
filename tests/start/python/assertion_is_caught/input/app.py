STEPS = ["read", "write"]
try:
    assert len(STEPS) == 3
except AssertionError:
    STEPS.append("close")
assert len(STEPS) == 3


def handler(event, context):
    return 1
