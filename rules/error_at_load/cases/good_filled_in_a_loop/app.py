HANDLERS = {}


def register(name):
    def keep(function):
        HANDLERS[name] = function
        return function

    return keep


for kind in ("a", "b"):
    register(kind)(print)

FIRST = HANDLERS["b"]


def handler(event, context):
    return "ok"
