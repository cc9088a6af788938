import lib

print(lib.value)


def handler(event, context):
    return None
