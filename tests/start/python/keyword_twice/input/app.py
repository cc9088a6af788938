print("a", sep="", sep="-")


def handler(event, context):
    return 1
