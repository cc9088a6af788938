import tables

URL = "postgresql+pgdriver://{user}@{host}/shop"
OTHER = "mysql://shop"


def handler(event, context):
    return tables
