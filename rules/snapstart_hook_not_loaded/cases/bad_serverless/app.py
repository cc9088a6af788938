def handler(event, context):
    import hooks

    return hooks.state
