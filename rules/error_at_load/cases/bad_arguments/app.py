def connect(host, port):
    return host, port


CONNECTION = connect("db")  # ~ error-at-load


def handler(event, context):
    return "ok"
