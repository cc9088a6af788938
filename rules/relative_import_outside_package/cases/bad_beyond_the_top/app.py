import jobs.nightly


def handler(event, context):
    return "ok"
