import shapes.circle  # ~ shadowed-module


def handler(event, context):
    return "ok"
