def number(text):
    try:
        int(text)
    except ValueError:
        return None
    raise RuntimeError(text)


if number("x") is not None:
    raise RuntimeError("a number")


def handler(event, context):
    return 1
