try:
    from shop import Settings
except ImportError:
    Settings = dict


def handler(event, context):
    return 1
