from collections import namedtuple
P = namedtuple("P", "x y", defaults=[3])
X = P(1).y


def handler(event, context):
    return "ok"
