def show():
    return str(e)
try:
    raise KeyError("x")
except KeyError as e:
    show()
show()


def handler(event, context):
    return 1
