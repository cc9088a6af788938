class Base:
    pass


class Audited(Base):
    pass


class Order(Base, Audited):  # ~ error-at-load
    pass


def handler(event, context):
    return "ok"
