class Base:
    registry = {}

    def __init_subclass__(cls, /, key, **options):
        super().__init_subclass__(**options)
        Base.registry[key] = cls


class Left(Base, key="left"):
    pass


MADE = Base.registry["right"]()

def handler(event, context):
    return None
