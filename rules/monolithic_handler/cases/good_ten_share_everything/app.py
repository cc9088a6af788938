import heavy


def answer(value):
    return heavy.dumps(value)


def one(event):
    return answer(1)


def two(event):
    return answer(2)


TABLE = {
    "/one": one,
    "/two": two,
    "/three": one,
    "/four": two,
    "/five": one,
    "/six": two,
    "/seven": one,
    "/eight": two,
    "/nine": one,
    "/ten": two,
}


def handler(event, context):
    return TABLE[event["path"]](event)
