import hooks


def handler(event, context):
    return hooks.state
