RETRIES = 3
LABEL = "retries: " + RETRIES  # ~ error-at-load


def handler(event, context):
    return "ok"
