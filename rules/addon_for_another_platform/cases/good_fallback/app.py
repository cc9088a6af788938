try:
    from fastmath import _core as fast
except ImportError:
    from fastmath import _slow as fast


def handler(event, context):
    return fast.__name__
