"""Nobody runs the module as a script here."""


def handler(event, context):
    return "ok"


if __name__ == "__main__":
    import devserver

    devserver.run(handler)
