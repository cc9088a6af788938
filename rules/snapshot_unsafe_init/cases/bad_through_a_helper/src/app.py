import secrets


def make():
    return secrets.token_hex(8)


TOKEN = make() # ~ snapshot-unsafe-init


def handler(event, context):
    return TOKEN
