try:
    open("logs/orders.log", "w").close()
except FileNotFoundError:
    LOG = None


def handler(event, context):
    return 1
