HANDLERS = {}


def register(name):
    def wrap(function):
        HANDLERS[name] = function

    return wrap


@register("create")
def create():
    return 1


RESULT = create()

def handler(event, context):
    return None
