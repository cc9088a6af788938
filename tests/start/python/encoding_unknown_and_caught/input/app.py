try:
    import other
except SyntaxError:
    other = None


def handler(event, context):
    return 1
