import os
if os.name == "posix":
    return


def handler(event, context):
    return 1
