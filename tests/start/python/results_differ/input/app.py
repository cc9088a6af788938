import datetime
a = datetime.date(2020, 1, 1); b = datetime.date(2021, 1, 1)
if a == b or a > b:
    raise RuntimeError("x")


def handler(event, context):
    return 1
