class Orders(Base):
    pass


class Base:
    pass


def handler(event, context):
    return 1
